// tensor/noise.h - Gaussian noise that a seed fixes on every device and machine.
#pragma once
#include <cstdint>

#include "tensor/torch_compat.h"

namespace studio {

/// Standard normal fp32 values: Philox4x32-10 (key = seed, counter = (element / 4, stream)), Box-Muller in fp64,
/// rounded to fp32. Element i depends on (seed, stream, i) only: not on device, threads or shape. stream  0 is the
/// initial latent, 1 + k the noise of sampler step k.
at::Tensor gaussian_noise(at::IntArrayRef shape, std::uint64_t seed, std::uint32_t stream);

}  // namespace studio
