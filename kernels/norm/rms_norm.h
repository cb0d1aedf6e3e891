// kernels/norm/rms_norm.h - RMS normalisation of token rows, and the rotary embedding of q and k in the same pass.
#pragma once
#include <cstdint>

#include "kernels/common/status.h"
#include "kernels/common/stream.h"

namespace studio::kernels {

struct RmsNormArgs {
    const void* x = nullptr;        // [rows, dim], row stride x_stride
    void* y = nullptr;              // [rows, dim], row stride y_stride; may be x itself
    const float* weight = nullptr;  // [dim] or null: ones
    /// [positions, head_dim / 2, 2] = (cos, sin) of each interleaved pair, or null: no rotation. Row r has position
    /// r % positions.
    const float* rotation = nullptr;
    std::int64_t rows = 0;      // B * L tokens
    std::int64_t dim = 0;       // channels per row: heads * head_dim
    std::int64_t x_stride = 0;  // in elements; rows of a fused q|k|v product are wider than dim
    std::int64_t y_stride = 0;
    std::int64_t positions = 0;  // L
    std::int64_t head_dim = 0;   // with rotation
    float eps = 1e-6f;           // added to the mean square, inside the root
    DType type = DType::kBF16;   // of x and y: kF32, kF16 or kBF16
    /// Wan's module rounds the normalised value to `type` before it applies the weight; TurboDiffusion's does not.
    bool rounds_before_weight = false;
};

/// y = rotate(x * rsqrt(mean(x^2) + eps) * weight), one rounding at the end (two with rounds_before_weight).
///
/// Limits    rows >= 0 (0 is a no-op) and < 2^31; 8 <= dim <= 16384, dim % 8 == 0; strides >= dim and % 8 == 0;
/// pointers
///           16-byte aligned; with rotation: head_dim % 8 == 0, dim % head_dim == 0, positions >= 1.
/// Errors    kInvalidArgument, kUnsupportedType, kTooLarge, kNoDevice, kNotSupported (older than sm_80), kLaunchFailed.
/// Threads   asynchronous on `stream`.     NaN  a row with a NaN comes out as NaN; with an infinity as NaN or 0.
/// Source    Wan 2.1, wan/modules/model.py, WanRMSNorm and rope_apply. Oracle: rms_norm_reference.cpp.
Status rms_norm(const RmsNormArgs& args, Stream stream) noexcept;

/// The oracle: fp64, plain loops, without the last rounding. y [rows, dim], dense.
void rms_norm_reference(const RmsNormArgs& args, double* y);

}  // namespace studio::kernels
