// core/sha256.h - SHA-256 of bytes as they come: model files in recipes, tensors in reports.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <stop_token>
#include <string>

#include "core/result.h"

namespace studio {

/// Source  FIPS 180-4.   Threads  one object, one thread.
class Sha256 {
  public:
    void update(std::span<const std::byte> bytes);
    /// 64 lower-case hexadecimal digits. The object is spent afterwards.
    std::string hex();

  private:
    void block(const std::byte* data);
    std::array<std::uint32_t, 8> state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                        0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    std::array<std::byte, 64> buffer_{};
    std::uint64_t total_ = 0;
};

/// Of a file's content, read in pieces.   Errors: NotFound, Io naming the file; Cancelled.
Result<std::string> sha256_of_file(const std::filesystem::path& path, const std::stop_token& stop = {});

}  // namespace studio
