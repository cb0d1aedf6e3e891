// kernels/vae/norm_silu_pad.h - what stands before every 3 x 3 x 3 convolution of the Wan VAE, in one pass: channel
// norm, SiLU, the two frames of causal history in front, and a border of zeros. Channels last. Border, history and SiLU
// can be left out: then it is the plain norm.
#pragma once
#include <cstdint>

#include "kernels/common/status.h"
#include "kernels/common/stream.h"

namespace studio::kernels {

struct NormSiluPadArgs {
    const void* x = nullptr;       // [frames, height, width, channels]
    const float* gamma = nullptr;  // [channels]
    /// The history: [history, height + 2, width + 2, channels] as this function wrote it, that is the last `history`
    /// frames of the y of the chunk before; null: zeros, as at the start of a clip.
    const void* before = nullptr;
    void* y = nullptr;  // [history + frames, height + 2, width + 2, channels]; + 0 without a border
    std::int64_t frames = 0, height = 0, width = 0, channels = 0;
    std::int64_t history = 2;   // 0, 1 or 2
    DType type = DType::kBF16;  // of x, before and y: kF32, kBF16 or kF16
    bool has_border = true;     // a row and a column of zeros on each side
    bool has_silu = true;
};

/// y = silu(x / max(|x|, 1e-12) * sqrt(channels) * gamma), |x| over the channels of a pixel, fp32, one rounding.
/// Limits    sizes >= 0 (0 is a no-op), channels % 8 == 0 and <= 1024, height, width <= 65536, fewer than 2^31 * 8
/// padded
///           pixels; pointers 16-byte aligned; y must not overlap before, nor x (it may be x
///           where there is neither border nor history).
/// Errors    kInvalidArgument, kUnsupportedType, kTooLarge, kNoDevice, kNotSupported (older than sm_80), kLaunchFailed.
/// Threads   asynchronous on `stream`.     NaN  stays in its pixel.
/// Source    Wan 2.1, wan/modules/vae.py: RMS_norm, SiLU, CausalConv3d's padding. Oracle: vae_reference.cpp.
Status norm_silu_pad(const NormSiluPadArgs& args, Stream stream) noexcept;
void norm_silu_pad_reference(const NormSiluPadArgs& args, double* y);

}  // namespace studio::kernels
