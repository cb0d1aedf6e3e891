// kernels/vae/causal_conv_cpu_impl.h - between the checked launchers and their instruction sets.
#pragma once
#include "kernels/vae/causal_conv_cpu.h"

namespace studio::kernels::cpu {

inline constexpr std::int64_t kWinogradPoints = 16;  // of a 4 x 4 piece of input
inline constexpr std::int64_t kConvGroup = 16;       // inputs and outputs are filled up to whole groups

constexpr std::int64_t blocks_of(std::int64_t size, std::int64_t block) noexcept {
    return (size + block - 1) / block;
}
constexpr std::int64_t padded_outputs(std::int64_t outputs) noexcept {
    return blocks_of(outputs, kConvGroup) * kConvGroup;
}
constexpr std::int64_t padded_inputs(std::int64_t inputs) noexcept {
    return blocks_of(inputs, kConvGroup) * kConvGroup;
}

/// How a picture is cut: tiles of 2 x 2 results; a part is some neighbouring tiles of one row of tiles.
struct ConvCut {
    std::int64_t tiles_down = 0, tiles_across = 0;
    std::int64_t tiles = 0;  // of a part
    std::int64_t parts_across = 0;
};
constexpr ConvCut conv_cut(const CausalConvArgs& a) noexcept {
    ConvCut cut{blocks_of(a.height, 2), blocks_of(a.width, 2), 0, 0};
    // The turned values of three frames stay in the second-level cache; more of them where weights are many, which pass
    // once for each part. The register tiles like multiples of four.
    const std::int64_t wanted = a.inputs > 64 ? 48 : 32, parts = (cut.tiles_across + wanted / 2) / wanted;
    cut.tiles = blocks_of(blocks_of(cut.tiles_across, parts > 1 ? parts : 1), 4) * 4;
    cut.tiles = cut.tiles < cut.tiles_across ? cut.tiles : cut.tiles_across;
    cut.parts_across = blocks_of(cut.tiles_across, cut.tiles);
    return cut;
}
/// Outputs of a product whose sums are kept before they are turned back.
inline constexpr std::int64_t kConvOutputs = 32;

constexpr std::int64_t conv_ring_floats(const CausalConvArgs& a) noexcept {
    return 3 * kWinogradPoints * conv_cut(a).tiles * padded_inputs(a.inputs);
}
constexpr std::int64_t conv_sum_floats(const CausalConvArgs& a) noexcept {
    return kWinogradPoints * conv_cut(a).tiles * kConvOutputs;
}

#define STUDIO_CONV_FUNCTIONS                                                                                 \
    void turn_conv_weight(const float* weight, std::int64_t inputs, std::int64_t outputs, std::int64_t first, \
                          std::int64_t last, float* to) noexcept;                                             \
    void causal_conv(const CausalConvArgs& args, std::int64_t first, std::int64_t last, float* scratch) noexcept;
namespace avx2 {
STUDIO_CONV_FUNCTIONS
}
namespace avx512 {
STUDIO_CONV_FUNCTIONS
}
#undef STUDIO_CONV_FUNCTIONS

}  // namespace studio::kernels::cpu
