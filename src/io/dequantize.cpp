#include "io/dequantize.h"

#include "io/block_expand.h"

namespace studio::io {
namespace {

template <class T>
STUDIO_INLINE T load(const std::uint8_t* from) noexcept {
    T value;
    std::memcpy(&value, from, sizeof value);
    return value;
}

template <class T>
STUDIO_INLINE void convert(const std::uint8_t* from, float* to, std::size_t count) noexcept {
    for (std::size_t i = 0; i < count; ++i)
        to[i] = static_cast<float>(load<T>(from + i * sizeof(T)));
}

STUDIO_CLONES void expand_f64(const std::uint8_t* from, float* to, std::size_t count) noexcept {
    convert<double>(from, to, count);
}
STUDIO_CLONES void expand_i64(const std::uint8_t* from, float* to, std::size_t count) noexcept {
    convert<std::int64_t>(from, to, count);
}
STUDIO_CLONES void expand_i32(const std::uint8_t* from, float* to, std::size_t count) noexcept {
    convert<std::int32_t>(from, to, count);
}
STUDIO_CLONES void expand_i16(const std::uint8_t* from, float* to, std::size_t count) noexcept {
    convert<std::int16_t>(from, to, count);
}
STUDIO_CLONES void expand_i8(const std::uint8_t* from, float* to, std::size_t count) noexcept {
    convert<std::int8_t>(from, to, count);
}
STUDIO_CLONES void expand_u8(const std::uint8_t* from, float* to, std::size_t count) noexcept {
    convert<std::uint8_t>(from, to, count);
}
void expand_f32(const std::uint8_t* from, float* to, std::size_t count) noexcept {
    std::memcpy(to, from, count * sizeof(float));
}

STUDIO_CLONES void expand_bool(const std::uint8_t* from, float* to, std::size_t count) noexcept {
    for (std::size_t i = 0; i < count; ++i)
        to[i] = from[i] != 0 ? 1.0f : 0.0f;
}

STUDIO_CLONES void expand_bf16(const std::uint8_t* from, float* to, std::size_t count) noexcept {
    for (std::size_t i = 0; i < count; ++i)
        to[i] = std::bit_cast<float>(std::uint32_t{load<std::uint16_t>(from + 2 * i)} << 16);
}

STUDIO_CLONES void expand_f16(const std::uint8_t* from, float* to, std::size_t count) noexcept {
    for (std::size_t i = 0; i < count; ++i)
        to[i] = half_to_float(load<std::uint16_t>(from + 2 * i));
}

/// E5M2 is the upper byte of a half.
STUDIO_CLONES void expand_e5m2(const std::uint8_t* from, float* to, std::size_t count) noexcept {
    for (std::size_t i = 0; i < count; ++i)
        to[i] = half_to_float(static_cast<std::uint16_t>(from[i] << 8));
}

/// E4M3FN: no infinities; only all bits set is NaN.
STUDIO_CLONES void expand_e4m3(const std::uint8_t* from, float* to, std::size_t count) noexcept {
    constexpr std::uint32_t kBias = 120u << 23, kSmallest = 121u << 23, kNan = 0x7FC00000u;
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint32_t magnitude = from[i] & 0x7Fu, sign = (from[i] & 0x80u) << 24;
        const std::uint32_t normal = select(magnitude == 0x7Fu, kNan, (magnitude << 20) + kBias);
        const float subnormal = std::bit_cast<float>((magnitude << 20) + kSmallest) - std::bit_cast<float>(kSmallest);
        const std::uint32_t value = select(magnitude < 8, std::bit_cast<std::uint32_t>(subnormal), normal);
        to[i] = std::bit_cast<float>(value | sign);
    }
}

ExpandBlocks expander(DType dtype) noexcept {
    switch (dtype) {
        case DType::kF64:
            return expand_f64;
        case DType::kF32:
            return expand_f32;
        case DType::kF16:
            return expand_f16;
        case DType::kBF16:
            return expand_bf16;
        case DType::kF8E4M3:
            return expand_e4m3;
        case DType::kF8E5M2:
            return expand_e5m2;
        case DType::kI64:
            return expand_i64;
        case DType::kI32:
            return expand_i32;
        case DType::kI16:
            return expand_i16;
        case DType::kI8:
            return expand_i8;
        case DType::kU8:
            return expand_u8;
        case DType::kBool:
            return expand_bool;
        case DType::kQ8_0:
            return expand_q8_0;
        case DType::kQ4_0:
            return expand_q4_0;
        case DType::kQ4_1:
            return expand_q4_1;
        case DType::kQ5_0:
            return expand_q5_0;
        case DType::kQ5_1:
            return expand_q5_1;
        case DType::kQ2_K:
            return expand_q2_k;
        case DType::kQ3_K:
            return expand_q3_k;
        case DType::kQ4_K:
            return expand_q4_k;
        case DType::kQ5_K:
            return expand_q5_k;
        case DType::kQ6_K:
            return expand_q6_k;
        case DType::kIQ4_NL:
            return expand_iq4_nl;
        case DType::kIQ4_XS:
            return expand_iq4_xs;
    }
    return nullptr;
}

}  // namespace

void dequantize(DType dtype, std::span<const std::byte> stored, std::span<float> out) noexcept {
    if (out.empty()) return;  // an empty span may be null, which memcpy forbids
    const auto elements = static_cast<std::size_t>(block_format(dtype).elements);
    expander(dtype)(reinterpret_cast<const std::uint8_t*>(stored.data()), out.data(), out.size() / elements);
}

}  // namespace studio::io
