#include "io/pickle_tensor.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace studio::io {
namespace {

PickleMade refuse(std::string reason) {
    return {{}, std::move(reason), false};
}

bool is_number(const PickleValue& value) {
    return value.kind == PickleKind::kInt && value.number >= 0;
}

/// torch numbers its records; letters are taken too, but nothing that could be a path.
bool is_plain_key(std::string_view key) {
    return !key.empty() && key.size() <= 64 && std::all_of(key.begin(), key.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
    });
}

bool is_empty_dict_or_none(const PickleValues& values, const PickleValue& value) {
    return value.kind == PickleKind::kNone || (value.kind == PickleKind::kDict && values.dicts[value.index()].empty());
}

/// A tuple of whole numbers that are not negative, or nothing.
bool read_numbers(const PickleValues& values, const PickleValue& tuple, std::vector<std::int64_t>& out) {
    if (tuple.kind != PickleKind::kTuple) return false;
    const PickleValue* const items = values.items(tuple);
    for (std::size_t i = 0; i < values.count(tuple); ++i) {
        if (!is_number(items[i])) return false;
        out.push_back(items[i].number);
    }
    return true;
}

/// The number of elements from the view's first to one behind its last, or nothing when it does not fit in 63 bits.
bool view_reach(const PickleTensor& tensor, std::uint64_t& reach) {
    constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();
    reach = 1;
    std::uint64_t count = 1;
    bool is_empty = false;
    for (std::size_t d = 0; d < tensor.shape.size(); ++d) {
        const auto extent = static_cast<std::uint64_t>(tensor.shape[d]),
                   stride = static_cast<std::uint64_t>(tensor.strides[d]);
        is_empty = is_empty || extent == 0;
        const std::uint64_t steps = std::max<std::uint64_t>(extent, 1);
        if (count > kMost / 8 / steps) return false;
        count *= steps;
        if (steps > 1 && stride > (kMost - reach) / (steps - 1)) return false;
        reach += (steps - 1) * stride;
    }
    if (is_empty) reach = 0;
    return true;
}

}  // namespace

PickleMade make_pickle_storage(PickleValues& values, const PickleValue& id) {
    if (id.kind != PickleKind::kTuple || values.count(id) != 5) return refuse("a persistent id is not a storage");
    const PickleValue* const items = values.items(id);
    if (items[0].kind != PickleKind::kText || values.text(items[0]) != "storage") {
        return refuse("a persistent id is not a storage");
    }
    if (items[1].kind != PickleKind::kStorageType) return refuse("a storage has no type");
    if (items[2].kind != PickleKind::kText || !is_plain_key(values.text(items[2]))) {
        return refuse("the key of a storage is not a plain record name");
    }
    if (items[3].kind != PickleKind::kText) return refuse("the device of a storage is not text");
    if (values.text(items[3]) == "meta") return {{}, "it holds a tensor without data (device meta)", true};
    if (!is_number(items[4])) return refuse("the length of a storage is not a number");
    values.storages.push_back(
        {static_cast<DType>(items[1].number), values.text(items[2]), static_cast<std::uint64_t>(items[4].number)});
    return {{PickleKind::kStorage, 0, static_cast<std::int64_t>(values.storages.size() - 1)}, {}, false};
}

PickleMade make_pickle_tensor(PickleValues& values, const PickleValue& arguments, std::size_t most_dims) {
    const std::size_t count = values.count(arguments);
    if (count != 6 && count != 7) return refuse("a tensor is described by the wrong number of values");
    const PickleValue* const items = values.items(arguments);
    if (items[0].kind != PickleKind::kStorage) return refuse("a tensor has no storage");
    if (!is_number(items[1])) return refuse("the offset of a tensor is not a number");
    PickleTensor tensor;
    tensor.storage = items[0].index();
    tensor.offset = static_cast<std::uint64_t>(items[1].number);
    if (!read_numbers(values, items[2], tensor.shape) || !read_numbers(values, items[3], tensor.strides)) {
        return refuse("the shape or strides of a tensor are not whole numbers of at least 0");
    }
    if (tensor.shape.size() != tensor.strides.size()) return refuse("a tensor has not one stride for each dimension");
    if (tensor.shape.size() > most_dims) return refuse(fmt::format("a tensor has more than {} dimensions", most_dims));
    if (items[4].kind != PickleKind::kBool) return refuse("requires_grad of a tensor is not a truth value");
    if (!is_empty_dict_or_none(values, items[5])) return refuse("a tensor has hooks");
    if (count == 7 && !is_empty_dict_or_none(values, items[6])) {
        return {{}, "it holds a tensor with extra properties (conjugated or negated view)", true};
    }
    const std::uint64_t elements = values.storages[tensor.storage].elements;
    std::uint64_t reach = 0;
    if (!view_reach(tensor, reach)) return refuse("the shape and strides of a tensor overflow 64 bits");
    if (tensor.offset > elements || reach > elements - tensor.offset) {
        return refuse(fmt::format("a tensor reaches beyond its storage {} of {} elements",
                                  values.storages[tensor.storage].key, elements));
    }
    values.tensors.push_back(std::move(tensor));
    return {{PickleKind::kTensor, 0, static_cast<std::int64_t>(values.tensors.size() - 1)}, {}, false};
}

PickleMade make_pickle_parameter(const PickleValues& values, const PickleValue& arguments) {
    const PickleValue* const items = values.items(arguments);
    if (values.count(arguments) != 3 || items[0].kind != PickleKind::kTensor || items[1].kind != PickleKind::kBool ||
        !is_empty_dict_or_none(values, items[2])) {
        return refuse("a parameter is not made of a tensor");
    }
    return {items[0], {}, false};
}

}  // namespace studio::io
