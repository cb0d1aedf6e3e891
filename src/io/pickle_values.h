// io/pickle_values.h - what a pickle of weights can hold, as plain data. Nothing here can run.
#pragma once
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "io/dtype.h"

namespace studio::io {

enum class PickleKind : std::uint8_t {
    kNone,
    kBool,
    kInt,
    kFloat,
    kText,
    kTuple,
    kList,
    kDict,         // dict and collections.OrderedDict
    kFunction,     // one of the three names that may be "called"
    kStorageType,  // torch.FloatStorage and so on
    kDtype,        // torch.float32 and so on: carried along, never used
    kStorage,
    kTensor,
};

enum class PickleFunction : std::uint8_t { kOrderedDict, kRebuildTensor, kRebuildParameter };

struct PickleValue {
    PickleKind kind = PickleKind::kNone;
    std::uint32_t length = 0;  // kText: bytes; kDict: 1 for an OrderedDict
    /// kBool, kInt: the number; kText: offset in the pickle; kTuple, kList, kDict, kStorage, kTensor: index in
    /// PickleValues; kFunction, kStorageType: the enumerator.
    std::int64_t number = 0;

    std::size_t index() const noexcept { return static_cast<std::size_t>(number); }
};

struct PickleStorage {
    DType dtype = DType::kF32;
    std::string_view key;  // names the archive's record data/<key>
    std::uint64_t elements = 0;
};

struct PickleTensor {
    std::size_t storage = 0;
    std::uint64_t offset = 0;  // in elements
    std::vector<std::int64_t> shape, strides;
};

/// Everything a pickle made. Text points into the pickle's bytes.
struct PickleValues {
    struct Tuple {
        std::size_t begin = 0, count = 0;  // in tuple_items
    };
    using Dict = std::vector<std::pair<PickleValue, PickleValue>>;

    std::string_view pickle;
    std::vector<PickleValue> tuple_items;
    std::vector<Tuple> tuples;
    std::vector<std::vector<PickleValue>> lists;
    std::vector<Dict> dicts;
    std::vector<PickleStorage> storages;
    std::vector<PickleTensor> tensors;
    PickleValue root;

    std::string_view text(const PickleValue& value) const noexcept {
        return pickle.substr(value.index(), value.length);
    }
    const PickleValue* items(const PickleValue& tuple) const noexcept {
        return tuple_items.data() + tuples[tuple.index()].begin;
    }
    std::size_t count(const PickleValue& tuple) const noexcept { return tuples[tuple.index()].count; }
};

}  // namespace studio::io
