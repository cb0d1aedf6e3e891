// tensor/ops.h - the only door of the networks to operations that have, or will get, kernels of our own. Every
// operation has an ATen path on whatever device the tensors are on; a kernel may replace it without a change in a
// network.
#pragma once
#include "tensor/torch_compat.h"

namespace studio::ops {

/// A stretch of consecutive token rows [begin, end) that use modulation row `row` (one per distinct timestep).
struct TokenRun {
    std::int64_t begin = 0, end = 0, row = 0;
};

/// x [..., in] W [out, in] bias [out] or undefined -> [..., out]. x must have the type of W.
at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias = {});

/// x * rsqrt(mean(x^2) + eps) over the last dimension, sums in fp32, rounded to x's type, then times weight [D].
at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps);

/// Layer norm of fp32 x over the last dimension, rounded to `out` at the end. weight and bias may be undefined.
at::Tensor layer_norm(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, double eps,
                      at::ScalarType out);

/// LN(x) * (1 + scale[row]) + shift[row] for fp32 x [tokens, D], scale and shift fp32 [rows, D]; runs cover all tokens.
at::Tensor layer_norm_modulate(const at::Tensor& x, const at::Tensor& shift, const at::Tensor& scale,
                               std::span<const TokenRun> runs, double eps, at::ScalarType out);

/// x += y * gate[row] in place; x fp32 [tokens, D], y [tokens, D] of any float type, gate fp32 [rows, D].
void gate_residual_(at::Tensor& x, const at::Tensor& y, const at::Tensor& gate, std::span<const TokenRun> runs);

/// Query and key preparation in one pass: rms_norm over all heads jointly, then the heads' interleaved pairs turned by
/// table [L, head_dim / 2, 2] (cos, sin; fp32). x [B * L, heads * head_dim] -> [B, L, heads, head_dim] of x's type;
/// arithmetic in fp32. x may be overwritten.
at::Tensor rms_norm_rope(const at::Tensor& x, const at::Tensor& weight, double eps, const at::Tensor& table);

/// softmax(q kT * scale + bias) v for q [B, Lq, H, D], k and v [B, Lk, H, D] -> [B, Lq, H * D].
/// bias: undefined, or fp32 that broadcasts to [B, H, Lq, Lk]. scale: 1/sqrt(D) unless given.
at::Tensor attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const at::Tensor& bias = {},
                     std::optional<double> scale = {});

/// GELU with the tanh formula, in place.
void gelu_tanh_(at::Tensor& x);

}  // namespace studio::ops
