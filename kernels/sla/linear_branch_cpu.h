// kernels/sla/linear_branch_cpu.h - the linear branch of sparse-linear attention on a CPU, output layer included.
#pragma once
#include <cstdint>

#include "kernels/common/cpu_caps.h"
#include "kernels/common/status.h"

namespace studio::kernels::cpu {

/// One head. Strides are in elements between consecutive tokens; channels are contiguous.
struct LinearBranchArgs {
    const float* q = nullptr;  // [rows, dim]
    const float* k = nullptr;  // [rows, dim]
    const float* v = nullptr;  // [rows, dim]
    float* out = nullptr;      // [rows, dim]: the softmax branch, to which this one is added
    std::int64_t q_stride = 0, k_stride = 0, v_stride = 0, out_stride = 0;
    std::int64_t rows = 0;
    std::int64_t dim = 0;                // 1 to 256
    const float* proj_weight = nullptr;  // [dim, dim], out by in
    const float* proj_bias = nullptr;    // [dim]
    float* state = nullptr;              // linear_state_floats(args), shared by all calls of this head
};

/// Keys are summed in slices of this many rows, whatever the number of threads, so that results do not depend on it.
inline constexpr std::int64_t kKeySlice = 1024;

std::int64_t linear_state_floats(const LinearBranchArgs& args) noexcept;    // 0: would be refused
std::int64_t linear_scratch_floats(const LinearBranchArgs& args) noexcept;  // one per thread

/// With phi = softmax over the channels:  S = sum phi(k)^T v,  z = sum phi(k),
///   out += proj(phi(q) S / (1e-5 + phi(q) z)) + bias
/// in three rounds: sum_keys for slices [first, last) of ceil(rows / kKeySlice), then join_keys once, then add_queries
/// for blocks [first, last) of 128 rows. Calls of one round may run at the same time for disjoint ranges.
/// proj is folded into S once per head, which is exact up to rounding.
/// Limits    rows 1 to 2^31 - 1, dim 1 to 256.
/// Errors    kInvalidArgument, kTooLarge, kNotSupported (a compiler without vector types); nothing was written.
/// NaN       in k or v: every output row is NaN; in q: its own row.
/// Source    TurboDiffusion SLA/core.py. Oracle: the fp64 formula in sla_cpu_test.cpp.
Status sum_keys(const LinearBranchArgs& args, std::int64_t first, std::int64_t last, float* scratch) noexcept;
Status join_keys(const LinearBranchArgs& args, float* scratch) noexcept;
Status add_queries(const LinearBranchArgs& args, std::int64_t first, std::int64_t last, float* scratch) noexcept;

}  // namespace studio::kernels::cpu
