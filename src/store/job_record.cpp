#include "store/job_record.h"

#include <fmt/format.h>

#include <array>

namespace studio::store {
namespace {

constexpr std::array<std::string_view, 6> kStates{"queued",   "running", "interrupted",
                                                  "finished", "failed",  "cancelled"};

/// Reads the keys of one object and remembers the first that is missing or of another type.
class Reader {
  public:
    Reader(const Json& json, const std::string& source) : json_(json), source_(source) {}

    template <class T>
    void read(const char* key, T& into, bool (Json::*is_right)() const noexcept) {
        const auto at = json_.find(key);
        if (at != json_.end() && ((*at).*is_right)())
            into = at->template get<T>();
        else
            wrong(key);
    }
    void read(const char* key, std::string& into) { read(key, into, &Json::is_string); }
    void read(const char* key, std::int64_t& into) { read(key, into, &Json::is_number_integer); }
    void read(const char* key, bool& into) { read(key, into, &Json::is_boolean); }
    void read(const char* key, Json& into) {
        if (const auto at = json_.find(key); at != json_.end() && (at->is_object() || at->is_null()))
            into = *at;
        else
            wrong(key);
    }
    void read(const char* key, std::optional<std::int64_t>& into) {
        const auto at = json_.find(key);
        if (at == json_.end() || at->is_null()) return;
        std::int64_t value = 0;
        read(key, value);
        into = value;
    }
    void wrong(const char* key) {
        if (!error_)
            error_ = corrupt_file(source_, key, fmt::format("The job file has no usable \"{}\".", key),
                                  "The file is left alone; delete it if the job is no longer wanted.");
    }
    Result<void> outcome() const { return error_ ? Result<void>(*error_) : Result<void>(); }

  private:
    const Json& json_;
    const std::string& source_;
    std::optional<Error> error_;
};

Json or_null(const std::optional<std::int64_t>& value) {
    return value ? Json(*value) : Json(nullptr);
}

}  // namespace

std::string_view to_string(JobState state) noexcept {
    return kStates[static_cast<std::size_t>(state)];
}

std::optional<JobState> job_state(std::string_view name) noexcept {
    for (std::size_t i = 0; i < kStates.size(); ++i)
        if (kStates[i] == name) return static_cast<JobState>(i);
    return std::nullopt;
}

Json to_json(const JobRecord& r) {
    return {{"uid", r.uid},
            {"state", to_string(r.state)},
            {"position", r.position},
            {"request", r.draft.request},
            {"prompt", r.draft.prompt},
            {"model", r.draft.model},
            {"created_ms", r.created_ms},
            {"started_ms", or_null(r.started_ms)},
            {"ended_ms", or_null(r.ended_ms)},
            {"attempts", r.attempts},
            {"stage", r.stage},
            {"output_path", r.output_path},
            {"output_bytes", r.output_bytes},
            {"latents_path", r.latents_path},
            {"error", r.error},
            {"result", r.result},
            {"starred", r.is_starred}};
}

Result<JobRecord> record_from_json(const Json& json, const std::string& source) {
    if (!json.is_object()) return corrupt_file(source, {}, "The job file is not a JSON object.", "Delete the file.");
    JobRecord r;
    Reader reader(json, source);
    std::string state;
    std::int64_t attempts = 0;
    reader.read("uid", r.uid);
    reader.read("state", state);
    reader.read("position", r.position);
    reader.read("request", r.draft.request);
    reader.read("prompt", r.draft.prompt);
    reader.read("model", r.draft.model);
    reader.read("created_ms", r.created_ms);
    reader.read("started_ms", r.started_ms);
    reader.read("ended_ms", r.ended_ms);
    reader.read("attempts", attempts);
    reader.read("stage", r.stage);
    reader.read("output_path", r.output_path);
    reader.read("output_bytes", r.output_bytes);
    reader.read("latents_path", r.latents_path);
    reader.read("error", r.error);
    reader.read("result", r.result);
    reader.read("starred", r.is_starred);
    r.attempts = static_cast<int>(attempts);
    if (const auto known = job_state(state))
        r.state = *known;
    else
        reader.wrong("state");
    const bool is_uid = r.uid.size() == 32 && r.uid.find_first_not_of("0123456789abcdef") == std::string::npos;
    if (!is_uid) reader.wrong("uid");  // it becomes part of a file name
    if (!r.draft.request.is_object()) reader.wrong("request");
    STUDIO_TRY_VOID(reader.outcome());
    return r;
}

}  // namespace studio::store
