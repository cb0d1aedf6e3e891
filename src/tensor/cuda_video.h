// tensor/cuda_video.h - the CUDA plugin's kernels for the video VAE on tensors. Private to the door (tensor/ops_video);
// the rules are those of tensor/cuda_ops.h.
#pragma once
#include "tensor/ops_video.h"

namespace studio {
struct CudaTable;
}

namespace studio::ops {

/// may_round: products of bf16 values are allowed (Bf16Convolutions).
const char* cuda_conv_refusal(const CudaTable* table, const at::Tensor& before, const at::Tensor& x,
                              const at::Tensor& weight, const ConvShape& shape, bool may_round);
/// ops::causal_conv
at::Tensor cuda_conv(const CudaTable& table, const at::Tensor& before, const at::Tensor& x, const at::Tensor& weight,
                     const at::Tensor& bias, const ConvShape& shape, const at::Tensor& residual);

const char* cuda_channel_norm_refusal(const CudaTable* table, const at::Tensor& x, const at::Tensor& gamma,
                                      const at::Tensor& out);
void cuda_channel_norm(const CudaTable& table, const at::Tensor& x, const at::Tensor& gamma, bool with_silu,
                       const at::Tensor& out);

const char* cuda_bytes_refusal(const CudaTable* table, const at::Tensor& frames);
/// ops::frames_to_bytes
at::Tensor cuda_bytes(const CudaTable& table, const at::Tensor& frames);

}  // namespace studio::ops
