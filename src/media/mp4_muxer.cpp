#include "media/mp4_muxer.h"

#include "core/text.h"
#include "media/av_error.h"

namespace studio::media {

Error Mp4Muxer::failure(int code) const {
    return write_failure(file_.io()->error < 0 ? file_.io()->error : code, file_.path());
}

/// libavformat re-reads the file to make room for the index at its front. It gets that one file and no other.
int Mp4Muxer::open_again(AVFormatContext* format, AVIOContext** io, const char*, int flags, AVDictionary**) noexcept {
    auto& muxer = *static_cast<Mp4Muxer*>(format->opaque);
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

int Mp4Muxer::close_again(AVFormatContext* format, AVIOContext*) noexcept {
    static_cast<Mp4Muxer*>(format->opaque)->second_.reset();
    return 0;
}

Result<std::unique_ptr<Mp4Muxer>> Mp4Muxer::open(ByteFile& file, const AVCodecContext& codec) {
    std::unique_ptr<Mp4Muxer> muxer(new Mp4Muxer(file, codec.time_base));
    AVFormatContext* format = nullptr;
    const int rc = avformat_alloc_output_context2(&format, nullptr, "mp4", nullptr);
    muxer->format_ = FormatPtr(format, FormatDelete{false});
    if (rc < 0) return encoder_failure(rc, "starting the MP4");
    format->pb = file.io();
    format->flags |= AVFMT_FLAG_CUSTOM_IO;
    format->opaque = muxer.get();
    format->io_open = open_again;
    format->io_close2 = close_again;
    AVStream* const stream = avformat_new_stream(format, nullptr);
    if (!stream || avcodec_parameters_from_context(stream->codecpar, &codec) < 0)
        return encoder_failure(AVERROR(ENOMEM), "starting the MP4");
    stream->time_base = codec.time_base;
    stream->avg_frame_rate = codec.framerate;
    Dictionary options;
    // Without use_metadata_tags the muxer drops keys that iTunes does not know: the recipe and the AI mark.
    options.set("movflags", "faststart+use_metadata_tags");
    if (const int header = avformat_write_header(format, options.out()); header < 0) return muxer->failure(header);
    return muxer;
}

Result<void> Mp4Muxer::write(AVPacket& packet) {
    packet.stream_index = 0;
    av_packet_rescale_ts(&packet, time_base_, format_->streams[0]->time_base);
    if (const int rc = av_interleaved_write_frame(format_.get(), &packet); rc < 0) return failure(rc);
    return {};
}

Result<void> Mp4Muxer::finish(const std::map<std::string, std::string>& metadata) {
    for (const auto& [key, value] : metadata)
        if (av_dict_set(&format_->metadata, key.c_str(), value.c_str(), 0) < 0) return failure(AVERROR(ENOMEM));
    const int rc = av_write_trailer(format_.get());
    avio_flush(file_.io());
    if (rc < 0 || file_.io()->error < 0) return failure(rc);
    return {};
}

}  // namespace studio::media
