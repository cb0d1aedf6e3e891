// image/exif.h - the one thing that we want from EXIF.
#pragma once
#include <cstdint>
#include <span>

namespace studio::image {

/// Orientation 1 to 8 from a TIFF block (with or without the leading "Exif\0\0"); 1 when it is not told or not
/// readable. Reads the first directory only and follows no link.
int exif_orientation(std::span<const std::uint8_t> block) noexcept;

}  // namespace studio::image
