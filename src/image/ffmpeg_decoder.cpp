// BMP and GIF through FFmpeg's decoders, fed from memory: no file and no address is ever opened by it.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "image/decoder.h"
#include "image/still.h"
#include "media/av_error.h"
#include "media/av_ptr.h"

namespace studio::image {
namespace {

constexpr int kIoBytes = 32 * 1024;

std::uint32_t le(std::span<const std::uint8_t> bytes, std::size_t at, int size) {
    std::uint32_t value = 0;
    for (int i = size - 1; i >= 0; --i)
        value = value << 8 | bytes[at + static_cast<std::size_t>(i)];
    return value;
}

class FfmpegDecoder final : public Decoder {
  public:
    FfmpegDecoder(const Source& source, Kind kind) : source_(source), kind_(kind) {}
    Result<Header> read_header() override { return kind_ == Kind::kBmp ? bmp_header() : gif_header(); }
    Result<void> decode(RowSink& sink) override;

  private:
    Result<Header> bmp_header();
    Result<Header> gif_header();
    Result<void> gif_packet(AVPacket& packet);
    Result<media::FramePtr> decode_packet(const AVPacket& packet);
    Result<void> push_frame(const AVFrame& frame, RowSink& sink);

    static int on_read(void* opaque, std::uint8_t* data, int size) noexcept;

