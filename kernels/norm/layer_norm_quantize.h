// kernels/norm/layer_norm_quantize.h - layer_norm whose result goes straight to int8 with 128 x 128 scales, for the
// W8A8 product that follows: reads x, writes one byte an element.
#pragma once
#include "kernels/norm/layer_norm.h"
#include "kernels/quant/quantize.h"

namespace studio::kernels {

struct LayerNormQuantizeArgs {
    LayerNormArgs norm;           // y is not used; y_type (kBF16, kF16 or kF32) is the rounding before the quantiser
    std::int8_t* q = nullptr;     // [rows, dim]
    float* scale = nullptr;       // [ceil(rows / 128), ceil(dim / 128)]
    float* statistics = nullptr;  // [rows, 2] mean and rstd: given, or scratch for them
    /// gate_residual has already written `statistics`: x is then read once instead of twice.
    bool has_statistics = false;
};

/// As layer_norm followed by quantize.
/// Limits, errors, threads, NaN: as those two.    Oracle: their oracles, one after the other.
Status layer_norm_quantize(const LayerNormQuantizeArgs& args, Stream stream) noexcept;

}  // namespace studio::kernels
