// io/mapped_file.h - a file's bytes in memory without reading it.
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

#include "core/result.h"

namespace studio::io {

/// Read-only mapping of a whole regular file.
/// A file that another program shortens while it is mapped would kill the process with SIGBUS at the next touch. On
/// Linux a handler puts zero pages in that place and remembers it; verify_unchanged() then reports it. On Windows the
/// system refuses to shorten a mapped file. Threads   immutable after open; safe from any thread.
class MappedFile {
  public:
    /// Errors  NotFound; Io (not a regular file, no permission, mapping refused). A file of 0 bytes is no error here.
    static Result<std::shared_ptr<const MappedFile>> open(const std::filesystem::path& path);
    ~MappedFile();
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;

    std::span<const std::byte> bytes() const noexcept { return bytes_; }
    std::uint64_t size() const noexcept { return bytes_.size(); }
    const std::filesystem::path& path() const noexcept { return path_; }
    /// Errors  Io: length or time of the last write differ from those at open, or a page was missing.
    Result<void> verify_unchanged() const;
    /// Start reading this part into memory and return at once; a part outside the file is cut. Called again and again
    /// from a moving place it asks only for what is new, half of `nbytes` at a time. Does nothing on Windows, which
    /// reads ahead by itself.
    void prefetch(std::uint64_t offset, std::uint64_t nbytes) const noexcept;

  private:
    struct System;
    MappedFile();
    std::filesystem::path path_;
    std::span<const std::byte> bytes_;
    std::unique_ptr<System> system_;
};

}  // namespace studio::io
