#include "media/picture_source.h"

#include <algorithm>
#include <string>
#include <vector>

#include "core/text.h"
#include "media/av_error.h"
#include "media/color.h"

namespace studio::media {
namespace {

constexpr std::int64_t kMaxFrames = 10'000'000;

Error cut_off(const std::filesystem::path& path, std::int64_t there, std::int64_t promised) {
    return corrupt_file(
        path_to_utf8(path), {},
        "The video is cut off: " + std::to_string(there) + " of " + std::to_string(promised) + " frames are there.",
        "Copy the file again.");
}

struct PacketTimes {
    std::vector<std::int64_t> pts;
    std::int64_t last_duration = 0;
};

Result<PacketTimes> packet_times(VideoFile& video, const std::filesystem::path& path, const std::stop_token& stop) {
    const PacketPtr packet(av_packet_alloc());
    if (!packet) return read_failure(AVERROR(ENOMEM), path, "reading the video");
    PacketTimes times;
    std::int64_t num_packets = 0;
    std::int64_t latest = AV_NOPTS_VALUE;
    while (true) {
        if (stop.stop_requested()) return cancelled();
        STUDIO_TRY(more, video.read(*packet));
        if (!more) break;
        ++num_packets;
        if (static_cast<std::int64_t>(times.pts.size()) >= kMaxFrames)
            return Error{ErrorCode::kUnsupported,      "The video has more than ten million frames.",
                         path_to_utf8(path),           {},
                         "Use a shorter piece of it.", {}};
        const std::int64_t pts = packet->pts != AV_NOPTS_VALUE ? packet->pts : packet->dts;
        if (pts == AV_NOPTS_VALUE)
            return corrupt_file(path_to_utf8(path), {}, "The video has frames without a time.",
                                "Use another copy of the video.");
        if ((packet->flags & AV_PKT_FLAG_DISCARD) != 0) continue;  // outside of what the file wants shown
        times.pts.push_back(pts);
        if (latest == AV_NOPTS_VALUE || pts >= latest) {
            latest = pts;
            times.last_duration = packet->duration;
        }
    }
    if (num_packets < video.indexed_frames()) return cut_off(path, num_packets, video.indexed_frames());
    if (times.pts.empty())
        return corrupt_file(path_to_utf8(path), {}, "The video holds no picture.", "Use another copy of the video.");
    std::sort(times.pts.begin(), times.pts.end());
    return times;
}

/// Is picture i shown at i / rate, to the nearest tick of the file's clock?
bool are_even(const std::vector<std::int64_t>& pts, AVRational time_base, AVRational rate) {
    for (std::size_t i = 0; i < pts.size(); ++i) {
        const std::int64_t expected = av_rescale_q(static_cast<std::int64_t>(i), av_inv_q(rate), time_base);
        if (std::abs(pts[i] - pts.front() - expected) > 1) return false;
    }
    return true;
}

}  // namespace

Result<FrameTimes> read_times(const std::filesystem::path& path, const std::stop_token& stop) {
    STUDIO_TRY(video, VideoFile::open(path));
    STUDIO_TRY(packets, packet_times(*video, path, stop));
    const std::vector<std::int64_t>& pts = packets.pts;
    const auto count = static_cast<std::int64_t>(pts.size());
    FrameTimes times;
    times.num_frames = count;
    times.time_base = video->time_base();
    times.frame_rate = video->frame_rate();
    if (times.frame_rate.num > 0 && are_even(pts, times.time_base, times.frame_rate)) {
        times.time_base = av_inv_q(times.frame_rate);
        times.length = count;
        return times;
    }
    // The last picture of uneven ones: an MP4 tells durations in the order of decoding, so the gap before it says more.
    const std::int64_t last = count > 1 ? pts.back() - pts[pts.size() - 2] : packets.last_duration;
    const bool is_gif = video->parameters().codec_id == AV_CODEC_ID_GIF;  // tells each picture's own
    times.length = pts.back() - pts.front() +
                   std::max<std::int64_t>(is_gif && packets.last_duration > 0 ? packets.last_duration : last, 1);
    times.is_even = false;
    times.frame_rate = av_d2q(static_cast<double>(count) / times.seconds(), 100000);
    return times;
}

DecodedPictures::DecodedPictures(std::filesystem::path path, const FrameTimes& times, int plays, std::stop_token stop)
    : path_(std::move(path)), times_(times), plays_left_(plays), stop_(std::move(stop)), packet_(av_packet_alloc()) {}

Result<void> DecodedPictures::reopen() {
    STUDIO_TRY(video, VideoFile::open(path_));
    video_ = std::move(video);
    STUDIO_TRY(decoder, video_->decoder());
    decoder_ = std::move(decoder);
    is_drained_ = false;
    in_play_ = 0;
    return {};
}

/// The next picture of this play into decoded_; false at its end.
Result<bool> DecodedPictures::decode() {
    decoded_.reset(av_frame_alloc());
    if (!decoded_ || !packet_) return read_failure(AVERROR(ENOMEM), path_, "reading the video");
    while (true) {
        if (stop_.stop_requested()) return cancelled();
        const int rc = avcodec_receive_frame(decoder_.get(), decoded_.get());
        if (rc == 0) {
            if (decoded_->width != video_->info().width || decoded_->height != video_->info().height)
                return corrupt_file(path_to_utf8(path_), "size", "The video changes its size in the middle.",
                                    "Convert the video to one size.");
            ++in_play_;
            return true;
        }
        if (rc == AVERROR_EOF) return false;
        if (rc != AVERROR(EAGAIN)) return read_failure(rc, path_, "decoding the video");
        STUDIO_TRY(more, video_->read(*packet_));
        const int sent = avcodec_send_packet(decoder_.get(), more ? packet_.get() : nullptr);
        if (sent < 0 && sent != AVERROR_EOF) return read_failure(sent, path_, "decoding the video");
    }
}

/// Times rise whatever the file says.
std::int64_t DecodedPictures::pts_of_decoded() {
    if (times_.is_even) return offset_ + in_play_ - 1;
    const std::int64_t told = decoded_->best_effort_timestamp;
    if (in_play_ == 1) first_pts_ = told == AV_NOPTS_VALUE ? 0 : told;
    const std::int64_t pts = told == AV_NOPTS_VALUE ? decoded_pts_ + 1 : offset_ + told - first_pts_;
    return in_play_ == 1 ? offset_ : std::max(pts, decoded_pts_ + 1);
}

Result<bool> DecodedPictures::next(Picture& picture) {
    if (!has_decoded_) {
        if (plays_left_ == 0) return false;
        --plays_left_;
        STUDIO_TRY_VOID(reopen());
        STUDIO_TRY(any, decode());
        if (!any)
            return corrupt_file(path_to_utf8(path_), {}, "The video holds no picture.",
                                "Use another copy of the video.");
        decoded_pts_ = pts_of_decoded();
        has_decoded_ = true;
    }
    picture.frame = std::move(decoded_);
    picture.pts = decoded_pts_;
    STUDIO_TRY(more, decode());
    has_decoded_ = more;
    if (more) {
        decoded_pts_ = pts_of_decoded();
        picture.duration = decoded_pts_ - picture.pts;
    } else {
        offset_ += times_.length;
        picture.duration = std::max<std::int64_t>(offset_ - picture.pts, 1);
        offset_ = picture.pts + picture.duration;
        if (plays_left_ == 0) {  // the source may be replaced by the result
            decoder_.reset();
            video_.reset();
        }
    }
    return true;
}

EvenPictures::EvenPictures(std::unique_ptr<PictureSource> source, AVRational rate, std::int64_t length_frames)
    : source_(std::move(source)), rate_(rate), length_(length_frames) {}

Result<bool> EvenPictures::next(Picture& picture) {
    if (count_ >= length_) return false;
    if (!has_begun_) {
        STUDIO_TRY(any, source_->next(shown_));
        if (!any) return false;
        STUDIO_TRY(more, source_->next(following_));
        has_following_ = more;
        has_begun_ = true;
    }
    // The picture that is on the screen when the new frame begins.
    while (has_following_ && av_compare_ts(following_.pts, source_->time_base(), count_, av_inv_q(rate_)) <= 0) {
        std::swap(shown_, following_);
        STUDIO_TRY(more, source_->next(following_));
        has_following_ = more;
    }
    picture.frame.reset(av_frame_clone(shown_.frame.get()));
    if (!picture.frame) return encoder_failure(AVERROR(ENOMEM), "preparing a frame");
    picture.pts = count_++;
    picture.duration = 1;
    return true;
}

ConvertedPictures::ConvertedPictures(std::unique_ptr<PictureSource> source, int width, int height, AVPixelFormat format)
    : source_(std::move(source)), width_(width), height_(height), format_(format) {}

bool ConvertedPictures::is_right_already(const AVFrame& frame) const {
    return frame.format == format_ && frame.width == width_ && frame.height == height_ &&
           (format_ == AV_PIX_FMT_RGB24 ||
            (frame.colorspace == AVCOL_SPC_BT709 && frame.color_range != AVCOL_RANGE_JPEG));
}

Result<bool> ConvertedPictures::next(Picture& picture) {
    Picture from;
    STUDIO_TRY(more, source_->next(from));
    if (!more) return false;
    picture.pts = from.pts;
    picture.duration = from.duration;
    // Even sides of an odd picture: the last column and row go, nothing is blurred.
    if (from.frame->width == width_ + 1) from.frame->width = width_;
    if (from.frame->height == height_ + 1) from.frame->height = height_;
    if (is_right_already(*from.frame)) {
        picture.frame = std::move(from.frame);
        return true;
    }
    if (!scaler_ || scaler_input_ != from.frame->format) {
        STUDIO_TRY(scaler, frame_to(*from.frame, width_, height_, format_));
        scaler_ = std::move(scaler);
        scaler_input_ = from.frame->format;
    }
    FramePtr to(av_frame_alloc());
    if (!to) return encoder_failure(AVERROR(ENOMEM), "converting a frame");
    to->format = format_;
    to->width = width_;
    to->height = height_;
    to->sample_aspect_ratio = from.frame->sample_aspect_ratio;
    const bool is_rgb = format_ == AV_PIX_FMT_RGB24;
    to->colorspace = is_rgb ? AVCOL_SPC_RGB : AVCOL_SPC_BT709;
    to->color_range = is_rgb ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
    if (const int rc = av_frame_get_buffer(to.get(), 0); rc < 0) return encoder_failure(rc, "converting a frame");
    if (sws_scale(scaler_.get(), from.frame->data, from.frame->linesize, 0, from.frame->height, to->data,
                  to->linesize) != height_)
        return encoder_failure(AVERROR_EXTERNAL, "converting a frame");
    picture.frame = std::move(to);
    return true;
}

}  // namespace studio::media
