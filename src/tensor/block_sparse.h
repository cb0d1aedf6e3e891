// tensor/block_sparse.h - the parts of block-sparse and quantised attention as ATen composites: they run on any device
// and are what a kernel is held against. Heads are flattened: N = B * H. Private to tensor/self_attention.
#pragma once
#include "tensor/self_attention.h"

namespace studio::ops {

/// x rounded to `type` and widened to fp32 again; x itself for fp32.
at::Tensor rounded(const at::Tensor& x, at::ScalarType type);

/// What the softmax branch multiplies: plain values, or integers and 8-bit floats with scales beside them.
struct SoftmaxOperands {
    at::Tensor q, k, v;                   // fp32 [N, L, D]
    at::Tensor q_scale, k_scale;          // fp32 [N, L], undefined for plain values
    at::Tensor v_scale;                   // fp32 [N, 1, D], undefined for plain values
    at::ScalarType weights = at::kFloat;  // what the softmax numerators are rounded to before they meet v
};

/// The key blocks that each query block attends to: I64 [N, query blocks, kept], ascending.
/// q, k   fp32 [N, L, D]; means, pooled rows and scores are rounded to `type`.
at::Tensor select_blocks(const at::Tensor& q, const at::Tensor& k, at::ScalarType type, const SelfAttention& how);
/// I8 [N, query blocks, key blocks].
at::Tensor block_mask(const at::Tensor& selected, std::int64_t key_blocks);

/// Softmax attention over the selected key blocks of each query block -> fp32 [N, L, D].
at::Tensor attend_selected(const SoftmaxOperands& operands, const at::Tensor& selected, const SelfAttention& how);
/// Softmax attention over all keys -> fp32 [N, L, D].
at::Tensor attend_all(const SoftmaxOperands& operands);

/// proj_l of linear attention over all keys, feature map softmax over the channels -> fp32 [N, L, D] of values in
/// `type`. q, k, v fp32 [N, L, D].
at::Tensor linear_branch(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const at::Tensor& proj_weight,
                         const at::Tensor& proj_bias, at::ScalarType type);

/// Quantised operands: SageSLA's rules (one scale per block) with `per_block`, else SageAttention's (per 32 rows).
SoftmaxOperands quantised(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, at::ScalarType type,
                          const SelfAttention& how, bool per_block);

}  // namespace studio::ops
