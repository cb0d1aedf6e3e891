// Stopping: at every stage, while queued, by shutdown; and the rules of the wake-up.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "engine_fixture.h"

namespace studio {
namespace {

using test::EngineTest;

class EngineCancel : public EngineTest {
  protected:
    /// Long in every stage that can be: a hundred steps, forty latent frames.
    GenerationRequest long_request() const {
        GenerationRequest r = request();
        r.steps = 100;
        r.num_frames = 161;
        return r;
    }
    bool is_output_there() const { return std::filesystem::exists(folder_ / "v.mp4"); }
};

class EngineCancelAt : public EngineCancel, public testing::WithParamInterface<Stage> {};

TEST_P(EngineCancelAt, StopsThereAndTheNextJobSucceeds) {
    start();
    GenerationRequest r = long_request();
    if (GetParam() == Stage::kDecode) r.steps = 1;
    const JobId id = submit(r);
    const Event end = finish(id, [&](const Event& event) {
        const auto* p = std::get_if<StageProgress>(&event);
        if (p != nullptr && p->stage >= GetParam()) engine_->cancel(id);
    });
    EXPECT_TRUE(std::holds_alternative<JobCancelled>(end)) << to_json(end).dump();
    EXPECT_FALSE(is_output_there());
    EXPECT_THAT(left_over(), testing::IsEmpty());
    EXPECT_TRUE(std::holds_alternative<JobFinished>(finish(submit(request()))));
    EXPECT_TRUE(is_output_there());
}

INSTANTIATE_TEST_SUITE_P(Stages, EngineCancelAt,
                         testing::Values(Stage::kLoad, Stage::kText, Stage::kDenoise, Stage::kDecode),
                         [](const auto& test) { return std::string(to_string(test.param)); });

TEST_F(EngineCancel, AfterAnyNumberOfEvents) {
    start();
    for (int stop_after = 1; stop_after <= 12; ++stop_after) {
        const JobId id = submit(long_request());
        int seen = 0;
        const Event end = finish(id, [&](const Event&) {
            if (++seen == stop_after) engine_->cancel(id);
        });
        EXPECT_TRUE(std::holds_alternative<JobCancelled>(end)) << stop_after << to_json(end).dump();
        EXPECT_THAT(left_over(), testing::IsEmpty()) << stop_after;
    }
    EXPECT_TRUE(std::holds_alternative<JobFinished>(finish(submit(request()))));
}

TEST_F(EngineCancel, QueuedJobsGoAtOnceAndUnknownOnesAreIgnored) {
    start();
    const JobId running = submit(long_request());
    const JobId queued = submit(request());
    engine_->cancel(queued);
    engine_->cancel(987654321);
    EXPECT_TRUE(std::holds_alternative<JobCancelled>(finish(queued)));
    engine_->cancel(running);
    engine_->cancel(running);
    EXPECT_TRUE(std::holds_alternative<JobCancelled>(finish(running)));
    engine_->cancel(running);  // ended already
    EXPECT_TRUE(std::holds_alternative<JobFinished>(finish(submit(request()))));
}

TEST_F(EngineCancel, ShutdownEndsEveryJobAndComesBack) {
    start();
    const JobId running = submit(long_request());
    const JobId queued = submit(request());
    drain([](const Event& event) { return std::holds_alternative<StageProgress>(event); });
    const auto start_time = std::chrono::steady_clock::now();
    engine_->shutdown();
    EXPECT_LT(std::chrono::steady_clock::now() - start_time, std::chrono::seconds(10));
    engine_->shutdown();
    for (Event& event : engine_->take_events())
        events_.push_back(std::move(event));
    for (const JobId id : {running, queued}) {
        EXPECT_EQ(std::count_if(events_.begin(), events_.end(), [&](const Event& e) { return is_end_of(e, id); }), 1)
            << id;
    }
    const auto* last = std::get_if<EngineStateChanged>(&events_.back());
    ASSERT_NE(last, nullptr);
    EXPECT_EQ(last->state, EngineStateChanged::State::kStopped);
    EXPECT_FALSE(engine_->submit(request()).ok());
    EXPECT_THAT(left_over(), testing::IsEmpty());
}

TEST_F(EngineCancel, AnEngineMayGoWithoutHavingWorked) {
    for (int i = 0; i < 20; ++i)
        make_engine({.threads = 1});
}

TEST_F(EngineCancel, NoWakeUpAfterItWasTakenBack) {
    engine_ = make_engine({.threads = 1});
    std::atomic<int> calls = 0;
    engine_->set_wakeup([&] { ++calls; });
    submit(request());
    for (int i = 0; i < 1000 && calls == 0; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    EXPECT_GT(calls, 0);
    engine_->set_wakeup({});
    const int before = calls;
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    EXPECT_EQ(calls, before);
    engine_->shutdown();
    EXPECT_EQ(calls, before);
    EXPECT_FALSE(engine_->take_events().empty());
}

}  // namespace
}  // namespace studio
