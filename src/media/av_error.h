// media/av_error.h - FFmpeg's error numbers as our errors, and its messages in our log.
#pragma once
#include <filesystem>
#include <string>

#include "core/result.h"

namespace studio::media {

/// "No space left on device" and so on.
std::string av_message(int code);

/// What a failed read of `path` means: CorruptFile for bad data, OutOfMemory, otherwise Io.   `doing`: "reading the
/// video".
Error read_failure(int code, const std::filesystem::path& path, const std::string& doing);
/// What a failed write means; `code` is an AVERROR. Full disks and size limits get their own advice.
Error write_failure(int code, const std::filesystem::path& path);
/// Encoder or muxer trouble that is not the disk's.
Error encoder_failure(int code, const std::string& doing);

/// Send FFmpeg's warnings to the log instead of stderr. Cheap; called by everything that opens a file.
void route_av_log();

}  // namespace studio::media
