// media/video_file.h - a video opened with every limit on: one container format (MP4, WebM or GIF, told by content),
// few streams, known codecs, bounded pixels and time, and no second file.
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
    AVRational time_base() const noexcept { return stream_->time_base; }
    AVRational frame_rate() const noexcept;  // on average; 0/1 when the file does not tell
    bool is_mp4() const noexcept { return is_mp4_; }
    bool has_sound() const noexcept;
    /// By how much the file asks a player to turn its pictures; counter-clockwise.
    int rotation_degrees() const noexcept;
    std::int64_t indexed_frames() const noexcept { return stream_->nb_frames; }

    /// Next packet of the video stream; false at the end.   Errors: CorruptFile, Io.
    Result<bool> read(AVPacket& packet);
    /// A decoder for it.   Errors: Unsupported, OutOfMemory, CorruptFile.
    Result<CodecPtr> decoder() const;

  private:
    explicit VideoFile(std::unique_ptr<ByteFile> file) : file_(std::move(file)) {}
    Result<void> find_container();
    Result<void> open_container(const char* demuxer);
    Result<void> find_video();
    void describe();

    std::unique_ptr<ByteFile> file_;
    FormatPtr format_;
    AVStream* stream_ = nullptr;
    VideoInfo info_;
    bool is_mp4_ = true;
};

}  // namespace studio::media
