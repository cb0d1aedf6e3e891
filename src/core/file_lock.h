// core/file_lock.h - one owner at a time for something on disk, across processes; a killed owner holds nothing.
#pragma once
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>

#include "core/result.h"

namespace studio {

/// A lock file that exists while the lock is held. The system releases it when the process ends, however it ends.
/// Threads   one owner per object; two objects in one process exclude each other like two processes do.
class FileLock {
  public:
    /// Nothing when another owner has it: never waits.   Errors: Io naming `path` (folder missing or not writable).
    static Result<std::optional<FileLock>> try_lock(const std::filesystem::path& path);
    /// The lock "FILE.lock" for a small file that several programs change; its folder is made.
    /// Errors  Io naming `file`: another program keeps it longer than `longest`; those of try_lock.
    static Result<FileLock> lock_beside(const std::filesystem::path& file,
                                        std::chrono::milliseconds longest = std::chrono::seconds(5));
    ~FileLock();
    FileLock(FileLock&&) noexcept;
    FileLock& operator=(FileLock&&) noexcept;

  private:
    struct System;
    explicit FileLock(std::unique_ptr<System> system);
    std::unique_ptr<System> system_;
};

}  // namespace studio
