#include "media/muxer.h"

#include "core/text.h"
#include "media/av_error.h"

namespace studio::media {
namespace {

const char* format_name(Container container) {
    switch (container) {
        case Container::kWebm:
            return "webm";
        case Container::kGif:
            return "gif";
        case Container::kMp4:
            break;
    }
    return "mp4";
}

/// The tag that Apple's players ask for; the muxer's own choice plays nowhere on their phones.
constexpr unsigned kHvc1 = MKTAG('h', 'v', 'c', '1');

void set_options(const MuxerSettings& settings, Dictionary& options) {
    // Without use_metadata_tags the muxer drops keys that iTunes does not know: the recipe and the AI mark.
    if (settings.container == Container::kMp4) options.set("movflags", "faststart+use_metadata_tags");
    // A GIF says how often it is repeated after the first time; -1 leaves the statement out.
    if (settings.container == Container::kGif)
        options.set("loop", std::to_string(settings.gif_plays == 1   ? -1
                                           : settings.gif_plays == 0 ? 0
                                                                     : settings.gif_plays - 1)
                                .c_str());
}

}  // namespace

Error Muxer::failure(int code) const {
    return write_failure(file_.io()->error < 0 ? file_.io()->error : code, file_.path());
}

/// libavformat re-reads the file to make room for the index at its front. It gets that one file and no other.
int Muxer::open_again(AVFormatContext* format, AVIOContext** io, const char*, int flags, AVDictionary**) noexcept {
    auto& muxer = *static_cast<Muxer*>(format->opaque);
    if (flags & AVIO_FLAG_WRITE) return AVERROR(EPERM);
    try {
        auto opened = ByteFile::open(muxer.file_.path());
        if (!opened.ok()) return AVERROR(EIO);
        muxer.second_ = std::move(*opened);
        *io = muxer.second_->io();
        return 0;
    } catch (...) {
        return AVERROR(ENOMEM);
    }
}

int Muxer::close_again(AVFormatContext* format, AVIOContext*) noexcept {
    static_cast<Muxer*>(format->opaque)->second_.reset();
    return 0;
}

Result<std::unique_ptr<Muxer>> Muxer::open(ByteFile& file, const MuxerSettings& settings,
                                           const AVCodecParameters& codec, AVRational time_base,
                                           AVRational frame_rate) {
    std::unique_ptr<Muxer> muxer(new Muxer(file, time_base));
    STUDIO_TRY_VOID(muxer->start(settings, codec, frame_rate));
    return muxer;
}

Result<std::unique_ptr<Muxer>> Muxer::open(ByteFile& file, const MuxerSettings& settings,
                                           const AVCodecContext& encoder) {
    const ParametersPtr codec(avcodec_parameters_alloc());
    if (!codec || avcodec_parameters_from_context(codec.get(), &encoder) < 0)
        return encoder_failure(AVERROR(ENOMEM), "starting the file");
    return open(file, settings, *codec, encoder.time_base, encoder.framerate);
}

Result<void> Muxer::start(const MuxerSettings& settings, const AVCodecParameters& codec, AVRational frame_rate) {
    AVFormatContext* format = nullptr;
    const int rc = avformat_alloc_output_context2(&format, nullptr, format_name(settings.container), nullptr);
    format_ = FormatPtr(format, FormatDelete{false});
    if (rc < 0) return encoder_failure(rc, "starting the file");
    format->pb = file_.io();
    format->flags |= AVFMT_FLAG_CUSTOM_IO;
    if (settings.is_anonymous) format->flags |= AVFMT_FLAG_BITEXACT;
    format->opaque = this;
    format->io_open = open_again;
    format->io_close2 = close_again;
    AVStream* const stream = avformat_new_stream(format, nullptr);
    if (!stream || avcodec_parameters_copy(stream->codecpar, &codec) < 0)
        return encoder_failure(AVERROR(ENOMEM), "starting the file");
    if (settings.container == Container::kMp4 && codec.codec_id == AV_CODEC_ID_HEVC)
        stream->codecpar->codec_tag = kHvc1;
    stream->time_base = time_base_;
    stream->avg_frame_rate = frame_rate;
    stream->sample_aspect_ratio = codec.sample_aspect_ratio;
    STUDIO_TRY_VOID(add(settings.metadata));
    Dictionary options;
    set_options(settings, options);
    if (const int header = avformat_write_header(format, options.out()); header < 0) return failure(header);
    return {};
}

Result<void> Muxer::add(const std::map<std::string, std::string>& metadata) {
    for (const auto& [key, value] : metadata)
        if (av_dict_set(&format_->metadata, key.c_str(), value.c_str(), 0) < 0) return failure(AVERROR(ENOMEM));
    return {};
}

Result<void> Muxer::write(AVPacket& packet) {
    packet.stream_index = 0;
    av_packet_rescale_ts(&packet, time_base_, format_->streams[0]->time_base);
    if (const int rc = av_interleaved_write_frame(format_.get(), &packet); rc < 0) return failure(rc);
    return {};
}

Result<void> Muxer::finish(const std::map<std::string, std::string>& late_metadata) {
    STUDIO_TRY_VOID(add(late_metadata));
    const int rc = av_write_trailer(format_.get());
    avio_flush(file_.io());
    if (rc < 0 || file_.io()->error < 0) return failure(rc);
    return {};
}

}  // namespace studio::media
