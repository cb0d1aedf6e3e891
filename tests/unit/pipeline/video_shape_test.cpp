#include "pipeline/video_shape.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace studio::pipeline {
namespace {

checkpoint::DitConfig dit_21() {
    return {};
}
checkpoint::VaeConfig vae_21() {
    return {};
}
checkpoint::VaeConfig vae_22() {
    checkpoint::VaeConfig vae;
    vae.is_22 = true;
    vae.z_dim = 48;
    vae.patch_size = 2;
    vae.spatial_stride = 16;
    return vae;
}

TEST(VideoShape, PublishedSizesGiveThePublishedTokenCounts) {
    const auto at_480p = latent_shape({832, 480, 81}, dit_21(), vae_21());
    ASSERT_TRUE(at_480p.ok());
    EXPECT_EQ(at_480p->tokens, 32760);
    EXPECT_EQ(at_480p->frames, 21);
    const auto at_5b = latent_shape({1280, 704, 121}, dit_21(), vae_22());
    ASSERT_TRUE(at_5b.ok());
    EXPECT_EQ(at_5b->tokens, 27280);
    EXPECT_EQ(at_5b->channels, 48);
}

struct Refused {
    VideoShape shape;
    const char* field;
    const char* nearest;
};

class VideoShapeRefused : public testing::TestWithParam<Refused> {};

TEST_P(VideoShapeRefused, NamesFieldAndNearestValues) {
    const auto [shape, field, nearest] = GetParam();
    const auto result = latent_shape(shape, dit_21(), vae_21());
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(result.error().field, field);
    EXPECT_NE(result.error().fix.find(nearest), std::string::npos) << result.error().fix;
}

INSTANTIATE_TEST_SUITE_P(
    Values, VideoShapeRefused,
    testing::Values(Refused{{0, 480, 81}, "width", "16"}, Refused{{15, 480, 81}, "width", "16"},
                    Refused{{833, 480, 81}, "width", "832 or 848"}, Refused{{1000000000, 480, 81}, "width", "16384"},
                    Refused{{832, -5, 81}, "height", "16"}, Refused{{832, 470, 81}, "height", "464 or 480"},
                    Refused{{832, 480, 0}, "num_frames", "1"}, Refused{{832, 480, -1}, "num_frames", "1"},
                    Refused{{832, 480, 80}, "num_frames", "77 or 81"},
                    Refused{{832, 480, 1000000}, "num_frames", "4093"}));

TEST(VideoShape, The5BModelNeedsMultiplesOf32) {
    const auto result = latent_shape({1280, 720, 121}, dit_21(), vae_22());
    ASSERT_FALSE(result.ok());
    EXPECT_NE(result.error().fix.find("704 or 736"), std::string::npos);
}

TEST(VideoShape, NearestValuesAreAlwaysValid) {
    const ShapeRules rules = shape_rules(dit_21(), vae_21());
    for (const int value : {-7, 0, 1, 2, 3, 4, 15, 16, 17, 24, 479, 4093, 16390, 1 << 30}) {
        EXPECT_TRUE(
            latent_shape({nearest_side(value, rules), 16, nearest_frames(value, rules)}, dit_21(), vae_21()).ok())
            << value;
    }
    EXPECT_EQ(nearest_side(24, rules), 32);
    EXPECT_EQ(nearest_frames(79, rules), 81);
}

TEST(VideoShape, SecondsBecomeFrames) {
    const ShapeRules rules = shape_rules(dit_21(), vae_21());
    EXPECT_EQ(frames_for_seconds(5, 16, rules), 81);
    EXPECT_EQ(frames_for_seconds(0.01, 16, rules), 1);
    EXPECT_EQ(frames_for_seconds(1e9, 16, rules), 4093);
    EXPECT_EQ(frames_for_seconds(std::numeric_limits<double>::quiet_NaN(), 16, rules), 1);
}

}  // namespace
}  // namespace studio::pipeline
