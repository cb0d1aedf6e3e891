// net/downloader.h - several files at a time with one progress.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "net/download_file.h"

namespace studio::net {

struct DownloadProgress {
    std::uint64_t bytes = 0;  // of all files, earlier parts included
    std::uint64_t total = 0;  // 0: not all sizes are known yet
    double bytes_per_second = 0;
    std::optional<double> seconds_left;
    std::size_t files_done = 0, files = 0;
    std::string current;                        // names of the files on their way: "a.safetensors, b.json"
    FileState state = FileState::kDownloading;  // waiting only when nothing else moves
    std::vector<std::string> notices;           // new since the last report: "a.safetensors: starts again: ..."
};

/// Check the space for everything first, then fetch `options.parallel` files at a time, in order. The first failure
/// ends the others; what has arrived stays. Errors   those of download_file, and of require_disk_space before anything
/// is fetched. Threads  any; `report` runs on threads of its own, one call at a time, at most 10 times a second plus
/// once at the end.
Result<std::vector<FileResult>> download_files(std::span<const FileRequest> requests, const NetOptions& options,
                                               const std::function<void(const DownloadProgress&)>& report,
                                               std::stop_token stop);

}  // namespace studio::net
