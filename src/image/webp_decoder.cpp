#include <webp/decode.h>
#include <webp/demux.h>

#include <cstring>

#include "image/decoder.h"
#include "image/exif.h"
#include "image/still.h"

namespace studio::image {
namespace {

struct DeleteDemuxer {
    void operator()(WebPDemuxer* d) const noexcept { WebPDemuxDelete(d); }
};
struct DeleteAnimation {
    void operator()(WebPAnimDecoder* d) const noexcept { WebPAnimDecoderDelete(d); }
};

/// The lossless coder keeps four bytes a pixel of the whole picture, an animation two such canvases.
constexpr std::int64_t kMaxLosslessPixels = 100'000'000, kMaxAnimatedPixels = 32'000'000;

class WebpDecoder final : public Decoder {
  public:
    explicit WebpDecoder(const Source& source) : source_(source) {}
    Result<Header> read_header() override;
    Result<void> decode(RowSink& sink) override;

  private:
    Result<void> decode_still(RowSink& sink);
    Result<void> decode_animation(RowSink& sink);
    std::vector<std::uint8_t> chunk(const char* name) const;

    const Source& source_;
    std::unique_ptr<WebPDemuxer, DeleteDemuxer> demuxer_;
    WebPBitstreamFeatures features_{};
    bool is_animated_ = false;
    int width_ = 0, height_ = 0;
};

std::vector<std::uint8_t> WebpDecoder::chunk(const char* name) const {
    WebPChunkIterator it;
    std::vector<std::uint8_t> bytes;
    if (WebPDemuxGetChunk(demuxer_.get(), name, 1, &it)) bytes.assign(it.chunk.bytes, it.chunk.bytes + it.chunk.size);
    WebPDemuxReleaseChunkIterator(&it);
    return bytes;
}

Result<Header> WebpDecoder::read_header() {
    const auto bytes = source_.bytes();
    if (WebPGetFeatures(bytes.data(), bytes.size(), &features_) != VP8_STATUS_OK)
        return source_.damaged("its header is cut off or destroyed");
    STUDIO_TRY_VOID(check_size(source_, features_.width, features_.height));
    const WebPData data{bytes.data(), bytes.size()};
    demuxer_.reset(WebPDemux(&data));
    if (!demuxer_) return source_.damaged("it ends early, or its parts do not fit together");
    Header header;
    width_ = header.width = features_.width;
    height_ = header.height = features_.height;
    is_animated_ = header.is_animated = features_.has_animation != 0;
    header.orientation = exif_orientation(chunk("EXIF"));
    const std::int64_t pixels = std::int64_t{width_} * height_;
    if (is_animated_ && pixels > kMaxAnimatedPixels)
        return source_.not_read("an animated WebP of more than 32 megapixels");
    if (features_.format == 2 && pixels > kMaxLosslessPixels)
        return source_.not_read("a lossless WebP of more than 100 megapixels");
    return header;
}

Result<void> WebpDecoder::decode(RowSink& sink) {
    return is_animated_ ? decode_animation(sink) : decode_still(sink);
}

Result<void> WebpDecoder::decode_still(RowSink& sink) {
    const int factor = reduction(width_, height_);
    const int width = reduced(width_, factor), height = reduced(height_, factor);
    const bool has_alpha = features_.has_alpha != 0;
    const auto format = has_alpha ? PixelFormat::kRgba : PixelFormat::kRgb;
    const auto stride = static_cast<std::size_t>(width) * static_cast<std::size_t>(channels_of(format));
    std::vector<std::uint8_t> pixels(stride * static_cast<std::size_t>(height));
    WebPDecoderConfig config;
    if (!WebPInitDecoderConfig(&config)) return source_.damaged("libwebp has another version");
    config.options.use_scaling = factor > 1;
    config.options.scaled_width = width;
    config.options.scaled_height = height;
    config.output.colorspace = has_alpha ? MODE_RGBA : MODE_RGB;
    config.output.is_external_memory = 1;
    config.output.u.RGBA = {pixels.data(), static_cast<int>(stride), pixels.size()};
    const VP8StatusCode status = WebPDecode(source_.bytes().data(), source_.bytes().size(), &config);
    WebPFreeDecBuffer(&config.output);
    if (status == VP8_STATUS_OUT_OF_MEMORY) return source_.no_memory();
    if (status != VP8_STATUS_OK)
        return source_.damaged(status == VP8_STATUS_NOT_ENOUGH_DATA ? "it ends early" : "its data is corrupt");
    sink.begin(width, height, format, chunk("ICCP"), 1);
    for (int y = 0; y < height; ++y)
        sink.push(pixels.data() + stride * static_cast<std::size_t>(y));
    return {};
}

Result<void> WebpDecoder::decode_animation(RowSink& sink) {
    WebPAnimDecoderOptions options;
    if (!WebPAnimDecoderOptionsInit(&options)) return source_.damaged("libwebp has another version");
    options.color_mode = MODE_RGBA;
    const WebPData data{source_.bytes().data(), source_.bytes().size()};
    const std::unique_ptr<WebPAnimDecoder, DeleteAnimation> animation(WebPAnimDecoderNew(&data, &options));
    std::uint8_t* canvas = nullptr;
    int time_ms = 0;
    if (!animation || !WebPAnimDecoderGetNext(animation.get(), &canvas, &time_ms))
        return source_.damaged("its first frame cannot be decoded");
    sink.begin(width_, height_, PixelFormat::kRgba, chunk("ICCP"), 1);
    for (int y = 0; y < height_; ++y)
        sink.push(canvas + static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) * 4);
    return {};
}

}  // namespace

std::unique_ptr<Decoder> make_webp_decoder(const Source& source) {
    return std::make_unique<WebpDecoder>(source);
}

}  // namespace studio::image
