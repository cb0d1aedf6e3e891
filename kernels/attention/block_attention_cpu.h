// kernels/attention/block_attention_cpu.h - softmax attention on a CPU over all key blocks, or over those that a block
// map selects: what is not selected costs nothing.
#pragma once
#include <cstdint>

#include "kernels/common/cpu_caps.h"
#include "kernels/common/status.h"

namespace studio::kernels::cpu {

/// One head. Strides are in elements between consecutive tokens; channels are contiguous.
struct BlockAttentionArgs {
    const float* q = nullptr;  // [query_rows, dim]
    const float* k = nullptr;  // [key_rows, dim]
    const float* v = nullptr;  // [key_rows, dim]
    float* out = nullptr;      // [query_rows, dim]; may be q
    std::int64_t q_stride = 0, k_stride = 0, v_stride = 0, out_stride = 0;
    std::int64_t query_rows = 0, key_rows = 0;
    std::int64_t dim = 0;                    // 1 to 256
    std::int64_t query_block = 128;          // 64, 128 or 192 (the fastest when every key block is visited)
    std::int64_t key_block = 64;             // 64 or 128
    const std::int32_t* selected = nullptr;  // [query blocks, kept]: key block numbers; null: every block
    std::int64_t kept = 0;                   // 1 to key blocks; ignored without `selected`
    float scale = 0;                         // of the logits, above 0; 1 / sqrt(dim) as a rule
    float* packed = nullptr;                 // packed_floats(args), shared by all calls of this head
};

/// Sizes of the caller's buffers, in floats; 0 for arguments that would be refused. Linear in key_rows; no buffer grows
/// with query_rows * key_rows.
std::int64_t packed_floats(const BlockAttentionArgs& args) noexcept;
std::int64_t attention_scratch_floats(const BlockAttentionArgs& args) noexcept;  // one per thread

/// Key blocks [first, last) of K and V into `packed`. Calls for disjoint ranges may run at the same time.
Status pack_key_blocks(const BlockAttentionArgs& args, std::int64_t first, std::int64_t last) noexcept;

/// out = softmax(scale * q k^T) v over the selected columns, for query blocks [first, last), after all of
/// pack_key_blocks.
///
/// Arithmetic fp32, online softmax in base 2; the result does not depend on how the ranges are cut.
/// Limits    rows 1 to 2^31 - 1, dim 1 to 256; the last block of either may be short.
///           Block numbers outside the map's range are refused before anything is written.
/// Errors    kInvalidArgument, kTooLarge, kNotSupported (a compiler without vector types).
/// NaN       in q, k or v: NaN in every output row that reads it.
/// Threads   disjoint ranges may run at the same time, each with its own scratch.
/// Source    FlashAttention-2 (Dao 2023), algorithm 1; selection as in TurboDiffusion SLA/kernel.py.
///           Oracle: block_attention_cpu_reference.cpp.
/// Accuracy  relative L2 at most 1.1 times that of LibTorch's SDPA against fp64.
Status attend_query_blocks(const BlockAttentionArgs& args, std::int64_t first, std::int64_t last,
                           float* scratch) noexcept;

/// The same with a given instruction set, for tests; kNotSupported above what the processor has.
Status attend_query_blocks(const BlockAttentionArgs& args, std::int64_t first, std::int64_t last, float* scratch,
                           CpuLevel level) noexcept;

}  // namespace studio::kernels::cpu
