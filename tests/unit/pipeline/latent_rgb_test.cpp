#include "pipeline/latent_rgb.h"

#include <gtest/gtest.h>

#include "support/temp_folder.h"

namespace studio::pipeline {
namespace {

TEST(LatentRgb, MapsChannelsToColours) {
    const LatentRgb map{at::tensor({1.0F, 0.0F, 0.0F, 0.0F, 0.5F, 0.0F}).reshape({2, 3}),
                        at::tensor({0.0F, 0.0F, 1.0F})};
    at::Tensor z = at::zeros({1, 2, 2, 1, 1});
    z[0][0][1] = 0.5;  // second latent frame: red
    z[0][1][1] = 9.0;  // green, far over the top
    const auto frames = latent_frames(map, z);
    ASSERT_EQ(frames.size(), 2u);
    EXPECT_EQ(frames[0].rgb, (std::vector<std::uint8_t>{0, 0, 255}));
    EXPECT_EQ(frames[1].rgb, (std::vector<std::uint8_t>{128, 255, 255}));
}

TEST(LatentRgb, ReadsTheModelsMap) {
    const test::TempFolder folder;
    const auto file = folder.write("preview.json",
                                   R"({"latent_rgb_factors": [[1, 0, 0], [0, 0.5, 0]], "latent_rgb_bias": [0, 0, 1]})");
    const auto map = read_latent_rgb(file, 2);
    ASSERT_TRUE(map.ok());
    EXPECT_EQ(map->factors[1][1].item<float>(), 0.5F);
    EXPECT_EQ(read_latent_rgb(file, 16).error().code, ErrorCode::kCorruptFile);
    for (const char* bad : {"[]", "{}", R"({"latent_rgb_factors": [[1, 0], [0, 1, 0]], "latent_rgb_bias": [0, 0, 1]})",
                            R"({"latent_rgb_factors": [[1, 0, 0], [0, 1, 0]], "latent_rgb_bias": "grey"})"}) {
        const auto refused = read_latent_rgb(folder.write("bad.json", bad), 2);
        ASSERT_FALSE(refused.ok()) << bad;
        EXPECT_NE(refused.error().file.find("bad.json"), std::string::npos);
    }
}

TEST(LatentRgb, TheFitFindsALinearDecoder) {
    const at::Tensor true_map = at::tensor({0.2F, 0.0F, -0.1F, 0.0F, 0.3F, 0.1F, 0.1F, 0.1F, 0.1F}).reshape({3, 3});
    const auto decode = [&](const at::Tensor& z) {
        const at::Tensor rgb = at::matmul(z[0].permute({1, 2, 3, 0}), true_map).permute({3, 0, 1, 2}).unsqueeze(0);
        return at::upsample_nearest2d(rgb.select(2, 0), {128, 128}).unsqueeze(2);
    };
    const LatentRgb map = fit_latent_rgb(3, decode);
    // Pictures lie in [-1, 1], colours in 0..1: half the slope, 0.5 in the middle.
    EXPECT_LT(map.factors.sub(true_map / 2).abs().max().item<float>(), 2e-3F) << map.factors;
    EXPECT_LT(map.bias.sub(0.5).abs().max().item<float>(), 2e-3F);
}

}  // namespace
}  // namespace studio::pipeline
