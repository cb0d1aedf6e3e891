// io/read_values.h - the values of a stored tensor as fp32 in row-major order, whatever its type, strides and
// alignment.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/result.h"
#include "io/checkpoint.h"

namespace studio::io {

std::uint64_t value_count(const TensorInfo& tensor) noexcept;  // product of the shape; 1 for a scalar

/// Values begin, begin + 1, ... of the flattened tensor into `out`; stored numbers only, no scale of a scheme is
/// applied. `begin` may lie anywhere, inside a block too. Read a large tensor part by part: nothing is allocated beyond
/// 32 KiB of stack. Errors   throws Failure(Internal) when [begin, begin + out.size()) leaves the tensor. Cost packed
/// tensors: one pass of dequantize(). Strided views: a gather of single elements, several times slower. Threads  any.
/// Accuracy  that of io/dequantize.h.
void read_values(const Checkpoint& checkpoint, const TensorInfo& tensor, std::uint64_t begin, std::span<float> out);

/// The same for elements as they are stored: begin, begin + 1, ... of a plain type into out (a whole number of
/// elements), packed row by row. For loaders that keep the stored type. Not for block types, which are always packed:
/// use bytes().
void read_elements(const Checkpoint& checkpoint, const TensorInfo& tensor, std::uint64_t begin,
                   std::span<std::byte> out);

}  // namespace studio::io
