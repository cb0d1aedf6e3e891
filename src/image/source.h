// image/source.h - one image file in memory, the rules for its size, and the errors that name it.
#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/result.h"

namespace studio::image {

/// The bytes of one file, and until when work on it may go on.
class Source {
  public:
    /// Errors   NotFound, Io, CorruptFile (empty), Unsupported (larger than kMaxFileBytes).
    static Result<Source> read(const std::filesystem::path& path);

    std::span<const std::uint8_t> bytes() const noexcept { return bytes_; }
    std::string file() const;
    bool is_late() const noexcept { return std::chrono::steady_clock::now() > deadline_; }

    Error damaged(const std::string& why) const;
    Error not_read(const std::string& what) const;  // a variant that this program does not read
    Error too_slow() const;
    Error no_memory() const;

  private:
    std::filesystem::path path_;
    std::vector<std::uint8_t> bytes_;
    std::chrono::steady_clock::time_point deadline_;
};

/// Zero, a side over kMaxSide or more than kMaxPixels: an Error that names the size.
Result<void> check_size(const Source& source, std::int64_t width, std::int64_t height);

/// 1, 2, 4 or 8: the smallest divisor that brings the picture to kMaxDecodedPixels or below.
int reduction(std::int64_t width, std::int64_t height) noexcept;
/// Length of a side after division; a ragged end counts.
constexpr int reduced(int side, int factor) noexcept {
    return (side + factor - 1) / factor;
}

}  // namespace studio::image
