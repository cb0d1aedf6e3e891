// kernels/vae/causal_conv_cpu.h - 3x3x3 convolution of the video VAE on a CPU: frames with channels innermost, zeros
// around each frame, causal in time. By Winograd's F(2x2, 3x3) in space, which needs 16 products where the sum over the
// window needs 36; the three taps in time are summed before the results are turned back.
#pragma once
#include <cstdint>

#include "kernels/common/status.h"

namespace studio::kernels::cpu {

struct CausalConvArgs {
    const float* before = nullptr;    // [2, height, width, inputs]: the frames before the first; null: zeros
    const float* x = nullptr;         // [frames, height, width, inputs]
    const float* weight = nullptr;    // turned by turn_conv_weight: conv_weight_floats(inputs, outputs)
    const float* bias = nullptr;      // [outputs] or null
    const float* residual = nullptr;  // [frames, height, width, outputs], added; or null
    float* out = nullptr;             // [frames, height, width, outputs]
    std::int64_t frames = 0, height = 0, width = 0, inputs = 0, outputs = 0;
};

/// Floats of a turned weight.   0: the sizes would be refused.
std::int64_t conv_weight_floats(std::int64_t inputs, std::int64_t outputs) noexcept;
/// Groups of outputs that can be turned at the same time.
std::int64_t conv_weight_groups(std::int64_t outputs) noexcept;

/// weight [outputs, 3, 3, 3, inputs] (time, row, column; channels last) as the product reads it, for the groups of
/// outputs [first, last).
Status turn_conv_weight(const float* weight, std::int64_t inputs, std::int64_t outputs, std::int64_t first,
                        std::int64_t last, float* to) noexcept;

/// Parts of a picture that can be computed at the same time, and bytes of scratch for each thread; 0: refused.
std::int64_t causal_conv_parts(const CausalConvArgs& args) noexcept;
std::int64_t causal_conv_scratch_bytes(const CausalConvArgs& args) noexcept;

/// All frames of parts [first, last).
///   out[t, y, x, o] = bias[o] + residual[...] + sum over taps and inputs of weight * input[t - 2 + tap, ...]
/// Limits    every size 1 to 2^31 - 1; inputs and outputs at most 4096.
/// Errors    kInvalidArgument, kTooLarge, kNotSupported (no AVX2); nothing was written. NaN comes out as NaN.
/// Accuracy  the transform of values and results costs about a decimal: 1e-6 of the fp64 sum (relative L2).
/// Source    Lavin and Gray, Fast Algorithms for Convolutional Neural Networks, F(2x2, 3x3).
Status causal_conv(const CausalConvArgs& args, std::int64_t first, std::int64_t last, float* scratch) noexcept;

/// Whether this processor has the kernel.
bool has_causal_conv() noexcept;

}  // namespace studio::kernels::cpu
