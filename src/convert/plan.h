// convert/plan.h - which tensors a converted part has, in which order and type.
#pragma once
#include <functional>
#include <memory>
#include <vector>

#include "checkpoint/recognise.h"
#include "convert/convert.h"
#include "convert/stream_writer.h"

namespace studio::convert {

/// Called after each stretch; an error (Cancelled) ends the work.
using Tick = std::function<Result<void>(std::uint64_t bytes)>;

struct Plan {
    std::vector<OutTensor> tensors;
    std::size_t changed = 0, quantised = 0;
};

/// The tensors hold references to `part` and `tick`, which must outlive them.   Errors: as convert_part.
Result<Plan> make_plan(const checkpoint::Recognised& part, const Options& options, const Tick& tick);

/// "blocks.12.x" -> 12; -1 for what comes before the blocks; past the last block for what comes after (head, last
/// norm).
int block_of(std::string_view official_name);

}  // namespace studio::convert
