// core/files.h - read a small file whole, without ever waiting on a pipe or trusting a size.
#pragma once
#include <cstddef>
#include <filesystem>
#include <string>

#include "core/result.h"

namespace studio {

/// Errors  NotFound; Io (a folder, pipe or device instead of a file, or the system refuses); CorruptFile when it is
/// larger
///         than `max_bytes`. All name the file.
Result<std::string> read_small_file(const std::filesystem::path& path, std::size_t max_bytes);

/// Is there a regular file at `path` (symbolic links followed)? The errors are those of read_small_file.
Result<void> require_regular_file(const std::filesystem::path& path);

/// Is there anything, or a folder, at `path` (symbolic links followed)? No when the system refuses to say.
bool is_there(const std::filesystem::path& path) noexcept;
bool is_folder(const std::filesystem::path& path) noexcept;
/// Is the name taken? Yes also for a symbolic link that leads nowhere.
bool is_taken(const std::filesystem::path& path) noexcept;

}  // namespace studio
