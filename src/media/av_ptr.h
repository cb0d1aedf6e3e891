// media/av_ptr.h - owners for FFmpeg's objects, so that every path out of a function frees them.
#pragma once
extern "C" {
#include <libavcodec/avcodec.h>
#include <libavcodec/bsf.h>
#include <libavformat/avformat.h>
#include <libavutil/dict.h>
#include <libavutil/frame.h>
#include <libswscale/swscale.h>
}
#include <memory>

namespace studio::media {

struct AvDelete {
    void operator()(AVCodecContext* p) const noexcept { avcodec_free_context(&p); }
    void operator()(AVFrame* p) const noexcept { av_frame_free(&p); }
    void operator()(AVPacket* p) const noexcept { av_packet_free(&p); }
    void operator()(AVCodecParameters* p) const noexcept { avcodec_parameters_free(&p); }
    void operator()(SwsContext* p) const noexcept { sws_freeContext(p); }
    void operator()(AVBSFContext* p) const noexcept { av_bsf_free(&p); }
    void operator()(AVIOContext* p) const noexcept {
        av_freep(&p->buffer);
        avio_context_free(&p);
    }
};
using CodecPtr = std::unique_ptr<AVCodecContext, AvDelete>;
using ParametersPtr = std::unique_ptr<AVCodecParameters, AvDelete>;
using FramePtr = std::unique_ptr<AVFrame, AvDelete>;
using PacketPtr = std::unique_ptr<AVPacket, AvDelete>;
using ScalerPtr = std::unique_ptr<SwsContext, AvDelete>;
using BitstreamFilterPtr = std::unique_ptr<AVBSFContext, AvDelete>;
using IoPtr = std::unique_ptr<AVIOContext, AvDelete>;

/// The file itself is owned beside it (pb is ours, never closed by libavformat).
struct FormatDelete {
    bool is_input = false;
    void operator()(AVFormatContext* p) const noexcept {
        if (is_input) {
            avformat_close_input(&p);
        } else {
            avformat_free_context(p);
        }
    }
};
using FormatPtr = std::unique_ptr<AVFormatContext, FormatDelete>;

class Dictionary {
  public:
    Dictionary() = default;
    Dictionary(const Dictionary&) = delete;
    Dictionary& operator=(const Dictionary&) = delete;
    ~Dictionary() { av_dict_free(&dict_); }
    void set(const char* key, const char* value) { av_dict_set(&dict_, key, value, 0); }
    AVDictionary** out() noexcept { return &dict_; }

  private:
    AVDictionary* dict_ = nullptr;
};

}  // namespace studio::media
