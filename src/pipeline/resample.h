// pipeline/resample.h - the two resizes that LibTorch has not in the form that the originals used. No Torch.
#pragma once
#include <vector>

#include "core/frame.h"

namespace studio::pipeline {

/// [3, height, width] in [-1, 1], not clamped: bicubic with a = -0.75, pixel centres, edges repeated, no antialias
/// (what PyTorch's interpolate does, of which the original is), of pixels / 255 * 2 - 1.   Accuracy: 1e-6 of PyTorch's
/// fp32.
std::vector<float> resize_bicubic(const Frame& image, int width, int height);

/// 8-bit Lanczos of three lobes, first along rows, then along columns, each rounded to 8 bits: equal to Pillow's
/// Image.resize(..., LANCZOS) to the last bit.
Frame resize_lanczos(const Frame& image, int width, int height);

/// The middle width x height pixels (offsets rounded down).   Precondition: not larger than the image.
Frame crop_centre(const Frame& image, int width, int height);

}  // namespace studio::pipeline
