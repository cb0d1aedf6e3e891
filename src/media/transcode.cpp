#include "media/transcode.h"

#include <algorithm>
#include <cmath>

#include "core/text.h"
#include "media/av_error.h"
#include "media/export_target.h"
#include "media/filtered_pictures.h"

namespace studio::media {
namespace fs = std::filesystem;
namespace {

bool is_written_repeatedly(const TranscodeSettings& settings) {
    return settings.codec != ExportCodec::kGif;
}

/// Total time of the result, every play that is written included.
int written_plays(const TranscodeSettings& settings) {
    return is_written_repeatedly(settings) ? std::max(settings.plays, 1) : 1;
}

/// What the encoder reads, in layers.
struct Plan {
    fs::path source;
    FrameTimes times;
    int width = 0, height = 0;
    const CodecTraits* codec = nullptr;
    const TranscodeSettings* settings = nullptr;
    std::stop_token stop;
    std::int64_t num_frames = 0;

    Result<std::unique_ptr<PictureSource>> pictures() const {
        std::unique_ptr<PictureSource> made =
            std::make_unique<DecodedPictures>(source, times, written_plays(*settings), stop);
        if (settings->frame_rate && settings->interpolates && times.num_frames > 1) {
            made = std::make_unique<ConvertedPictures>(std::move(made), width, height, AV_PIX_FMT_YUV420P);
            STUDIO_TRY(between, interpolated(std::move(made), width, height, *settings->frame_rate));
            made = std::move(between);
        }
        if (settings->frame_rate)
            made = std::make_unique<EvenPictures>(std::move(made), *settings->frame_rate, num_frames);
        const AVPixelFormat format = codec->pixels == AV_PIX_FMT_PAL8 ? AV_PIX_FMT_RGB24 : codec->pixels;
        return std::unique_ptr<PictureSource>(
            std::make_unique<ConvertedPictures>(std::move(made), width, height, format));
    }
};

/// Counts pictures that pass, for the progress and the stop button.
class CountedPictures final : public PictureSource {
  public:
    CountedPictures(std::unique_ptr<PictureSource> source, const TranscodeHooks& hooks, std::int64_t before,
                    std::int64_t total)
        : source_(std::move(source)), hooks_(hooks), done_(before), total_(total) {}
    Result<bool> next(Picture& picture) override {
        if (hooks_.stop.stop_requested()) return cancelled();
        STUDIO_TRY(more, source_->next(picture));
        if (more) done_ = std::min(done_ + 1, total_);
        if (more && hooks_.on_progress) hooks_.on_progress(done_, total_);
        return more;
    }
    AVRational time_base() const override { return source_->time_base(); }
    AVRational frame_rate() const override { return source_->frame_rate(); }

