#include "io/finite.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "core/log.h"
#include "core/text.h"
#include "io/byte_reader.h"
#include "io/read_values.h"
#include "io/vector_code.h"

namespace studio::io {
namespace {

/// What one look at a run of values gives. The exponent bits of a value that is not finite are all set; E4M3 has only
/// NaN, with all bits but the sign set.
template <class Bits>
struct Seen {
    Bits differing = 0, any = 0, bad = 0;
};

template <class Bits>
STUDIO_INLINE Seen<Bits> look(const std::byte* from, std::size_t count, Bits exponent, Bits first) noexcept {
    Seen<Bits> seen;
    for (std::size_t i = 0; i < count; ++i) {
        Bits value = 0;
        std::memcpy(&value, from + i * sizeof value, sizeof value);
        seen.differing |= static_cast<Bits>(value ^ first);
        seen.any |= value;
        seen.bad |= static_cast<Bits>((value & exponent) == exponent);
    }
    return seen;
}

// One for each width: a template cannot be compiled for several processors.
STUDIO_CLONES Seen<std::uint8_t> look_at(const std::byte* from, std::size_t count, std::uint8_t exponent,
                                         std::uint8_t first) noexcept {
    return look(from, count, exponent, first);
}
STUDIO_CLONES Seen<std::uint16_t> look_at(const std::byte* from, std::size_t count, std::uint16_t exponent,
                                          std::uint16_t first) noexcept {
    return look(from, count, exponent, first);
}
STUDIO_CLONES Seen<std::uint32_t> look_at(const std::byte* from, std::size_t count, std::uint32_t exponent,
                                          std::uint32_t first) noexcept {
    return look(from, count, exponent, first);
}
STUDIO_CLONES Seen<std::uint64_t> look_at(const std::byte* from, std::size_t count, std::uint64_t exponent,
                                          std::uint64_t first) noexcept {
    return look(from, count, exponent, first);
}

/// Collects over parts of a tensor of plain values.
template <class Bits>
struct PlainScan {
    Bits exponent = 0, sign = 0;  // exponent 0: integers, which are always finite
    Bits first = 0, differing = 0, any = 0;
    std::uint64_t count = 0, non_finite = 0;

    void add(std::span<const std::byte> bytes) noexcept {
        const std::size_t values = bytes.size() / sizeof(Bits);
        if (values == 0) return;
        if (count == 0) std::memcpy(&first, bytes.data(), sizeof first);
        count += values;
        const Seen<Bits> seen = look_at(bytes.data(), values, exponent, first);
        differing |= seen.differing;
        any |= seen.any;
        if (seen.bad == 0 || exponent == 0) return;
        for (std::size_t i = 0; i < values; ++i) {  // rare: the number is only for the message
            Bits value = 0;
            std::memcpy(&value, bytes.data() + i * sizeof value, sizeof value);
            non_finite += (value & exponent) == exponent ? 1 : 0;
        }
    }

    ValueScan result() const noexcept {
        ValueScan out;
        out.non_finite = non_finite;
        out.is_constant = count > 1 && differing == 0;
        out.is_all_zero = count > 0 && static_cast<Bits>(any & static_cast<Bits>(~sign)) == 0;
        return out;
    }
};

/// Where a block has its scale and its minimum (both f16; -1: no minimum).
struct ScalePlaces {
    int scale = 0, minimum = -1;
};

ScalePlaces scale_places(DType dtype) noexcept {
    switch (dtype) {
        case DType::kQ4_1:
        case DType::kQ5_1:
        case DType::kQ4_K:
        case DType::kQ5_K:
            return {0, 2};
        case DType::kQ2_K:
            return {80, 82};
        case DType::kQ3_K:
            return {108, -1};
        case DType::kQ6_K:
            return {208, -1};
        default:
            return {0, -1};
    }
}

/// The values of a block are finite exactly when its scale and minimum are: their products with small whole numbers
/// stay far below the largest float.
struct BlockScan {
    DType dtype;
    std::uint64_t blocks = 0, bad_blocks = 0;
    unsigned any = 0;

