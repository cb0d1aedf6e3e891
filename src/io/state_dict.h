// io/state_dict.h - which dict of a torch file holds the weights.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.h"
#include "io/pickle_values.h"

namespace studio::io {

struct StateDict {
    std::vector<std::pair<std::string, std::size_t>> tensors;  // name, index in PickleValues::tensors; sorted by name
    std::string
        wrapper;  // keys that lead to it from the root: "generator_ema", "model.state_dict"; empty: the root itself
};

/// The root itself, or the dict of tensors inside a wrapper such as {"state_dict": {...}, "epoch": 7}, found by
/// content: the dict with most tensors; among dicts of about as many (a model and its average, a generator and its
/// critic) the averaged one and the generator are preferred. Everything else in the file is passed over. Errors
/// CorruptFile: no tensors, a name twice, an unusable name, containers deeper than `most_depth` or holding
///          themselves. Unsupported: several equal candidates, all named.
Result<StateDict> find_state_dict(const PickleValues& values, const std::string& file, std::size_t most_depth = 64);

}  // namespace studio::io
