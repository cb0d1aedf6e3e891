// tensor/w8a8.h - INT8 weights times INT8 activations with one scale per 128 x 128 tile, as TurboDiffusion computes its
// quantised linears (spec: turbodiffusion.md 6). Any device; a kernel may replace the arithmetic behind these
// functions.
#pragma once
#include "tensor/torch_compat.h"

namespace studio {

/// Value [m, k] stands for values[m, k] * scale[m / 128, k / 128].
struct Int8Tiles {
    at::Tensor values;  // I8 [rows, columns]
    at::Tensor scale;   // F32 [ceil(rows / 128), ceil(columns / 128)]
};

namespace ops {

inline constexpr std::int64_t kInt8Tile = 128;

/// x [rows, columns] of a float type. Per tile: amax = max(1e-8, max|x|), q = saturate(round_half_even(x * (128 /
/// amax))), scale = amax / 128; what lies outside the matrix counts as 0.   Source  TurboDiffusion,
/// ops/quant/quant.hpp.
Int8Tiles quantize_tiles(const at::Tensor& x);

/// fp32 [M, N]: per block of 128 columns an exact integer sum, times (x.scale * weight.scale), summed in fp32 in
/// ascending order. weight is [N, K].   Source  TurboDiffusion, ops/gemm/kernel.hpp.
at::Tensor int8_tiles_product(const Int8Tiles& x, const Int8Tiles& weight);

/// x [M, K] of any float type, rounded to bf16 before it is quantised unless it is fp16; bias [N] or undefined. -> [M,
/// N] of x's type, rounded once after the sum and once after the bias, as the source does for bf16. Memory  beyond the
/// result: fp32 sums of 2048 rows.
at::Tensor linear_w8a8(const at::Tensor& x, const Int8Tiles& weight, const at::Tensor& bias = {});

}  // namespace ops
}  // namespace studio
