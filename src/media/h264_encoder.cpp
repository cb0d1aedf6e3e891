#include "media/h264_encoder.h"

#include <algorithm>
#include <array>
#include <cmath>

extern "C" {
#include <libavutil/opt.h>
}

#include "core/text.h"
#include "media/av_error.h"
#include "media/color.h"

namespace studio::media {
namespace {

constexpr int kMaxSide = 8192;
constexpr std::array<std::string_view, 9> kPresets = {"ultrafast", "superfast", "veryfast", "faster",  "fast",
                                                      "medium",    "slow",      "slower",   "veryslow"};

Result<void> check_settings(const VideoSettings& s) {
    const std::string size = std::to_string(s.width) + "x" + std::to_string(s.height);
    if (s.width < 2 || s.height < 2 || s.width > kMaxSide || s.height > kMaxSide)
        return invalid_argument("size", "A video cannot have the size " + size + ".",
                                "Choose sides from 2 to 8192 pixels.");
    if (s.width % 2 != 0 || s.height % 2 != 0)
        return invalid_argument("size", "An H.264 video needs even sides, and " + size + " has an odd one.",
                                "Choose " + std::to_string(s.width & ~1) + "x" + std::to_string(s.height & ~1) + ".");
    if (!to_frame_rate(s.fps))
        return invalid_argument("fps", "A video cannot have " + format_double(s.fps) + " frames per second.",
                                "Choose a number above 0, at most 1000.");
    if (s.crf < 0 || s.crf > 51)
        return invalid_argument("crf", "The quality crf " + std::to_string(s.crf) + " does not exist.",
                                "Choose 0 (lossless) to 51 (smallest); 17 looks perfect.");
    if (std::find(kPresets.begin(), kPresets.end(), s.preset) == kPresets.end())
        return invalid_argument(
            "preset", "The encoder preset '" + escape_for_display(s.preset, 40) + "' does not exist.",
            "Choose ultrafast, superfast, veryfast, faster, fast, medium, slow, slower or veryslow.");
    if (s.threads < 0 || s.threads > 128)
        return invalid_argument("threads", "The encoder cannot use " + std::to_string(s.threads) + " threads.",
                                "Choose 0 (automatic) to 128.");
    return {};
}

void describe(AVCodecContext& codec, const VideoSettings& settings) {
    codec.width = settings.width;
    codec.height = settings.height;
    codec.pix_fmt = AV_PIX_FMT_YUV420P;
    codec.framerate = *to_frame_rate(settings.fps);
    codec.time_base = av_inv_q(codec.framerate);
    codec.sample_aspect_ratio = {1, 1};
    codec.color_primaries = AVCOL_PRI_BT709;
    codec.color_trc = AVCOL_TRC_BT709;
    codec.colorspace = AVCOL_SPC_BT709;
    codec.color_range = AVCOL_RANGE_MPEG;
    codec.chroma_sample_location = AVCHROMA_LOC_LEFT;
    codec.thread_count = settings.threads;
    codec.flags |= AV_CODEC_FLAG_GLOBAL_HEADER;  // MP4 keeps the parameter sets in its header
}

}  // namespace

std::optional<AVRational> to_frame_rate(double fps) {
    if (!std::isfinite(fps) || fps <= 0 || fps > 1000) return std::nullopt;
    // Film and TV rates are written with three decimals but mean n * 1000/1001.
    const double ntsc = fps * 1001 / 1000;
    if (std::abs(fps - std::round(fps)) > 1e-9 && std::abs(ntsc - std::round(ntsc)) < 1e-3)
        return AVRational{static_cast<int>(std::round(ntsc)) * 1000, 1001};
    const AVRational rate = av_d2q(fps, 100000);
    return rate.num > 0 ? std::optional(rate) : std::nullopt;
}

Result<std::unique_ptr<H264Encoder>> H264Encoder::open(const VideoSettings& settings) {
    route_av_log();
    STUDIO_TRY_VOID(check_settings(settings));
    const AVCodec* const codec = avcodec_find_encoder_by_name("libx264");
    if (!codec)
        return Error{ErrorCode::kUnsupported,
                     "FFmpeg's libraries on this machine have no H.264 encoder (libx264).",
                     {},
                     "video",
                     "Install an FFmpeg with libx264 (Debian and Ubuntu: libavcodec-extra or libavcodec).",
                     {}};
    std::unique_ptr<H264Encoder> encoder(new H264Encoder);
    encoder->codec_.reset(avcodec_alloc_context3(codec));
    encoder->yuv_.reset(av_frame_alloc());
    encoder->packet_.reset(av_packet_alloc());
    if (!encoder->codec_ || !encoder->yuv_ || !encoder->packet_) return encoder_failure(AVERROR(ENOMEM), "starting");
    describe(*encoder->codec_, settings);
    av_opt_set(encoder->codec_->priv_data, "preset", settings.preset.c_str(), 0);
    av_opt_set_double(encoder->codec_->priv_data, "crf", settings.crf, 0);
    if (const int rc = avcodec_open2(encoder->codec_.get(), codec, nullptr); rc < 0)
        return encoder_failure(rc, "starting");
    encoder->yuv_->format = AV_PIX_FMT_YUV420P;
    encoder->yuv_->width = settings.width;
    encoder->yuv_->height = settings.height;
    if (const int rc = av_frame_get_buffer(encoder->yuv_.get(), 0); rc < 0) return encoder_failure(rc, "starting");
    STUDIO_TRY(scaler, rgb_to_bt709(settings.width, settings.height));
    encoder->to_yuv_ = std::move(scaler);
    return encoder;
}

Result<void> H264Encoder::encode(const Frame& frame, const PacketSink& sink) {
    // x264 may still hold a reference to the last picture.
    if (const int rc = av_frame_make_writable(yuv_.get()); rc < 0) return encoder_failure(rc, "converting a frame");
    const std::uint8_t* const source[] = {frame.rgb.data()};
    const int stride[] = {frame.width * 3};
    if (sws_scale(to_yuv_.get(), source, stride, 0, frame.height, yuv_->data, yuv_->linesize) != frame.height)
        return encoder_failure(AVERROR_EXTERNAL, "converting a frame");
    yuv_->pts = next_pts_++;
    return send(yuv_.get(), sink);
}

Result<void> H264Encoder::flush(const PacketSink& sink) {
    return send(nullptr, sink);
}

Result<void> H264Encoder::send(const AVFrame* frame, const PacketSink& sink) {
    if (const int rc = avcodec_send_frame(codec_.get(), frame); rc < 0) return encoder_failure(rc, "encoding a frame");
    while (true) {
        const int rc = avcodec_receive_packet(codec_.get(), packet_.get());
        if (rc == AVERROR(EAGAIN) || rc == AVERROR_EOF) return {};
        if (rc < 0) return encoder_failure(rc, "encoding a frame");
        if (packet_->duration == 0) packet_->duration = 1;
        const Result<void> taken = sink(*packet_);
        av_packet_unref(packet_.get());
        STUDIO_TRY_VOID(Result<void>(taken));
    }
}

}  // namespace studio::media
