#include "app/preferred_request.h"

namespace studio {

void use_preferences(GenerationRequest& request, const Preferences& preferences) {
    if (request.device == "auto") request.device = preferences.text("performance.device");
    if (request.threads == 0) request.threads = static_cast<int>(preferences.number("performance.threads"));
    if (request.ram_limit == 0) request.ram_limit = preferences.number("performance.ram_limit");
    if (request.vram_limit == 0) request.vram_limit = preferences.number("performance.vram_limit");
    if (request.name_pattern.empty() && !preferences.is_default("output.name_pattern"))
        request.name_pattern = preferences.text("output.name_pattern");
    if (request.metadata == "keep") request.metadata = preferences.text("output.metadata");
}

DownloadPreferences download_preferences(const Preferences& preferences) {
    return {preferences.text("downloads.mirror"), preferences.text("downloads.proxy"),
            preferences.is_on("downloads.offline")};
}

}  // namespace studio
