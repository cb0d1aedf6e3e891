// convert/encode.h - fp32 numbers as stored types, and TurboDiffusion's 8-bit tiles.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

#include "io/dtype.h"

namespace studio::convert {

/// Round to nearest, ties to even. `dtype`: kF32, kF16 or kBF16; out holds exactly values.size() elements,
/// little-endian. Returns how many finite values are not finite any more (too large for kF16).
std::size_t encode(io::DType dtype, std::span<const float> values, std::span<std::byte> out) noexcept;

/// The value as it is after a round trip through bf16 or fp16.
float rounded(io::DType dtype, float value) noexcept;

inline constexpr std::int64_t kTile = 128;

/// Largest absolute value to multiplier and stored scale: 128 / amax and amax / 128, amax at least 1e-8.
/// Source: TurboDiffusion, ops/quant/quant.hpp; spec turbodiffusion.md 6.1.
struct TileScale {
    float multiplier = 0, stored = 0;
};
TileScale tile_scale(float largest) noexcept;
/// Round half to even, saturate to [-128, 127].
std::int8_t quantize(float value, float multiplier) noexcept;

}  // namespace studio::convert
