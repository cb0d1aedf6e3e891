// kernels/sla/block_map_cpu.h - which key blocks each query block of sparse-linear attention attends to.
#pragma once
#include <cstdint>

#include "kernels/common/cpu_caps.h"
#include "kernels/common/status.h"

namespace studio::kernels::cpu {

/// One head. Strides are in elements between consecutive tokens; channels are contiguous.
struct BlockMapArgs {
    const float* q = nullptr;  // [rows, dim]
    const float* k = nullptr;  // [rows, dim]
    std::int64_t q_stride = 0, k_stride = 0;
    std::int64_t rows = 0;
    std::int64_t dim = 0;              // 1 to 256
    std::int64_t query_block = 128;    // 1 to 1024
    std::int64_t key_block = 64;       // 1 to 1024
    std::int64_t kept = 0;             // 1 to the number of key blocks
    bool rounds_to_bf16 = false;       // mean, centred keys, pooled rows and scores
    std::int32_t* selected = nullptr;  // out: [query blocks, kept], ascending
    float* state = nullptr;            // map_state_floats(args), shared by all calls of this head
};

std::int64_t map_state_floats(const BlockMapArgs& args) noexcept;    // 0: would be refused
std::int64_t map_scratch_floats(const BlockMapArgs& args) noexcept;  // one per thread

/// score[i, j] = mean(q of block i) . mean(k of block j - mean(k)); the `kept` highest of a row win, the lower block
/// among equals, NaN before everything. Four rounds: sum_map_keys for slices of 1024 rows, join_map_keys once,
/// pool_map_keys for key blocks, select_map_blocks for query blocks. Calls of one round may run at the same time for
/// disjoint ranges.
/// Limits    rows 1 to 2^31 - 1, dim 1 to 256, blocks of 1 to 1024 rows.
/// Errors    kInvalidArgument, kTooLarge, kNotSupported; nothing was written.
/// Source    TurboDiffusion SLA/utils.py (get_block_map). Oracle: the fp64 formula in sla_cpu_test.cpp.
/// After join_map_keys the mean of the keys, [dim], lies at map_mean(args) until the state is reused.
Status sum_map_keys(const BlockMapArgs& args, std::int64_t first, std::int64_t last) noexcept;
Status join_map_keys(const BlockMapArgs& args) noexcept;
Status pool_map_keys(const BlockMapArgs& args, std::int64_t first, std::int64_t last) noexcept;
Status select_map_blocks(const BlockMapArgs& args, std::int64_t first, std::int64_t last, float* scratch) noexcept;

const float* map_mean(const BlockMapArgs& args) noexcept;

}  // namespace studio::kernels::cpu
