#include "pipeline/video_shape.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace studio::pipeline {
namespace {

/// The valid values on both sides of `value`: first + k * step inside [first, last].
std::string neighbours(int value, int first, int last, int step) {
    if (value <= first) return std::to_string(first);
    if (value >= last) return std::to_string(last);
    const int below = first + (value - first) / step * step;
    return fmt::format("{} or {}", below, below + step);
}

Result<void> check_side(const char* field, const char* label, int value, const ShapeRules& rules) {
    const int last = rules.max_side / rules.step * rules.step;
    if (value >= rules.min_side && value <= last && value % rules.step == 0) return {};
    return invalid_argument(
        field,
        fmt::format("{} {} is not possible with this model: it makes multiples of {} from {} to {} pixels.", label,
                    value, rules.step, rules.min_side, last),
        fmt::format("Nearest: {}.", neighbours(value, rules.min_side, last, rules.step)));
}

}  // namespace

ShapeRules shape_rules(const checkpoint::DitConfig& dit, const checkpoint::VaeConfig& vae) {
    constexpr int kRotaryPositions = 1024;  // per axis, as the published networks have it
    ShapeRules rules;
    rules.step = static_cast<int>(vae.spatial_stride * std::max(dit.patch[1], dit.patch[2]));
    rules.min_side = rules.step;
    rules.max_side = rules.step * kRotaryPositions;
    rules.frame_step = static_cast<int>(vae.temporal_stride);
    rules.max_frames = rules.frame_step * (kRotaryPositions - 1) + 1;
    return rules;
}

Result<LatentShape> latent_shape(const VideoShape& shape, const checkpoint::DitConfig& dit,
                                 const checkpoint::VaeConfig& vae) {
    const ShapeRules rules = shape_rules(dit, vae);
    STUDIO_TRY_VOID(check_side("width", "Width", shape.width, rules));
    STUDIO_TRY_VOID(check_side("height", "Height", shape.height, rules));
    if (shape.num_frames < 1 || shape.num_frames > rules.max_frames || (shape.num_frames - 1) % rules.frame_step != 0) {
        return invalid_argument(
            "num_frames",
            fmt::format("{} frames are not possible with this model: it makes {}k + 1 frames, from 1 to {}.",
                        shape.num_frames, rules.frame_step, rules.max_frames),
            fmt::format("Nearest: {}.", neighbours(shape.num_frames, 1, rules.max_frames, rules.frame_step)));
    }
    LatentShape out;
    out.channels = vae.z_dim;
    out.frames = 1 + (shape.num_frames - 1) / rules.frame_step;
    out.height = shape.height / vae.spatial_stride;
    out.width = shape.width / vae.spatial_stride;
    out.tokens = out.frames / dit.patch[0] * (out.height / dit.patch[1]) * (out.width / dit.patch[2]);
    return out;
}

int nearest_side(int value, const ShapeRules& rules) {
    const int last = rules.max_side / rules.step * rules.step;
    const int inside = std::clamp(value, rules.min_side, last);
    return std::min(last, (inside + rules.step / 2) / rules.step * rules.step);
}

int nearest_frames(int value, const ShapeRules& rules) {
    const int inside = std::clamp(value, 1, rules.max_frames);
    return std::min(rules.max_frames, (inside - 1 + rules.frame_step / 2) / rules.frame_step * rules.frame_step + 1);
}

int frames_for_seconds(double seconds, double fps, const ShapeRules& rules) {
    const double frames = std::round(seconds * fps);
    if (!(frames > 1)) return 1;  // also NaN
    return nearest_frames(static_cast<int>(std::min(frames, double(rules.max_frames))), rules);
}

}  // namespace studio::pipeline
