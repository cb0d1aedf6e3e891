#include "media/video_reader.h"

#include "core/text.h"
#include "media/av_error.h"
#include "media/color.h"
#include "media/video_file.h"

namespace studio::media {
namespace {

/// Decoded pictures of one file, as RGB, into a sink.
class FrameReader {
  public:
    FrameReader(VideoFile& video, FrameSink& sink, const std::filesystem::path& path)
        : video_(video), sink_(sink), path_(path), packet_(av_packet_alloc()), picture_(av_frame_alloc()) {}

    Result<std::int64_t> run() {
        if (!packet_ || !picture_) return read_failure(AVERROR(ENOMEM), path_, "reading the video");
        STUDIO_TRY(opened, video_.decoder());
        decoder_ = std::move(opened);
        while (true) {
            STUDIO_TRY(has_packet, video_.read(*packet_));
            if (has_packet) ++num_packets_;
            const int rc = avcodec_send_packet(decoder_.get(), has_packet ? packet_.get() : nullptr);
            if (rc < 0 && rc != AVERROR_EOF) return read_failure(rc, path_, "decoding the video");
            STUDIO_TRY_VOID(receive());
            if (!has_packet) break;
        }
        if (num_packets_ < video_.indexed_frames())
            return corrupt_file(path_to_utf8(path_), {},
                                "The video is cut off: " + std::to_string(num_packets_) + " of " +
                                    std::to_string(video_.indexed_frames()) + " frames are there.",
                                "Copy the file again.");
        return num_frames_;
    }

  private:
    Result<void> receive() {
        while (true) {
            const int rc = avcodec_receive_frame(decoder_.get(), picture_.get());
            if (rc == AVERROR(EAGAIN) || rc == AVERROR_EOF) return {};
            if (rc < 0) return read_failure(rc, path_, "decoding the video");
            STUDIO_TRY_VOID(deliver());
            av_frame_unref(picture_.get());
        }
    }

    Result<void> deliver() {
        if (picture_->width != video_.info().width || picture_->height != video_.info().height)
            return corrupt_file(path_to_utf8(path_), "size", "The video changes its size in the middle.",
                                "Convert the video to one size.");
        if (!to_rgb_ || format_ != picture_->format) {
            auto scaler = frame_to_rgb(*picture_);
            if (!scaler.ok()) return std::move(scaler.error().in_file(path_to_utf8(path_)));
            to_rgb_ = std::move(*scaler);
            format_ = picture_->format;
        }
        Frame frame;
        frame.width = picture_->width;
        frame.height = picture_->height;
        frame.index = num_frames_++;
        frame.rgb.resize(static_cast<std::size_t>(frame.width) * static_cast<std::size_t>(frame.height) * 3);
        std::uint8_t* const target[] = {frame.rgb.data()};
        const int stride[] = {frame.width * 3};
        if (sws_scale(to_rgb_.get(), picture_->data, picture_->linesize, 0, picture_->height, target, stride) !=
            frame.height)
            return read_failure(AVERROR_INVALIDDATA, path_, "converting a frame");
        return sink_.push(std::move(frame));
    }

    VideoFile& video_;
    FrameSink& sink_;
    const std::filesystem::path& path_;
    PacketPtr packet_;
    FramePtr picture_;
    CodecPtr decoder_;
    ScalerPtr to_rgb_;
    int format_ = -1;
    std::int64_t num_packets_ = 0, num_frames_ = 0;
};

}  // namespace

Result<VideoInfo> probe_video(const std::filesystem::path& path) {
    STUDIO_TRY(video, VideoFile::open(path));
    return video->info();
}

Result<VideoInfo> read_video(const std::filesystem::path& path, FrameSink& sink) {
    STUDIO_TRY(video, VideoFile::open(path));
    STUDIO_TRY(num_frames, FrameReader(*video, sink, path).run());
    VideoInfo info = video->info();
    info.num_frames = num_frames;
    return info;
}

}  // namespace studio::media
