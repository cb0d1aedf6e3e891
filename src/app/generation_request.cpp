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
    visit("image", r.image);
    visit("image_sha256", r.image_sha256);
    visit("end_image", r.end_image);
    visit("end_image_sha256", r.end_image_sha256);
    visit("image_fit", r.image_fit);
    visit("width", r.width);
    visit("height", r.height);
    visit("num_frames", r.num_frames);
    visit("seconds", r.seconds);
    visit("fps", r.fps);
    visit("steps", r.steps);
    visit("sampler", r.sampler);
    visit("sampler_mode", r.sampler_mode);
    visit("guidance", r.guidance);
    visit("guidance_2", r.guidance_2);
    visit("boundary", r.boundary);
    visit("shift", r.shift);
    visit("sigma_max", r.sigma_max);
    visit("seed", r.seed);
    visit("attention", r.attention);
    visit("sla_topk", r.sla_topk);
    visit("loras", r.loras);
    visit("vae", r.vae);
    visit("text_encoder", r.text_encoder);
    visit("tokenizer", r.tokenizer);
    visit("transformer_2", r.transformer_2);
    visit("image_encoder", r.image_encoder);
    visit("precision", r.precision);
    visit("device", r.device);
    visit("threads", r.threads);
    visit("output", r.output);
    visit("name_pattern", r.name_pattern);
    visit("metadata", r.metadata);
    visit("crf", r.crf);
    visit("ram_limit", r.ram_limit);
    visit("vram_limit", r.vram_limit);
    visit("latents", r.latents);
    visit("group", r.group);
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

Result<void> read(const std::string& key, const Json& json, LoraSetting& out) {
    if (!json.is_object()) return wrong(key, "an object with a path", json);
    for (const auto& [name, value] : json.items()) {
        const std::string inner = key + "." + name;
        if (name == "path")
            STUDIO_TRY_VOID(read(inner, value, out.path));
        else if (name == "strength")
            STUDIO_TRY_VOID(read(inner, value, out.strength));
        else if (name == "expert")
            STUDIO_TRY_VOID(read(inner, value, out.expert));
        else
            return invalid_argument(escape_for_display(inner, 80),
                                    fmt::format("A LoRA has no setting \"{}\".", escape_for_display(name, 60)),
                                    "Use path, strength and expert.");
    }
    return {};
}

Result<void> read(const std::string& key, const Json& json, std::vector<LoraSetting>& out) {
    if (!json.is_array()) return wrong(key, "a list", json);
    out.clear();
    for (std::size_t i = 0; i < json.size(); ++i) {
        LoraSetting lora;
        STUDIO_TRY_VOID(read(fmt::format("{}[{}]", key, i), json[i], lora));
        out.push_back(std::move(lora));
    }
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
void write(Json& json, const char* key, const std::vector<LoraSetting>& value) {
    json[key] = Json::array();
    for (const LoraSetting& lora : value)
        json[key].push_back({{"path", lora.path}, {"strength", lora.strength}, {"expert", lora.expert}});
}

/// Left out where they say nothing, so that documents stay readable.
constexpr const char* kOnlyWhenSet[] = {"image",         "image_sha256",  "end_image",    "end_image_sha256",
                                        "loras",         "vae",           "text_encoder", "tokenizer",
                                        "transformer_2", "image_encoder", "image_fit"};

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

bool GenerationRequest::has_key(std::string_view key) {
    bool is_known = key == kSchemaKey;
    const GenerationRequest request;
    visit_members(request, [&](const char* name, const auto&) { is_known |= key == name; });
    return is_known;
}

Json GenerationRequest::to_json() const {
    Json json = Json::object();
    json[kSchemaKey] = kSchemaVersion;
    visit_members(*this, [&](const char* key, const auto& value) { write(json, key, value); });
    const GenerationRequest nothing_set;
    Json empty = Json::object();
    visit_members(nothing_set, [&](const char* key, const auto& value) { write(empty, key, value); });
    for (const char* key : kOnlyWhenSet)
        if (json[key] == empty[key]) json.erase(key);
    if (group.empty()) json.erase("group");
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
        if (!has_key(key)) {
            return invalid_argument(escape_for_display(key, 60),
                                    fmt::format("There is no setting \"{}\".", escape_for_display(key, 60)),
                                    "Remove it, or correct its name.");
        }
    }
    return request;
}

}  // namespace studio
