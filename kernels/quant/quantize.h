// kernels/quant/quantize.h - int8 with one scale per 128 x 128 block, as TurboDiffusion's W8A8 checkpoints have it.
#pragma once
#include <cstdint>

#include "kernels/common/status.h"
#include "kernels/common/stream.h"

namespace studio::kernels {

constexpr std::int64_t kQuantBlock = 128;

enum class Activation : std::uint8_t { kNone, kGeluTanh };

struct QuantizeArgs {
    const void* x = nullptr;   // [rows, dim], row stride x_stride
    std::int8_t* q = nullptr;  // [rows, dim], dense
    float* scale = nullptr;    // [ceil(rows / 128), ceil(dim / 128)], dense
    std::int64_t rows = 0;
    std::int64_t dim = 0;
    std::int64_t x_stride = 0;                  // in elements
    DType type = DType::kBF16;                  // of x: kF32, kF16 or kBF16
    Activation activation = Activation::kNone;  // applied to x first, then rounded to `type`
};

/// Per block: amax = max(1e-8, max |x|), scale = amax / 128, q = saturate(round_half_even(x * (128 / amax))).
/// +amax becomes 127, -amax becomes -128. Rows and columns outside the matrix count as 0.
/// Limits    rows >= 0 (0 is a no-op), 8 <= dim <= 2^22, dim % 8 == 0, x_stride >= dim and % 8 == 0; x 16-byte aligned,
///           q 8-byte, scale 4-byte.
/// Errors    kInvalidArgument, kUnsupportedType, kTooLarge, kNoDevice, kNotSupported (older than sm_80), kLaunchFailed.
/// Threads   asynchronous on `stream`.
/// NaN       a block with a NaN or an infinity gets the scale NaN or infinity and q = 0: a product with it is NaN.
/// Source    TurboDiffusion, turbodiffusion/ops/quant. Oracle: quantize_reference.cpp.
Status quantize(const QuantizeArgs& args, Stream stream) noexcept;

/// The oracle, equal bit for bit (without the activation, whose exponential differs by an ulp). x, q, scale on the CPU.
void quantize_reference(const QuantizeArgs& args);

}  // namespace studio::kernels
