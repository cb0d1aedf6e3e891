// kernels/vae/conv.h - convolutions of the video VAE on frames stored as [T, H, W, C], as one matrix product without an
// unfolded copy: 3 x 3 x 3 causal, 1 x 3 x 3, 3 x 1 x 1, strided and unpadded ones, all by one kernel.
#pragma once
#include <cstdint>

#include "kernels/common/status.h"
#include "kernels/common/stream.h"

namespace studio::kernels {

struct ConvArgs {
    const void* x = nullptr;  // [frames, height, width, in_channels]
    /// The causal history in front of x, read where it lies: [history, height, width, in_channels]; null: zeros.
    const void* before = nullptr;
    const void* w = nullptr;         // bf16 [out_channels, w_stride]: taps (t, h, w) slowest, input channels fastest
    const float* bias = nullptr;     // [out_channels] or null
    const void* residual = nullptr;  // like y, or null
    void* y = nullptr;               // [out frames, out height, out width, out_channels]
    std::int64_t frames = 0, height = 0, width = 0;
    std::int64_t in_channels = 0, out_channels = 0;
    std::int64_t history = 0;   // frames in front of x
    std::int64_t w_stride = 0;  // elements; values past the taps must be zero
    std::int64_t kernel_t = 3, kernel_h = 3, kernel_w = 3;
    std::int64_t time_stride = 1, space_stride = 1;
    std::int64_t pad_near = 1, pad_far = 1;  // rows and columns of zeros before and after; time is never padded
    DType x_type = DType::kBF16;             // of x and before: kBF16 or kF32
    DType y_type = DType::kBF16;             // of residual and y: kBF16 or kF32
};

struct ConvOutput {
    std::int64_t frames = 0, height = 0, width = 0;
};
/// (history + frames - kernel_t) / time_stride + 1 and so on; zeros where the input is smaller than the kernel.
constexpr ConvOutput conv_output(const ConvArgs& a) noexcept {
    const auto steps = [](std::int64_t input, std::int64_t kernel, std::int64_t stride) {
        return input < kernel || stride < 1 ? 0 : (input - kernel) / stride + 1;
    };
    return {steps(a.history + a.frames, a.kernel_t, a.time_stride),
            steps(a.height + a.pad_near + a.pad_far, a.kernel_h, a.space_stride),
            steps(a.width + a.pad_near + a.pad_far, a.kernel_w, a.space_stride)};
}
/// The least w_stride: taps * in_channels, rounded up to 8.
constexpr std::int64_t conv_weight_stride(const ConvArgs& a) noexcept {
    return (a.kernel_t * a.kernel_h * a.kernel_w * a.in_channels + 7) / 8 * 8;
}

/// y = conv(before | x, w) + bias + residual. x is rounded to bf16, products are summed in fp32, one rounding at the
/// end.
///
/// Limits    frames, history >= 0; an output without pixels is a no-op; height, width 1..65536, channels 1..8192,
///           kernel sides 1..3, strides 1..2, padding 0..2; fewer than 2^31 - 128 frames; fewer than 2^31 tiles of 128
///           pixels x 96 channels. w_stride >= conv_weight_stride() and % 8 == 0. x, before, w 16-byte aligned (x and
///           before at least to their element when in_channels % 8 != 0); bias, residual and y to 8 bytes. Sizes past
///           2^31 elements work. y may be residual, and nothing else.
/// Errors    kInvalidArgument, kUnsupportedType, kTooLarge, kNoDevice, kNotSupported (older than sm_80, or less than 84
///           KiB of shared memory per block), kLaunchFailed.
/// Threads   asynchronous on `stream`.     NaN  in x: every pixel whose window holds it.
/// Source    Wan 2.1, wan/modules/vae.py: CausalConv3d, Resample. Oracle: conv_reference.cpp.
/// Accuracy  relative L2 below 3e-3 against fp64 with fp32 output (the rounding of x and w to bf16).
Status conv_frames(const ConvArgs& args, Stream stream) noexcept;

/// The oracle: fp64, x and w as they are stored (x rounded to bf16 as the kernel does), without the last rounding.
void conv_frames_reference(const ConvArgs& args, double* y);

}  // namespace studio::kernels
