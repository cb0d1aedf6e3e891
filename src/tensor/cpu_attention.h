// tensor/cpu_attention.h - the attention kernels of the CPU on tensors: heads and blocks dealt out to LibTorch's
// threads. Private to tensor/ops and tensor/self_attention.
#pragma once
#include "tensor/self_attention.h"

namespace studio::ops {

/// Why the kernel cannot take this call, as static text; null: it can.
const char* cpu_attention_refusal(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                  const at::Tensor& bias) noexcept;
/// softmax(q k^T scale) v for fp32 q [B, Lq, H, D], k and v [B, Lk, H, D] -> [B, Lq, H, D].
at::Tensor cpu_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, double scale);

const char* cpu_sla_refusal(const AttentionInputs& inputs, const SelfAttention& how) noexcept;
/// `sla` and `sagesla` of ops::self_attention -> [B, L, H, D] in q's type. Computes in fp32 and rounds once at the end; block map and
/// its rounding points as ever.
at::Tensor cpu_sla(const AttentionInputs& inputs, const SelfAttention& how, AttentionTrace* trace);

const char* cpu_sage_refusal(const AttentionInputs& inputs, const SelfAttention& how) noexcept;
/// What the quantised kernels use here: "cpu avx512-vnni", "cpu avx2" ...
const char* cpu_sage_name() noexcept;
/// `sage` of ops::self_attention -> [B, L, H, D] in q's type; computes in fp32 and rounds once at the end.
at::Tensor cpu_sage(const AttentionInputs& inputs, const SelfAttention& how);

}  // namespace studio::ops
