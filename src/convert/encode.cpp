#include "convert/encode.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

namespace studio::convert {
namespace {

std::uint16_t to_bf16(float value) noexcept {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    if (std::isnan(value)) return static_cast<std::uint16_t>(bits >> 16 | 0x40);
    return static_cast<std::uint16_t>((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
}

float from_bf16(std::uint16_t bits) noexcept {
    return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

std::uint16_t to_f16(float value) noexcept {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const auto sign = static_cast<std::uint16_t>(bits >> 16 & 0x8000);
    const float size = std::fabs(value);
    if (std::isnan(value)) return static_cast<std::uint16_t>(sign | 0x7E00);
    if (size >= 65520.0F) return static_cast<std::uint16_t>(sign | 0x7C00);  // halfway to the next power rounds up
    if (size < 6.103515625e-05F) {
        // Subnormal: multiples of 2^-24; the product is exact and nearbyint rounds ties to even.
        return static_cast<std::uint16_t>(sign | static_cast<std::uint16_t>(std::nearbyint(size * 16777216.0F)));
    }
    const std::uint32_t mantissa = bits & 0x7FFFFFFF;
    const std::uint32_t rounded = mantissa + 0xFFF + (mantissa >> 13 & 1);
    return static_cast<std::uint16_t>(sign | (rounded - (std::uint32_t{112} << 23)) >> 13);
}

float from_f16(std::uint16_t bits) noexcept {
    const int exponent = bits >> 10 & 31, mantissa = bits & 1023;
    const float sign = (bits & 0x8000) != 0 ? -1.0F : 1.0F;
    if (exponent == 31) return mantissa != 0 ? std::nanf("") : sign * INFINITY;
    if (exponent == 0) return sign * std::ldexp(static_cast<float>(mantissa), -24);
    return sign * std::ldexp(static_cast<float>(mantissa + 1024), exponent - 25);
}

}  // namespace

float rounded(io::DType dtype, float value) noexcept {
    if (dtype == io::DType::kBF16) return from_bf16(to_bf16(value));
    if (dtype == io::DType::kF16) return from_f16(to_f16(value));
    return value;
}

std::size_t encode(io::DType dtype, std::span<const float> values, std::span<std::byte> out) noexcept {
    if (dtype == io::DType::kF32) {
        std::memcpy(out.data(), values.data(), values.size_bytes());
        return 0;
    }
    std::size_t lost = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const bool is_half = dtype == io::DType::kF16;
        const std::uint16_t bits = is_half ? to_f16(values[i]) : to_bf16(values[i]);
        const std::uint16_t infinity = is_half ? 0x7C00 : 0x7F80;
        lost += (bits & 0x7FFF) >= infinity && std::isfinite(values[i]) ? 1 : 0;
        std::memcpy(out.data() + i * 2, &bits, 2);
    }
    return lost;
}

TileScale tile_scale(float largest) noexcept {
    const float amax = std::max(1e-8F, largest);
    return {128.0F / amax, amax / 128.0F};
}

std::int8_t quantize(float value, float multiplier) noexcept {
    return static_cast<std::int8_t>(std::clamp(std::nearbyint(value * multiplier), -128.0F, 127.0F));
}

}  // namespace studio::convert
