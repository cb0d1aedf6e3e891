// tensor/cpu_w8a8.h - the W8A8 kernels of the CPU on tensors. Private to tensor/w8a8 and tensor/linear_input.
#pragma once
#include <functional>

#include "tensor/w8a8.h"

namespace studio::ops {

class OpChoice;
/// "linear_w8a8": with it forbidden, nothing takes these kernels.
OpChoice& w8a8_choice();

/// Why the kernel cannot take this call, as static text; null: it can.
const char* cpu_w8a8_refusal(const at::Tensor& x) noexcept;
const char* cpu_w8a8_name() noexcept;

/// Activations as the product's kernel reads them: quantised and in its byte order.
struct PackedRows {
    at::Tensor bytes;  // U8 [rows, bytes of a row]
    at::Tensor scale;  // F32 [ceil(rows / 128), ceil(columns / 128)]
    std::int64_t columns = 0;
    std::int64_t rows() const { return bytes.size(0); }
    /// begin is a multiple of 128.
    PackedRows slice(std::int64_t begin, std::int64_t end) const;
};

/// quantize_tiles of fp32 x [rows, columns]; rounds_to_bf16: x first.
Int8Tiles cpu_quantize_tiles(const at::Tensor& x, bool rounds_to_bf16);
/// The same of x rounded to bf16, packed.
PackedRows cpu_pack_rows(const at::Tensor& x);
/// The same of rows that are made on the way: make(first row, count, to) writes fp32 [count, columns], at most 128 rows
/// at a time, from several threads.
PackedRows cpu_pack_made_rows(std::int64_t rows, std::int64_t columns,
                              const std::function<void(std::int64_t, std::int64_t, float*)>& make);

/// int8_tiles_product, plus bias [outputs] where defined.
at::Tensor cpu_int8_product(const Int8Tiles& x, const Int8Tiles& weight, const at::Tensor& bias = {});

/// fp32 [rows, outputs]
at::Tensor cpu_product(const PackedRows& x, const Int8Tiles& weight, const at::Tensor& bias);
/// gelu(product), packed for the next product.
PackedRows cpu_product_gelu(const PackedRows& x, const Int8Tiles& weight, const at::Tensor& bias);
/// to [rows, outputs] += product * gate[gate_rows]; fp32, contiguous. gate [n, outputs] or undefined: 1; gate_rows: I64
/// [rows] or undefined: row 0.
void cpu_product_add_(at::Tensor& to, const PackedRows& x, const Int8Tiles& weight, const at::Tensor& bias,
                      const at::Tensor& gate, const at::Tensor& gate_rows);

}  // namespace studio::ops
