// Pictures at the video's size: Pillow's and PyTorch's own resizes, and what each fit keeps.
#include "pipeline/image_fit.h"

#include <gtest/gtest.h>

#include "core/json.h"
#include "pipeline/image_condition.h"
#include "pipeline/resample.h"

namespace studio::pipeline {
namespace {

Frame noise_picture(int width, int height) {
    Frame out{width, height, 0, {}};
    std::uint32_t state = 12345;
    for (int i = 0; i < width * height * 3; ++i) {
        state = (state * 1103515245u + 12345u) & 0x7fffffffu;
        out.rgb.push_back(static_cast<std::uint8_t>(state >> 16 & 255));
    }
    return out;
}

at::Tensor as_1chw(const Frame& frame) {
    return at::from_blob(const_cast<std::uint8_t*>(frame.rgb.data()), {frame.height, frame.width, 3}, at::kByte)
        .permute({2, 0, 1})
        .unsqueeze(0)
        .contiguous();
}

at::Tensor m1p1(const Frame& frame) {
    return as_1chw(frame).to(at::kFloat).div(255).sub(0.5).div(0.5);
}

TEST(Resample, LanczosIsPillowsToTheLastBit) {
    const Json golden =
        read_json_file(std::filesystem::path(STUDIO_TEST_DATA) / "golden/lanczos.json", {1 << 20, 16}).value();
    const Frame picture = noise_picture(23, 17);
    for (const Json& c : golden["cases"]) {
        const Frame got = resize_lanczos(picture, c["width"].get<int>(), c["height"].get<int>());
        EXPECT_EQ(got.rgb, c["pixels"].get<std::vector<std::uint8_t>>()) << c["width"] << " x " << c["height"];
    }
}

TEST(Resample, BicubicIsPyTorchs) {
    const Frame picture = noise_picture(23, 17);
    for (const auto& [width, height] : {std::pair{10, 9}, std::pair{64, 48}, std::pair{23, 40}, std::pair{1, 1}}) {
        const at::Tensor want = at::upsample_bicubic2d(m1p1(picture), {height, width}, false);
        const std::vector<float> got = resize_bicubic(picture, width, height);
        ASSERT_EQ(got.size(), static_cast<std::size_t>(want.numel()));
        const at::Tensor have = at::from_blob(const_cast<float*>(got.data()), want.sizes(), at::kFloat);
        EXPECT_LE((have - want).abs().max().item<float>(), 3e-6f) << width << " x " << height;
        if (width > 30) {  // overshoot stays
            EXPECT_GT(want.abs().max().item<float>(), 1.0f);
        }
    }
}

TEST(Resample, CropTakesTheMiddleRoundedDown) {
    const Frame picture = noise_picture(7, 6);
    const Frame middle = crop_centre(picture, 4, 3);
    EXPECT_TRUE(at::equal(as_1chw(middle), as_1chw(picture).slice(2, 1, 4).slice(3, 1, 5)));
    EXPECT_THROW(crop_centre(picture, 8, 3), Failure);
}

TEST(FitImage, EachFitKeepsWhatItPromises) {
    const Frame picture = noise_picture(100, 40);
    const VideoShape shape{48, 48, 5};
    for (const ResizeRule rule : {ResizeRule::kBicubic, ResizeRule::kLanczos, ResizeRule::kBilinear}) {
        for (const ImageFit fit : {ImageFit::kFollow, ImageFit::kCrop, ImageFit::kPad, ImageFit::kStretch}) {
            const at::Tensor got = fit_image(picture, shape, fit, rule);
            EXPECT_EQ(got.sizes().vec(), (std::vector<std::int64_t>{1, 3, 48, 48}));
            EXPECT_TRUE(at::isfinite(got).all().item<bool>());
        }
        // 100 x 40 into 48 x 48: 19 rows in the middle, grey above and below.
        const at::Tensor padded = fit_image(picture, shape, ImageFit::kPad, rule);
        EXPECT_EQ(padded.slice(2, 0, 14).abs().max().item<float>(), 0.0f);
        EXPECT_EQ(padded.slice(2, 33, 48).abs().max().item<float>(), 0.0f);
        EXPECT_GT(padded.slice(2, 15, 32).abs().mean({0, 1, 3}).min().item<float>(), 0.05f);
        // Cropping loses the sides: changing them changes nothing.
        Frame other = picture;
        for (int y = 0; y < 40; ++y)
            other.rgb[static_cast<std::size_t>(y) * 300] ^= 0xff;
        EXPECT_TRUE(at::equal(fit_image(picture, shape, ImageFit::kCrop, rule),
                              fit_image(other, shape, ImageFit::kCrop, rule)));
        EXPECT_FALSE(at::equal(fit_image(picture, shape, ImageFit::kStretch, rule),
                               fit_image(other, shape, ImageFit::kStretch, rule)));
    }
}

TEST(FitImage, EightBitRulesGiveWholeValues) {
    const Frame picture = noise_picture(100, 40);
    for (const ResizeRule rule : {ResizeRule::kLanczos, ResizeRule::kBilinear}) {
        const at::Tensor values = fit_image(picture, {32, 32, 1}, ImageFit::kStretch, rule).mul(0.5).add(0.5).mul(255);
        EXPECT_LE((values - values.round()).abs().max().item<float>(), 1e-3f);
    }
    const at::Tensor want = at::_upsample_bilinear2d_aa(as_1chw(picture), {32, 32}, false);
    const at::Tensor got = fit_image(picture, {32, 32, 1}, ImageFit::kFollow, ResizeRule::kBilinear);
    EXPECT_TRUE(at::equal(got.mul(0.5).add(0.5).mul(255).round().to(at::kByte), want));
}

TEST(FitImage, ASliverOfAnImageTakesLittleMemory) {
    const Frame sliver = noise_picture(1, 4000);
    EXPECT_EQ(fit_image(sliver, {1280, 704, 1}, ImageFit::kCrop, ResizeRule::kLanczos).size(3), 1280);
    EXPECT_THROW(fit_image(Frame{}, {64, 64, 1}, ImageFit::kCrop, ResizeRule::kBicubic), Failure);
}

// wan.md 7.2: all channels of latent frame 0; with a last picture also channel 3 of the last latent frame.
TEST(FrameMask, SaysWhichFramesAreGiven) {
    const at::Tensor first = frame_mask(9, 4, false, 2, 3);
    EXPECT_EQ(first.sizes().vec(), (std::vector<std::int64_t>{1, 4, 3, 2, 3}));
    EXPECT_EQ(first.sum().item<float>(), 4 * 6);
    EXPECT_EQ(first.select(2, 0).sum().item<float>(), 4 * 6);
    const at::Tensor both = frame_mask(9, 4, true, 2, 3);
    EXPECT_EQ(both.sum().item<float>(), 5 * 6);
    EXPECT_EQ(both.select(2, 2).select(1, 3).sum().item<float>(), 6);
    EXPECT_THROW(frame_mask(8, 4, false, 2, 3), Failure);
}

}  // namespace
}  // namespace studio::pipeline
