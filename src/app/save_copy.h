// app/save_copy.h - a finished video copied to where a person wants it: whole, under a free name, or not at all.
#pragma once
#include <filesystem>
#include <functional>
#include <stop_token>

#include "core/result.h"

namespace studio {

/// Copy `from` to `to`, or to "name (2).mp4" and so on when that name is taken; nothing is ever replaced. The bytes go
/// to a ".part" file beside it, reach the disk, and only then get the name. Returns the name it got.
/// `progress` is told the share that is done, 0 to 1, at most some 50 times a second, on the calling thread.
/// Errors   NotFound: `from` is gone; InvalidArgument and Io with field "output": the target's folder, name, or room on
///          the disk; Cancelled. After an Error no part of the copy stays.
/// Threads  any; blocking.
Result<std::filesystem::path> save_copy(const std::filesystem::path& from, const std::filesystem::path& to,
                                        const std::function<void(double)>& progress, const std::stop_token& stop);

}  // namespace studio
