#include "ui/time_left.h"

#include <cmath>

namespace studio::ui {

namespace {
std::optional<double> number(const Json& settings, const char* key) {
    if (!settings.is_object()) return std::nullopt;
    const auto value = settings.find(key);
    if (value == settings.end() || !value->is_number()) return std::nullopt;
    const double found = value->get<double>();
    return found > 0 && std::isfinite(found) ? std::optional(found) : std::nullopt;
}

/// Pixels times frames times steps; what is open counts as in `like`.
std::optional<double> work(const Json& settings, const Json& like) {
    double product = 1;
    for (const char* key : {"width", "height", "num_frames", "steps"}) {
        auto value = number(settings, key);
        if (!value && !(key == std::string_view("num_frames") && number(settings, "seconds")))
            value = number(like, key);
        if (!value) {
            const auto seconds = number(settings, "seconds"), fps = number(like, "fps");
            if (!seconds || !fps) return std::nullopt;
            value = *seconds * *fps;
        }
        product *= *value;
    }
    return product;
}
}  // namespace

std::optional<double> estimateSeconds(const store::JobRecord& waiting, const std::vector<store::JobRecord>& done) {
    for (const store::JobRecord& job : done) {
        const auto took = number(job.result, "total_s");
        if (job.state != store::JobState::kFinished || job.draft.model != waiting.draft.model || !took) continue;
        const auto settings = job.result.find("settings");
        if (settings == job.result.end()) continue;
        const auto theirs = work(*settings, *settings), ours = work(waiting.draft.request, *settings);
        if (theirs && ours) return *took * *ours / *theirs;
    }
    return std::nullopt;
}

}  // namespace studio::ui
