// io/dequantize.h - stored values as fp32: every floating type that a checkpoint can hold, and the whole-number types.
#pragma once
#include <cstddef>
#include <span>

#include "io/dtype.h"

namespace studio::io {

/// Expand out.size() values that begin at a block border. `stored` holds exactly their bytes (out.size() is a multiple
/// of the block's elements); no alignment needed. FP8: OCP E4M3FN and E5M2. Exact: every type here fits in fp32 but F64
/// and I32/I64, which are rounded to nearest.
/// Threads   any.   Source: GGUF block layouts as documented in ggml (ggml-quants.c, dequantize_row_*); checked against
/// gguf-py.
void dequantize(DType dtype, std::span<const std::byte> stored, std::span<float> out) noexcept;

}  // namespace studio::io
