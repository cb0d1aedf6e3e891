// tensor/ops_video.h - operations of the video VAE on frames stored as [T, H, W, C]: channels innermost, so that 1x1
// convolutions are matrix products, norms read one row, and frames append in time without a copy of the rest.
#pragma once
#include "tensor/torch_compat.h"

namespace studio::ops {

/// Weight [O, I, kt, kh, kw] or [O, I, kh, kw] in the memory order that the convolutions below want; done once at load.
at::Tensor conv_weight(const at::Tensor& weight);

struct ConvShape {
    std::int64_t time_stride = 1;
    std::int64_t space_stride = 1;
    std::int64_t space_padding = 0;  // rows and columns of zeros on each side; time is never padded
};

/// fp32 x [T, H, W, I] with weight [O, I, kt, kh, kw] (over time) or [O, I, kh, kw] (each frame alone) -> [T', H', W',
/// O]. Calls oneDNN directly on a CPU: at::convolution leaves it for batch 1 on one thread and is then ten times
/// slower.
at::Tensor conv_frames(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, ConvShape shape);

/// out = x / max(|x|_2, 1e-12) * sqrt(C) * gamma over the last dimension, then SiLU if asked for. fp32, contiguous; out
/// may be x.
void channel_norm_into(const at::Tensor& x, const at::Tensor& gamma, bool with_silu, at::Tensor out);

}  // namespace studio::ops
