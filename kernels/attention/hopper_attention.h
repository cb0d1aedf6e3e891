// kernels/attention/hopper_attention.h - 8-bit attention for sm_90a: int8 q kT and fp8 weights times v, both by WGMMA,
// over operands stored as finished shared-memory blocks. Dense or by key-block list.
#pragma once
#include "kernels/attention/attention.h"

namespace studio::kernels {

constexpr std::int64_t kValueChunkTokens = 1024;  // how many tokens of v one block of the preparation looks at

/// Operands as the kernel wants them; one contiguous, already swizzled piece per block, rows past the end zero.
struct HopperBlocks {
    std::int8_t* q = nullptr;   // [batch * heads, query blocks, 128 rows x 128 bytes]
    std::int8_t* k = nullptr;   // [batch * heads, key blocks, 64 rows x 128 bytes]
    std::uint8_t* v = nullptr;  // e4m3 [batch * heads, key blocks, 128 channels x 64 keys]
    float* q_scale = nullptr;   // [batch * heads, query blocks]
    float* k_scale = nullptr;   // [batch * heads, key blocks]
    float* v_scale = nullptr;   // [batch * heads, 128]
};

struct HopperPrepareArgs {
    const void* q = nullptr;  // bf16; q and k both null: prepare_heads() has made their blocks
    const void* k = nullptr;
    const void* v = nullptr;
    HeadStrides q_at, k_at, v_at;
    const float* k_mean = nullptr;  // [batch, heads, 128] of key_mean(), or null
    HopperBlocks blocks;
    float* workspace = nullptr;  // hopper_workspace_floats()
    std::int64_t batch = 0, heads = 0, q_tokens = 0, k_tokens = 0;
};
/// q and k: as quantize_heads(). v: per head and channel scale = max(amax, 1e-8) / 448, v / scale rounded to e4m3; keys
/// in the order 0 1 8 9 2 3 10 11 4 5 12 13 6 7 14 15 within sixteen, as the weights' fragments want them. Limits,
/// errors, threads   as quantize_heads(), on sm_90; blocks 128-byte aligned. NaN       in v: its whole channel; in q or
/// k: its block.
Status hopper_prepare(const HopperPrepareArgs& args, Stream stream) noexcept;
std::int64_t hopper_workspace_floats(std::int64_t batch, std::int64_t heads, std::int64_t k_tokens) noexcept;

struct HopperAttentionArgs {
    HopperBlocks blocks;
    void* o = nullptr;  // bf16
    HeadStrides o_at;
    std::int64_t batch = 0, heads = 0, q_tokens = 0, k_tokens = 0;
    float scale = 0.08838834764831845f;
    // As in AttentionArgs, but every entry must lie in the key blocks.
    const std::int32_t* block_list = nullptr;
    const std::int32_t* block_count = nullptr;
    std::int64_t list_stride = 0;
};
/// As attention() with int8, the weights times 448 rounded to e4m3.
/// Limits, errors, threads   as attention(), and kNotSupported on any device but sm_90.
/// Source    spec/turbodiffusion.md 4.5; its sm_90 variant, with this tree's block geometry (128 x 64).
Status hopper_attention(const HopperAttentionArgs& args, Stream stream) noexcept;

/// The same by mma.sync where fp8 products are native: devices of capability 89 and 120, from the same blocks.
/// Limits   needs 49 KiB of shared memory per block. An entry of the list outside the key blocks is not allowed either.
Status fp8_prepare(const HopperPrepareArgs& args, Stream stream) noexcept;
Status fp8_attention(const HopperAttentionArgs& args, Stream stream) noexcept;
/// What both attention launchers refuse before they look at the device.
Status check_blocks(const HopperAttentionArgs& args) noexcept;

}  // namespace studio::kernels
