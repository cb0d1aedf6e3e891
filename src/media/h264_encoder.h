// media/h264_encoder.h - RGB frames to H.264 packets through libx264.
#pragma once
#include <functional>
#include <memory>
#include <optional>

#include "core/frame.h"
#include "media/av_ptr.h"
#include "media/video_writer.h"

namespace studio::media {

/// 16 -> 16/1, 23.976 -> 24000/1001, 12.5 -> 25/2. Nothing outside (0, 1000].
std::optional<AVRational> to_frame_rate(double fps);

/// Threads   Used by one thread at a time.
class H264Encoder {
  public:
    /// Errors   InvalidArgument (odd or absurd size, fps, crf, preset), Unsupported (no libx264), OutOfMemory.
    static Result<std::unique_ptr<H264Encoder>> open(const VideoSettings& settings);

    const AVCodecContext& context() const noexcept { return *codec_; }
    AVRational frame_rate() const noexcept { return codec_->framerate; }
    /// Called for each packet, with times in frames (1 / frame_rate). The packet may be taken over.
    using PacketSink = std::function<Result<void>(AVPacket&)>;
    Result<void> encode(const Frame& frame, const PacketSink& sink);
    /// Everything that the encoder still holds.
    Result<void> flush(const PacketSink& sink);
    std::int64_t num_frames() const noexcept { return next_pts_; }

  private:
    H264Encoder() = default;
    Result<void> send(const AVFrame* frame, const PacketSink& sink);

    CodecPtr codec_;
    ScalerPtr to_yuv_;
    FramePtr yuv_;
    PacketPtr packet_;
    std::int64_t next_pts_ = 0;
};

}  // namespace studio::media
