// io/pickle_reader.h - the pickle inside a torch file, read as data. Nothing is imported, called or built but values.
#pragma once
#include <cstddef>
#include <span>
#include <string>

#include "core/result.h"
#include "io/pickle_values.h"

namespace studio::io {

struct PickleLimits {
    std::size_t bytes = 64u << 20;
    std::size_t operations = 2'000'000;  // the largest published file has some 150,000
    std::size_t memo = 1'000'000;
    std::size_t stack = 100'000;
    std::size_t containers = 1'000'000;  // lists and dicts
    std::size_t depth = 64;              // of containers in each other
    std::size_t tensors = 65536;         // and storages
    std::size_t dims = 8;
};

/// Runs the whole stream before anything of it is used. The machine knows the instructions that torch.save writes; the
/// only names it knows are torch._utils._rebuild_tensor_v2, torch._utils._rebuild_parameter and collections.OrderedDict
/// (recognised as descriptions of data), the typed storages and the data types of torch.
/// Errors   CorruptFile: another name (message and field name it: "posix.system"), another instruction, a stream that
///          breaks the rules, a limit, a container that holds itself. Unsupported: tensors of kinds that have no plain
///          values (sparse, quantised, nested, meta, subclasses).
/// Source   pickletools.py of CPython, torch/serialization.py; faults.md rows 25 to 36.
Result<PickleValues> read_pickle(std::span<const std::byte> pickle, const std::string& file,
                                 const PickleLimits& limits = {});

}  // namespace studio::io
