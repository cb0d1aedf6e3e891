#include "app/presets.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "app/settings_table.h"
#include "app/video_sizes.h"
#include "core/text.h"

namespace studio {
namespace {

constexpr std::array<std::string_view, 3> kBuiltIn{"draft", "balanced", "best"};
constexpr double kDraftShare = 0.4;  // of the steps of a grid sampler, and of the length
constexpr int kDraftRcmSteps = 2;
constexpr int kRcmSteps = 4;
constexpr double kDraftTopk = 0.10, kGoodTopk = 0.15;  // spec: window.md 5b
constexpr std::size_t kMaxNameChars = 60;

int number_of(const Json& object, const char* key) {
    const auto it = object.is_object() ? object.find(key) : object.end();
    return object.is_object() && it != object.end() && it->is_number() ? it->get<int>() : 0;
}

std::string text_of(const Json& object, const char* key) {
    const auto it = object.is_object() ? object.find(key) : object.end();
    return object.is_object() && it != object.end() && it->is_string() ? it->get<std::string>() : std::string();
}

Json draft_values(const ModelInfo& model) {
    Json values = Json::object();
    const bool is_rcm = text_of(model.defaults, "sampler") == "rcm";
    if (const int steps = number_of(model.defaults, "steps"); steps > 0)
        values["steps"] = std::min(steps, is_rcm ? kDraftRcmSteps : std::max(1, int(std::lround(steps * kDraftShare))));
    if (const int frames = number_of(model.defaults, "num_frames"); frames > 4)
        values["num_frames"] = 4 * std::max(1, int(std::lround(frames / 4 * kDraftShare))) + 1;
    if (has_sparse_attention(model)) values["sla_topk"] = kDraftTopk;
    return values;
}

/// What the model's makers recommend is its defaults: nothing more to say.
Json balanced_values() {
    return Json::object();
}

Json best_values(const ModelInfo& model) {
    Json values = Json::object();
    if (has_sparse_attention(model)) values["sla_topk"] = kGoodTopk;
    const bool is_rcm = text_of(model.defaults, "sampler") == "rcm";
    if (is_rcm) values["steps"] = kRcmSteps;
    if (is_rcm && model.kind == "image-to-video") values["sampler_mode"] = "ode";
    return values;
}

void put_size(Json& values, const ModelInfo& model, bool is_largest) {
    const auto classes = size_classes(model);
    if (classes.size() < 2) return;
    const VideoSize size = is_largest ? classes.back().size : classes.front().size;
    values["width"] = size.width;
    values["height"] = size.height;
}

/// Why this model cannot use a value; empty: it can.
bool can_use(const std::string& key, const Json& value, const ModelInfo& model, const Json& values) {
    const std::string own_sampler = text_of(model.defaults, "sampler");
    const std::string sampler = values.contains("sampler") && values["sampler"].is_string()
                                    ? values["sampler"].get<std::string>()
                                    : own_sampler;
    if (key == "sampler_mode") return sampler == "rcm";
    if (key == "steps") return sampler != "rcm" || value.get<int>() <= kRcmSteps;
    if (key == "sla_topk") return has_sparse_attention(model);
    if (key == "attention")
        return value == "auto" || value == "dense" || value == "sage" || has_sparse_attention(model);
    if (key == "guidance_2" || key == "boundary") return model.defaults.contains("boundary");
    if (key == "guidance" || key == "negative_prompt") return own_sampler != "rcm" || sampler != "rcm" || value == 1;
    if (key == "image_fit")
        return model.kind.find("image") != std::string::npos || model.kind.find("frame") != std::string::npos;
    return true;
}

/// One value through the same checks as every other way into a request.
Result<void> write_value(GenerationRequest& request, const std::string& key, const Json& value) {
    STUDIO_TRY(one, GenerationRequest::from_json(Json{{key, value}}));
    one.prompt.assign(1, 'x');
    STUDIO_TRY_VOID(check_ranges(one));
    Json all = request.to_json();
    all[key] = value;
    STUDIO_TRY(written, GenerationRequest::from_json(all));
    request = std::move(written);
    return {};
}

Json opened(const GenerationRequest& request) {
    Json all = request.to_json();
    const Json fresh = GenerationRequest{}.to_json();
    for (const std::string_view key : preset_keys()) {
        const std::string name(key);
        if (fresh.contains(name))
            all[name] = fresh[name];
        else
            all.erase(name);
    }
    return all;
}

/// Every preset key with the value that would run.
Json effective(const GenerationRequest& request, const ModelInfo& model) {
    const Json all = request.to_json();
    Json out = Json::object();
    for (const std::string_view key : preset_keys()) {
        const std::string name(key);
        if (const auto it = all.find(name); it != all.end() && !it->is_null())
            out[name] = *it;
        else if (model.defaults.is_object() && model.defaults.contains(name))
            out[name] = model.defaults[name];
    }
    return out;
}
}  // namespace

std::span<const std::string_view> preset_keys() {
    static constexpr std::array<std::string_view, 17> kKeys{
        "width",     "height",       "num_frames", "seconds",    "fps",      "steps",
        "sampler",   "sampler_mode", "guidance",   "guidance_2", "boundary", "shift",
        "sigma_max", "attention",    "sla_topk",   "precision",  "image_fit"};
    return kKeys;
}

std::vector<Preset> built_in_presets(const ModelInfo& model) {
    std::vector<Preset> all{{"draft", draft_values(model), true},
                            {"balanced", balanced_values(), true},
                            {"best", best_values(model), true}};
    put_size(all[0].values, model, false);
    put_size(all[2].values, model, true);
    return all;
}

AppliedPreset apply_preset(const Preset& preset, const ModelInfo& model, GenerationRequest request) {
    AppliedPreset out;
    if (auto fresh = GenerationRequest::from_json(opened(request)); fresh.ok()) request = std::move(*fresh);
    const auto keys = preset_keys();
    for (const auto& [key, value] : preset.values.items()) {
        if (std::find(keys.begin(), keys.end(), key) == keys.end()) continue;  // of a newer version, or not for presets
        GenerationRequest with = request;
        if (write_value(with, key, value).ok() && can_use(key, value, model, preset.values))
            request = std::move(with);
        else
            out.left_out.push_back(key);
    }
    out.request = std::move(request);
    return out;
}

Preset preset_of(std::string name, const GenerationRequest& request, const ModelInfo& model) {
    Preset out{std::move(name), Json::object(), false};
    const Json all = effective(request, model), own = effective(GenerationRequest{}, model);
    for (const auto& [key, value] : all.items())
        if (!own.contains(key) || own[key] != value) out.values[key] = value;
    return out;
}

bool is_in_force(const Preset& preset, const ModelInfo& model, const GenerationRequest& request) {
    return effective(apply_preset(preset, model, request).request, model) == effective(request, model);
}

Result<void> check_preset_name(std::string_view name) {
    const auto refuse = [](std::string message, std::string fix) {
        return invalid_argument("preset", std::move(message), std::move(fix));
    };
    if (name.find_first_not_of(" \t") == std::string_view::npos)
        return refuse("A preset needs a name.", "Type one, such as Portraits.");
    if (invalid_utf8_at(name)) return refuse("The name of the preset is not valid UTF-8.", "Type it again.");
    const auto is_continuation = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; };
    const auto chars = name.size() - std::size_t(std::count_if(name.begin(), name.end(), is_continuation));
    if (chars > kMaxNameChars)
        return refuse(fmt::format("The name of the preset has {} characters.", chars),
                      fmt::format("Use at most {}.", kMaxNameChars));
    if (std::any_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }))
        return refuse("The name of the preset has control characters in it.", "Use letters, digits and spaces.");
    std::string lower(name);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    if (std::find(kBuiltIn.begin(), kBuiltIn.end(), lower) != kBuiltIn.end())
        return refuse(fmt::format("{} is a preset of the program.", name), "Choose another name.");
    return {};
}

}  // namespace studio
