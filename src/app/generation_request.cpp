#include "app/generation_request.h"

#include <fmt/format.h>

#include <limits>

#include "core/text.h"

namespace studio {
namespace {

constexpr const char* kSchemaKey = "schema";

/// Every member with its JSON key, once. `Request` is GenerationRequest or const GenerationRequest.
template <class Request, class Visit>
void visit_members(Request& r, Visit&& visit) {
    visit("model", r.model);
    visit("prompt", r.prompt);
    visit("negative_prompt", r.negative_prompt);
    visit("width", r.width);
    visit("height", r.height);
    visit("num_frames", r.num_frames);
    visit("seconds", r.seconds);
    visit("fps", r.fps);
    visit("steps", r.steps);
    visit("sampler", r.sampler);
    visit("guidance", r.guidance);
    visit("shift", r.shift);
    visit("sigma_max", r.sigma_max);
    visit("seed", r.seed);
    visit("attention", r.attention);
    visit("sla_topk", r.sla_topk);
    visit("precision", r.precision);
    visit("device", r.device);
    visit("threads", r.threads);
    visit("output", r.output);
    visit("crf", r.crf);
    visit("ram_limit", r.ram_limit);
    visit("vram_limit", r.vram_limit);
    visit("latents", r.latents);
    visit("job", r.job);
}

Error wrong(const std::string& key, const std::string& want, const Json& got) {
    return invalid_argument(key, fmt::format("\"{}\" must be {}, not {}.", key, want, got.type_name()),
                            fmt::format("Write {} for \"{}\".", want, key));
}

Result<void> read(const std::string& key, const Json& json, std::string& out) {
    if (!json.is_string()) return wrong(key, "a text", json);
    out = json.get<std::string>();
    return {};
}

Result<void> read(const std::string& key, const Json& json, double& out) {
    if (!json.is_number()) return wrong(key, "a number", json);
    out = json.get<double>();
    return {};
}

Result<void> read(const std::string& key, const Json& json, std::int64_t& out) {
    if (!json.is_number_integer()) return wrong(key, "a whole number", json);
    if (json.is_number_unsigned() &&
        json.get<std::uint64_t>() > std::uint64_t(std::numeric_limits<std::int64_t>::max()))
        return invalid_argument(key, fmt::format("\"{}\" is too large.", key),
                                "Use a number up to 9223372036854775807.");
    out = json.get<std::int64_t>();
    return {};
}

Result<void> read(const std::string& key, const Json& json, int& out) {
    std::int64_t wide = 0;
    STUDIO_TRY_VOID(read(key, json, wide));
    if (wide < std::numeric_limits<int>::min() || wide > std::numeric_limits<int>::max())
        return invalid_argument(key, fmt::format("\"{}\" is {}, far out of range.", key, wide),
                                "Use a smaller number.");
    out = static_cast<int>(wide);
    return {};
}

template <class T>
Result<void> read(const std::string& key, const Json& json, std::optional<T>& out) {
    if (json.is_null()) {
        out.reset();
        return {};
    }
    T value{};
    STUDIO_TRY_VOID(read(key, json, value));
    out = std::move(value);
    return {};
}

template <class T>
void write(Json& json, const char* key, const T& value) {
    json[key] = value;
}
template <class T>
void write(Json& json, const char* key, const std::optional<T>& value) {
    if (value) json[key] = *value;
}

Result<void> check_schema(const Json& value) {
    if (!value.is_number_integer()) return wrong(kSchemaKey, "a whole number", value);
    const auto version = value.get<std::int64_t>();
    if (version >= 1 && version <= GenerationRequest::kSchemaVersion) return {};
    return invalid_argument(kSchemaKey,
                            fmt::format("These settings have schema version {}; this program reads up to {}.", version,
                                        GenerationRequest::kSchemaVersion),
                            "Use the program version that made them, or a newer one.");
}

}  // namespace

Json GenerationRequest::to_json() const {
    Json json = Json::object();
    json[kSchemaKey] = kSchemaVersion;
    visit_members(*this, [&](const char* key, const auto& value) { write(json, key, value); });
    if (job.empty()) json.erase("job");
    if (ram_limit == 0) json.erase("ram_limit");
    if (vram_limit == 0) json.erase("vram_limit");
    if (latents.empty()) json.erase("latents");
    return json;
}

Result<GenerationRequest> GenerationRequest::from_json(const Json& json) {
    if (!json.is_object()) return wrong("settings", "an object", json);
    GenerationRequest request;
    std::size_t known = 0;
    if (const auto it = json.find(kSchemaKey); it != json.end()) {
        STUDIO_TRY_VOID(check_schema(*it));
        ++known;
    }
    std::optional<Error> failed;
    visit_members(request, [&](const char* key, auto& value) {
        const auto it = json.find(key);
        if (it == json.end()) return;
        ++known;
        if (auto done = read(key, *it, value); !done && !failed) failed = done.error();
    });
    if (failed) return *failed;
    if (known == json.size()) return request;
    for (const auto& [key, value] : json.items()) {
        bool is_known = key == kSchemaKey;
        visit_members(request, [&](const char* name, const auto&) { is_known |= key == name; });
        if (!is_known) {
            return invalid_argument(escape_for_display(key, 60),
                                    fmt::format("There is no setting \"{}\".", escape_for_display(key, 60)),
                                    "Remove it, or correct its name.");
        }
    }
    return request;
}

}  // namespace studio
