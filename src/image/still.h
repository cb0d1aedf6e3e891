// image/still.h - a picture from a person's disk as upright sRGB pixels: PNG, JPEG, WebP, BMP and the first frame of
// GIF.
#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/frame.h"
#include "core/result.h"

namespace studio::image {

struct StillOptions {
    std::array<std::uint8_t, 3> background{255, 255, 255};  // sRGB; what lies under transparent pixels
};

/// What the header says. Nothing has been decoded.
struct StillInfo {
    std::string format;  // "PNG", "JPEG", "WebP", "BMP", "GIF"
    int width = 0;       // upright: EXIF orientation is applied
    int height = 0;
};

struct Still {
    Frame pixels;                      // sRGB, upright; index 0
    StillInfo info;                    // as stored in the file, before any reduction
    std::vector<std::string> notices;  // sentences for people: reduced, flattened, first frame only, profile ignored
};

inline constexpr int kMaxSide = 32768;
inline constexpr std::int64_t kMaxPixels = 268'000'000;
inline constexpr std::int64_t kMaxDecodedPixels = 64'000'000;  // larger files are decoded at 1/2, 1/4 or 1/8
inline constexpr std::uint64_t kMaxFileBytes = 384u << 20;

/// Read and decode. The kind is told by content, never by the name. Orientation, colour profile, 16-bit, grey, palette,
/// CMYK and alpha are converted; metadata is dropped.
/// Errors   all name the file: NotFound; Io (a folder, pipe, device); Unsupported (a side over kMaxSide or more than
///          kMaxPixels, told by the header before decoding; a vector image, a video, HEIC, TIFF and so on, by name;
///          coding variants that are not read); CorruptFile (empty, damaged, truncated, not an image at all).
/// Limits   at most about 600 MB and 20 s, whatever a file claims.
/// Threads  any; blocking.   No second file and no network address is ever opened.
Result<Still> read_still(const std::filesystem::path& path, const StillOptions& options = {});

/// Size and kind only.   Errors: as read_still, as far as the header shows them.
Result<StillInfo> read_still_info(const std::filesystem::path& path);

}  // namespace studio::image
