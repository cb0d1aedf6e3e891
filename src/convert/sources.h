// convert/sources.h - where the bytes of a written tensor come from.
#pragma once
#include <memory>
#include <vector>

#include "convert/plan.h"

namespace studio::convert {

using Produce = std::function<Result<void>(const ByteSink&)>;

/// Elements [begin, begin + count) of a plain tensor, as stored.
Produce stored_elements(const checkpoint::Recognised& part, const checkpoint::NamedTensor& tensor, std::uint64_t begin,
                        std::uint64_t count, const Tick& tick);
/// The same as real numbers in `dtype`.
Produce encoded_values(const checkpoint::Recognised& part, const checkpoint::NamedTensor& tensor, std::uint64_t begin,
                       std::uint64_t count, io::DType dtype, const Tick& tick);
/// The stored scale of a quantised layer.
Produce stored_scale(const checkpoint::Recognised& part, const io::TensorInfo& scale, const Tick& tick);
Produce constant_bytes(std::vector<std::byte> bytes, const Tick& tick);

/// A weight [out, in] as W8A8. Values are rounded to `rounding` (bf16 or fp16) first, as TurboDiffusion's converter
/// does. Whichever of the two is asked for first finds the scales; memory: one band of 128 rows.
struct QuantisedWeight {
    Produce int8_weight;  // [out, in] I8
    Produce scale;        // [ceil(out / 128), ceil(in / 128)] F32
};
QuantisedWeight quantised_weight(const checkpoint::Recognised& part, const checkpoint::NamedTensor& tensor,
                                 io::DType rounding, const Tick& tick);

}  // namespace studio::convert
