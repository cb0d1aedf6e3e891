// io/sha256.h - SHA-256 of bytes and files (OpenSSL on Linux, BCrypt on Windows).
#pragma once
#include <array>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <stop_token>
#include <string>

#include "core/result.h"

namespace studio::io {

/// Running hash.   Threads: one at a time. Throws Failure(Internal) if the system's library refuses to work.
class Sha256 {
  public:
    Sha256();
    ~Sha256();
    Sha256(const Sha256&) = delete;
    Sha256& operator=(const Sha256&) = delete;

    void update(std::span<const std::byte> bytes);
    /// 64 lower-case hexadecimal digits. The object is used up.
    std::string finish();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

std::string sha256_hex(std::span<const std::byte> bytes);

/// Cost    about 1.5 GB/s per core with SHA instructions, 0.5 GB/s without.
/// Errors  NotFound, Io, Cancelled.
Result<std::string> sha256_file(const std::filesystem::path& path, std::stop_token stop = {});

}  // namespace studio::io
