// media/video_reader.h - MP4 back to frames and metadata. Files are hostile: format, codec, streams and pixels are
// limited.
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "core/frame.h"
#include "core/result.h"

namespace studio::media {

struct VideoInfo {
    int width = 0, height = 0;
    double fps = 0;
    std::int64_t num_frames = 0;
    double duration_s = 0;
    std::string codec, pixel_format, color_space;
    std::map<std::string, std::string> metadata;
};

/// Errors  NotFound, CorruptFile, Unsupported, Io.
Result<VideoInfo> probe_video(const std::filesystem::path& path);
/// Decode all frames into `sink` as RGB.
Result<VideoInfo> read_video(const std::filesystem::path& path, FrameSink& sink);

}  // namespace studio::media
