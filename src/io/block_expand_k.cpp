// The K types: blocks of 256 values, with a scale (and a minimum) for every 16 or 32 of them, quantised in turn.
// Layouts: ggml-common.h; values: gguf-py, quants.py.
#include "io/block_expand.h"

namespace studio::io {
namespace {

/// Eight 6-bit scales and eight 6-bit minima in 12 bytes (Q4_K, Q5_K).
struct ScalesAndMinima {
    std::uint8_t scale[8], minimum[8];
};

STUDIO_INLINE ScalesAndMinima scales_and_minima(const std::uint8_t* s) noexcept {
    ScalesAndMinima out;
    for (int j = 0; j < 4; ++j) {
        out.scale[j] = s[j] & 63;
        out.minimum[j] = s[4 + j] & 63;
        out.scale[4 + j] = static_cast<std::uint8_t>((s[8 + j] & 15) | ((s[j] >> 2) & 48));
        out.minimum[4 + j] = static_cast<std::uint8_t>((s[8 + j] >> 4) | ((s[4 + j] >> 2) & 48));
    }
    return out;
}

}  // namespace

STUDIO_CLONES void expand_q2_k(const std::uint8_t* from, float* to, std::size_t blocks) noexcept {
    for (; blocks > 0; --blocks, from += 84, to += 256) {
        const float d = half_at(from + 80), dmin = half_at(from + 82);
        for (int sub = 0; sub < 16; ++sub) {  // 16 values: half g of the block, bit pair j, half h of 32 bytes
            const int g = sub / 8, j = sub / 2 % 4, h = sub % 2;
            const float scale = d * static_cast<float>(from[sub] & 15),
                        minimum = dmin * static_cast<float>(from[sub] >> 4);
            const std::uint8_t* const quants = from + 16 + 32 * g + 16 * h;
            for (int i = 0; i < 16; ++i)
                to[16 * sub + i] = scale * static_cast<float>((quants[i] >> (2 * j)) & 3) - minimum;
        }
    }
}

STUDIO_CLONES void expand_q3_k(const std::uint8_t* from, float* to, std::size_t blocks) noexcept {
    for (; blocks > 0; --blocks, from += 110, to += 256) {
        const std::uint8_t *const mask = from, *const s = from + 96;
        const float d = half_at(from + 108);
        for (int sub = 0; sub < 16; ++sub) {
            const int g = sub / 8, j = sub / 2 % 4, h = sub % 2;
            const int low = (s[sub % 8] >> (4 * (sub / 8))) & 15, high = (s[8 + sub % 4] >> (2 * (sub / 4))) & 3;
            const float scale = d * static_cast<float>((low | high << 4) - 32);
            const std::uint8_t *const quants = from + 32 + 32 * g + 16 * h, *const bits = mask + 16 * h;
            for (int i = 0; i < 16; ++i) {
                const int third = ((bits[i] >> (4 * g + j)) & 1) ^ 1;  // a missing bit takes 4 away
                to[16 * sub + i] = scale * static_cast<float>(((quants[i] >> (2 * j)) & 3) - 4 * third);
            }
        }
    }
}

STUDIO_CLONES void expand_q4_k(const std::uint8_t* from, float* to, std::size_t blocks) noexcept {
    for (; blocks > 0; --blocks, from += 144, to += 256) {
        const float d = half_at(from), dmin = half_at(from + 2);
        const ScalesAndMinima s = scales_and_minima(from + 4);
        for (int g = 0; g < 4; ++g) {
            const std::uint8_t* const quants = from + 16 + 32 * g;
            const float scale0 = d * static_cast<float>(s.scale[2 * g]),
                        scale1 = d * static_cast<float>(s.scale[2 * g + 1]);
            const float min0 = dmin * static_cast<float>(s.minimum[2 * g]);
            const float min1 = dmin * static_cast<float>(s.minimum[2 * g + 1]);
            for (int i = 0; i < 32; ++i) {
                to[64 * g + i] = scale0 * static_cast<float>(quants[i] & 15) - min0;
                to[64 * g + 32 + i] = scale1 * static_cast<float>(quants[i] >> 4) - min1;
            }
        }
    }
}

STUDIO_CLONES void expand_q5_k(const std::uint8_t* from, float* to, std::size_t blocks) noexcept {
    for (; blocks > 0; --blocks, from += 176, to += 256) {
        const float d = half_at(from), dmin = half_at(from + 2);
        const ScalesAndMinima s = scales_and_minima(from + 4);
        const std::uint8_t* const high = from + 16;
        for (int b = 0; b < 8; ++b) {
            const std::uint8_t* const quants = from + 48 + 32 * (b / 2);
            const float scale = d * static_cast<float>(s.scale[b]), minimum = dmin * static_cast<float>(s.minimum[b]);
            for (int i = 0; i < 32; ++i) {
                const int value = ((quants[i] >> (4 * (b % 2))) & 15) | ((high[i] >> b) & 1) << 4;
                to[32 * b + i] = scale * static_cast<float>(value) - minimum;
            }
        }
    }
}

STUDIO_CLONES void expand_q6_k(const std::uint8_t* from, float* to, std::size_t blocks) noexcept {
    for (; blocks > 0; --blocks, from += 210, to += 256) {
        const std::uint8_t *const low = from, *const high = from + 128, *const scales = from + 192;
        const float d = half_at(from + 208);
        for (int sub = 0; sub < 16;
             ++sub) {  // 16 values: half g of the block, quarter j of that half, half h of 32 bytes
            const int g = sub / 8, j = sub / 2 % 4, h = sub % 2;
            const float scale = d * static_cast<float>(static_cast<std::int8_t>(scales[sub]));
            const std::uint8_t* const nibbles = low + 64 * g + 32 * (j % 2) + 16 * h;
            const std::uint8_t* const pairs = high + 32 * g + 16 * h;
            for (int i = 0; i < 16; ++i) {
                const int value = ((nibbles[i] >> (4 * (j / 2))) & 15) | ((pairs[i] >> (2 * j)) & 3) << 4;
                to[16 * sub + i] = scale * static_cast<float>(value - 32);
            }
        }
    }
}

}  // namespace studio::io
