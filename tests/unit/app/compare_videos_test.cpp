// Two videos compared frame by frame; the last frame; and what a recipe was made with beside what is here.
#include "app/compare_videos.h"

#include "app/clip.h"
#include "unit/media/export_fixture.h"

namespace studio {
namespace {

namespace fs = std::filesystem;

class CompareVideos : public ::testing::Test {
  protected:
    /// Frames first..first+count-1 of a disc that moves; frame `odd` is another one.
    fs::path make(const std::string& name, int count, int odd = -1, const std::string& recipe = {}) {
        media::VideoSettings settings = media::settings_for(96, 64);
        settings.fps = 16;
        if (!recipe.empty())
            settings.metadata = media::standard_marks({"Turbo Studio", "0.1.0", "demo", "a title", "id-1", recipe});
        auto writer = media::VideoWriter::open(temp.path / name, settings).value();
        for (int i = 0; i < count; ++i)
            EXPECT_TRUE(writer->push(media::moving_disc(96, 64, i == odd ? i + 20 : i)).ok());
        return writer->finish().value();
    }
    media::TempFolder temp;
};

TEST_F(CompareVideos, TheSameFramesInTwoFilesAreIdentical) {
    const auto result = compare_videos(make("a.mp4", 9), make("b.mp4", 9)).value();
    EXPECT_TRUE(result.is_identical());
    EXPECT_EQ(result.frames_a, 9);
    EXPECT_EQ(result.hashes.size(), 9u);
}

TEST_F(CompareVideos, TheFirstFrameThatDiffersIsNamed) {
    const auto first = compare_videos(make("a.mp4", 9), make("b.mp4", 9, 0)).value();
    EXPECT_FALSE(first.is_identical());
    EXPECT_EQ(first.first_difference, 0);
    const auto last = compare_videos(make("c.mp4", 9), make("d.mp4", 9, 8)).value();
    EXPECT_FALSE(last.is_identical());
    EXPECT_TRUE(last.first_difference.has_value());  // the encoder foresees it: earlier frames may change a little
}

TEST_F(CompareVideos, AShorterOneDiffersWhereItEnds) {
    const auto result = compare_videos(make("a.mp4", 5), make("b.mp4", 9)).value();
    EXPECT_FALSE(result.is_identical());
    EXPECT_EQ(result.frames_a, 5);
    EXPECT_EQ(result.frames_b, 9);
    EXPECT_TRUE(result.first_difference.has_value());
}

TEST_F(CompareVideos, MissingAndBrokenFilesAreNamed) {
    const fs::path good = make("a.mp4", 3);
    const auto gone = compare_videos(good, temp.path / "gone.mp4");
    ASSERT_FALSE(gone.ok());
    EXPECT_EQ(gone.error().code, ErrorCode::kNotFound);
    EXPECT_NE(gone.error().file.find("gone.mp4"), std::string::npos);
    std::ofstream(temp.path / "text.mp4") << "not a video";
    EXPECT_FALSE(compare_videos(temp.path / "text.mp4", good).ok());
    EXPECT_FALSE(read_last_frame(temp.path / "text.mp4").ok());
    std::stop_source stop;
    stop.request_stop();
    EXPECT_EQ(compare_videos(good, good, stop.get_token()).error().code, ErrorCode::kCancelled);
}

TEST_F(CompareVideos, TheLastFrameIsTheLastOneOfTheClip) {
    const fs::path video = make("a.mp4", 7);
    const auto all = read_clip(video).value();
    const auto last = read_last_frame(video).value();
    EXPECT_EQ(last.rgb, all.frames.back().rgb);
    EXPECT_NE(last.rgb, all.frames.front().rgb);
    EXPECT_EQ(last.width, 96);
}

TEST_F(CompareVideos, WhatARecipeWasMadeWithIsComparedWithWhatIsHere) {
    const std::string recipe =
        R"({"schema":1,"version":"0.0.1","settings":{"prompt":"p","model":"/nowhere/model","seed":7},)"
        R"("model":{"name":"lost","sha256":"00"},"run":{"device":"cuda","precision":"bf16"}})";
    const auto found = recipe_differences(make("a.mp4", 3, -1, recipe)).value();
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0].what, RecipeDifference::What::kProgramVersion);
    EXPECT_EQ(found[0].then, "0.0.1");
    EXPECT_EQ(found[1].what, RecipeDifference::What::kModelMissing);
    EXPECT_EQ(found[1].then, "lost");
}

TEST_F(CompareVideos, ADemoVideoOfAnotherModelFileIsTold) {
    const fs::path demo = fs::path(STUDIO_SOURCE_DIR) / "models" / "demo";
    if (!fs::exists(demo)) GTEST_SKIP() << "needs the demo model";
    const std::string recipe = R"({"schema":1,"settings":{"prompt":"a star","model":")" + demo.string() +
                               R"(","seed":7},"model":{"name":"demo","sha256":"00"},"run":{"device":"tpu"}})";
    const auto found = recipe_differences(make("a.mp4", 3, -1, recipe)).value();
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0].what, RecipeDifference::What::kModelFiles);
    EXPECT_EQ(found[1].what, RecipeDifference::What::kDevice);
    EXPECT_EQ(found[1].then, "tpu");
}

}  // namespace
}  // namespace studio
