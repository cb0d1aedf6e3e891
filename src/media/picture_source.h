// media/picture_source.h - decoded pictures one after the other, each with the time for which it is shown. Steps are
// put one on top of the other: decoded file, movement drawn in between, even frame rate, size and colours.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>

#include "media/av_ptr.h"
#include "media/video_file.h"

namespace studio::media {

struct Picture {
    FramePtr frame;
    std::int64_t pts = 0;       // in time_base() of its source; rises from one picture to the next, from 0
    std::int64_t duration = 1;  // until the next picture; at least 1
};

/// Threads   Used by one thread at a time.
class PictureSource {
  public:
    virtual ~PictureSource() = default;
    /// The next one into `picture`; false at the end.   Errors: of the file, Cancelled, OutOfMemory.
    virtual Result<bool> next(Picture& picture) = 0;
    virtual AVRational time_base() const = 0;
    virtual AVRational frame_rate() const = 0;  // on average
};

/// What the times of all frames are, read from the packets without decoding them.
struct FrameTimes {
    std::int64_t num_frames = 0;
    std::int64_t length = 0;  // from the first picture to the end of the last, in time_base
    AVRational time_base{1, 1};
    AVRational frame_rate{1, 1};  // on average
    bool is_even = true;  // every picture is shown for 1 / frame_rate; then length == num_frames, time_base the inverse
    double seconds() const { return static_cast<double>(length) * av_q2d(time_base); }
};
/// Errors   as VideoFile; CorruptFile when packets that the index promises are missing; Cancelled.
/// Memory   8 bytes a frame.
Result<FrameTimes> read_times(const std::filesystem::path& path, const std::stop_token& stop);

/// The pictures of a file, `plays` times one after the other.
class DecodedPictures final : public PictureSource {
  public:
    DecodedPictures(std::filesystem::path path, const FrameTimes& times, int plays, std::stop_token stop);
    Result<bool> next(Picture& picture) override;
    AVRational time_base() const override { return times_.time_base; }
    AVRational frame_rate() const override { return times_.frame_rate; }

  private:
    Result<void> reopen();
    Result<bool> decode();
    std::int64_t pts_of_decoded();

    std::filesystem::path path_;
    FrameTimes times_;
    int plays_left_;
    std::stop_token stop_;
    std::unique_ptr<VideoFile> video_;
    CodecPtr decoder_;
    PacketPtr packet_;
    FramePtr decoded_;  // the picture after the one that was given out
    std::int64_t decoded_pts_ = 0;
    std::int64_t first_pts_ = 0;  // of this play, as the file has it
    std::int64_t offset_ = 0;     // of this play in the whole
    std::int64_t count_ = 0;      // pictures given out
    std::int64_t in_play_ = 0;    // pictures decoded in this play
    bool is_drained_ = false;
    bool has_decoded_ = false;
};

/// An even frame rate: frames are shown twice or left out. The length is kept, to the nearest frame.
class EvenPictures final : public PictureSource {
  public:
    /// `length_frames`: how many pictures to give; the last one is held where the source ends earlier.
    EvenPictures(std::unique_ptr<PictureSource> source, AVRational rate, std::int64_t length_frames);
    Result<bool> next(Picture& picture) override;
    AVRational time_base() const override { return av_inv_q(rate_); }
    AVRational frame_rate() const override { return rate_; }

  private:
    std::unique_ptr<PictureSource> source_;
    AVRational rate_;
    std::int64_t length_;
    std::int64_t count_ = 0;
    Picture shown_, following_;
    bool has_following_ = false, has_begun_ = false;
};

/// Another size and pixel format: yuv420p in BT.709 with limited range, or full-range RGB24.
class ConvertedPictures final : public PictureSource {
  public:
    ConvertedPictures(std::unique_ptr<PictureSource> source, int width, int height, AVPixelFormat format);
    Result<bool> next(Picture& picture) override;
    AVRational time_base() const override { return source_->time_base(); }
    AVRational frame_rate() const override { return source_->frame_rate(); }

  private:
    bool is_right_already(const AVFrame& frame) const;

    std::unique_ptr<PictureSource> source_;
    int width_, height_;
    AVPixelFormat format_;
    ScalerPtr scaler_;
    int scaler_input_ = -1;
};

}  // namespace studio::media
