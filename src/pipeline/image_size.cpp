#include "pipeline/image_size.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace studio::pipeline {
namespace {

constexpr std::array<std::pair<std::string_view, ImageFit>, 4> kFits{{
    {"follow", ImageFit::kFollow},
    {"crop", ImageFit::kCrop},
    {"pad", ImageFit::kPad},
    {"stretch", ImageFit::kStretch},
}};

struct Sides {
    double width, height;
};

/// wan.md 7.1, TI2V-5B: fix one side on the grid, let the other follow; keep the pair nearer to the image's ratio.
Sides better_of_two(double area, double ratio, double step) {
    const auto grid = [&](double value) { return std::max(1.0, std::floor(value / step)) * step; };
    const double wide = std::sqrt(area * ratio);
    const double width_1 = grid(wide), height_1 = grid(area / width_1);
    const double height_2 = grid(area / wide), width_2 = grid(area / height_2);
    const auto error = [&](double w, double h) { return std::max(w / h / ratio, ratio / (w / h)); };
    if (error(width_1, height_1) < error(width_2, height_2)) return {width_1, height_1};
    return {width_2, height_2};
}

}  // namespace

std::optional<ImageFit> image_fit(std::string_view name) noexcept {
    for (const auto& [text, fit] : kFits)
        if (text == name) return fit;
    return std::nullopt;
}

std::string_view to_string(ImageFit fit) noexcept {
    for (const auto& [text, value] : kFits)
        if (value == fit) return text;
    return "follow";
}

ResizeRule resize_rule(ModelKind kind, bool is_turbo) noexcept {
    if (kind == ModelKind::kTextImageToVideo) return ResizeRule::kLanczos;
    return is_turbo ? ResizeRule::kBilinear : ResizeRule::kBicubic;
}

VideoShape follow_image(ResizeRule rule, int image_width, int image_height, const VideoShape& base,
                        const ShapeRules& rules) {
    const double area = double(base.width) * double(base.height);
    const double ratio = double(image_width) / double(image_height);
    const double step = rules.step;
    Sides sides{};
    switch (rule) {
        case ResizeRule::kBicubic:
            sides = {std::floor(std::sqrt(area * ratio) / step) * step,
                     std::floor(std::sqrt(area / ratio) / step) * step};
            break;
        case ResizeRule::kLanczos:
            sides = better_of_two(area, ratio, step);
            break;
        case ResizeRule::kBilinear:
            // nearbyint rounds ties to even, as Python's round does.
            sides = {step * std::nearbyint(std::sqrt(area * ratio) / step),
                     step * std::nearbyint(std::sqrt(area / ratio) / step)};
            break;
    }
    const double last = rules.max_side / rules.step * rules.step;
    const auto inside = [&](double side) { return static_cast<int>(std::clamp(side, double(rules.min_side), last)); };
    return {inside(sides.width), inside(sides.height), base.num_frames};
}

}  // namespace studio::pipeline
