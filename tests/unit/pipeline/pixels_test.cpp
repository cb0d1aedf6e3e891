#include "pipeline/pixels.h"

#include <gtest/gtest.h>

namespace studio::pipeline {
namespace {

TEST(Pixels, RoundAsTheSourceDoes) {
    // (1 + v) / 2 * 255 + 0.5, truncated: the ends, the middle and both sides of a rounding edge.
    const at::Tensor values = at::tensor({-1.0F, 1.0F, 0.0F, 2 * 100.49F / 255 - 1, 2 * 100.51F / 255 - 1, 1.5F});
    const at::Tensor frames = values.reshape({1, 1, 1, 2, 3}).expand({1, 3, 1, 2, 3});
    const at::Tensor pixels = to_u8(frames);
    EXPECT_EQ(pixels.sizes().vec(), (std::vector<std::int64_t>{1, 2, 3, 3}));
    const at::Tensor want = at::tensor({0, 255, 128, 100, 101, 255}, at::kByte);
    EXPECT_TRUE(at::equal(pixels.select(3, 0).flatten(), want)) << pixels;
}

TEST(Pixels, FramesKeepOrderAndChannels) {
    at::Tensor frames = at::full({1, 3, 2, 1, 2}, -1.0);
    frames[0][0][1][0][1] = 1.0;  // red of the second pixel of the second frame
    const auto out = to_frames(frames, 7);
    ASSERT_EQ(out.size(), 2u);
    EXPECT_EQ(out[0].index, 7);
    EXPECT_EQ(out[1].index, 8);
    EXPECT_EQ(out[1].width, 2);
    EXPECT_EQ(out[1].height, 1);
    EXPECT_EQ(out[0].rgb, std::vector<std::uint8_t>(6, 0));
    EXPECT_EQ(out[1].rgb, (std::vector<std::uint8_t>{0, 0, 0, 255, 0, 0}));
}

}  // namespace
}  // namespace studio::pipeline
