// media/video_file.h - an MP4 opened with every limit on: one container format, few streams, known codecs, bounded
// pixels and time, and no second file.
#pragma once
#include <memory>

#include "media/byte_file.h"
#include "media/video_reader.h"

namespace studio::media {

class VideoFile {
  public:
    /// Errors   NotFound, Io, CorruptFile, Unsupported (codec, size), OutOfMemory.
    static Result<std::unique_ptr<VideoFile>> open(const std::filesystem::path& path);

    /// num_frames is what the index says.
    const VideoInfo& info() const noexcept { return info_; }
    const AVCodecParameters& parameters() const noexcept { return *stream_->codecpar; }
    std::int64_t indexed_frames() const noexcept { return stream_->nb_frames; }

    /// Next packet of the video stream; false at the end.   Errors: CorruptFile, Io.
    Result<bool> read(AVPacket& packet);
    /// A decoder for it.   Errors: Unsupported, OutOfMemory, CorruptFile.
    Result<CodecPtr> decoder() const;

  private:
    explicit VideoFile(std::unique_ptr<ByteFile> file) : file_(std::move(file)) {}
    Result<void> open_container();
    Result<void> find_video();
    void describe();

    std::unique_ptr<ByteFile> file_;
    FormatPtr format_;
    AVStream* stream_ = nullptr;
    VideoInfo info_;
};

}  // namespace studio::media
