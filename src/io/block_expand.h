// io/block_expand.h - how each GGUF block becomes fp32 values; used by dequantize() only.
//
// One function per type: `blocks` blocks from `from` (unaligned) to `to` (blocks * elements values). Every product and
// difference is rounded to fp32 in the order of gguf-py, so that results are equal bit by bit.
#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "io/vector_code.h"

namespace studio::io {

/// Choices by mask: a loop with branches is not vectorised.
STUDIO_INLINE std::uint32_t mask_if(bool is_true) noexcept {
    return 0u - static_cast<std::uint32_t>(is_true);
}
STUDIO_INLINE std::uint32_t select(bool is_first, std::uint32_t first, std::uint32_t second) noexcept {
    return (first & mask_if(is_first)) | (second & ~mask_if(is_first));
}

/// IEEE half to float, exact; no branches, no subnormal float on the way (a processor set to flush them gives the
/// same).
STUDIO_INLINE float half_to_float(std::uint16_t half) noexcept {
    const std::uint32_t magnitude = half & 0x7FFFu, sign = (half & 0x8000u) << 16;
    constexpr std::uint32_t kBias = 112u << 23, kSmallest = 113u << 23;
    const std::uint32_t normal = (magnitude << 13) + kBias + (kBias & mask_if(magnitude >= 0x7C00u));
    const float subnormal = std::bit_cast<float>((magnitude << 13) + kSmallest) - std::bit_cast<float>(kSmallest);
    const std::uint32_t value = select(magnitude < 0x0400u, std::bit_cast<std::uint32_t>(subnormal), normal);
    return std::bit_cast<float>(value | sign);
}

STUDIO_INLINE float half_at(const std::uint8_t* from) noexcept {
    return half_to_float(static_cast<std::uint16_t>(from[0] | from[1] << 8));
}

using ExpandBlocks = void (*)(const std::uint8_t* from, float* to, std::size_t blocks) noexcept;

void expand_q8_0(const std::uint8_t* from, float* to, std::size_t blocks) noexcept;
void expand_q4_0(const std::uint8_t* from, float* to, std::size_t blocks) noexcept;
void expand_q4_1(const std::uint8_t* from, float* to, std::size_t blocks) noexcept;
void expand_q5_0(const std::uint8_t* from, float* to, std::size_t blocks) noexcept;
void expand_q5_1(const std::uint8_t* from, float* to, std::size_t blocks) noexcept;
void expand_q2_k(const std::uint8_t* from, float* to, std::size_t blocks) noexcept;
void expand_q3_k(const std::uint8_t* from, float* to, std::size_t blocks) noexcept;
void expand_q4_k(const std::uint8_t* from, float* to, std::size_t blocks) noexcept;
void expand_q5_k(const std::uint8_t* from, float* to, std::size_t blocks) noexcept;
void expand_q6_k(const std::uint8_t* from, float* to, std::size_t blocks) noexcept;
void expand_iq4_nl(const std::uint8_t* from, float* to, std::size_t blocks) noexcept;
void expand_iq4_xs(const std::uint8_t* from, float* to, std::size_t blocks) noexcept;

}  // namespace studio::io
