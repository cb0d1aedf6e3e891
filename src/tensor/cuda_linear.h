// tensor/cuda_linear.h - W8A8 linears of the CUDA plugin on tensors, with the norm before them and the GELU or gated
// residual behind them in the same kernels. Private to the door (tensor/w8a8, tensor/linear_input); the rules are those
// of tensor/cuda_ops.h.
#pragma once
#include "tensor/linear.h"
#include "tensor/ops.h"

namespace studio {
struct CudaTable;
}

namespace studio::ops {

/// Activations in 8 bits on the device, and the type that they stand for.
struct TiledRows {
    Int8Tiles tiles;
    at::ScalarType type = at::kBFloat16;
    std::int64_t rows() const { return tiles.values.size(0); }
    /// begin is a multiple of 128.
    TiledRows slice(std::int64_t begin, std::int64_t end) const;
};

const char* cuda_linear_refusal(const CudaTable* table, const at::Tensor& x, const Int8Tiles& weight);
/// ops::linear_w8a8
at::Tensor cuda_linear_w8a8(const CudaTable& table, const at::Tensor& x, const Int8Tiles& weight,
                            const at::Tensor& bias);

/// Why these linears cannot all read x [rows, columns] (or what a norm makes of it) in 8 bits.
const char* cuda_rows_refusal(const CudaTable* table, const at::Tensor& x, at::ScalarType type,
                              std::span<const Linear* const> readers);
TiledRows cuda_quantize_rows(const CudaTable& table, const at::Tensor& x);
/// layer_norm_modulate (shift and scale) or layer_norm (weight and bias; either may be undefined) of fp32 x, rounded to
/// `type`, then quantised: x is read twice, one byte a value is written.
struct NormRows {
    at::Tensor weight, bias, shift, scale;
    std::span<const TokenRun> runs;
    double eps = 1e-6;
    at::ScalarType type = at::kBFloat16;
};
TiledRows cuda_norm_rows(const CudaTable& table, const at::Tensor& x, const NormRows& norm);

/// [rows, outputs] of x.type
at::Tensor cuda_product(const CudaTable& table, const TiledRows& x, const Int8Tiles& weight, const at::Tensor& bias);
/// gelu_tanh(cuda_product), quantised for the next product.
TiledRows cuda_product_gelu(const CudaTable& table, const TiledRows& x, const Int8Tiles& weight,
                            const at::Tensor& bias);
/// to += cuda_product * gate[row of the token]; to fp32 [rows, outputs], contiguous; gate undefined: 1.
void cuda_product_add_(const CudaTable& table, at::Tensor& to, const TiledRows& x, const Int8Tiles& weight,
                       const at::Tensor& bias, const at::Tensor& gate, std::span<const TokenRun> runs);

}  // namespace studio::ops
