// library/copy_files.h - copy many large files with hash, progress and cancel.
#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "core/result.h"
#include "library/store_progress.h"

namespace studio {

struct FileCopy {
    std::filesystem::path from, to;
    std::uint64_t size = 0;
    std::string sha256;  // set by copy_files
};

/// Every ordinary file below `from` (or `from` itself), as copies into `to`. Links to files count as files; links to
/// folders and special files are left out.   Errors: Io; Unsupported above 10,000 files.
Result<std::vector<FileCopy>> list_copies(const std::filesystem::path& from, const std::filesystem::path& to);

/// Errors  Io (`field` "disk" before the first byte when there is no room), Cancelled. Complete copies stay.
Result<void> copy_files(std::span<FileCopy> copies, const StoreReport& report, const std::stop_token& stop);

/// Counts bytes of several files and reports at most ten times a second.
class ProgressMeter {
  public:
    ProgressMeter(std::string action, std::uint64_t total, std::size_t files, const StoreReport& report);
    void start_file(const std::filesystem::path& file);
    void add(std::uint64_t bytes);
    void end_file();

  private:
    void send(bool is_forced);
    StoreProgress progress_;
    const StoreReport& report_;
    std::int64_t started_ns_, last_ns_ = 0;
};

}  // namespace studio
