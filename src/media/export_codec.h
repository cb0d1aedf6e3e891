// media/export_codec.h - every kind of picture stream that exports write: which of FFmpeg's encoders makes it, in what
// container, with what options. One table.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/result.h"
#include "media/av_ptr.h"
#include "media/muxer.h"

namespace studio::media {

enum class ExportCodec { kH264, kHevc, kVp9, kAv1, kGif, kPng };

struct CodecTraits {
    ExportCodec codec{};
    const char* encoder = "";  // FFmpeg's name
    const char* label = "";    // for people
    const char* package = "";  // of Debian and Ubuntu that brings it
    Container container = Container::kMp4;
    AVPixelFormat pixels = AV_PIX_FMT_YUV420P;
    bool needs_even_sides = true;
    int crf_best = 0, crf_smallest = 0;  // both 0: none
    std::vector<std::pair<const char*, const char*>> options;
};
const CodecTraits& traits(ExportCodec codec);

/// Is the encoder in FFmpeg's libraries on this machine?   Errors   Unsupported naming it and what to do instead.
Result<void> has_encoder(const CodecTraits& traits);

struct StreamSettings {
    int width = 0, height = 0;
    AVRational time_base{1, 16}, frame_rate{16, 1};
    AVRational pixel_aspect{1, 1};
    int crf = 0;
    bool is_anonymous = false;  // the stream itself does not name its encoder
};

/// Pictures to packets.
class StreamEncoder {
  public:
    /// Errors   Unsupported (encoder missing, or refuses the size), InvalidArgument (odd size, crf), OutOfMemory.
    static Result<std::unique_ptr<StreamEncoder>> open(const CodecTraits& traits, const StreamSettings& settings);

    const AVCodecContext& context() const noexcept { return *codec_; }
    /// Called for each packet, with times in the settings' time base. The packet may be taken over.
    using PacketSink = std::function<Result<void>(AVPacket&)>;
    /// `duration` in the time base.
    Result<void> encode(AVFrame& frame, std::int64_t pts, std::int64_t duration, const PacketSink& sink);
    Result<void> flush(const PacketSink& sink);
    std::int64_t num_frames() const noexcept { return num_frames_; }

  private:
    StreamEncoder() = default;
    Result<void> send(const AVFrame* frame, const PacketSink& sink);
    Result<void> open_cleaner(const char* filter);
    Result<void> clean(AVPacket& packet);
    Error failure(int code, const char* doing) const;

    const CodecTraits* traits_ = nullptr;
    CodecPtr codec_;
    BitstreamFilterPtr cleaner_;
    PacketPtr packet_;
    std::map<std::int64_t, std::int64_t> durations_;  // of pictures that the encoder holds, by their time
    std::int64_t num_frames_ = 0;
};

}  // namespace studio::media
