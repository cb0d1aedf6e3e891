// pipeline/image_size.h - which size a video takes from its image, and how the image gets there. No Torch.
#pragma once
#include <optional>
#include <string_view>

#include "pipeline/model_parts.h"
#include "pipeline/video_shape.h"

namespace studio::pipeline {

/// What happens when the image's shape is not the video's.
enum class ImageFit {
    kFollow,   // the video takes the image's shape (area of the size asked for); what is left is stretched a little
    kCrop,     // fill the video, cut what stands over on both sides
    kPad,      // the whole image, mid-grey beside it
    kStretch,  // the whole image, distorted
};
std::optional<ImageFit> image_fit(std::string_view name) noexcept;  // "follow", "crop", "pad", "stretch"
std::string_view to_string(ImageFit fit) noexcept;

/// Each family of models was run with its own resize; the differences change pictures.
enum class ResizeRule {
    kBicubic,   // Wan 2.1 and A14B: a = -0.75, no antialias, not clamped (spec: wan.md 7.2)
    kLanczos,   // TI2V-5B: Pillow's Lanczos on 8 bits, to cover the video, then cropped (wan.md 7.3)
    kBilinear,  // TurboDiffusion: antialiased on 8 bits (turbodiffusion.md 1.6)
};

ResizeRule resize_rule(ModelKind kind, bool is_turbo) noexcept;

/// The size of a video that follows an image of image_width x image_height: its aspect, about the area of `base`, sides
/// that are multiples of rules.step.   Source: wan.md 7.1 (floor; for 5B the better of two candidates),
/// turbodiffusion.md 1.6 (nearest, ties to even).   Precondition: all sides positive.
VideoShape follow_image(ResizeRule rule, int image_width, int image_height, const VideoShape& base,
                        const ShapeRules& rules);

}  // namespace studio::pipeline
