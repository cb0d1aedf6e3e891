#include "store/job_rows.h"

#include <fmt/format.h>

#include <chrono>
#include <random>

namespace studio::store {
namespace {

/// The database is our own file, but a damaged one must not throw: text that is no JSON reads as null.
Json json_of(const std::string& text) {
    Json json = text.empty() ? Json(nullptr) : Json::parse(text, nullptr, false);
    return json.is_discarded() ? Json(nullptr) : json;
}

std::string text_of(const Json& json) {
    return json.is_null() ? std::string() : json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<std::int64_t> optional_integer(const Statement& statement, int column) {
    if (statement.is_null(column)) return std::nullopt;
    return statement.integer(column);
}

}  // namespace

const char* const kColumns =
    "uid, state, position, request, prompt, model, created_ms, started_ms, ended_ms, attempts, stage, output_path, "
    "output_bytes, latents_path, error, result, starred";

std::string select_jobs(std::string_view rest) {
    return fmt::format("SELECT id, {} FROM jobs {}", kColumns, rest);
}

JobRecord read_row(const Statement& s) {
    JobRecord r;
    int column = 0;
    r.id = s.integer(column++);
    r.uid = s.text(column++);
    const std::int64_t state = s.integer(column++);
    r.state = state >= 0 && state <= 5 ? static_cast<JobState>(state) : JobState::kFailed;
    r.position = s.integer(column++);
    r.draft.request = json_of(s.text(column++));
    r.draft.prompt = s.text(column++);
    r.draft.model = s.text(column++);
    r.created_ms = s.integer(column++);
    r.started_ms = optional_integer(s, column++);
    r.ended_ms = optional_integer(s, column++);
    r.attempts = static_cast<int>(s.integer(column++));
    r.stage = s.text(column++);
    r.output_path = s.text(column++);
    r.output_bytes = s.integer(column++);
    r.latents_path = s.text(column++);
    r.error = json_of(s.text(column++));
    r.result = json_of(s.text(column++));
    r.is_starred = s.integer(column++) != 0;
    return r;
}

void bind_row(Statement& s, const JobRecord& r) {
    s.bind(r.uid).bind(static_cast<std::int64_t>(r.state)).bind(r.position).bind(text_of(r.draft.request));
    s.bind(r.draft.prompt).bind(r.draft.model).bind(r.created_ms).bind(r.started_ms).bind(r.ended_ms);
    s.bind(static_cast<std::int64_t>(r.attempts)).bind(r.stage).bind(r.output_path).bind(r.output_bytes);
    s.bind(r.latents_path).bind(text_of(r.error)).bind(text_of(r.result)).bind(std::int64_t(r.is_starred));
}

Result<std::vector<JobRecord>> read_rows(Statement& statement) {
    std::vector<JobRecord> rows;
    for (;;) {
        STUDIO_TRY(has_row, statement.step());
        if (!has_row) return rows;
        rows.push_back(read_row(statement));
    }
}

std::int64_t now_ms() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

std::string new_uid() {
    std::random_device random;
    std::string uid;
    for (int i = 0; i < 4; ++i)
        uid += fmt::format("{:08x}", static_cast<std::uint32_t>(random()));
    return uid;
}

}  // namespace studio::store
