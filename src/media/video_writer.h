// media/video_writer.h - frames to an MP4 (H.264, yuv420p, BT.709, faststart), complete or not there at all.
#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <stop_token>
#include <string>

#include "core/frame.h"
#include "core/result.h"

namespace studio::media {

struct VideoSettings {
    int width = 0, height = 0;  // even
    double fps = 16;            // 23.976 etc. are kept as rationals
    int crf = 17;
    std::string preset = "medium";
    int threads = 0;
    std::map<std::string, std::string> metadata;  // container keys; recipe, comment, AIGC mark
};

/// Encodes on its own thread behind a bounded queue, so that decoding and encoding run side by side.
class VideoWriter : public FrameSink {
  public:
    /// Writes `path`.part beside the target.  Errors: Io (folder missing, read-only, target is a symlink), Unsupported
    /// (no H.264).
    static Result<std::unique_ptr<VideoWriter>> open(const std::filesystem::path& path, const VideoSettings& settings);
    /// Blocks while the queue is full. An encoder error comes back from the next push or from finish.
    Result<void> push(Frame frame) override = 0;
    /// Change metadata known only at the end (timings).   Before finish.
    virtual void set_metadata(const std::string& key, const std::string& value) = 0;
    /// Where it is being written until finish().
    virtual const std::filesystem::path& part_path() const = 0;
    /// Flush, read back, sync, rename without replacing. Returns the final path: "name (2).mp4" when the name was
    /// taken.
    virtual Result<std::filesystem::path> finish() = 0;
    /// Not finished: the destructor removes the .part file.
    ~VideoWriter() override = default;
};

}  // namespace studio::media
