// tensor/cpu_w8a8.h - the W8A8 kernels of the CPU on tensors. Private to tensor/w8a8.
#pragma once
#include "tensor/w8a8.h"

namespace studio::ops {

/// Why the kernel cannot take this call, as static text; null: it can.
const char* cpu_w8a8_refusal(const at::Tensor& x) noexcept;
const char* cpu_w8a8_name() noexcept;

/// quantize_tiles of fp32 x [rows, columns]; rounds_to_bf16: x first.
Int8Tiles cpu_quantize_tiles(const at::Tensor& x, bool rounds_to_bf16);
/// int8_tiles_product, plus bias [outputs] where defined.
at::Tensor cpu_int8_product(const Int8Tiles& x, const Int8Tiles& weight, const at::Tensor& bias = {});

}  // namespace studio::ops
