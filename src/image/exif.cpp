#include "image/exif.h"

#include <cstring>

namespace studio::image {
namespace {

constexpr std::size_t kEntryBytes = 12;
constexpr std::uint16_t kOrientationTag = 0x0112, kShort = 3;

struct Tiff {
    std::span<const std::uint8_t> bytes;
    bool is_big = false;

    bool has(std::size_t offset, std::size_t size) const {
        return offset <= bytes.size() && size <= bytes.size() - offset;
    }
    std::uint16_t u16(std::size_t at) const {
        return static_cast<std::uint16_t>(is_big ? bytes[at] << 8 | bytes[at + 1] : bytes[at + 1] << 8 | bytes[at]);
    }
    std::uint32_t u32(std::size_t at) const {
        const std::uint32_t first = u16(at), second = u16(at + 2);
        return is_big ? first << 16 | second : second << 16 | first;
    }
};

}  // namespace

int exif_orientation(std::span<const std::uint8_t> block) noexcept {
    if (block.size() >= 6 && std::memcmp(block.data(), "Exif\0\0", 6) == 0) block = block.subspan(6);
    Tiff tiff{block};
    if (!tiff.has(0, 8)) return 1;
    if (std::memcmp(block.data(), "MM\0*", 4) == 0)
        tiff.is_big = true;
    else if (std::memcmp(block.data(), "II*\0", 4) != 0)
        return 1;
    const std::size_t directory = tiff.u32(4);
    if (!tiff.has(directory, 2)) return 1;
    const std::size_t count = tiff.u16(directory);
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t entry = directory + 2 + i * kEntryBytes;
        if (!tiff.has(entry, kEntryBytes)) return 1;
        if (tiff.u16(entry) != kOrientationTag || tiff.u16(entry + 2) != kShort) continue;
        const int value = tiff.u16(entry + 8);
        return value >= 1 && value <= 8 ? value : 1;
    }
    return 1;
}

}  // namespace studio::image
