#include "app/events.h"

#include <gtest/gtest.h>

namespace studio {
namespace {

TEST(Events, EveryKindHasItsName) {
    EXPECT_EQ(to_json(JobQueued{3})["event"], "queued");
    EXPECT_EQ(to_json(JobStarted{3, {}})["event"], "started");
    EXPECT_EQ(to_json(StageProgress{})["event"], "progress");
    EXPECT_EQ(to_json(Preview{})["event"], "preview");
    EXPECT_EQ(to_json(JobFinished{})["event"], "finished");
    EXPECT_EQ(to_json(JobFailed{})["event"], "failed");
    EXPECT_EQ(to_json(JobCancelled{3})["job"], 3);
    EXPECT_EQ(to_json(EngineStateChanged{EngineStateChanged::State::kIdle, {}})["state"], "idle");
}

TEST(Events, ProgressTellsTheTimeLeftOnlyWhenItIsKnown) {
    StageProgress progress{1, Stage::kDenoise, 2, 4, 0.5, 1.23456, std::nullopt};
    EXPECT_FALSE(to_json(progress).contains("left_s"));
    progress.left_s = 2;
    const Json json = to_json(progress);
    EXPECT_EQ(json["left_s"], 2.0);
    EXPECT_EQ(json["stage"], "denoise");
    EXPECT_EQ(json["elapsed_s"], 1.235);
}

TEST(Events, FailuresCarryTheWholeError) {
    const Json json = to_json(JobFailed{1, Error{ErrorCode::kIo, "m", "f", "output", "x", {}}, "/l"});
    EXPECT_EQ(json["error"],
              (Json{{"code", "Io"}, {"message", "m"}, {"file", "f"}, {"field", "output"}, {"fix", "x"}}));
    EXPECT_EQ(json["latents_path"], "/l");
}

TEST(Events, PreviewsCarryOnlyTheirSize) {
    Preview preview;
    preview.frames = std::make_shared<const std::vector<Frame>>(2, Frame{4, 3, 0, std::vector<std::uint8_t>(36)});
    const Json json = to_json(preview);
    EXPECT_EQ(json["frames"], 2);
    EXPECT_EQ(json["width"], 4);
    EXPECT_LT(json.dump().size(), 200u);
}

}  // namespace
}  // namespace studio
