#include "media/video_file.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <string>
#include <string_view>

extern "C" {
#include <libavutil/display.h>
#include <libavutil/pixdesc.h>
}

#include "core/text.h"
#include "media/av_error.h"

namespace studio::media {
namespace {

constexpr int kMaxStreams = 8;
constexpr std::int64_t kMaxPixels = 4096LL * 4096;  // a frame; 16 reference frames then stay under 0.5 GB
constexpr const char* kCodecs = "h264,hevc,vp8,vp9,av1,libdav1d,libaom-av1,mpeg4,gif";
constexpr std::chrono::seconds kOpenLimit{5};
constexpr std::size_t kMaxMetadataBytes = 4u << 20;
constexpr int kDecoderThreads = 4;

/// Files that carry their text in another encoding, or none, still have to be shown.
std::string readable(const char* value) {
    const std::string text = value;
    return invalid_utf8_at(text) ? escape_for_display(text, text.size()) : text;
}

/// Matroska's keys are capitals only; ours come back as they were given.
std::string original_key(std::string key) {
    std::string lower = key;
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return lower == "aigc" ? key : lower;
}

std::map<std::string, std::string> read_metadata(const AVFormatContext& format, bool has_capital_keys) {
    std::map<std::string, std::string> out;
    std::size_t total = 0;
    const AVDictionaryEntry* entry = nullptr;
    while ((entry = av_dict_get(format.metadata, "", entry, AV_DICT_IGNORE_SUFFIX))) {
        std::string key = readable(entry->key), value = readable(entry->value);
        total += key.size() + value.size();
        if (total > kMaxMetadataBytes) break;
        out.emplace(has_capital_keys ? original_key(std::move(key)) : std::move(key), std::move(value));
    }
    return out;
}

int refuse_second_file(AVFormatContext*, AVIOContext**, const char*, int, AVDictionary**) noexcept {
    return AVERROR(EPERM);
}

/// Decoders that libavformat opens itself, to look at the first frames, get the same limit.
class StreamOptions {
  public:
    explicit StreamOptions(unsigned count) : count_(count) {
        for (unsigned i = 0; i < count_; ++i)
            av_dict_set_int(&options_[i], "max_pixels", kMaxPixels, 0);
    }
    StreamOptions(const StreamOptions&) = delete;
    StreamOptions& operator=(const StreamOptions&) = delete;
    ~StreamOptions() {
        for (unsigned i = 0; i < count_; ++i)
            av_dict_free(&options_[i]);
    }
    AVDictionary** data() noexcept { return options_.data(); }

