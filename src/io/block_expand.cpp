// Blocks of 32 values with one scale. Layouts: ggml-common.h; values: gguf-py, quants.py.
#include "io/block_expand.h"

namespace studio::io {
namespace {

constexpr int kHalf = 16;  // values in the low, then the high nibbles of a block

/// The non-linear table of IQ4: what a nibble stands for.
constexpr std::int8_t kIq4[16] = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};

STUDIO_INLINE std::uint32_t bits_at(const std::uint8_t* from) noexcept {
    return std::uint32_t{from[0]} | std::uint32_t{from[1]} << 8 | std::uint32_t{from[2]} << 16 |
           std::uint32_t{from[3]} << 24;
}

/// 16 bytes of nibbles through the table, times `scale`.
STUDIO_INLINE void expand_iq4(const std::uint8_t* nibbles, float scale, float* to) noexcept {
    for (int i = 0; i < kHalf; ++i) {
        to[i] = scale * static_cast<float>(kIq4[nibbles[i] & 15]);
        to[i + kHalf] = scale * static_cast<float>(kIq4[nibbles[i] >> 4]);
    }
}

}  // namespace

STUDIO_CLONES void expand_q8_0(const std::uint8_t* from, float* to, std::size_t blocks) noexcept {
    for (; blocks > 0; --blocks, from += 34, to += 32) {
        const float d = half_at(from);
        for (int i = 0; i < 32; ++i)
            to[i] = d * static_cast<float>(static_cast<std::int8_t>(from[2 + i]));
    }
}

STUDIO_CLONES void expand_q4_0(const std::uint8_t* from, float* to, std::size_t blocks) noexcept {
    for (; blocks > 0; --blocks, from += 18, to += 32) {
        const float d = half_at(from);
        for (int i = 0; i < kHalf; ++i) {
            to[i] = d * static_cast<float>((from[2 + i] & 15) - 8);
            to[i + kHalf] = d * static_cast<float>((from[2 + i] >> 4) - 8);
        }
    }
}

STUDIO_CLONES void expand_q4_1(const std::uint8_t* from, float* to, std::size_t blocks) noexcept {
    for (; blocks > 0; --blocks, from += 20, to += 32) {
        const float d = half_at(from), m = half_at(from + 2);
        for (int i = 0; i < kHalf; ++i) {
            to[i] = d * static_cast<float>(from[4 + i] & 15) + m;
            to[i + kHalf] = d * static_cast<float>(from[4 + i] >> 4) + m;
        }
    }
}

STUDIO_CLONES void expand_q5_0(const std::uint8_t* from, float* to, std::size_t blocks) noexcept {
    for (; blocks > 0; --blocks, from += 22, to += 32) {
        const float d = half_at(from);
        const std::uint32_t high = bits_at(from + 2);
        for (int i = 0; i < kHalf; ++i) {
            const int low = (from[6 + i] & 15) | static_cast<int>((high >> i) & 1) << 4;
            const int upper = (from[6 + i] >> 4) | static_cast<int>((high >> (i + kHalf)) & 1) << 4;
            to[i] = d * static_cast<float>(low - 16);
            to[i + kHalf] = d * static_cast<float>(upper - 16);
        }
    }
}

STUDIO_CLONES void expand_q5_1(const std::uint8_t* from, float* to, std::size_t blocks) noexcept {
    for (; blocks > 0; --blocks, from += 24, to += 32) {
        const float d = half_at(from), m = half_at(from + 2);
        const std::uint32_t high = bits_at(from + 4);
        for (int i = 0; i < kHalf; ++i) {
            const int low = (from[8 + i] & 15) | static_cast<int>((high >> i) & 1) << 4;
            const int upper = (from[8 + i] >> 4) | static_cast<int>((high >> (i + kHalf)) & 1) << 4;
            to[i] = d * static_cast<float>(low) + m;
            to[i + kHalf] = d * static_cast<float>(upper) + m;
        }
    }
}

STUDIO_CLONES void expand_iq4_nl(const std::uint8_t* from, float* to, std::size_t blocks) noexcept {
    for (; blocks > 0; --blocks, from += 18, to += 32)
        expand_iq4(from + 2, half_at(from), to);
}

STUDIO_CLONES void expand_iq4_xs(const std::uint8_t* from, float* to, std::size_t blocks) noexcept {
    for (; blocks > 0; --blocks, from += 136, to += 256) {
        const float d = half_at(from);
        const unsigned high = from[2] | unsigned{from[3]} << 8;
        for (unsigned b = 0; b < 8; ++b) {
            const unsigned low = (from[4 + b / 2] >> (4 * (b % 2))) & 15;
            const int scale = static_cast<int>(low | ((high >> (2 * b)) & 3) << 4) - 32;
            expand_iq4(from + 8 + 16 * b, d * static_cast<float>(scale), to + 32 * b);
        }
    }
}

}  // namespace studio::io