    const Source& source_;
    Kind kind_;
    std::size_t position_ = 0;
    int width_ = 0, height_ = 0;
};

Result<Header> FfmpegDecoder::bmp_header() {
    const auto bytes = source_.bytes();
    const bool is_old = bytes.size() >= 26 && le(bytes, 14, 4) == 12;
    if (bytes.size() < 26 || (!is_old && bytes.size() < 54)) return source_.damaged("its header is cut off");
    std::int64_t width = le(bytes, 18, is_old ? 2 : 4), height = is_old ? le(bytes, 20, 2) : le(bytes, 22, 4);
    if (!is_old) {
        width = static_cast<std::int32_t>(width);
        height = std::abs(std::int64_t{static_cast<std::int32_t>(height)});  // negative: stored top to bottom
    }
    STUDIO_TRY_VOID(check_size(source_, width, height));
    Header header;
    width_ = header.width = static_cast<int>(width);
    height_ = header.height = static_cast<int>(height);
    return header;
}

Result<Header> FfmpegDecoder::gif_header() {
    const auto bytes = source_.bytes();
    if (bytes.size() < 13) return source_.damaged("its header is cut off");
    STUDIO_TRY_VOID(check_size(source_, le(bytes, 6, 2), le(bytes, 8, 2)));
    Header header;
    width_ = header.width = static_cast<int>(le(bytes, 6, 2));
    height_ = header.height = static_cast<int>(le(bytes, 8, 2));
    if (std::int64_t{width_} * height_ > kMaxDecodedPixels) return source_.not_read("a GIF of more than 64 megapixels");
    // A second graphic control extension means a second frame; NETSCAPE means a loop.
    static constexpr std::uint8_t kControl[] = {0x21, 0xF9, 0x04};
    const auto first = std::search(bytes.begin(), bytes.end(), std::begin(kControl), std::end(kControl));
    header.is_animated = first != bytes.end() &&
                         std::search(first + 1, bytes.end(), std::begin(kControl), std::end(kControl)) != bytes.end();
    return header;
}

int FfmpegDecoder::on_read(void* opaque, std::uint8_t* data, int size) noexcept {
    auto& self = *static_cast<FfmpegDecoder*>(opaque);
    const auto left = self.source_.bytes().subspan(self.position_);
    if (left.empty()) return AVERROR_EOF;
    const std::size_t count = std::min(static_cast<std::size_t>(size), left.size());
    std::memcpy(data, left.data(), count);
    self.position_ += count;
    return static_cast<int>(count);
}

Result<void> FfmpegDecoder::gif_packet(AVPacket& packet) {
    auto* buffer = static_cast<unsigned char*>(av_malloc(kIoBytes));
    media::IoPtr io(buffer != nullptr ? avio_alloc_context(buffer, kIoBytes, 0, this, on_read, nullptr, nullptr)
                                      : nullptr);
    AVFormatContext* raw = avformat_alloc_context();
    if (!io || raw == nullptr) {
        avformat_free_context(raw);
        return source_.no_memory();
    }
    raw->pb = io.get();
    raw->flags |= AVFMT_FLAG_CUSTOM_IO;
    if (avformat_open_input(&raw, nullptr, av_find_input_format("gif"), nullptr) < 0)
        return source_.damaged("its header is cut off or destroyed");
    const media::FormatPtr format(raw, media::FormatDelete{true});  // closed before the io that it reads from
    if (av_read_frame(format.get(), &packet) < 0) return source_.damaged("it holds no picture");
    return {};
}

Result<media::FramePtr> FfmpegDecoder::decode_packet(const AVPacket& packet) {
    const AVCodec* const codec = avcodec_find_decoder(kind_ == Kind::kBmp ? AV_CODEC_ID_BMP : AV_CODEC_ID_GIF);
    if (codec == nullptr) return source_.not_read("an image that this FFmpeg was built without");
    const media::CodecPtr context(avcodec_alloc_context3(codec));
    media::FramePtr frame(av_frame_alloc());
    if (!context || !frame) return source_.no_memory();
    context->max_pixels = kMaxPixels;
    context->err_recognition = AV_EF_EXPLODE | AV_EF_BITSTREAM | AV_EF_BUFFER;
    context->thread_count = 1;
    if (avcodec_open2(context.get(), codec, nullptr) < 0) return source_.no_memory();
    int code = avcodec_send_packet(context.get(), &packet);
    if (code >= 0) avcodec_send_packet(context.get(), nullptr);
    if (code >= 0) code = avcodec_receive_frame(context.get(), frame.get());
    if (code == AVERROR(ENOMEM)) return source_.no_memory();
    if (code == AVERROR_PATCHWELCOME) return source_.not_read(fmt::format("an unusual kind of {}", to_string(kind_)));
    if (code < 0) return source_.damaged("its data is corrupt or ends early");
    if (frame->width != width_ || frame->height != height_) return source_.damaged("its parts tell different sizes");
    return frame;
}

Result<void> FfmpegDecoder::push_frame(const AVFrame& frame, RowSink& sink) {
    const int factor = reduction(width_, height_);
    const int width = reduced(width_, factor), height = reduced(height_, factor);
    const auto stored = static_cast<AVPixelFormat>(frame.format);
    const media::ScalerPtr scaler(sws_getContext(width_, height_, stored, width, height, AV_PIX_FMT_RGBA,
                                                 factor > 1 ? SWS_AREA : SWS_POINT, nullptr, nullptr, nullptr));
    if (!scaler) return source_.not_read(fmt::format("an unusual kind of {}", to_string(kind_)));
    const std::size_t stride = static_cast<std::size_t>(width) * 4;
    std::vector<std::uint8_t> pixels(stride * static_cast<std::size_t>(height) + 64);
    std::uint8_t* const planes[4] = {pixels.data(), nullptr, nullptr, nullptr};
    const int strides[4] = {static_cast<int>(stride), 0, 0, 0};
    if (sws_scale(scaler.get(), frame.data, frame.linesize, 0, height_, planes, strides) != height)
        return source_.no_memory();
    sink.begin(width, height, PixelFormat::kRgba, {}, 1);
    for (int y = 0; y < height; ++y)
        sink.push(pixels.data() + stride * static_cast<std::size_t>(y));
    return {};
}

Result<void> FfmpegDecoder::decode(RowSink& sink) {
    const media::PacketPtr packet(av_packet_alloc());
    if (!packet) return source_.no_memory();
    if (kind_ == Kind::kGif) {
        STUDIO_TRY_VOID(gif_packet(*packet));
    } else {
        if (av_new_packet(packet.get(), static_cast<int>(source_.bytes().size())) < 0) return source_.no_memory();
        std::memcpy(packet->data, source_.bytes().data(), source_.bytes().size());
    }
    STUDIO_TRY(frame, decode_packet(*packet));
    return push_frame(*frame, sink);
}

}  // namespace

std::unique_ptr<Decoder> make_ffmpeg_decoder(const Source& source, Kind kind) {
    media::route_av_log();
    return std::make_unique<FfmpegDecoder>(source, kind);
}

}  // namespace studio::image
