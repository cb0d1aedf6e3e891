// tensor/cuda_ops.h - the CUDA plugin's kernels on tensors. Private to the door (tensor/ops, tensor/self_attention,
// tensor/linear): for each operation a question, why the kernel cannot take this call, and the call.
//
// A refusal is static text for OpChoice::takes, null when the kernel can. Tensors lie on the table's device; on a null
// table the refusal says that there is none. Calls queue on LibTorch's current stream, allocate through LibTorch and
// throw Failure(DeviceFailure) when a launcher reports an error.
#pragma once
#include "tensor/cuda_linear.h"
#include "tensor/ops.h"
#include "tensor/self_attention.h"

namespace studio {
struct CudaTable;
}
namespace studio::kernels {
struct Status;
}

namespace studio::ops {

/// Throws Failure(DeviceFailure), with the launcher's reason, unless the status is ok.
void require_launched(const kernels::Status& status, const char* operation);

/// The plugin's table for operations on x: null unless x is a CUDA tensor and the plugin is usable.
const CudaTable* cuda_table_for(const at::Tensor& x);

const char* cuda_rms_norm_refusal(const CudaTable* table, const at::Tensor& x, const at::Tensor& weight,
                                  const at::Tensor& rotation = {});
/// ops::rms_norm without rotation, ops::rms_norm_rope with: [B, L, H, D] then.
at::Tensor cuda_rms_norm(const CudaTable& table, const at::Tensor& x, const at::Tensor& weight, double eps,
                         const at::Tensor& rotation = {});

const char* cuda_layer_norm_refusal(const CudaTable* table, const at::Tensor& x, at::ScalarType out);
at::Tensor cuda_layer_norm_modulate(const CudaTable& table, const at::Tensor& x, const at::Tensor& shift,
                                    const at::Tensor& scale, std::span<const TokenRun> runs, double eps,
                                    at::ScalarType out);

const char* cuda_gate_residual_refusal(const CudaTable* table, const at::Tensor& x, const at::Tensor& y);
void cuda_gate_residual_(const CudaTable& table, at::Tensor& x, const at::Tensor& y, const at::Tensor& gate,
                         std::span<const TokenRun> runs);

const char* cuda_gelu_refusal(const CudaTable* table, const at::Tensor& x);
void cuda_gelu_tanh_(const CudaTable& table, at::Tensor& x);

const char* cuda_attention_refusal(const CudaTable* table, const at::Tensor& q, const at::Tensor& k,
                                   const at::Tensor& v, const at::Tensor& bias);
/// [B, Lq, H, 128]
at::Tensor cuda_attention(const CudaTable& table, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                          double scale);

/// sla, sagesla and sage. The 8-bit kinds take one scale per 128 queries and 64 keys.
const char* cuda_self_attention_refusal(const CudaTable* table, const AttentionInputs& inputs, const SelfAttention& how,
                                        bool wants_trace);
/// [B, L, H, 128]
at::Tensor cuda_self_attention(const CudaTable& table, const AttentionInputs& inputs, const SelfAttention& how);

}  // namespace studio::ops
