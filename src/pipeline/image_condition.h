// pipeline/image_condition.h - the mask that tells an image-to-video transformer which frames are given.
#pragma once
#include "tensor/torch_compat.h"

namespace studio::pipeline {

/// fp32 [1, step, T, height, width] for num_frames = step k + 1: one channel per pixel frame of a latent frame, 1 where
/// that frame is given. The first pixel frame stands for all channels of latent frame 0; a given last frame is the last
/// channel of the last one.   Source: Wan 2.1, wan/image2video.py and first_last_frame2video.py; spec: wan.md 7.2.
at::Tensor frame_mask(int num_frames, int step, bool has_last, std::int64_t height, std::int64_t width);

}  // namespace studio::pipeline
