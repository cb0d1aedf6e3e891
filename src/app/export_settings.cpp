#include "app/export_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/text.h"
#include "media/filtered_pictures.h"
#include "media/h264_encoder.h"
#include "media/video_file.h"

namespace studio {
namespace {

constexpr int kMaxPlays = 1000;
constexpr int kMaxSide = 8192;
constexpr std::int64_t kMaxPixels = 4096LL * 4096;  // what this program reads back
constexpr double kMaxGifRate = 50;                  // browsers slow down what is faster
constexpr double kMaxDrawnRate = 240;

struct Source {
    media::VideoInfo info;
    media::FrameTimes times;
    std::uint64_t bytes = 0;
    bool is_mp4 = false, has_sound = false;
};

Result<Source> look_at(const std::filesystem::path& path) {
    Source source;
    {
        STUDIO_TRY(video, media::VideoFile::open(path));
        STUDIO_TRY_VOID(media::check_source(*video, path));
        source.info = video->info();
        source.is_mp4 = video->is_mp4();
        source.has_sound = video->has_sound();
    }
    STUDIO_TRY(times, media::read_times(path, {}));
    source.times = times;
    std::error_code ignored;
    source.bytes = std::filesystem::file_size(path, ignored);
    return source;
}

Result<void> decide_copy(const ExportRequest& request, const Source& source) {
    const char* what = request.crf                       ? "crf"
                       : request.fps                     ? "fps"
                       : request.width || request.height ? "size"
                       : request.is_half                 ? "size"
                       : request.plays.value_or(1) != 1  ? "plays"
                                                         : nullptr;
    if (what)
        return invalid_argument(what, "A copy keeps the video data as they are; nothing else can change.",
                                "Leave that setting out, or choose another format, such as h264.");
    if (source.is_mp4) return {};
    return Error{ErrorCode::kUnsupported,
                 "Only an MP4 can be copied without encoding it again.",
                 path_to_utf8(request.source),
                 "format",
                 "Choose another format, such as webm.",
                 {}};
}

Result<void> decide_size(const ExportRequest& request, const Source& source, ExportSettings& out) {
    const bool needs_even = media::traits(out.transcode.codec).needs_even_sides;
    const int given_width = source.info.width, given_height = source.info.height;
    if (request.width.has_value() != request.height.has_value())
        return invalid_argument("size", "Only one side of the size is given.", "Give both, such as 640x360.");
    if (request.width && request.is_half)
        return invalid_argument("size", "Half the size and a size in pixels are both asked for.",
                                "Choose one of the two.");
    int width = request.width.value_or(request.is_half ? given_width / 2 : given_width);
    int height = request.height.value_or(request.is_half ? given_height / 2 : given_height);
    if (needs_even && !request.width) {
        width = std::max(width & ~1, 2);
        height = std::max(height & ~1, 2);
        if (!request.is_half && (width != given_width || height != given_height))
            out.plan.notices.push_back(fmt::format("The size becomes {}x{}: {} needs even sides.", width, height,
                                                   media::traits(out.transcode.codec).label));
    }
    if (width < 1 || height < 1 || width > kMaxSide || height > kMaxSide || std::int64_t{width} * height > kMaxPixels)
        return invalid_argument("size", fmt::format("A video cannot have the size {}x{}.", width, height),
                                "Choose sides from 2 to 8192, at most 4096x4096 pixels in all.");
    if (needs_even && (width % 2 != 0 || height % 2 != 0))
        return invalid_argument(
            "size",
            fmt::format("{} needs even sides, and {}x{} has an odd one.", media::traits(out.transcode.codec).label,
                        width, height),
            fmt::format("Choose {}x{}, or gif or png.", std::max(width & ~1, 2), std::max(height & ~1, 2)));
    out.plan.width = out.transcode.width = width;
    out.plan.height = out.transcode.height = height;
    return {};
}

Result<void> decide_rate(const ExportRequest& request, const Source& source, ExportSettings& out) {
    const bool is_gif = request.format == ExportFormat::kGif;
    const double given = av_q2d(source.times.frame_rate);
    if (request.fps) {
        const auto rate = media::to_frame_rate(*request.fps);
        if (!rate)
            return invalid_argument(
                "fps", fmt::format("A video cannot have {} frames per second.", format_double(*request.fps)),
                "Choose a number above 0, at most 1000.");
        out.transcode.frame_rate = *rate;
    }
    if (is_gif && request.fps.value_or(given) > kMaxGifRate + 1e-6)
        return invalid_argument(
            "fps", fmt::format("A GIF cannot show {} frames per second.", format_double(request.fps.value_or(given))),
            "Choose 50 or fewer (--fps 25).");
    if (request.motion != ExportMotion::kInterpolate) return {};
    STUDIO_TRY_VOID(media::has_interpolation());
    if (!request.fps || *request.fps <= given || *request.fps > kMaxDrawnRate)
        return invalid_argument("fps",
                                fmt::format("Frames are drawn in between only for more than the {} frames per second "
                                            "of the source, and at most 240.",
                                            format_double(given)),
                                fmt::format("Choose twice as many: {}.", format_double(2 * given)));
    out.transcode.interpolates = true;
    if (source.times.num_frames < 2)
        out.plan.notices.push_back("The video has one frame: there is no movement to draw in between.");
    return {};
}

Result<void> decide_plays(const ExportRequest& request, ExportSettings& out) {
    const bool is_gif = request.format == ExportFormat::kGif;
    const int plays = request.plays.value_or(is_gif ? 0 : 1);
    if (request.format == ExportFormat::kPng && plays != 1)
        return invalid_argument("plays", "A folder of pictures does not play.", "Leave the number of plays out.");
    if (plays < (is_gif ? 0 : 1) || plays > kMaxPlays)
        return invalid_argument(
            "plays", fmt::format("A video cannot play {} times.", plays),
            is_gif ? "Choose 0 (for ever) to 1000."
                   : "Choose 1 to 1000: how often the clip stands in the file. Only a GIF can play for ever.");
    out.transcode.plays = plays;
    return {};
}

Result<void> decide_quality(const ExportRequest& request, ExportSettings& out) {
    const media::CodecTraits& codec = media::traits(out.transcode.codec);
    if (request.crf && codec.crf_smallest == 0)
        return invalid_argument("crf", fmt::format("{} has no crf.", codec.label), "Choose a named quality.");
    const int crf = request.crf.value_or(crf_of(request.format, request.quality));
    if (crf < codec.crf_best || crf > codec.crf_smallest)
        return invalid_argument("crf", fmt::format("{} has no quality crf {}.", codec.label, crf),
                                fmt::format("Choose {} (best) to {} (smallest).", codec.crf_best, codec.crf_smallest));
    out.transcode.crf = crf;
    static constexpr std::array<int, 4> kColors = {64, 128, 256, 256};
    static constexpr std::array<const char*, 4> kDither = {"bayer:bayer_scale=4", "bayer:bayer_scale=3", "sierra2_4a",
                                                           "floyd_steinberg"};
    out.transcode.num_colors = kColors[static_cast<std::size_t>(request.quality)];
    out.transcode.dither = kDither[static_cast<std::size_t>(request.quality)];
    return {};
}

void tell_losses(const ExportRequest& request, const Source& source, ExportPlan& plan) {
    if (source.has_sound) plan.notices.push_back("The sound of the source is left out.");
    const bool has_recipe = source.info.metadata.contains("recipe");
    if (has_recipe && request.metadata == ExportMetadata::kKeep && request.format == ExportFormat::kGif)
        plan.notices.push_back("A GIF cannot carry the recipe; it keeps the sentence that it was generated.");
}

/// Bits of a pixel that moves, for clips such as ours; calibrated on the demo model's (docs/exporting.md).
std::uint64_t guess_bytes(const ExportRequest& request, const Source& source, const ExportSettings& settings) {
    const ExportPlan& plan = settings.plan;
    if (request.format == ExportFormat::kCopy) return source.bytes;
    const double pixels = static_cast<double>(plan.width) * plan.height;
    const double source_pixels = static_cast<double>(source.info.width) * source.info.height;
    const auto frames = static_cast<double>(plan.num_frames);
    const double kept_frames = frames / static_cast<double>(source.times.num_frames);
    if (request.format == ExportFormat::kPng) return static_cast<std::uint64_t>(pixels * 1.4 * frames);
    if (request.format == ExportFormat::kGif) {
        const double per_pixel = request.quality == ExportQuality::kSmall ? 0.4 : 0.7;
        return static_cast<std::uint64_t>(1000 + pixels * per_pixel * frames);
    }
    // Six steps of crf halve an H.264 file; the source was made with 17 unless somebody chose otherwise.
    const double steps_of_half = media::traits(settings.transcode.codec).crf_smallest == 63 ? 9.0 : 6.0;
    const int like_source = crf_of(request.format, ExportQuality::kHigh) - 1;
    const double smaller = std::exp2((like_source - settings.transcode.crf) / steps_of_half);
    const double codec = request.format == ExportFormat::kH264  ? 1.0
                         : request.format == ExportFormat::kAv1 ? 0.45
                                                                : 0.6;
    return static_cast<std::uint64_t>(1000 + static_cast<double>(source.bytes) * smaller * codec *
                                                 std::pow(pixels / source_pixels, 0.85) * std::pow(kept_frames, 0.7));
}

}  // namespace

Result<ExportSettings> export_settings(const ExportRequest& request) {
    STUDIO_TRY(source, look_at(request.source));
    ExportSettings out;
    out.transcode.codec = export_codec(request.format);
    out.transcode.overwrite = request.overwrite;
    out.transcode.is_anonymous = request.metadata != ExportMetadata::kKeep;
    out.transcode.metadata = exported_metadata(source.info.metadata, request.metadata, request.format);
    if (request.format == ExportFormat::kCopy) {
        STUDIO_TRY_VOID(decide_copy(request, source));
        out.plan.width = source.info.width;
        out.plan.height = source.info.height;
    } else {
        STUDIO_TRY_VOID(media::has_encoder(media::traits(out.transcode.codec)));
        if (request.format == ExportFormat::kGif) STUDIO_TRY_VOID(media::has_palettes());
        STUDIO_TRY_VOID(decide_quality(request, out));
        STUDIO_TRY_VOID(decide_size(request, source, out));
        STUDIO_TRY_VOID(decide_rate(request, source, out));
        STUDIO_TRY_VOID(decide_plays(request, out));
    }
    out.plan.num_frames = media::frames_after(source.times, out.transcode);
    const int plays = request.format == ExportFormat::kGif ? 1 : std::max(out.transcode.plays, 1);
    out.plan.duration_s = out.transcode.frame_rate
                              ? static_cast<double>(out.plan.num_frames) / av_q2d(*out.transcode.frame_rate)
                              : source.times.seconds() * plays;
    out.plan.fps = static_cast<double>(out.plan.num_frames) / out.plan.duration_s;
    out.plan.estimated_bytes = guess_bytes(request, source, out);
    tell_losses(request, source, out.plan);
    STUDIO_TRY(target, export_target(request, request.format == ExportFormat::kCopy ? source.bytes : 0));
    out.plan.target = target;
    return out;
}

}  // namespace studio
