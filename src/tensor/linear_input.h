// tensor/linear_input.h - what linears read, prepared once for all that read it, and linears that end in the operation
// behind them. Where every reader multiplies quantised activations (W8A8) and the processor has a kernel for it, the
// values exist in 8 bits only, written by the operation that makes them; everywhere else they are a tensor, and each
// function below is the chain of plain operations that its comment names.
//
// Rounding  The 8-bit way gives what the chain gives: the same values rounded to bf16, the same scales, whole numbers
//           and fp32 sums. fp32 results differ by the order of the last two additions (1e-6); a value that stands
//           within that of a rounding boundary of bf16 may come out one bf16 step away, as between any two machines.
#pragma once
#include <initializer_list>

#include "tensor/cpu_w8a8.h"
#include "tensor/cuda_linear.h"
#include "tensor/linear.h"
#include "tensor/ops.h"

namespace studio::ops {

/// [rows, columns]; exactly one of the three is there.
struct LinearInput {
    at::Tensor values;                 // in the readers' compute type
    std::optional<PackedRows> packed;  // on a CPU
    std::optional<TiledRows> tiled;    // on a CUDA device

    std::int64_t rows() const { return packed ? packed->rows() : tiled ? tiled->rows() : values.size(0); }
    /// Rows [begin, end) without a copy; begin is a multiple of 128.
    LinearInput slice(std::int64_t begin, std::int64_t end) const;
};

using Readers = std::initializer_list<const Linear*>;

/// x [rows, columns] for the linears `readers`: quantised once for all of them.
LinearInput linear_input(const at::Tensor& x, Readers readers);

/// layer_norm_modulate(x, shift, scale, runs, eps, type) for `readers`; x fp32.
LinearInput layer_norm_modulate_input(const at::Tensor& x, const at::Tensor& shift, const at::Tensor& scale,
                                      std::span<const TokenRun> runs, double eps, at::ScalarType type, Readers readers);
/// layer_norm(x, weight, bias, eps, type) for `readers`; x fp32.
LinearInput layer_norm_input(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, double eps,
                             at::ScalarType type, Readers readers);

/// [rows, out]
at::Tensor linear(const LinearInput& x, const Linear& layer);

/// gelu_tanh_(linear(x, layer)) for `reader`.
LinearInput linear_gelu(const LinearInput& x, const Linear& layer, const Linear& reader);

/// gate_residual_(to, linear(x, layer), gate, runs); to fp32 [rows, out], contiguous. gate undefined: to += linear(x).
void linear_add_(at::Tensor& to, const LinearInput& x, const Linear& layer, const at::Tensor& gate = {},
                 std::span<const TokenRun> runs = {});

/// The part of `runs` that covers the rows [begin, end), counted from begin.
std::vector<TokenRun> runs_within(std::span<const TokenRun> runs, std::int64_t begin, std::int64_t end);

}  // namespace studio::ops
