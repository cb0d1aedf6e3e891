// A machine with little memory: one stage's parts at a time, and the same video.
#include "app/job_runner.h"

#include <gtest/gtest.h>

#include "app/clip.h"
#include "engine_fixture.h"
#include "pipeline/generator.h"

namespace studio {
namespace {

using pipeline::Part;

class JobRunnerTest : public test::EngineTest {
  protected:
    Result<JobResult> run(bool keeps_all, EngineMemory& memory) {
        job_ = prepare_job(request(), models_).value();
        job_.memory.chosen = keeps_all ? 0 : 1;
        events_.clear();
        JobRunner runner(1, job_, memory, stop_.get_token(), [&](Event event) { events_.push_back(std::move(event)); });
        return runner.run();
    }
    static std::vector<Frame> frames_of(const Result<JobResult>& result) {
        EXPECT_TRUE(result.ok()) << (result.ok() ? "" : result.error().message);
        return result.ok() ? read_clip(path_from_utf8(result->output_path)).value().frames : std::vector<Frame>();
    }

    ModelCache models_;
    PreparedJob job_;
    std::stop_source stop_;
};

TEST_F(JobRunnerTest, LittleMemoryMeansTheSameVideoWithFewerPartsLoaded) {
    EngineMemory roomy, tight;
    const auto want = frames_of(run(true, roomy));
    for (const Part part : {Part::kTextEncoder, Part::kTransformer, Part::kVae})
        EXPECT_TRUE(roomy.generator->is_loaded(part));

    const auto result = run(false, tight);
    const auto got = frames_of(result);
    ASSERT_EQ(got.size(), want.size());
    for (std::size_t i = 0; i < got.size(); ++i)
        EXPECT_EQ(got[i].rgb, want[i].rgb) << i;
    EXPECT_FALSE(tight.generator->is_loaded(Part::kTextEncoder));
    EXPECT_FALSE(tight.generator->is_loaded(Part::kTransformer));
    EXPECT_TRUE(tight.generator->is_loaded(Part::kVae));
    EXPECT_EQ(result->times.size(), 5u);

    // Again: the prompt is known by now, so the text encoder is not even loaded.
    EXPECT_EQ(frames_of(run(false, tight)).size(), want.size());
}

TEST_F(JobRunnerTest, OldLatentsDoNotPileUp) {
    const auto folder = folder_ / "home/state/latents";
    std::filesystem::create_directories(folder);
    for (int i = 0; i < 30; ++i) {
        const auto file = folder_.write("home/state/latents/" + std::to_string(i) + ".safetensors", "x");
        std::filesystem::last_write_time(file,
                                         std::filesystem::file_time_type::clock::now() - std::chrono::hours(i + 1));
    }
    EngineMemory memory;
    ASSERT_TRUE(run(true, memory).ok());
    EXPECT_TRUE(std::filesystem::exists(folder / "0.safetensors"));
    EXPECT_FALSE(std::filesystem::exists(folder / "29.safetensors"));
    EXPECT_EQ(left_over().size(), 19u);  // twenty with this job's own, which is gone after its success
}

TEST_F(JobRunnerTest, AStopBeforeTheStartRunsNothing) {
    EngineMemory memory;
    stop_.request_stop();
    EXPECT_EQ(run(true, memory).error().code, ErrorCode::kCancelled);
    EXPECT_EQ(events_.size(), 1u);  // that it started
    EXPECT_FALSE(memory.generator->is_loaded(Part::kTransformer));
}

}  // namespace
}  // namespace studio
