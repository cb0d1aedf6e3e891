// kernels/attention/block_attention_cpu_impl.h - between the checked launcher and its instruction sets.
#pragma once
#include "kernels/attention/block_attention_cpu.h"

namespace studio::kernels::cpu {

inline constexpr std::int64_t kTile = 64;       // keys in one packed tile
inline constexpr std::int64_t kStrip = 64;      // channels of packed values side by side: a product's panel fits L1
inline constexpr std::int64_t kStep = 128;      // keys between two rounds of the online softmax
inline constexpr std::int64_t kMostLanes = 16;  // of any instruction set

/// Channels of a packed row: the register tiles need a multiple of 16.
constexpr std::int64_t padded_width(std::int64_t dim) noexcept {
    return (dim + 15) / 16 * 16;
}

/// What the launchers refuse: of a call that packs key blocks, and of one that attends query blocks.
Status check_pack(const BlockAttentionArgs& args, std::int64_t first, std::int64_t last) noexcept;
Status check_attend(const BlockAttentionArgs& args, std::int64_t first, std::int64_t last,
                    const float* scratch) noexcept;

// Arguments were checked. clang-format off
namespace plain {
void pack_key_blocks(const BlockAttentionArgs& args, std::int64_t first, std::int64_t last) noexcept;
void attend_query_blocks(const BlockAttentionArgs& args, std::int64_t first, std::int64_t last,
                         float* scratch) noexcept;
}  // namespace plain
namespace avx2 {
void pack_key_blocks(const BlockAttentionArgs& args, std::int64_t first, std::int64_t last) noexcept;
void attend_query_blocks(const BlockAttentionArgs& args, std::int64_t first, std::int64_t last,
                         float* scratch) noexcept;
}  // namespace avx2
namespace avx512 {
void pack_key_blocks(const BlockAttentionArgs& args, std::int64_t first, std::int64_t last) noexcept;
void attend_query_blocks(const BlockAttentionArgs& args, std::int64_t first, std::int64_t last,
                         float* scratch) noexcept;
}  // namespace avx512
// clang-format on

}  // namespace studio::kernels::cpu
