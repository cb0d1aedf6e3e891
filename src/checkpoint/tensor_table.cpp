#include "checkpoint/tensor_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "checkpoint/names.h"
#include "core/log.h"
#include "core/text.h"

namespace studio::checkpoint {
namespace {

constexpr const char* kFix = "Download the file again, or use another copy of this model.";

bool name_less(const NamedTensor& tensor, std::string_view name) {
    return tensor.name < name;
}

}  // namespace

std::string shape_text(const std::vector<std::int64_t>& shape) {
    return fmt::format("[{}]", fmt::join(shape, ", "));
}

std::string TensorTable::file() const {
    return path_to_utf8(recognised_.checkpoint->main_file());
}

const NamedTensor* TensorTable::find(std::string_view name) const {
    const auto& all = recognised_.tensors;
    const auto at = std::lower_bound(all.begin(), all.end(), name, name_less);
    if (at == all.end() || at->name != name) return nullptr;
    is_asked_for_[static_cast<std::size_t>(at - all.begin())] = true;
    return &*at;
}

bool TensorTable::has_start(std::string_view start) const {
    const auto& all = recognised_.tensors;
    const auto at = std::lower_bound(all.begin(), all.end(), start, name_less);
    return at != all.end() && at->name.starts_with(start);
}

std::int64_t TensorTable::count_blocks(std::string_view start) const {
    const auto& all = recognised_.tensors;
    std::int64_t count = 0;
    for (auto at = std::lower_bound(all.begin(), all.end(), start, name_less);
         at != all.end() && at->name.starts_with(start); ++at) {
        const auto index = split_index(std::string_view(at->name).substr(start.size()));
        if (index) count = std::max<std::int64_t>(count, index->first + 1);
    }
    return count;
}

Result<std::vector<std::int64_t>> TensorTable::shape(std::string_view name, std::size_t rank) const {
    const NamedTensor* const tensor = find(name);
    if (tensor == nullptr) {
        return corrupt_file(file(), std::string(name),
                            fmt::format("{} lacks the tensor {}, which this kind of network needs.",
                                        escape_for_display(file(), 1000), name),
                            kFix);
    }
    if (tensor->shape.size() == rank) return tensor->shape;
    return corrupt_file(
        path_to_utf8(recognised_.checkpoint->files()[tensor->stored->shard]), std::string(name),
        fmt::format("Tensor {} has the shape {}; {} dimensions are expected.", name, shape_text(tensor->shape), rank),
        kFix);
}

Result<void> TensorTable::require(std::string_view name, const std::vector<std::int64_t>& wanted) const {
    STUDIO_TRY(found, shape(name, wanted.size()));
    const NamedTensor& tensor = *find(name);
    const std::string shard = path_to_utf8(recognised_.checkpoint->files()[tensor.stored->shard]);
    if (found != wanted) {
        return corrupt_file(shard, std::string(name),
                            fmt::format("Tensor {} has the shape {}; the other tensors ask for {}.", name,
                                        shape_text(found), shape_text(wanted)),
                            kFix);
    }
    if (io::is_floating(tensor.stored->dtype) || tensor.scheme != Scheme::kPlain) return {};
    return Error{ErrorCode::kUnsupported,
                 fmt::format("Tensor {} is stored as {}; whole numbers without a scale cannot be weights.", name,
                             io::dtype_name(tensor.stored->dtype)),
                 shard,
                 std::string(name),
                 "Use the version of this model with 16-bit or 32-bit weights.",
                 {}};
}

Result<void> TensorTable::require_layer(const std::string& name, const std::vector<std::int64_t>& weight_shape) const {
    STUDIO_TRY_VOID(require(name + ".weight", weight_shape));
    return require(name + ".bias", {weight_shape.front()});
}

Result<void> TensorTable::agrees_with_header(std::int64_t found) const {
    for (const auto& [key, value] : recognised_.checkpoint->metadata()) {
        if (!key.ends_with(".block_count")) continue;
        const auto said = parse_int64(value);
        if (said && *said == found) continue;
        return corrupt_file(file(), key,
                            fmt::format("{}: the header says {} = {}, but the tensors make {} blocks.",
                                        escape_for_display(file(), 1000), key, escape_for_display(value, 60), found),
                            kFix);
    }
    return {};
}

void TensorTable::warn_of_unused(std::initializer_list<std::string_view> known_starts) const {
    std::size_t count = 0;
    std::string names;
    for (std::size_t i = 0; i < is_asked_for_.size(); ++i) {
        const std::string& name = recognised_.tensors[i].name;
        const bool is_known = std::any_of(known_starts.begin(), known_starts.end(),
                                          [&](std::string_view start) { return name.starts_with(start); });
        if (is_asked_for_[i] || is_known) continue;
        if (++count <= 3) names += fmt::format("{}{}", count > 1 ? ", " : "", escape_for_display(name, 80));
    }
    if (count == 0) return;
    log::warning("{} holds {} tensors that this kind of network does not use: {}{}.", escape_for_display(file(), 1000),
                 count, names, count > 3 ? ", ..." : "");
}

}  // namespace studio::checkpoint
