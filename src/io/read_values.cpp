#include "io/read_values.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "io/dequantize.h"

namespace studio::io {
namespace {

constexpr std::size_t kChunk = 2048;  // elements gathered at a time; 16 KiB of the widest type

void require_inside(const TensorInfo& tensor, std::uint64_t begin, std::uint64_t count) {
    const std::uint64_t all = value_count(tensor);
    if (begin > all || count > all - begin) {
        throw Failure(internal_error("Values beyond the end of tensor " + tensor.name + " were asked for."));
    }
}

/// Copies elements of Size bytes along one row.
template <std::size_t Size>
void copy_row(const std::byte* from, std::int64_t stride_bytes, std::byte* to, std::int64_t count) noexcept {
    for (std::int64_t i = 0; i < count; ++i)
        std::memcpy(to + i * static_cast<std::int64_t>(Size), from + i * stride_bytes, Size);
}

void copy_row(std::size_t size, const std::byte* from, std::int64_t stride_bytes, std::byte* to,
              std::int64_t count) noexcept {
    switch (size) {
        case 1:
            return copy_row<1>(from, stride_bytes, to, count);
        case 2:
            return copy_row<2>(from, stride_bytes, to, count);
        case 4:
            return copy_row<4>(from, stride_bytes, to, count);
        default:
            return copy_row<8>(from, stride_bytes, to, count);
    }
}

/// Elements [begin, begin + count) of a strided view, packed into `to`. The tensor has at least one dimension.
void gather(const TensorInfo& tensor, std::span<const std::byte> stored, std::uint64_t begin, std::uint64_t count,
            std::byte* to) noexcept {
    const std::size_t size = size_of(tensor.dtype);
    const std::size_t last = tensor.shape.size() - 1;
    while (count > 0) {
        // Where the next run starts: digits of `begin` in the mixed radix of the shape.
        std::uint64_t rest = begin / static_cast<std::uint64_t>(tensor.shape[last]);
        const auto column = static_cast<std::int64_t>(begin % static_cast<std::uint64_t>(tensor.shape[last]));
        std::int64_t at = column * tensor.strides[last];
        for (std::size_t d = last; d-- > 0;) {
            const auto extent = static_cast<std::uint64_t>(tensor.shape[d]);
            at += static_cast<std::int64_t>(rest % extent) * tensor.strides[d];
            rest /= extent;
        }
        const auto run = std::min<std::uint64_t>(count, static_cast<std::uint64_t>(tensor.shape[last] - column));
        copy_row(size, stored.data() + at * static_cast<std::int64_t>(size),
                 tensor.strides[last] * static_cast<std::int64_t>(size), to, static_cast<std::int64_t>(run));
        to += run * size;
        begin += run;
        count -= run;
    }
}

/// Packed values that may begin or end inside a block.
void expand(DType dtype, std::span<const std::byte> stored, std::uint64_t begin, std::span<float> out) noexcept {
    const BlockFormat block = block_format(dtype);
    const auto elements = static_cast<std::uint64_t>(block.elements), bytes = static_cast<std::uint64_t>(block.bytes);
    while (!out.empty()) {
        const std::uint64_t first = begin / elements, inside = begin % elements;
        if (inside == 0 && out.size() >= elements) {
            const std::uint64_t blocks = out.size() / elements;
            dequantize(dtype, stored.subspan(first * bytes, blocks * bytes), out.first(blocks * elements));
            begin += blocks * elements;
            out = out.subspan(blocks * elements);
            continue;
        }
        std::array<float, 256> whole;
        dequantize(dtype, stored.subspan(first * bytes, bytes), std::span(whole).first(elements));
        const auto take = std::min<std::uint64_t>(out.size(), elements - inside);
        std::copy_n(whole.begin() + static_cast<std::ptrdiff_t>(inside), take, out.begin());
        begin += take;
        out = out.subspan(take);
    }
}

}  // namespace

std::uint64_t value_count(const TensorInfo& tensor) noexcept {
    std::uint64_t count = 1;
    for (const std::int64_t extent : tensor.shape)
        count *= static_cast<std::uint64_t>(extent);
    return count;
}

void read_elements(const Checkpoint& checkpoint, const TensorInfo& tensor, std::uint64_t begin,
                   std::span<std::byte> out) {
    const std::size_t size = size_of(tensor.dtype);
    if (size == 0 || out.size() % size != 0) {
        throw Failure(internal_error("Single elements of the block type of " + tensor.name + " were asked for."));
    }
    const std::uint64_t count = out.size() / size;
    require_inside(tensor, begin, count);
    const auto stored = checkpoint.bytes(tensor);
    if (count == 0) return;
    if (tensor.strides.empty()) {
        std::memcpy(out.data(), stored.data() + begin * size, out.size());
    } else {
        gather(tensor, stored, begin, count, out.data());
    }
}

void read_values(const Checkpoint& checkpoint, const TensorInfo& tensor, std::uint64_t begin, std::span<float> out) {
    require_inside(tensor, begin, out.size());
    const auto stored = checkpoint.bytes(tensor);
    if (tensor.strides.empty()) return expand(tensor.dtype, stored, begin, out);
    const std::size_t size = size_of(tensor.dtype);
    std::array<std::byte, kChunk * 8> packed;
    while (!out.empty()) {
        const auto count = std::min(out.size(), kChunk);
        gather(tensor, stored, begin, count, packed.data());
        dequantize(tensor.dtype, std::span(packed).first(count * size), out.first(count));
        begin += count;
        out = out.subspan(count);
    }
}

}  // namespace studio::io
