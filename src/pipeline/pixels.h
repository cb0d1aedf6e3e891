// pipeline/pixels.h - decoded frames as 8-bit pictures.
#pragma once
#include "core/frame.h"
#include "tensor/torch_compat.h"

namespace studio::pipeline {

/// frames float [1, 3, n, H, W] in [-1, 1] -> U8 [n, H, W, 3]: (v + 1) / 2 * 255 + 0.5, truncated. This is what the
/// video writer gets.   Source: spec turbodiffusion.md 1.7.
at::Tensor to_u8(const at::Tensor& frames);

/// The same as Frames, numbered from first_index.
std::vector<Frame> to_frames(const at::Tensor& frames, std::int64_t first_index);

}  // namespace studio::pipeline
