// kernels/sla/linear_branch.h - the linear half of SLA: phi(q) (phi(k)^T v) / (phi(q) . z) through proj_l, added to o.
#pragma once
#include "kernels/attention/attention.h"

namespace studio::kernels {

/// The state of one head: sums over all keys, with proj_l folded in.
struct KeyStateArgs {
    const void* k = nullptr;  // bf16
    const void* v = nullptr;  // bf16
    HeadStrides k_at, v_at;
    const float* proj = nullptr;  // [128, 128] proj_l weight (out, in), shared by the heads; null: identity
    void* state = nullptr;        // bf16 [batch, heads, 128, 128]: (phi(k)^T v) projT
    float* z = nullptr;           // [batch, heads, 128]: sum of phi(k)
    float* workspace = nullptr;   // key_state_workspace_floats()
    std::int64_t batch = 0, heads = 0, tokens = 0;
};
/// phi is the softmax over the 128 channels, rounded to bf16. The sums are fp32 in a fixed order; phi(k)^T v and z are
/// rounded to bf16, then the product with proj is made in fp32 and rounded once.
/// Limits, errors, threads   as attention(); tokens >= 1.
Status key_state(const KeyStateArgs& args, Stream stream) noexcept;
std::int64_t key_state_workspace_floats(std::int64_t batch, std::int64_t heads, std::int64_t tokens) noexcept;

struct LinearBranchArgs {
    const void* q = nullptr;  // bf16
    void* o = nullptr;        // bf16, updated
    HeadStrides q_at, o_at;
    const void* state = nullptr;  // of key_state
    const float* z = nullptr;
    const float* bias = nullptr;  // [128] proj_l bias or null
    std::int64_t batch = 0, heads = 0, tokens = 0;
};
/// o += phi(q) state / (1e-5 + phi(q) . z) + bias; the addend is rounded to bf16, then the sum.
/// Limits, errors, threads   as attention(); needs 66 KiB of shared memory per block.
/// Source    spec/turbodiffusion.md 4.4; proj_l commutes with the division, so it is folded into the state once a head.
Status linear_branch(const LinearBranchArgs& args, Stream stream) noexcept;

void key_state_reference(const KeyStateArgs& args, double* state, double* z);
/// addend [batch, heads, tokens, 128] of the branch alone, from an fp64 state and z.
void linear_branch_reference(const LinearBranchArgs& args, const double* state, const double* z, double* addend);

}  // namespace studio::kernels
