// convert/weight_values.h - a weight as real numbers, whatever scheme it is stored in, a stretch at a time.
#pragma once
#include <cstdint>
#include <span>

#include "checkpoint/recognise.h"

namespace studio::convert {

/// Values begin, begin + 1, ... of the flattened weight: the stored numbers times their scale, in fp32.
/// Errors  throws Failure as io::read_values does.   Threads  any.
void read_weight(const checkpoint::Recognised& part, const checkpoint::NamedTensor& tensor, std::uint64_t begin,
                 std::span<float> out);

std::uint64_t element_count(const checkpoint::NamedTensor& tensor);

}  // namespace studio::convert
