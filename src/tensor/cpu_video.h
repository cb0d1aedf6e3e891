// tensor/cpu_video.h - the convolution kernel of the video VAE on CPU tensors. Private to tensor/ops_video.
#pragma once
#include "tensor/ops_video.h"

namespace studio::ops {

/// Why the kernel cannot take ops::causal_conv with these arguments, as static text; null: it can.
const char* cpu_conv_refusal(const at::Tensor& before, const at::Tensor& x, const at::Tensor& weight, ConvShape shape);

/// ops::causal_conv. Memory beyond the result: the weight once more, 1.8 times its size.
at::Tensor cpu_conv(const at::Tensor& before, const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                    const at::Tensor& residual);

}  // namespace studio::ops
