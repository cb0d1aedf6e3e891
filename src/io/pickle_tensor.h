// io/pickle_tensor.h - the descriptions of storages and tensors inside a pickle, checked.
#pragma once
#include <string>

#include "io/pickle_values.h"

namespace studio::io {

/// Both append to `values` and give the new value; an empty `reason` means success.
struct PickleMade {
    PickleValue value;
    std::string reason;
    bool is_unsupported = false;  // well formed, but of a kind that is not read
};

/// From the persistent id ('storage', <type>, key, device, elements).
PickleMade make_pickle_storage(PickleValues& values, const PickleValue& id);

/// From the arguments (storage, offset, size, stride, requires_grad, hooks[, metadata]) of _rebuild_tensor_v2. Every
/// element that the view reaches lies inside the storage's declared elements; no stride is negative.
PickleMade make_pickle_tensor(PickleValues& values, const PickleValue& arguments, std::size_t most_dims);

/// From (data, requires_grad, hooks) of _rebuild_parameter: the data itself.
PickleMade make_pickle_parameter(const PickleValues& values, const PickleValue& arguments);

}  // namespace studio::io