  private:
    unsigned count_;
    std::array<AVDictionary*, kMaxStreams> options_{};
};

}  // namespace

Result<std::unique_ptr<VideoFile>> VideoFile::open(const std::filesystem::path& path) {
    route_av_log();
    STUDIO_TRY(file, ByteFile::open(path));
    std::unique_ptr<VideoFile> video(new VideoFile(std::move(file)));
    video->file_->set_deadline(std::chrono::steady_clock::now() + kOpenLimit);
    STUDIO_TRY_VOID(video->find_container());
    STUDIO_TRY_VOID(video->find_video());
    video->file_->set_deadline(std::chrono::steady_clock::time_point::max());
    video->describe();
    return video;
}

/// The format is named, not guessed, so a playlist or script that is called .mp4 is never interpreted.
Result<void> VideoFile::find_container() {
    std::array<char, 64> start{};
    std::ifstream file(file_->path(), std::ios::binary);
    file.read(start.data(), start.size());
    const std::string_view head(start.data(), static_cast<std::size_t>(file.gcount()));
    const bool is_webm = head.starts_with("\x1A\x45\xDF\xA3") && head.find("webm") != std::string_view::npos;
    const bool is_gif = head.starts_with("GIF87a") || head.starts_with("GIF89a");
    is_mp4_ = !is_webm && !is_gif;
    return open_container(is_webm ? "matroska" : is_gif ? "gif" : "mov");
}

Result<void> VideoFile::open_container(const char* demuxer) {
    AVFormatContext* format = avformat_alloc_context();
    if (!format) return read_failure(AVERROR(ENOMEM), file_->path(), "opening the video");
    format->pb = file_->io();
    format->flags |= AVFMT_FLAG_CUSTOM_IO;
    format->io_open = refuse_second_file;
    format->max_streams = kMaxStreams;
    Dictionary options;
    options.set("codec_whitelist", kCodecs);
    options.set("protocol_whitelist", "file");
    options.set("probesize", "5000000");
    options.set("analyzeduration", "2000000");
    const int rc = avformat_open_input(&format, nullptr, av_find_input_format(demuxer), options.out());
    if (rc < 0) return read_failure(rc, file_->path(), "opening the video");  // the context is already freed
    format_ = FormatPtr(format, FormatDelete{true});
    return {};
}

Result<void> VideoFile::find_video() {
    const std::string name = path_to_utf8(file_->path());
    if (format_->nb_streams == 0 || format_->nb_streams > kMaxStreams)
        return corrupt_file(name, {},
                            "The file holds " + std::to_string(format_->nb_streams) + " streams; 1 to 8 are read.",
                            "Use a plain video file.");
    for (unsigned i = 0; i < format_->nb_streams; ++i) {
        const AVCodecParameters& part = *format_->streams[i]->codecpar;
        if (part.codec_type == AVMEDIA_TYPE_VIDEO && static_cast<std::int64_t>(part.width) * part.height > kMaxPixels)
            return Error{ErrorCode::kUnsupported,
                         "The video has frames of " + std::to_string(part.width) + "x" + std::to_string(part.height) +
                             "; the limit is 4096x4096 pixels.",
                         name,
                         "size",
                         "Use a smaller version of the video.",
                         {}};
    }
    StreamOptions options(format_->nb_streams);
    if (const int rc = avformat_find_stream_info(format_.get(), options.data()); rc < 0)
        return read_failure(rc, file_->path(), "reading the first frames");
    bool has_sound = false;
    for (unsigned i = 0; i < format_->nb_streams && !stream_; ++i) {
        AVStream* const stream = format_->streams[i];
        const bool is_cover = (stream->disposition & AV_DISPOSITION_ATTACHED_PIC) != 0;
        has_sound = has_sound || stream->codecpar->codec_type == AVMEDIA_TYPE_AUDIO;
        if (stream->codecpar->codec_type == AVMEDIA_TYPE_VIDEO && !is_cover) stream_ = stream;
    }
    if (!stream_ && has_sound)
        return Error{ErrorCode::kUnsupported, "The file holds sound but no video.", name, {}, "Use a video file.", {}};
    if (!stream_)
        return corrupt_file(name, {}, "The file holds nothing that can be read as video.",
                            "Use another copy of the video.");
    if (stream_->codecpar->width <= 0 || stream_->codecpar->height <= 0 || stream_->codecpar->format < 0)
        return corrupt_file(name, {}, "The video's first frame cannot be decoded.", "Use another copy of the video.");
    return {};
}

void VideoFile::describe() {
    const AVCodecParameters& part = *stream_->codecpar;
    const AVRational rate = stream_->avg_frame_rate;
    info_.width = part.width;
    info_.height = part.height;
    info_.fps = rate.den > 0 ? av_q2d(rate) : 0;
    info_.num_frames = stream_->nb_frames;
    const bool has_duration = format_->duration != AV_NOPTS_VALUE;
    info_.duration_s = has_duration ? static_cast<double>(format_->duration) / AV_TIME_BASE : 0;
    info_.codec = avcodec_get_name(part.codec_id);
    const char* const pixels = av_get_pix_fmt_name(static_cast<AVPixelFormat>(part.format));
    const char* const space = av_color_space_name(part.color_space);
    info_.pixel_format = pixels ? pixels : "unknown";
    info_.color_space = space ? space : "unknown";
    info_.metadata = read_metadata(*format_, !is_mp4_);
}

AVRational VideoFile::frame_rate() const noexcept {
    // A GIF's is a guess from its first pictures, in hundredths of a second.
    if (stream_->codecpar->codec_id == AV_CODEC_ID_GIF || stream_->avg_frame_rate.den == 0) return {0, 1};
    return stream_->avg_frame_rate;
}

bool VideoFile::has_sound() const noexcept {
    for (unsigned i = 0; i < format_->nb_streams; ++i)
        if (format_->streams[i]->codecpar->codec_type == AVMEDIA_TYPE_AUDIO) return true;
    return false;
}

int VideoFile::rotation_degrees() const noexcept {
#if LIBAVFORMAT_VERSION_INT >= AV_VERSION_INT(60, 15, 100)
    const AVPacketSideData* const data = av_packet_side_data_get(
        stream_->codecpar->coded_side_data, stream_->codecpar->nb_coded_side_data, AV_PKT_DATA_DISPLAYMATRIX);
    const std::uint8_t* const matrix = data && data->size >= 36 ? data->data : nullptr;
#else
    std::size_t size = 0;
    const std::uint8_t* data = av_stream_get_side_data(stream_, AV_PKT_DATA_DISPLAYMATRIX, &size);
    const std::uint8_t* const matrix = size >= 36 ? data : nullptr;
#endif
    if (!matrix) return 0;
    const double angle = av_display_rotation_get(reinterpret_cast<const std::int32_t*>(matrix));
    return std::isfinite(angle) ? (360 + static_cast<int>(std::lround(angle))) % 360 : 0;
}

Result<bool> VideoFile::read(AVPacket& packet) {
    while (true) {
        av_packet_unref(&packet);
        const int rc = av_read_frame(format_.get(), &packet);
        if (rc == AVERROR_EOF) return false;
        if (rc < 0) return read_failure(rc, file_->path(), "reading the video");
        if (packet.stream_index != stream_->index) continue;
        if (packet.flags & AV_PKT_FLAG_CORRUPT)
            return read_failure(AVERROR_INVALIDDATA, file_->path(), "reading the video");
        return true;
    }
}

Result<CodecPtr> VideoFile::decoder() const {
    const AVCodec* const codec = avcodec_find_decoder(stream_->codecpar->codec_id);
    if (!codec)
        return Error{ErrorCode::kUnsupported,
                     "The video is stored as " + info_.codec + ", which this program does not read.",
                     path_to_utf8(file_->path()),
                     "codec",
                     "Convert the video to H.264.",
                     {}};
    CodecPtr context(avcodec_alloc_context3(codec));
    if (!context || avcodec_parameters_to_context(context.get(), stream_->codecpar) < 0)
        return read_failure(AVERROR(ENOMEM), file_->path(), "starting the decoder");
    context->max_pixels = kMaxPixels;
    context->thread_count = kDecoderThreads;
    Dictionary options;
    options.set("codec_whitelist", kCodecs);
    if (const int rc = avcodec_open2(context.get(), codec, options.out()); rc < 0) {
        if (rc == AVERROR(EINVAL))  // what the white list answers
            return Error{ErrorCode::kUnsupported,
                         "The video is stored as " + info_.codec + ", which this program does not read.",
                         path_to_utf8(file_->path()),
                         "codec",
                         "Convert the video to H.264.",
                         {}};
        return read_failure(rc, file_->path(), "starting the decoder");
    }
    return context;
}

}  // namespace studio::media
