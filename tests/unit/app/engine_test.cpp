// Jobs from submit to file: events, results, failures, repeats.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <thread>

#include "app/clip.h"
#include "engine_fixture.h"

namespace studio {
namespace {

namespace fs = std::filesystem;
using test::EngineTest;

std::vector<std::vector<std::uint8_t>> frames_of(const std::string& path) {
    std::vector<std::vector<std::uint8_t>> out;
    const auto clip = read_clip(path_from_utf8(path));
    EXPECT_TRUE(clip.ok()) << (clip.ok() ? "" : clip.error().message);
    if (clip) {
        for (const Frame& frame : clip->frames)
            out.push_back(frame.rgb);
    }
    return out;
}

std::string output_of(const Event& end) {
    const auto* finished = std::get_if<JobFinished>(&end);
    EXPECT_NE(finished, nullptr) << to_json(end).dump();
    return finished ? finished->result.output_path : std::string();
}

TEST_F(EngineTest, AJobTellsItsStoryInOrder) {
    start();
    const JobId id = submit(request());
    const Event end = finish(id);
    ASSERT_TRUE(std::holds_alternative<JobFinished>(end)) << to_json(end).dump();
    std::vector<std::string> story;
    double fraction = 0;
    int last_stage = 0, previews = 0;
    for (const Event& event : events_) {
        const std::string name = to_json(event)["event"];
        if (name != "state" && (story.empty() || story.back() != name)) story.push_back(name);
        if (const auto* p = std::get_if<StageProgress>(&event)) {
            EXPECT_GE(p->fraction, fraction);
            EXPECT_GE(static_cast<int>(p->stage), last_stage);
            fraction = p->fraction;
            last_stage = static_cast<int>(p->stage);
        }
        previews += std::holds_alternative<Preview>(event);
    }
    ASSERT_GE(story.size(), 4u);
    EXPECT_EQ(story[0], "queued");
    EXPECT_EQ(story[1], "started");
    EXPECT_EQ(story[2], "progress");
    EXPECT_EQ(story.back(), "finished");
    EXPECT_EQ(fraction, 1);
    EXPECT_GE(previews, 1);
    const JobResult& result = std::get<JobFinished>(end).result;
    EXPECT_EQ(result.times.size(), 5u);
    EXPECT_EQ(result.output_bytes, fs::file_size(result.output_path));
    EXPECT_EQ(frames_of(result.output_path).size(), 9u);
    EXPECT_THAT(left_over(), testing::IsEmpty());
}

TEST_F(EngineTest, SameSeedSameFramesAndARecipeMakesThemAgain) {
    start();
    const std::string first = output_of(finish(submit(request(5))));
    const auto recipe = read_recipe(path_from_utf8(first));
    ASSERT_TRUE(recipe.ok()) << recipe.error().message;
    GenerationRequest again = recipe->request;
    again.output = path_to_utf8(folder_ / "again.mp4");
    EXPECT_EQ(frames_of(output_of(finish(submit(again)))), frames_of(first));
    EXPECT_NE(frames_of(output_of(finish(submit(request(6))))), frames_of(first));
}

TEST_F(EngineTest, ATakenNameIsNeverReplaced) {
    start();
    folder_.write("v.mp4", "mine");
    EXPECT_EQ(output_of(finish(submit(request()))), path_to_utf8(folder_ / "v (2).mp4"));
    EXPECT_EQ(test::read_file(folder_ / "v.mp4"), "mine");
}

TEST_F(EngineTest, TwoEnginesIntoOneFolderBothSucceed) {
    start();
    const auto other = make_engine({.threads = 1});
    const JobId here = submit(request(1));
    ASSERT_TRUE(other->submit(request(2)).ok());
    std::string there_path;
    const std::string here_path = output_of(finish(here));
    for (int i = 0; i < 600 && there_path.empty(); ++i) {
        for (const Event& event : other->take_events()) {
            if (const auto* finished = std::get_if<JobFinished>(&event)) there_path = finished->result.output_path;
            ASSERT_FALSE(std::holds_alternative<JobFailed>(event)) << to_json(event).dump();
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    other->shutdown();
    EXPECT_NE(here_path, there_path);
    EXPECT_EQ(frames_of(here_path).size(), 9u);
    EXPECT_EQ(frames_of(there_path).size(), 9u);
}

TEST_F(EngineTest, AFailureKeepsTheLatentsAndTheNextJobSucceeds) {
    start();
    fs::create_directory(folder_ / "gone");
    GenerationRequest doomed = request();
    doomed.output = path_to_utf8(folder_ / "gone/v.mp4");
    // Behind another job, so that the folder is surely gone before its turn comes.
    GenerationRequest first = request();
    first.steps = 500;
    const JobId running = submit(first);
    const JobId id = submit(doomed);
    fs::remove_all(folder_ / "gone");
    engine_->cancel(running);
    const Event end = finish(id);
    const auto* failed = std::get_if<JobFailed>(&end);
    ASSERT_NE(failed, nullptr) << to_json(end).dump();
    EXPECT_TRUE(failed->error.code == ErrorCode::kNotFound || failed->error.code == ErrorCode::kIo);
    EXPECT_TRUE(fs::exists(failed->latents_path)) << failed->latents_path;
    EXPECT_EQ(frames_of(output_of(finish(submit(request())))).size(), 9u);
}

TEST_F(EngineTest, WhatIsKnownToBeWrongIsRefusedAtOnce) {
    start();
    GenerationRequest r = request();
    r.width = 50;
    EXPECT_EQ(engine_->submit(r).error().field, "width");
    r = request();
    r.model = "/no/such/model";
    EXPECT_EQ(engine_->submit(r).error().code, ErrorCode::kNotFound);
    EXPECT_FALSE(std::holds_alternative<JobFailed>(finish(submit(request()))));
}

TEST_F(EngineTest, DamagedWeightsFailTheirJobOnly) {
    const fs::path copy = folder_ / "model";
    fs::copy(request().model, copy, fs::copy_options::recursive);
    const fs::path weights = copy / "transformer/diffusion_pytorch_model.safetensors";
    const auto size = fs::file_size(weights);
    std::fstream out(weights, std::ios::in | std::ios::out | std::ios::binary);
    out.seekp(static_cast<std::streamoff>(size - 4));
    out.write("\xff\xff\xff\x7f", 4);  // NaN
    out.close();
    start();
    GenerationRequest r = request();
    r.model = path_to_utf8(copy);
    const Event end = finish(submit(r));
    const auto* failed = std::get_if<JobFailed>(&end);
    ASSERT_NE(failed, nullptr) << to_json(end).dump();
    EXPECT_EQ(failed->error.code, ErrorCode::kCorruptFile);
    EXPECT_NE(failed->error.file.find("transformer"), std::string::npos);
    EXPECT_EQ(frames_of(output_of(finish(submit(request())))).size(), 9u);
}

#ifdef __linux__
std::size_t count_entries(const fs::path& folder) {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

TEST_F(EngineTest, TwentyJobsLeaveNothingBehind) {
    start();
    std::size_t threads = 0, files = 0;
    for (int i = 0; i < 20; ++i) {
        output_of(finish(submit(request(i))));
        if (i == 4) {
            threads = count_entries("/proc/self/task");
            files = count_entries("/proc/self/fd");
        }
    }
    EXPECT_LE(count_entries("/proc/self/task"), threads);
    EXPECT_LE(count_entries("/proc/self/fd"), files);
    EXPECT_THAT(left_over(), testing::IsEmpty());
}
#endif

/// How many parts a job had to load, by what its progress says.
struct LoadCount {
    int parts = 0;
    void operator()(const Event& event) {
        const auto* progress = std::get_if<StageProgress>(&event);
        if (progress != nullptr && progress->stage == Stage::kLoad) parts = std::max(parts, progress->total);
    }
};

bool is_unloaded(const Event& event) {
    const auto* state = std::get_if<EngineStateChanged>(&event);
    return state != nullptr && !state->detail.empty() && state->state == EngineStateChanged::State::kIdle;
}

TEST_F(EngineTest, MemoryIsGivenBackOnDemandAndTheNextJobLoadsAgain) {
    start();
    LoadCount first, second, third;
    const auto frames = frames_of(output_of(finish(submit(request()), std::ref(first))));
    EXPECT_EQ(frames_of(output_of(finish(submit(request()), std::ref(second)))), frames);
    EXPECT_EQ(second.parts, 0);  // all is still there
    engine_->free_memory();
    ASSERT_TRUE(drain(is_unloaded));
    EXPECT_EQ(frames_of(output_of(finish(submit(request()), std::ref(third)))), frames);
    EXPECT_EQ(third.parts, first.parts);
    EXPECT_GT(first.parts, 0);
}

TEST_F(EngineTest, MemoryAskedForDuringAJobIsGivenAfterIt) {
    start();
    const JobId id = submit(request());
    ASSERT_TRUE(drain([](const Event& event) { return std::holds_alternative<StageProgress>(event); }));
    engine_->free_memory();
    output_of(finish(id));
    LoadCount again;
    // It may have come in one batch with the end of the job.
    ASSERT_TRUE(std::any_of(events_.begin(), events_.end(), is_unloaded) || drain(is_unloaded));
    output_of(finish(submit(request()), std::ref(again)));
    EXPECT_GT(again.parts, 0);
}

TEST_F(EngineTest, MemoryIsGivenBackAfterIdleTime) {
    start({.threads = 1, .unload_after_s = 0.2});
    output_of(finish(submit(request())));
    EXPECT_TRUE(std::any_of(events_.begin(), events_.end(), is_unloaded) || drain(is_unloaded));
    engine_->set_unload_after(0);  // never
    output_of(finish(submit(request())));
    std::this_thread::sleep_for(std::chrono::milliseconds(600));
    LoadCount kept, loaded;
    output_of(finish(submit(request()), std::ref(kept)));
    EXPECT_EQ(kept.parts, 0);
    engine_->set_unload_after(0.05);  // takes effect while the engine waits
    EXPECT_TRUE(drain(is_unloaded));
}

TEST_F(EngineTest, WithoutTheTextCacheEveryJobReadsItsPrompt) {
    start({.threads = 1, .cache_text = false});
    EXPECT_EQ(frames_of(output_of(finish(submit(request())))), frames_of(output_of(finish(submit(request())))));
}

}  // namespace
}  // namespace studio
