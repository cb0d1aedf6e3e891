#include "checkpoint/lora_alpha.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/text.h"

namespace studio::checkpoint {
namespace {

constexpr const char* kMetadataKey = "lora_adapter_metadata";

bool is_peft(const io::Checkpoint& file) {
    const auto tensors = file.tensors();
    return std::any_of(tensors.begin(), tensors.end(),
                       [](const io::TensorInfo& t) { return t.name.starts_with("base_model.model."); });
}

}  // namespace

Result<LoraAlphas> LoraAlphas::read(const io::Checkpoint& file) {
    LoraAlphas out;
    const std::string path = path_to_utf8(file.main_file());
    if (const auto found = file.metadata().find(kMetadataKey); found != file.metadata().end()) {
        STUDIO_TRY(json, parse_json(found->second, path));
        for (const char* start : {"transformer.", "transformer_2.", ""})
            STUDIO_TRY_VOID(out.take(json, start, path));
        return out;
    }
    const std::filesystem::path config = file.main_file().parent_path() / "adapter_config.json";
    std::error_code ignored;
    if (is_peft(file) && std::filesystem::is_regular_file(config, ignored)) {
        STUDIO_TRY(json, read_json_file(config));
        STUDIO_TRY_VOID(out.take(json, "", path_to_utf8(config)));
    }
    return out;
}

Result<void> LoraAlphas::take(const Json& json, const std::string& start, const std::string& file) {
    if (is_known_ || !json.is_object() || !json.contains(start + "lora_alpha")) return {};
    const auto wrong = [&](const std::string& key) {
        return corrupt_file(file, key, fmt::format("{} of the LoRA's settings is not a number in range.", key),
                            "Get another copy of the LoRA.");
    };
    const Json& alpha = json[start + "lora_alpha"];
    if (!alpha.is_number() || !std::isfinite(alpha.get<double>())) return wrong(start + "lora_alpha");
    alpha_ = alpha.get<double>();
    is_known_ = true;
    if (const auto rs = json.find(start + "use_rslora"); rs != json.end()) is_rs_ = rs->is_boolean() && rs->get<bool>();
    const auto patterns = json.find(start + "alpha_pattern");
    if (patterns == json.end() || !patterns->is_object()) return {};
    for (const auto& [layer, value] : patterns->items()) {
        if (!value.is_number() || !std::isfinite(value.get<double>())) return wrong(start + "alpha_pattern");
        by_layer_[layer] = value.get<double>();
    }
    return {};
}

double LoraAlphas::scale(std::string_view layer, std::int64_t rank) const {
    if (!is_known_) return 1;
    double alpha = alpha_;
    // PEFT's rule: a pattern names the layer or its end after a dot.
    for (const auto& [pattern, value] : by_layer_) {
        if (layer == pattern || layer.ends_with("." + pattern)) alpha = value;
    }
    const auto r = static_cast<double>(rank);
    return is_rs_ ? alpha / std::sqrt(r) : alpha / r;
}

}  // namespace studio::checkpoint
