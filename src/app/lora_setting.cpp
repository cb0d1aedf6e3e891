#include "app/lora_setting.h"

#include <fmt/format.h>

#include <cmath>

#include "core/text.h"

namespace studio {
namespace {

constexpr double kMaxStrength = 100;
constexpr std::size_t kMaxLoras = 64;

bool is_expert(std::string_view text) {
    return text == "both" || text == "high" || text == "low";
}

Error wrong(std::string message, std::string fix) {
    return invalid_argument("loras", std::move(message), std::move(fix));
}

/// What stands behind the last colon, if it is there.
std::string_view last_part(std::string_view text) {
    const auto colon = text.rfind(':');
    return colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
}

}  // namespace

Result<void> add_lora(GenerationRequest& request, std::string_view text) {
    if (text.empty()) {
        request.loras.clear();
        return {};
    }
    LoraSetting lora;
    if (const std::string_view part = last_part(text); is_expert(part)) {
        lora.expert = part;
        text.remove_suffix(part.size() + 1);
    }
    if (const std::string_view part = last_part(text); const auto strength = parse_double(part)) {
        lora.strength = *strength;
        text.remove_suffix(part.size() + 1);
    }
    lora.path = text;
    STUDIO_TRY_VOID(check_loras({lora}));
    request.loras.push_back(std::move(lora));
    return {};
}

Result<void> check_loras(const std::vector<LoraSetting>& loras) {
    if (loras.size() > kMaxLoras)
        return wrong(fmt::format("{} LoRAs are too many; at most {} are merged.", loras.size(), kMaxLoras),
                     "Leave some out.");
    for (const LoraSetting& lora : loras) {
        const std::string shown = escape_for_display(lora.path, 200);
        if (lora.path.empty()) return wrong("A LoRA has no file.", "Write it as --lora PATH or --lora PATH:STRENGTH.");
        if (!(std::abs(lora.strength) <= kMaxStrength))
            return wrong(
                fmt::format("The strength of {} must be a number from -{} to {}.", shown, kMaxStrength, kMaxStrength),
                "1 is as trained; 0.5 to 1 is usual.");
        if (!is_expert(lora.expert))
            return wrong(fmt::format("The expert of {} must be both, high or low, not '{}'.", shown,
                                     escape_for_display(lora.expert, 60)),
                         "Write both, high or low.");
    }
    return {};
}

}  // namespace studio
