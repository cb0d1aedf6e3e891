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
    std::int64_t far_side = -1;      // another padding behind the last row and column; -1: as space_padding
    std::int64_t far_padding() const { return far_side < 0 ? space_padding : far_side; }
};

/// While one lives, convolutions on this thread may multiply values rounded to bf16 where a device has our kernel
/// (sums stay fp32), as TurboDiffusion's VAE does throughout. Without one they are fp32 everywhere.
class Bf16Convolutions {
  public:
    explicit Bf16Convolutions(bool is_allowed);
    ~Bf16Convolutions();
    Bf16Convolutions(const Bf16Convolutions&) = delete;
    Bf16Convolutions& operator=(const Bf16Convolutions&) = delete;

  private:
    bool before_;
};

/// fp32 x [T, H, W, I] with weight [O, I, kt, kh, kw] (over time) or [O, I, kh, kw] (each frame alone) -> [T', H', W',
/// O]. Calls oneDNN directly on a CPU: at::convolution leaves it for batch 1 on one thread and is then ten times
/// slower.
at::Tensor conv_frames(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, ConvShape shape);

/// conv_frames of `before` [history, H, W, I] (undefined: no history) followed by x, plus residual (undefined: none).
/// Our CUDA kernel reads both where they lie; elsewhere they are joined first.
at::Tensor causal_conv(const at::Tensor& before, const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                       ConvShape shape, const at::Tensor& residual = {});

/// out = x / max(|x|_2, 1e-12) * sqrt(C) * gamma over the last dimension, then SiLU if asked for. fp32, contiguous; out
/// may be x.
void channel_norm_into(const at::Tensor& x, const at::Tensor& gamma, bool with_silu, at::Tensor out);

/// frames [3, T, H, W] of a float type -> U8 [T, H, W, 3] on the same device: trunc((v + 1) / 2 * 255 + 0.5), clamped.
at::Tensor frames_to_bytes(const at::Tensor& frames);

}  // namespace studio::ops
