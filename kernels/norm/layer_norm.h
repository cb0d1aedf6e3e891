// kernels/norm/layer_norm.h - layer normalisation of token rows, with the modulation of a DiT block in the same pass.
#pragma once
#include <cstdint>

#include "kernels/common/status.h"
#include "kernels/common/stream.h"

namespace studio::kernels {

struct LayerNormArgs {
    const void* x = nullptr;                          // [rows, dim]
    void* y = nullptr;                                // [rows, dim]; may be x itself when the types are equal
    const float* weight = nullptr;                    // [dim] or null: ones
    const float* bias = nullptr;                      // [dim] or null: zeros
    const float* shift = nullptr;                     // [modulations, dim]; null together with scale: no modulation
    const float* scale = nullptr;                     // [modulations, dim]
    const std::int32_t* modulation_of_row = nullptr;  // [rows], which modulation a row takes; null: all take row 0
    std::int64_t rows = 0;
    std::int64_t dim = 0;
    float eps = 1e-6f;  // added to the variance
    /// The published TurboDiffusion samples were made with var + variance_excess * mean^2, where variance_excess is
    /// (next power of two >= dim) / dim - 1 (spec/turbodiffusion.md 3.5). 0 is the exact variance.
    float variance_excess = 0;
    DType x_type = DType::kF32;   // kF32, kBF16 or kF16
    DType y_type = DType::kBF16;  // kF32, kBF16 or kF16
    /// The normalised value is rounded to this type before the modulation; kF32 keeps it. TurboDiffusion: kBF16.
    DType inner_type = DType::kF32;
};

/// y = ((x - mean) * rstd * weight + bias) * (1 + scale) + shift, one rounding to y_type at the end.
///
/// Mean and variance in fp32, the variance from the centred values held in registers.
/// Limits    rows >= 0 (0 is a no-op) and < 2^31; 8 <= dim <= 16384, dim % 8 == 0; every pointer 16-byte aligned.
/// Errors    kInvalidArgument, kUnsupportedType, kTooLarge, kNoDevice, kNotSupported (older than sm_80), kLaunchFailed.
/// Threads   asynchronous on `stream`; the buffers must outlive the work queued there.
/// NaN       a row with a NaN or an infinity comes out as NaN; other rows are untouched by it.
/// Source    Wan 2.1, wan/modules/model.py; TurboDiffusion FastLayerNorm. Oracle: layer_norm_reference.cpp.
Status layer_norm(const LayerNormArgs& args, Stream stream) noexcept;

/// The oracle: fp64, plain loops, without the last rounding. y [rows, dim].
void layer_norm_reference(const LayerNormArgs& args, double* y);

}  // namespace studio::kernels
