#include "media/color.h"

extern "C" {
#include <libavutil/pixdesc.h>
}

#include <string>

namespace studio::media {
namespace {

// Exact rounding and full chroma resolution: speed is not what limits us, colour casts are seen.
constexpr int kFlags = SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT | SWS_FULL_CHR_H_INP;
constexpr int kNeutral = 1 << 16;  // contrast and saturation 1

Error no_scaler() {
    return {ErrorCode::kOutOfMemory,
            "Not enough memory to convert the colours of a frame.",
            {},
            {},
            "Choose a smaller size.",
            {}};
}

int matrix_of(const AVFrame& frame) {
    switch (frame.colorspace) {
        case AVCOL_SPC_BT709:
            return SWS_CS_ITU709;
        case AVCOL_SPC_BT470BG:
        case AVCOL_SPC_SMPTE170M:
            return SWS_CS_ITU601;
        case AVCOL_SPC_BT2020_NCL:
        case AVCOL_SPC_BT2020_CL:
            return SWS_CS_BT2020;
        default:
            return frame.height >= 720 ? SWS_CS_ITU709 : SWS_CS_ITU601;
    }
}

}  // namespace

Result<ScalerPtr> rgb_to_bt709(int width, int height) {
    ScalerPtr scaler(sws_getContext(width, height, AV_PIX_FMT_RGB24, width, height, AV_PIX_FMT_YUV420P, kFlags, nullptr,
                                    nullptr, nullptr));
    if (!scaler) return no_scaler();
    const int* const bt709 = sws_getCoefficients(SWS_CS_ITU709);
    if (sws_setColorspaceDetails(scaler.get(), bt709, 1, bt709, 0, 0, kNeutral, kNeutral) < 0) return no_scaler();
    return scaler;
}

Result<ScalerPtr> frame_to_rgb(const AVFrame& frame) {
    return frame_to(frame, frame.width, frame.height, AV_PIX_FMT_RGB24);
}

Result<ScalerPtr> frame_to(const AVFrame& frame, int width, int height, AVPixelFormat to) {
    const auto format = static_cast<AVPixelFormat>(frame.format);
    if (!sws_isSupportedInput(format)) {
        const char* const name = av_get_pix_fmt_name(format);
        return Error{
            ErrorCode::kUnsupported,
            std::string("The video uses the pixel format ") + (name ? name : "unknown") + ", which cannot be shown.",
            {},
            "pixel_format",
            "Convert the video to H.264 with yuv420p.",
            {}};
    }
    ScalerPtr scaler(
        sws_getContext(frame.width, frame.height, format, width, height, to, kFlags, nullptr, nullptr, nullptr));
    if (!scaler) return no_scaler();
    const int* const from = sws_getCoefficients(matrix_of(frame));
    const int is_full = frame.color_range == AVCOL_RANGE_JPEG ? 1 : 0;
    // RGB input has no matrix: swscale then refuses the details, which is no error.
    sws_setColorspaceDetails(scaler.get(), from, is_full, sws_getCoefficients(SWS_CS_ITU709),
                             to == AV_PIX_FMT_RGB24 ? 1 : 0, 0, kNeutral, kNeutral);
    return scaler;
}

}  // namespace studio::media
