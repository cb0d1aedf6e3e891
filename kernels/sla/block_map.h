// kernels/sla/block_map.h - which key blocks each query block sees: scores of block means, exact top-k.
#pragma once
#include "kernels/attention/attention.h"

namespace studio::kernels {

struct PoolBlocksArgs {
    const void* x = nullptr;  // bf16
    HeadStrides at;
    const float* mean = nullptr;  // [batch, heads, 128] or null; x - mean is rounded to bf16
    void* pooled = nullptr;       // bf16 [batch, heads, ceil(tokens / block), 128]
    std::int64_t batch = 0, heads = 0, tokens = 0;
    std::int64_t block = kQueryBlock;  // 128 or 64 tokens; the last block may be short
};
/// Mean of each block's rows (of x - mean), fp32 sums, one rounding.
/// Limits, errors, threads   as quantize_heads (kernels/attention/sage_prepare.h).
Status pool_blocks(const PoolBlocksArgs& args, Stream stream) noexcept;

struct BlockMapArgs {
    const void* q_pooled = nullptr;  // bf16 [batch * heads, query_blocks, 128]
    const void* k_pooled = nullptr;  // bf16 [batch * heads, key_blocks, 128]
    std::int64_t heads = 0;          // batch * heads
    std::int64_t query_blocks = 0, key_blocks = 0;
    std::int64_t keep = 0;          // blocks_kept()
    std::int32_t* list = nullptr;   // [heads, query_blocks, list_stride]: kept blocks, ascending
    std::int32_t* count = nullptr;  // [heads, query_blocks]: always `keep`
    std::int64_t list_stride = 0;   // >= keep
};
/// The `keep` key blocks with the highest score q_pooled . k_pooled (fp32 sum, rounded to bf16); ties go to the lower
/// index, NaN counts as highest, both zeros are equal.
/// Limits    1 <= keep <= key_blocks; 16 rows of scores must fit into a block's shared memory: 3,100 key blocks
/// (198,000
///           tokens) with 99 KiB, 7,200 with 227 KiB; heads <= 65535; pointers 16-byte aligned (list, count 4-byte).
/// Errors    kInvalidArgument, kTooLarge, kNoDevice, kNotSupported, kLaunchFailed.    Threads  asynchronous on
/// `stream`. Source    spec/turbodiffusion.md 4.2. Oracle: sla_reference.cpp.
Status block_map(const BlockMapArgs& args, Stream stream) noexcept;

/// What block_map() refuses, without a launch.
Status check_block_map(const BlockMapArgs& args) noexcept;

/// trunc(ratio * key_blocks) in fp64, at least 1 and at most key_blocks.
std::int64_t blocks_kept(double ratio, std::int64_t key_blocks) noexcept;

void pool_blocks_reference(const PoolBlocksArgs& args, double* pooled);
void block_map_reference(const BlockMapArgs& args);

}  // namespace studio::kernels
