// media/transcode.h - a video file in another form. Pictures stream through: a few frames of memory for any length.
#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>

#include "media/export_codec.h"
#include "media/picture_source.h"

namespace studio::media {

struct TranscodeSettings {
    ExportCodec codec = ExportCodec::kH264;
    int width = 0, height = 0;             // 0: as the source
    int crf = 18;                          // of codecs that have one
    std::optional<AVRational> frame_rate;  // empty: the times of the source
    bool interpolates = false;             // new pictures in between; needs a frame_rate above the source's
    int plays = 1;                         // GIF: 0 is for ever, told in the file; others: written so often
    int num_colors = 256;                  // GIF
    const char* dither = "sierra2_4a";     // GIF; a method of paletteuse
    std::map<std::string, std::string> metadata;
    bool is_anonymous = false;  // no name, version or options of encoder and muxer
    bool overwrite = false;
};

struct TranscodeHooks {
    std::stop_token stop;
    std::function<void(std::int64_t done, std::int64_t total)> on_progress;
    std::function<void(const std::filesystem::path& part)> on_part;  // name of the unfinished file or folder
};

struct TranscodeResult {
    std::filesystem::path path;
    std::uint64_t bytes = 0;
    int width = 0, height = 0;
    std::int64_t num_frames = 0;
    double fps = 0, duration_s = 0;
};

/// Can this source be exported at all?   Errors   as VideoFile; Unsupported: turned by its metadata, HDR.
Result<void> check_source(const VideoFile& video, const std::filesystem::path& path);

/// Number of pictures that it will have.
std::int64_t frames_after(const FrameTimes& times, const TranscodeSettings& settings);

/// Encode again. The target is a file, for PNG a folder to be made.
/// Errors   of source and encoder; Io with field "output"; Cancelled. Nothing is left behind.
/// Threads  any; blocking.
Result<TranscodeResult> transcode(const std::filesystem::path& source, const std::filesystem::path& target,
                                  const TranscodeSettings& settings, const TranscodeHooks& hooks);

/// The same packets in a new MP4 with other metadata.   Errors   as transcode; Unsupported unless the source is an MP4.
Result<TranscodeResult> remux(const std::filesystem::path& source, const std::filesystem::path& target,
                              const TranscodeSettings& settings, const TranscodeHooks& hooks);

}  // namespace studio::media
