// model/vae_window.h - decoding a band of picture rows on its own, exactly: which rows each level of the decoder needs.
// The feature caches of the high-resolution levels are most of a decode's memory (spec: wan.md 10.3); in bands they are
// made for a part of the picture at a time. Torch-free: the memory plan counts with the same rows.
#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

#include "checkpoint/configs.h"

namespace studio {

/// Consecutive rows [begin, end).
struct RowRange {
    std::int64_t begin = 0, end = 0;
    std::int64_t size() const { return end - begin; }
    bool operator==(const RowRange&) const = default;
};

/// What a band needs. Everything before the first level (attention sees the whole frame) is computed for all rows.
struct DecoderRows {
    std::vector<RowRange> levels;  // input rows of each level, in rows of that level
    RowRange head;                 // input rows of the last convolution
    RowRange out;                  // the band itself, in rows of the decoder's output
};

/// `band` in latent rows of a latent `height` rows high. Every 3x3 convolution needs one more row on each side; at the
/// picture's edge the rows end, and the padding with zeros is what the whole picture has there too.
inline DecoderRows decoder_rows(const checkpoint::VaeConfig& config, std::int64_t height, RowRange band) {
    const auto count = static_cast<std::int64_t>(config.dim_mult.size());
    const std::int64_t block_rows = 2 * (config.num_res_blocks + 1);
    const auto widened = [&](RowRange rows, std::int64_t by, std::int64_t level) {
        return RowRange{std::max<std::int64_t>(0, rows.begin - by), std::min(height << level, rows.end + by)};
    };
    DecoderRows result;
    result.levels.resize(static_cast<std::size_t>(count));
    result.out = {band.begin << (count - 1), band.end << (count - 1)};
    result.head = widened(result.out, 1, count - 1);
    RowRange needed = result.head;
    for (std::int64_t level = count - 1; level >= 0; --level) {
        if (level < count - 1) needed = widened({needed.begin / 2, (needed.end + 1) / 2}, 1, level);
        needed = widened(needed, block_rows, level);
        result.levels[static_cast<std::size_t>(level)] = needed;
    }
    return result;
}

/// Band `index` of `count` nearly equal ones.
inline RowRange band_rows(std::int64_t height, std::int64_t count, std::int64_t index) {
    return {height * index / count, height * (index + 1) / count};
}

}  // namespace studio
