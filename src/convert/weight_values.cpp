#include "convert/weight_values.h"

#include <algorithm>
#include <vector>

#include "io/read_values.h"

namespace studio::convert {
namespace {

using checkpoint::NamedTensor;
using checkpoint::Scheme;

constexpr std::uint64_t kTile = 128;

/// Values of one row; weights with scales have two dimensions or are treated as rows of everything behind the first.
std::uint64_t row_length(const NamedTensor& tensor) {
    std::uint64_t length = 1;
    for (std::size_t i = 1; i < tensor.shape.size(); ++i)
        length *= static_cast<std::uint64_t>(tensor.shape[i]);
    return std::max<std::uint64_t>(1, length);
}

}  // namespace

std::uint64_t element_count(const NamedTensor& tensor) {
    std::uint64_t count = 1;
    for (const std::int64_t side : tensor.shape)
        count *= static_cast<std::uint64_t>(side);
    return count;
}

void read_weight(const checkpoint::Recognised& part, const NamedTensor& tensor, std::uint64_t begin,
                 std::span<float> out) {
    const io::Checkpoint& checkpoint = *part.checkpoint;
    io::read_values(checkpoint, *tensor.stored, begin, out);
    if (tensor.scheme == Scheme::kPlain) return;
    const std::uint64_t columns = row_length(tensor), scale_columns = (columns + kTile - 1) / kTile;
    // Only the scales of the rows at hand: a few numbers.
    const std::uint64_t first_row = begin / columns,
                        last_row = out.empty() ? first_row : (begin + out.size() - 1) / columns;
    std::uint64_t first = 0, count = 1;
    if (tensor.scheme == Scheme::kRowScale) {
        first = first_row;
        count = last_row - first_row + 1;
    } else if (tensor.scheme == Scheme::kTileScale) {
        first = first_row / kTile * scale_columns;
        count = (last_row / kTile - first_row / kTile + 1) * scale_columns;
    }
    std::vector<float> scales(static_cast<std::size_t>(count));
    io::read_values(checkpoint, *tensor.scale, first, scales);
    for (std::size_t i = 0; i < out.size(); ++i) {
        const std::uint64_t row = (begin + i) / columns, column = (begin + i) % columns;
        std::uint64_t at = 0;
        if (tensor.scheme == Scheme::kRowScale) at = row - first;
        if (tensor.scheme == Scheme::kTileScale) at = row / kTile * scale_columns + column / kTile - first;
        out[i] *= scales[static_cast<std::size_t>(at)];
    }
}

}  // namespace studio::convert
