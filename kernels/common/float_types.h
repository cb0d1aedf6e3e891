// kernels/common/float_types.h - 16- and 8-bit floats as plain CPU code: for oracles, tests and CPU kernels.
// bf16 and f16 round to nearest even, e4m3 (OCP FP8 E4M3FN) to nearest even and saturates at 448.
#pragma once
#include <cmath>
#include <cstdint>
#include <cstring>

#include "kernels/common/status.h"

namespace studio::kernels {

inline float bf16_to_float(std::uint16_t h) noexcept {
    const std::uint32_t bits = std::uint32_t(h) << 16;
    float f;
    std::memcpy(&f, &bits, 4);
    return f;
}
inline std::uint16_t float_to_bf16(float f) noexcept {
    std::uint32_t u;
    std::memcpy(&u, &f, 4);
    if ((u & 0x7fffffffu) > 0x7f800000u) return 0x7fff;
    return std::uint16_t((u + 0x7fff + ((u >> 16) & 1)) >> 16);
}
inline float f16_to_float(std::uint16_t h) noexcept {
    const int exponent = h >> 10 & 31, fraction = h & 1023;
    float v = exponent == 31 ? (fraction ? NAN : INFINITY)
              : exponent     ? std::ldexp(1.0f + float(fraction) / 1024, exponent - 15)
                             : std::ldexp(float(fraction) / 1024, -14);
    return h & 0x8000 ? -v : v;
}
inline std::uint16_t float_to_f16(float f) noexcept {
    const std::uint16_t sign = std::signbit(f) ? 0x8000 : 0;
    if (f != f) return 0x7e00;
    const float a = std::fabs(f);
    if (a >= 65520.0f) return std::uint16_t(sign | 0x7c00);
    int exponent = 0;
    std::frexp(a, &exponent);
    const int step = exponent - 11 < -24 ? -24 : exponent - 11;  // exponent of one unit in the last place
    const float units = std::nearbyint(std::ldexp(a, -step));
    const float back = std::ldexp(units, step);
    if (back < std::ldexp(1.0f, -14)) return std::uint16_t(sign | int(std::ldexp(back, 24)));
    std::frexp(back, &exponent);
    const int fraction = int(std::ldexp(back, 11 - exponent)) - 1024;
    return std::uint16_t(sign | (exponent + 14) << 10 | fraction);
}
inline float e4m3_to_float(std::uint8_t b) noexcept {
    const int exponent = b >> 3 & 15, fraction = b & 7;
    float v = exponent ? std::ldexp(1.0f + float(fraction) / 8, exponent - 7) : std::ldexp(float(fraction) / 8, -6);
    if (exponent == 15 && fraction == 7) v = NAN;
    return b & 0x80 ? -v : v;
}

inline std::uint8_t float_to_e4m3(float f) noexcept {
    const std::uint8_t sign = std::signbit(f) ? 0x80 : 0;
    if (f != f) return 0x7f;
    const float a = std::fabs(f);
    if (a >= 448.0f) return std::uint8_t(sign | 0x7e);
    int exponent = 0;
    std::frexp(a, &exponent);
    const int step = exponent - 4 < -9 ? -9 : exponent - 4;  // exponent of one unit in the last place
    const float back = std::ldexp(std::nearbyint(std::ldexp(a, -step)), step);
    if (back < std::ldexp(1.0f, -6)) return std::uint8_t(sign | int(std::ldexp(back, 9)));
    std::frexp(back, &exponent);
    return std::uint8_t(sign | (exponent + 6) << 3 | (int(std::ldexp(back, 4 - exponent)) - 8));
}

/// Element i of an array of this type.
inline double read_element(const void* p, DType type, std::int64_t i) noexcept {
    switch (type) {
        case DType::kF32:
            return static_cast<const float*>(p)[i];
        case DType::kF16:
            return f16_to_float(static_cast<const std::uint16_t*>(p)[i]);
        case DType::kBF16:
            return bf16_to_float(static_cast<const std::uint16_t*>(p)[i]);
        case DType::kI8:
            return static_cast<const std::int8_t*>(p)[i];
        case DType::kE4M3:
            return e4m3_to_float(static_cast<const std::uint8_t*>(p)[i]);
    }
    return NAN;
}
/// v rounded to the type, as fp64; kF32 rounds to float.
inline double round_to(DType type, double v) noexcept {
    switch (type) {
        case DType::kF16:
            return f16_to_float(float_to_f16(float(v)));
        case DType::kBF16:
            return bf16_to_float(float_to_bf16(float(v)));
        default:
            return float(v);
    }
}

}  // namespace studio::kernels
