// net/download_file.h - one file from the network to its place: resumed, retried, checked, and named only when right.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/result.h"
#include "net/net_options.h"

namespace studio::net {

struct FileRequest {
    std::string url;               // https
    std::filesystem::path target;  // its folder is made if need be
    std::uint64_t size = 0;        // bytes; 0: not known, then the server must say it or stay below 64 MiB
    std::string sha256;            // lower-case hexadecimal; empty: not known, then only the size is checked
    bool may_replace = false;      // a file of that name that is not the right one
};

struct FileResult {
    std::filesystem::path path;
    std::uint64_t size = 0;
    std::string sha256;              // of what is on disk now
    bool was_there = false;          // nothing had to be fetched
    std::uint64_t resumed_from = 0;  // bytes of an earlier run that were used
};

enum class FileState { kChecking, kDownloading, kWaiting };

struct FileProgress {
    FileState state = FileState::kDownloading;
    std::uint64_t bytes = 0;  // in place or in the part; may go back when a download starts again
    std::uint64_t total = 0;  // 0: not known yet
    std::string notice;       // once each: "starts again: ...", "waits 10 s: ..."
};

/// Blocks until the file is there. What has arrived stays in `<target>.part` for the next call, whatever happens,
/// unless it is known to be wrong. Errors   file: the target. Cancelled (within 0.2 s); Io (network, disk: `field` says
/// which); NotFound (404);
///          CorruptFile (`field` "size", "sha256", "content": not the published file); Unsupported (`field`
///          "redirect").
/// Threads  any; calls for one target exclude each other, also between processes. `report` runs on the calling thread.
Result<FileResult> download_file(const FileRequest& request, const NetOptions& options,
                                 const std::function<void(const FileProgress&)>& report, const std::stop_token& stop);

}  // namespace studio::net
