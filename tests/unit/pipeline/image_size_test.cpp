// The size of a video that follows its image, against the originals' numbers.
#include "pipeline/image_size.h"

#include <gtest/gtest.h>

namespace studio::pipeline {
namespace {

ShapeRules rules(int step) {
    ShapeRules out;
    out.step = out.min_side = step;
    out.max_side = step * 1024;
    return out;
}

struct Case {
    int image_width, image_height, base_width, base_height, width, height;
};

// turbodiffusion.md 1.6.
TEST(FollowImage, TurboDiffusion) {
    for (const Case& c : {Case{1920, 1080, 1280, 720, 1280, 720}, Case{1024, 1024, 1280, 720, 960, 960},
                          Case{1080, 1350, 1280, 720, 864, 1072}, Case{800, 600, 1280, 720, 1104, 832},
                          Case{3000, 1000, 1280, 720, 1664, 560}, Case{768, 512, 1280, 720, 1168, 784},
                          Case{1920, 1080, 832, 480, 848, 480}, Case{1280, 720, 832, 480, 848, 480},
                          Case{1024, 1024, 832, 480, 624, 624}, Case{800, 600, 832, 480, 736, 544},
                          Case{3000, 1000, 832, 480, 1088, 368}, Case{768, 512, 832, 480, 768, 512}}) {
        const auto shape = follow_image(ResizeRule::kBilinear, c.image_width, c.image_height,
                                        {c.base_width, c.base_height, 81}, rules(16));
        EXPECT_EQ(shape.width, c.width) << c.image_width << "x" << c.image_height;
        EXPECT_EQ(shape.height, c.height) << c.image_width << "x" << c.image_height;
        EXPECT_EQ(shape.num_frames, 81);
    }
}

// Wan 2.1, image2video.py, run by hand for these sizes: floor to 16.
TEST(FollowImage, Wan14B) {
    for (const Case& c :
         {Case{1920, 1080, 832, 480, 832, 464}, Case{1024, 1024, 832, 480, 624, 624},
          Case{832, 480, 832, 480, 832, 480}, Case{50, 100, 64, 64, 32, 80}, Case{800, 600, 1280, 720, 1104, 816}}) {
        const auto shape = follow_image(ResizeRule::kBicubic, c.image_width, c.image_height,
                                        {c.base_width, c.base_height, 5}, rules(16));
        EXPECT_EQ(shape.width, c.width) << c.image_width << "x" << c.image_height;
        EXPECT_EQ(shape.height, c.height) << c.image_width << "x" << c.image_height;
    }
}

// Wan 2.2, utils.py best_output_size(w, h, 32, 32, 704 * 1280), run for these sizes.
TEST(FollowImage, TextImage5B) {
    for (const Case& c : {Case{1920, 1080, 1280, 704, 1248, 704}, Case{1024, 1024, 1280, 704, 960, 928},
                          Case{800, 600, 1280, 704, 1088, 800}, Case{600, 800, 1280, 704, 800, 1088},
                          Case{3000, 1000, 1280, 704, 1632, 544}, Case{768, 512, 1280, 704, 1152, 768},
                          Case{1280, 704, 1280, 704, 1280, 704}, Case{53, 70, 1280, 704, 800, 1088}}) {
        const auto shape = follow_image(ResizeRule::kLanczos, c.image_width, c.image_height,
                                        {c.base_width, c.base_height, 121}, rules(32));
        EXPECT_EQ(shape.width, c.width) << c.image_width << "x" << c.image_height;
        EXPECT_EQ(shape.height, c.height) << c.image_width << "x" << c.image_height;
    }
}

TEST(FollowImage, ExtremeShapesStayInsideTheLimits) {
    for (const ResizeRule rule : {ResizeRule::kBicubic, ResizeRule::kLanczos, ResizeRule::kBilinear})
        for (const auto& [width, height] : {std::pair{1, 10000}, std::pair{10000, 1}, std::pair{1, 1}}) {
            const auto shape = follow_image(rule, width, height, {832, 480, 81}, rules(32));
            EXPECT_GE(shape.width, 32);
            EXPECT_GE(shape.height, 32);
            EXPECT_LE(std::max(shape.width, shape.height), 32 * 1024);
            EXPECT_EQ(shape.width % 32, 0);
            EXPECT_EQ(shape.height % 32, 0);
        }
}

TEST(ImageFit, NamesRoundTrip) {
    for (const char* name : {"follow", "crop", "pad", "stretch"})
        EXPECT_EQ(to_string(*image_fit(name)), name);
    EXPECT_FALSE(image_fit("cover"));
    EXPECT_EQ(resize_rule(ModelKind::kTextImageToVideo, false), ResizeRule::kLanczos);
    EXPECT_EQ(resize_rule(ModelKind::kImageToVideo, true), ResizeRule::kBilinear);
    EXPECT_EQ(resize_rule(ModelKind::kImageToVideo, false), ResizeRule::kBicubic);
}

}  // namespace
}  // namespace studio::pipeline
