// kernels/sla/sla.h - the whole SLA operator from bf16 q, k, v: block map, block-sparse attention, linear branch.
#pragma once
#include "kernels/attention/heads_prepare.h"

namespace studio::kernels {

struct SlaArgs {
    const void* q = nullptr;  // bf16, after the rotary embedding unless `norms` are given
    const void* k = nullptr;
    const void* v = nullptr;
    void* o = nullptr;  // bf16
    HeadStrides q_at, k_at, v_at, o_at;
    HeadNorms norms = {};  // of raw q and k
    std::int64_t batch = 0, heads = 0, tokens = 0;
    double topk = 0.1;            // share of key blocks kept, in (0, 1]; at least one block
    const float* proj = nullptr;  // [128, 128] proj_l weight (out, in)
    const float* bias = nullptr;  // [128]
    bool is_int8 = false;         // SageSLA: int8 queries and keys, f16 values in the sparse half
    /// Leaves out the linear half: plain block-sparse attention.
    bool has_linear = true;
    void* workspace = nullptr;  // sla_workspace_bytes(), 256-byte aligned
};

/// o = sparse attention over the kept blocks + proj_l(linear attention over all keys).
/// Limits, errors, threads   as attention(), block_map() and linear_branch().
/// Source    spec/turbodiffusion.md 4.
Status sla_attention(const SlaArgs& args, Stream stream) noexcept;
/// For the device that is current now.
std::int64_t sla_workspace_bytes(const SlaArgs& args) noexcept;

}  // namespace studio::kernels
