#include "media/color.h"

#include <gtest/gtest.h>

#include <cmath>

#include "media/h264_encoder.h"
#include "unit/media/media_fixture.h"

namespace studio::media {
namespace {

FramePtr yuv_frame(int width, int height) {
    FramePtr frame(av_frame_alloc());
    frame->format = AV_PIX_FMT_YUV420P;
    frame->width = width;
    frame->height = height;
    frame->colorspace = AVCOL_SPC_BT709;
    frame->color_range = AVCOL_RANGE_MPEG;
    EXPECT_GE(av_frame_get_buffer(frame.get(), 0), 0);
    return frame;
}

FramePtr to_yuv(const Frame& rgb) {
    FramePtr yuv = yuv_frame(rgb.width, rgb.height);
    const ScalerPtr scaler = rgb_to_bt709(rgb.width, rgb.height).value();
    const std::uint8_t* const source[] = {rgb.rgb.data()};
    const int stride[] = {rgb.width * 3};
    EXPECT_EQ(sws_scale(scaler.get(), source, stride, 0, rgb.height, yuv->data, yuv->linesize), rgb.height);
    return yuv;
}

// ITU-R BT.709-6, section 3: the numbers are written out here so that no table of swscale is trusted.
TEST(Color, MatchesTheFormulaOfBt709) {
    for (const Rgb& c : kBars) {
        Frame rgb{16, 16, 0, {}};
        for (int i = 0; i < 256; ++i)
            for (const int value : c)
                rgb.rgb.push_back(static_cast<std::uint8_t>(value));
        const double r = c[0] / 255.0, g = c[1] / 255.0, b = c[2] / 255.0, y = 0.2126 * r + 0.7152 * g + 0.0722 * b;
        const FramePtr yuv = to_yuv(rgb);
        EXPECT_NEAR(yuv->data[0][5 * yuv->linesize[0] + 5], 16 + 219 * y, 1.0);
        EXPECT_NEAR(yuv->data[1][3 * yuv->linesize[1] + 3], 128 + 224 * (b - y) / 1.8556, 1.0);
        EXPECT_NEAR(yuv->data[2][3 * yuv->linesize[2] + 3], 128 + 224 * (r - y) / 1.5748, 1.0);
    }
}

TEST(Color, RoundTripsEveryGrey) {
    Frame rgb{256, 2, 0, {}};
    for (int y = 0; y < 2; ++y)
        for (int x = 0; x < 256; ++x)
            for (int c = 0; c < 3; ++c)
                rgb.rgb.push_back(static_cast<std::uint8_t>(x));
    const FramePtr yuv = to_yuv(rgb);
    const ScalerPtr back = frame_to_rgb(*yuv).value();
    std::vector<std::uint8_t> out(rgb.rgb.size());
    std::uint8_t* const target[] = {out.data()};
    const int stride[] = {256 * 3};
    sws_scale(back.get(), yuv->data, yuv->linesize, 0, 2, target, stride);
    for (std::size_t i = 0; i < out.size(); ++i)
        EXPECT_NEAR(out[i], rgb.rgb[i], 2) << i;
}

TEST(Color, HonoursTheMatrixOfTheFile) {
    const FramePtr yuv = yuv_frame(16, 16);
    for (int plane = 0; plane < 3; ++plane)
        std::fill_n(yuv->data[plane], yuv->linesize[plane] * (plane == 0 ? 16 : 8),
                    static_cast<std::uint8_t>(plane == 2 ? 200 : 100));
    const auto first_pixel = [&] {
        std::vector<std::uint8_t> out(16 * 16 * 3);
        std::uint8_t* const target[] = {out.data()};
        const int stride[] = {16 * 3};
        sws_scale(frame_to_rgb(*yuv).value().get(), yuv->data, yuv->linesize, 0, 16, target, stride);
        return std::array<int, 3>{out[0], out[1], out[2]};
    };
    const auto bt709 = first_pixel();
    yuv->colorspace = AVCOL_SPC_SMPTE170M;
    const auto bt601 = first_pixel();
    EXPECT_NEAR(bt709[1], (100 - 16) * 1.1644 - (100 - 128) * 0.2132 - (200 - 128) * 0.5329, 2);
    EXPECT_NEAR(bt601[1], (100 - 16) * 1.1644 - (100 - 128) * 0.3918 - (200 - 128) * 0.8130, 2);
}

TEST(FrameRate, KeepsTheMeaningOfDecimals) {
    const auto is = [](double fps, int num, int den) {
        const auto rate = to_frame_rate(fps);
        return rate && rate->num == num && rate->den == den;
    };
    EXPECT_TRUE(is(16, 16, 1));
    EXPECT_TRUE(is(23.976, 24000, 1001));
    EXPECT_TRUE(is(29.97, 30000, 1001));
    EXPECT_TRUE(is(59.94, 60000, 1001));
    EXPECT_TRUE(is(12.5, 25, 2));
    for (const double bad : {0.0, -1.0, 1001.0, std::nan(""), HUGE_VAL})
        EXPECT_FALSE(to_frame_rate(bad)) << bad;
}

}  // namespace
}  // namespace studio::media
