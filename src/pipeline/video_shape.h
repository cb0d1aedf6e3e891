// pipeline/video_shape.h - from pixels and frames to latent sizes, with the nearest valid values when something is off.
#pragma once
#include <cstdint>

#include "checkpoint/configs.h"
#include "core/result.h"

namespace studio::pipeline {

struct VideoShape {
    int width = 0, height = 0;  // pixels
    int num_frames = 0;         // 4k + 1
};

struct LatentShape {
    std::int64_t channels = 0, frames = 0, height = 0, width = 0;  // C, T, h, w of the noise and of the VAE's code
    std::int64_t tokens = 0;                                       // after patching
};

/// The rules that one model sets for sizes: everything is a multiple of the VAE stride times the patch.
struct ShapeRules {
    int step = 16;  // pixels, width and height
    int min_side = 16;
    int max_side = 16384;  // the rotary table has 1024 positions per axis
    int frame_step = 4;    // frames are frame_step * k + 1
    int max_frames = 4093;
};
ShapeRules shape_rules(const checkpoint::DitConfig& dit, const checkpoint::VaeConfig& vae);

/// Errors    InvalidArgument naming width, height or num_frames, with the nearest values that the model can make.
Result<LatentShape> latent_shape(const VideoShape& shape, const checkpoint::DitConfig& dit,
                                 const checkpoint::VaeConfig& vae);

/// The valid value nearest to `value` (ties go up), inside the limits.
int nearest_side(int value, const ShapeRules& rules);
int nearest_frames(int value, const ShapeRules& rules);
/// The frame count nearest to seconds * fps that the model can make.
int frames_for_seconds(double seconds, double fps, const ShapeRules& rules);

}  // namespace studio::pipeline
