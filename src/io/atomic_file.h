// io/atomic_file.h - a file that appears complete or not at all.
#pragma once
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>
#include <system_error>

#include "core/result.h"

namespace studio::io {

/// Written under another name in the same folder, then renamed. Dropping the object before commit removes the file.
/// A symbolic link at the target is replaced, never followed.   Threads: one at a time.
class AtomicFile {
  public:
    /// Errors  Io naming the target: folder missing or not writable.
    static Result<AtomicFile> create(const std::filesystem::path& target);
    ~AtomicFile();
    AtomicFile(AtomicFile&& other) noexcept;
    AtomicFile& operator=(AtomicFile&&) = delete;

    Result<void> write(std::span<const std::byte> bytes);
    Result<void> write(std::string_view text) { return write(std::as_bytes(std::span(text))); }
    /// Flush to disk and put it in place, whatever is there (but no folder).   Errors: Io naming the target.
    Result<void> commit_replacing();
    /// The same, but false and nothing changed when something has the name already; may be tried again after that only
    /// with another object.
    Result<bool> commit_new();

  private:
    AtomicFile() = default;
    Result<void> finish();
    Error failed(std::error_code problem) const;

    std::FILE* file_ = nullptr;
    std::filesystem::path target_, aside_;  // aside_ empty: nothing to remove
};

/// Write a whole small text (settings, sidecars) in one go, replacing what was there.
Result<void> write_text_file(const std::filesystem::path& path, std::string_view text);

}  // namespace studio::io
