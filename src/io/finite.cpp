#include "io/finite.h"

#include <fmt/format.h>

#include <cstring>

#include "core/log.h"
#include "core/text.h"

namespace studio::io {
namespace {

/// A value is not finite when all its exponent bits are set; E4M3 has only NaN, with all bits but the sign set.
template <class Bits>
ValueScan scan_as(std::span<const std::byte> bytes, Bits exponent, Bits sign, bool is_integer) noexcept {
    const std::size_t count = bytes.size() / sizeof(Bits);
    ValueScan out;
    if (count == 0) return out;
    Bits first = 0;
    std::memcpy(&first, bytes.data(), sizeof first);
    Bits differing = 0, any = 0;
    // Blocks keep the inner counter small enough for the compiler to vectorise it.
    constexpr std::size_t kBlock = 16384;
    for (std::size_t begin = 0; begin < count; begin += kBlock) {
        const std::size_t end = begin + kBlock < count ? begin + kBlock : count;
        Bits bad = 0;
        for (std::size_t i = begin; i < end; ++i) {
            Bits value = 0;
            std::memcpy(&value, bytes.data() + i * sizeof value, sizeof value);
            differing |= static_cast<Bits>(value ^ first);
            any |= value;
            bad |= static_cast<Bits>((value & exponent) == exponent);
        }
        if (bad == 0 || is_integer) continue;
        for (std::size_t i = begin; i < end; ++i) {
            Bits value = 0;
            std::memcpy(&value, bytes.data() + i * sizeof value, sizeof value);
            out.non_finite += (value & exponent) == exponent ? 1 : 0;
        }
    }
    out.is_constant = count > 1 && differing == 0;
    out.is_all_zero = static_cast<Bits>(any & static_cast<Bits>(~sign)) == 0;
    return out;
}

}  // namespace

ValueScan scan_values(std::span<const std::byte> bytes, DType dtype) noexcept {
    switch (dtype) {
        case DType::kF64:
            return scan_as<std::uint64_t>(bytes, 0x7FF0000000000000u, 0x8000000000000000u, false);
        case DType::kF32:
            return scan_as<std::uint32_t>(bytes, 0x7F800000u, 0x80000000u, false);
        case DType::kF16:
            return scan_as<std::uint16_t>(bytes, 0x7C00u, 0x8000u, false);
        case DType::kBF16:
            return scan_as<std::uint16_t>(bytes, 0x7F80u, 0x8000u, false);
        case DType::kF8E4M3:
            return scan_as<std::uint8_t>(bytes, 0x7Fu, 0x80u, false);
        case DType::kF8E5M2:
            return scan_as<std::uint8_t>(bytes, 0x7Cu, 0x80u, false);
        case DType::kI64:
            return scan_as<std::uint64_t>(bytes, 0, 0, true);
        case DType::kI32:
            return scan_as<std::uint32_t>(bytes, 0, 0, true);
        case DType::kI16:
            return scan_as<std::uint16_t>(bytes, 0, 0, true);
        case DType::kI8:
        case DType::kU8:
        case DType::kBool:
            return scan_as<std::uint8_t>(bytes, 0, 0, true);
    }
    return {};
}

Result<void> require_finite(const Checkpoint& checkpoint, const TensorInfo& tensor) {
    const ValueScan scan = scan_values(checkpoint.bytes(tensor), tensor.dtype);
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
