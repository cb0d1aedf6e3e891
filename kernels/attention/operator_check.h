// kernels/attention/operator_check.h - what the whole operators (sage_attention, sla_attention) refuse before their
// first step writes anything: one rule for both argument structs.
#pragma once
#include "kernels/attention/heads.cuh"
#include "kernels/attention/sage_prepare.h"

namespace studio::kernels {

// The checks of single steps, for operators that must refuse before their first step.
Status check_head_factors(const HeadFactorsArgs& args) noexcept;
Status check_prepare_heads(const PrepareHeadsArgs& args) noexcept;
Status check_key_mean(const KeyMeanArgs& args) noexcept;

template <class Args>
Status check_operator(const Args& a) noexcept {
    const void* const heads[] = {a.q, a.k, a.v, a.o};
    const HeadStrides* const strides[] = {&a.q_at, &a.k_at, &a.v_at, &a.o_at};
    for (int i = 0; i < 4; ++i) {
        if (const Status s = check_heads(heads[i], *strides[i], a.batch, a.heads, a.tokens); !s) return s;
    }
    if (!is_aligned(a.workspace, 256)) {
        return refuse(StatusCode::kInvalidArgument, "workspace must be given and 256-byte aligned");
    }
    const HeadNorms& n = a.norms;
    if ((n.q_weight != nullptr) != (n.k_weight != nullptr) || (n.rotation && !n.q_weight)) {
        return refuse(StatusCode::kInvalidArgument, "norms come with both weights, a rotation with norms");
    }
    if (n.q_weight &&
        (!is_aligned(n.q_weight, 16) || !is_aligned(n.k_weight, 16) || (n.rotation && !is_aligned(n.rotation, 16)) ||
         a.q_at.head != kHeadDim || a.k_at.head != kHeadDim)) {
        return refuse(StatusCode::kInvalidArgument,
                      "norms need aligned weights and rotation, and the heads of a token side by side");
    }
    return {};
}

}  // namespace studio::kernels
