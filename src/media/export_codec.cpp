#include "media/export_codec.h"

#include <algorithm>
#include <array>

extern "C" {
#include <libavutil/opt.h>
}

#include "media/av_error.h"

namespace studio::media {
namespace {

const std::array<CodecTraits, 6>& table() {
    static const std::array<CodecTraits, 6> kTable = {{
        {ExportCodec::kH264,
         "libx264",
         "H.264",
         "libavcodec-extra",
         Container::kMp4,
         AV_PIX_FMT_YUV420P,
         true,
         0,
         51,
         {{"preset", "medium"}}},
        {ExportCodec::kHevc,
         "libx265",
         "HEVC (H.265)",
         "libavcodec-extra",
         Container::kMp4,
         AV_PIX_FMT_YUV420P,
         true,
         0,
         51,
         {{"preset", "medium"}, {"x265-params", "log-level=error:info=0"}}},
        {ExportCodec::kVp9,
         "libvpx-vp9",
         "VP9",
         "libavcodec-extra",
         Container::kWebm,
         AV_PIX_FMT_YUV420P,
         true,
         0,
         63,
         {{"deadline", "good"}, {"cpu-used", "3"}, {"row-mt", "1"}, {"auto-alt-ref", "1"}, {"b", "0"}}},
        {ExportCodec::kAv1,
         "libaom-av1",
         "AV1",
         "libavcodec-extra",
         Container::kWebm,
         AV_PIX_FMT_YUV420P,
         true,
         0,
         63,
         {{"cpu-used", "6"}, {"row-mt", "1"}, {"b", "0"}}},
        {ExportCodec::kGif, "gif", "GIF", "libavcodec", Container::kGif, AV_PIX_FMT_PAL8, false, 0, 0, {}},
        {ExportCodec::kPng,
         "png",
         "PNG",
         "libavcodec",
         Container::kMp4,
         AV_PIX_FMT_RGB24,
         false,
         0,
         0,
         {{"pred", "mixed"}}},
    }};
    return kTable;
}

Result<void> check(const CodecTraits& traits, const StreamSettings& s) {
    const std::string size = std::to_string(s.width) + "x" + std::to_string(s.height);
    if (traits.needs_even_sides && (s.width % 2 != 0 || s.height % 2 != 0))
        return invalid_argument("size",
                                std::string(traits.label) + " needs even sides, and " + size + " has an odd one.",
                                "Choose " + std::to_string(std::max(s.width & ~1, 2)) + "x" +
                                    std::to_string(std::max(s.height & ~1, 2)) + ", or GIF or PNG.");
    if (s.crf < std::min(traits.crf_best, traits.crf_smallest) ||
        s.crf > std::max(traits.crf_best, traits.crf_smallest))
        return invalid_argument("crf", std::string(traits.label) + " has no quality crf " + std::to_string(s.crf) + ".",
                                "Choose " + std::to_string(traits.crf_best) + " (best) to " +
                                    std::to_string(traits.crf_smallest) + " (smallest).");
    return {};
}

void describe(AVCodecContext& codec, const CodecTraits& traits, const StreamSettings& s) {
    codec.width = s.width;
    codec.height = s.height;
    codec.pix_fmt = traits.pixels;
    codec.framerate = s.frame_rate;
    codec.time_base = s.time_base;
    codec.sample_aspect_ratio = s.pixel_aspect;
    if (traits.pixels == AV_PIX_FMT_YUV420P) {
        codec.color_primaries = AVCOL_PRI_BT709;
        codec.color_trc = AVCOL_TRC_BT709;
        codec.colorspace = AVCOL_SPC_BT709;
        codec.color_range = AVCOL_RANGE_MPEG;
        codec.chroma_sample_location = AVCHROMA_LOC_LEFT;
    }
    codec.flags |= AV_CODEC_FLAG_GLOBAL_HEADER;  // the container keeps the parameter sets
    if (s.is_anonymous) codec.flags |= AV_CODEC_FLAG_BITEXACT;
}

}  // namespace

const CodecTraits& traits(ExportCodec codec) {
    return *std::find_if(table().begin(), table().end(), [codec](const CodecTraits& t) { return t.codec == codec; });
}

Result<void> has_encoder(const CodecTraits& traits) {
    if (avcodec_find_encoder_by_name(traits.encoder)) return {};
    std::string others;
    for (const CodecTraits& other : table())
        if (other.codec != traits.codec && avcodec_find_encoder_by_name(other.encoder))
            others += (others.empty() ? "" : ", ") + std::string(other.label);
    return Error{ErrorCode::kUnsupported,
                 "FFmpeg's libraries on this machine cannot write " + std::string(traits.label) + ": the encoder " +
                     traits.encoder + " is missing.",
                 {},
                 "format",
                 "Install it (Debian and Ubuntu: " + std::string(traits.package) + "), or choose another format" +
                     (others.empty() ? "." : ": " + others + "."),
                 {}};
}

Error StreamEncoder::failure(int code, const char* doing) const {
    Error error = encoder_failure(code, doing);
    if (code == AVERROR(ENOMEM)) return error;
    error.message = std::string("The ") + traits_->label + " encoder failed while " + doing + ": " + av_message(code) +
                    " (size " + std::to_string(codec_ ? codec_->width : 0) + "x" +
                    std::to_string(codec_ ? codec_->height : 0) + ").";
    error.fix = "Choose another format or size.";
    return error;
}

Result<std::unique_ptr<StreamEncoder>> StreamEncoder::open(const CodecTraits& traits, const StreamSettings& settings) {
    route_av_log();
    STUDIO_TRY_VOID(has_encoder(traits));
    STUDIO_TRY_VOID(check(traits, settings));
    std::unique_ptr<StreamEncoder> encoder(new StreamEncoder);
    encoder->traits_ = &traits;
    const AVCodec* const codec = avcodec_find_encoder_by_name(traits.encoder);
    encoder->codec_.reset(avcodec_alloc_context3(codec));
    encoder->packet_.reset(av_packet_alloc());
    if (!encoder->codec_ || !encoder->packet_) return encoder_failure(AVERROR(ENOMEM), "starting");
    describe(*encoder->codec_, traits, settings);
    Dictionary options;
    for (const auto& [key, value] : traits.options)
        options.set(key, value);
    if (traits.crf_smallest != 0) options.set("crf", std::to_string(settings.crf).c_str());
    if (const int rc = avcodec_open2(encoder->codec_.get(), codec, options.out()); rc < 0)
        return encoder->failure(rc, "starting");
    // x264 writes its name and every option into the first picture; it has no switch for that.
    if (settings.is_anonymous && traits.codec == ExportCodec::kH264)
        STUDIO_TRY_VOID(encoder->open_cleaner("filter_units"));
    return encoder;
}

Result<void> StreamEncoder::open_cleaner(const char* name) {
    const AVBitStreamFilter* const filter = av_bsf_get_by_name(name);
    AVBSFContext* context = nullptr;
    int rc = filter ? av_bsf_alloc(filter, &context) : AVERROR_BSF_NOT_FOUND;
    cleaner_.reset(context);
    if (rc >= 0) rc = avcodec_parameters_from_context(context->par_in, codec_.get());
    if (rc >= 0) rc = av_opt_set(context->priv_data, "remove_types", "6", 0);  // supplemental information
    if (rc >= 0) {
        context->time_base_in = codec_->time_base;
        rc = av_bsf_init(context);
    }
    if (rc < 0) return failure(rc, "preparing to leave its name out");
    return {};
}

Result<void> StreamEncoder::clean(AVPacket& packet) {
    if (!cleaner_) return {};
    int rc = av_bsf_send_packet(cleaner_.get(), &packet);
    if (rc >= 0) rc = av_bsf_receive_packet(cleaner_.get(), &packet);
    if (rc < 0) return failure(rc, "leaving its name out");
    return {};
}

Result<void> StreamEncoder::encode(AVFrame& frame, std::int64_t pts, std::int64_t duration, const PacketSink& sink) {
    frame.pts = pts;
    frame.pict_type = AV_PICTURE_TYPE_NONE;  // of the source; the encoder would take it as an order
    durations_[pts] = duration;
    ++num_frames_;
    return send(&frame, sink);
}

Result<void> StreamEncoder::flush(const PacketSink& sink) {
    return send(nullptr, sink);
}

Result<void> StreamEncoder::send(const AVFrame* frame, const PacketSink& sink) {
    if (const int rc = avcodec_send_frame(codec_.get(), frame); rc < 0) return failure(rc, "encoding a frame");
    while (true) {
        const int rc = avcodec_receive_packet(codec_.get(), packet_.get());
        if (rc == AVERROR(EAGAIN) || rc == AVERROR_EOF) return {};
        if (rc < 0) return failure(rc, "encoding a frame");
        if (const auto known = durations_.find(packet_->pts); known != durations_.end()) {
            packet_->duration = known->second;
            durations_.erase(known);
        }
        STUDIO_TRY_VOID(clean(*packet_));
        const Result<void> taken = sink(*packet_);
        av_packet_unref(packet_.get());
        STUDIO_TRY_VOID(Result<void>(taken));
    }
}

}  // namespace studio::media