  private:
    std::unique_ptr<PictureSource> source_;
    const TranscodeHooks& hooks_;
    std::int64_t done_, total_;
};

Result<std::unique_ptr<PictureSource>> counted_pictures(const Plan& plan, const TranscodeHooks& hooks) {
    const bool is_gif = plan.codec->codec == ExportCodec::kGif;
    const std::int64_t total = plan.num_frames * (is_gif ? 2 : 1);
    STUDIO_TRY(first, plan.pictures());
    auto counted = std::make_unique<CountedPictures>(std::move(first), hooks, 0, total);
    if (!is_gif) return std::unique_ptr<PictureSource>(std::move(counted));
    // Two readings: the colours of the whole clip first, so that memory stays that of a few frames.
    STUDIO_TRY(palette, best_palette(*counted, plan.width, plan.height, plan.settings->num_colors));
    STUDIO_TRY(again, plan.pictures());
    return paletted(std::make_unique<CountedPictures>(std::move(again), hooks, plan.num_frames, total), plan.width,
                    plan.height, *palette, plan.settings->dither);
}

Result<std::unique_ptr<ExportTarget>> open_target(const fs::path& target, const TranscodeSettings& settings,
                                                  const CodecTraits& codec, const AVCodecContext& encoder,
                                                  const TranscodeHooks& hooks) {
    if (codec.codec == ExportCodec::kPng) return png_target(target, settings, hooks);
    const ParametersPtr parameters(avcodec_parameters_alloc());
    if (!parameters || avcodec_parameters_from_context(parameters.get(), &encoder) < 0)
        return encoder_failure(AVERROR(ENOMEM), "starting the file");
    const MuxerSettings muxer{
        codec.container, codec.container == Container::kGif ? std::map<std::string, std::string>() : settings.metadata,
        settings.is_anonymous, settings.plays};
    return file_target(target, muxer, *parameters, encoder.time_base, encoder.framerate, settings, hooks);
}

Result<TranscodeResult> encode_all(PictureSource& pictures, const fs::path& target, const Plan& plan,
                                   const TranscodeHooks& hooks, AVRational pixel_aspect) {
    StreamSettings stream{plan.width,   plan.height,        pictures.time_base(),       pictures.frame_rate(),
                          pixel_aspect, plan.settings->crf, plan.settings->is_anonymous};
    STUDIO_TRY(encoder, StreamEncoder::open(*plan.codec, stream));
    STUDIO_TRY(out, open_target(target, *plan.settings, *plan.codec, encoder->context(), hooks));
    const auto to_target = [&out = *out](AVPacket& packet) { return out.write(packet); };
    Picture picture;
    std::int64_t end = 0;
    while (true) {
        STUDIO_TRY(more, pictures.next(picture));
        if (!more) break;
        STUDIO_TRY_VOID(encoder->encode(*picture.frame, picture.pts, picture.duration, to_target));
        end = picture.pts + picture.duration;
    }
    STUDIO_TRY_VOID(encoder->flush(to_target));
    if (hooks.stop.stop_requested()) return cancelled();
    if (encoder->num_frames() == 0) return internal_error("An export gave no frames.");
    STUDIO_TRY(result, out->finish(encoder->num_frames()));
    if (plan.codec->codec == ExportCodec::kPng) {
        result.duration_s = static_cast<double>(end) * av_q2d(pictures.time_base());
        result.fps = static_cast<double>(result.num_frames) / result.duration_s;
    }
    return result;
}

}  // namespace

Result<void> check_source(const VideoFile& video, const fs::path& path) {
    const auto refused = [&](std::string message, std::string fix) {
        return Error{ErrorCode::kUnsupported, std::move(message), path_to_utf8(path), "video", std::move(fix), {}};
    };
    if (const int degrees = video.rotation_degrees(); degrees != 0)
        return refused("The video asks to be turned by " + std::to_string(degrees) +
                           " degrees when it is shown; exporting it would lose that.",
                       "Turn it with the program that made it, then export.");
    const AVColorTransferCharacteristic transfer = video.parameters().color_trc;
    if (transfer == AVCOL_TRC_SMPTE2084 || transfer == AVCOL_TRC_ARIB_STD_B67)
        return refused("The video is HDR; exporting it would change its colours.",
                       "Convert it to standard colours (SDR, BT.709) first.");
    return {};
}

std::int64_t frames_after(const FrameTimes& times, const TranscodeSettings& settings) {
    const std::int64_t plays = written_plays(settings);
    if (!settings.frame_rate) return times.num_frames * plays;
    return std::max<std::int64_t>(av_rescale_q(times.length * plays, times.time_base, av_inv_q(*settings.frame_rate)),
                                  1);
}

Result<TranscodeResult> transcode(const fs::path& source, const fs::path& target, const TranscodeSettings& settings,
                                  const TranscodeHooks& hooks) {
    Plan plan;
    plan.source = source;
    plan.settings = &settings;
    plan.stop = hooks.stop;
    plan.codec = &traits(settings.codec);
    STUDIO_TRY_VOID(has_encoder(*plan.codec));
    AVRational pixel_aspect{1, 1};
    {
        STUDIO_TRY(video, VideoFile::open(source));
        STUDIO_TRY_VOID(check_source(*video, source));
        plan.width = settings.width > 0 ? settings.width : video->info().width;
        plan.height = settings.height > 0 ? settings.height : video->info().height;
        if (const AVRational told = video->parameters().sample_aspect_ratio; told.num > 0 && told.den > 0)
            pixel_aspect = told;
    }
    STUDIO_TRY(times, read_times(source, hooks.stop));
    plan.times = times;
    plan.num_frames = frames_after(times, settings);
    STUDIO_TRY(pictures, counted_pictures(plan, hooks));
    auto result = encode_all(*pictures, target, plan, hooks, pixel_aspect);
    if (!result.ok() && hooks.stop.stop_requested()) return cancelled();
    return result;
}

}  // namespace studio::media
