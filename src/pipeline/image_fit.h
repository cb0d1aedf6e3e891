// pipeline/image_fit.h - a picture at the video's size, as the VAE wants to see it.
#pragma once
#include "core/frame.h"
#include "pipeline/image_size.h"
#include "tensor/torch_compat.h"

namespace studio::pipeline {

/// fp32 [1, 3, height, width] in [-1, 1]; bicubic overshoots a little, as in the original. Padding is 0, mid-grey.
/// Errors   throws Failure(InvalidArgument), field "image", for a picture without pixels.
at::Tensor fit_image(const Frame& image, const VideoShape& shape, ImageFit fit, ResizeRule rule);

}  // namespace studio::pipeline