    void add(std::span<const std::byte> bytes) noexcept {
        const auto size = static_cast<std::size_t>(block_format(dtype).bytes);
        const ScalePlaces at = scale_places(dtype);
        const std::size_t count = bytes.size() / size;
        const auto half = [&](std::size_t block, int place) {
            return little_endian<std::uint16_t>(bytes.data() + block * size + static_cast<std::size_t>(place));
        };
        blocks += count;
        for (std::size_t i = 0; i < count; ++i) {
            const unsigned scale = half(i, at.scale), minimum = at.minimum < 0 ? 0u : half(i, at.minimum);
            bad_blocks += (scale & 0x7C00u) == 0x7C00u || (minimum & 0x7C00u) == 0x7C00u ? 1 : 0;
            any |= scale | minimum;
        }
    }
    ValueScan result() const noexcept {
        ValueScan out;
        out.non_finite = bad_blocks * static_cast<std::uint64_t>(block_format(dtype).elements);
        out.is_all_zero = blocks > 0 && (any & 0x7FFFu) == 0;
        return out;
    }
};

/// Hands the parts of a tensor to `add`, whole elements and blocks each, in the file's order.
template <class Scan, class Parts>
ValueScan scan_parts(Scan scan, const Parts& for_each_part) {
    for_each_part([&scan](std::span<const std::byte> part) { scan.add(part); });
    return scan.result();
}

template <class Parts>
ValueScan scan_as(DType dtype, const Parts& parts) {
    if (is_blocked(dtype)) return scan_parts(BlockScan{dtype}, parts);
    switch (dtype) {
        case DType::kF64:
            return scan_parts(PlainScan<std::uint64_t>{0x7FF0000000000000u, 0x8000000000000000u}, parts);
        case DType::kF32:
            return scan_parts(PlainScan<std::uint32_t>{0x7F800000u, 0x80000000u}, parts);
        case DType::kF16:
            return scan_parts(PlainScan<std::uint16_t>{0x7C00u, 0x8000u}, parts);
        case DType::kBF16:
            return scan_parts(PlainScan<std::uint16_t>{0x7F80u, 0x8000u}, parts);
        case DType::kF8E4M3:
            return scan_parts(PlainScan<std::uint8_t>{0x7Fu, 0x80u}, parts);
        case DType::kF8E5M2:
            return scan_parts(PlainScan<std::uint8_t>{0x7Cu, 0x80u}, parts);
        case DType::kI64:
            return scan_parts(PlainScan<std::uint64_t>{}, parts);
        case DType::kI32:
            return scan_parts(PlainScan<std::uint32_t>{}, parts);
        case DType::kI16:
            return scan_parts(PlainScan<std::uint16_t>{}, parts);
        default:
            return scan_parts(PlainScan<std::uint8_t>{}, parts);
    }
}

constexpr std::uint64_t kWindow = 1 << 20;  // bytes looked at together: they stay in the processor's cache
constexpr std::uint64_t kAhead = 32 << 20;  // and asked from the disk beyond them, into the next tensors too

/// A packed tensor part by part, while the disk reads on.
ValueScan scan_packed(const Checkpoint& checkpoint, const TensorInfo& tensor) {
    const auto stored = checkpoint.bytes(tensor);
    const auto unit = static_cast<std::size_t>(block_format(tensor.dtype).bytes);
    const std::size_t step = kWindow / unit * unit;
    return scan_as(tensor.dtype, [&](const auto& add) {
        for (std::size_t at = 0; at < stored.size(); at += step) {
            checkpoint.prefetch(tensor.shard, tensor.offset + at, kAhead);
            add(stored.subspan(at, std::min(step, stored.size() - at)));
        }
    });
}

/// Only the elements that the view shows: its storage may hold others.
ValueScan scan_view(const Checkpoint& checkpoint, const TensorInfo& tensor) {
    const std::size_t size = size_of(tensor.dtype);
    std::vector<std::byte> part(std::min<std::uint64_t>(value_count(tensor), kWindow / size) * size);
    return scan_as(tensor.dtype, [&](const auto& add) {
        const std::uint64_t all = value_count(tensor);
        for (std::uint64_t at = 0; at < all;) {
            const std::uint64_t count = std::min<std::uint64_t>(all - at, part.size() / size);
            read_elements(checkpoint, tensor, at, std::span(part).first(count * size));
            add(std::span<const std::byte>(part).first(count * size));
            at += count;
        }
    });
}

}  // namespace

ValueScan scan_values(std::span<const std::byte> bytes, DType dtype) noexcept {
    return scan_as(dtype, [bytes](const auto& add) { add(bytes); });
}

Result<void> require_finite(const Checkpoint& checkpoint, const TensorInfo& tensor) {
    STUDIO_TRY_VOID(checkpoint.verify_content(tensor));
    const ValueScan scan = tensor.strides.empty() ? scan_packed(checkpoint, tensor) : scan_view(checkpoint, tensor);
    STUDIO_TRY_VOID(checkpoint.verify_unchanged());  // a file that is being written gives zeros or a mixture
    const std::string file = path_to_utf8(checkpoint.files()[tensor.shard]);
    if (scan.non_finite > 0) {
        return corrupt_file(file, tensor.name,
                            fmt::format("Tensor {} contains {} values that are not finite numbers (NaN or infinity).",
                                        tensor.name, scan.non_finite),
                            "Download the file again; if that does not help, its maker has to repair it.");
    }
    if (scan.is_all_zero || scan.is_constant) {
        log::warning("{}: tensor {} holds {} only", file, tensor.name, scan.is_all_zero ? "zeros" : "one value");
    }
    return {};
}

}  // namespace studio::io
