// The same packets in a new file.
#include "core/text.h"
#include "media/av_error.h"
#include "media/export_target.h"
#include "media/transcode.h"

namespace studio::media {
namespace fs = std::filesystem;

Result<TranscodeResult> remux(const fs::path& source, const fs::path& target, const TranscodeSettings& settings,
                              const TranscodeHooks& hooks) {
    STUDIO_TRY(times, read_times(source, hooks.stop));
    STUDIO_TRY(video, VideoFile::open(source));
    STUDIO_TRY_VOID(check_source(*video, source));
    if (!video->is_mp4())
        return Error{ErrorCode::kUnsupported,
                     "Only an MP4 can be copied without encoding it again.",
                     path_to_utf8(source),
                     "format",
                     "Choose another format than copy.",
                     {}};
    const MuxerSettings muxer{Container::kMp4, settings.metadata, settings.is_anonymous, 0};
    const AVRational time_base = video->time_base();
    const ParametersPtr parameters(avcodec_parameters_alloc());
    const PacketPtr packet(av_packet_alloc());
    if (!packet || !parameters || avcodec_parameters_copy(parameters.get(), &video->parameters()) < 0)
        return encoder_failure(AVERROR(ENOMEM), "starting the file");
    parameters->codec_tag = 0;  // of another kind of file
    STUDIO_TRY(out, file_target(target, muxer, *parameters, time_base, video->frame_rate(), settings, hooks));
    std::int64_t count = 0;
    while (true) {
        if (hooks.stop.stop_requested()) return cancelled();
        STUDIO_TRY(more, video->read(*packet));
        if (!more) break;
        if ((packet->flags & AV_PKT_FLAG_DISCARD) == 0) ++count;
        STUDIO_TRY_VOID(out->write(*packet));
        if (hooks.on_progress) hooks.on_progress(count, times.num_frames);
    }
    video.reset();  // the source may be the target
    return out->finish(count);
}

}  // namespace studio::media
