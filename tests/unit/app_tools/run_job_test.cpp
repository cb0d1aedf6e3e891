#include "app/run_job.h"

#include <gtest/gtest.h>

#include <chrono>
#include <mutex>
#include <thread>

namespace studio {
namespace {

/// Events come from a thread of its own, as they do in the real engine.
class FakeEngine final : public EngineClient {
  public:
    using Script = std::function<void(FakeEngine&, std::stop_token)>;
    explicit FakeEngine(Script script) : script_(std::move(script)) {}
    ~FakeEngine() override { shutdown(); }

    Result<JobId> submit(const GenerationRequest& request) override {
        if (request.prompt.empty()) return invalid_argument("prompt", "The prompt is empty.", "Type one.");
        thread_ = std::jthread([this](std::stop_token stop) { script_(*this, stop); });
        return JobId{7};
    }
    void cancel(JobId id) override {
        cancelled_id = id;
        thread_.request_stop();
    }
    void free_memory() override {}
    void set_unload_after(double) override {}
    std::vector<Event> take_events() override {
        std::lock_guard lock(mutex_);
        return std::exchange(events_, {});
    }
    void set_wakeup(std::function<void()> wakeup) override {
        std::lock_guard lock(wakeup_mutex_);
        wakeup_ = std::move(wakeup);
    }
    void shutdown() override {
        if (thread_.joinable()) thread_.join();
    }
    void push(Event event) {
        {
            std::lock_guard lock(mutex_);
            events_.push_back(std::move(event));
        }
        std::lock_guard lock(wakeup_mutex_);
        if (wakeup_) wakeup_();
    }
    JobId cancelled_id = 0;

  private:
    Script script_;
    std::jthread thread_;
    std::mutex mutex_, wakeup_mutex_;
    std::vector<Event> events_;
    std::function<void()> wakeup_;
};

GenerationRequest request() {
    GenerationRequest r;
    r.prompt = "a red ball";
    return r;
}

void sleep_ms(int ms) {
    std::this_thread::sleep_for(std::chrono::milliseconds(ms));
}

TEST(RunJob, HandsOverEventsInOrderAndReturnsTheResult) {
    FakeEngine engine([](FakeEngine& e, std::stop_token) {
        e.push(JobStarted{7, {}});
        sleep_ms(5);
        e.push(StageProgress{7, Stage::kDenoise, 1, 4, 0.3, 1.0, 2.0});
        JobResult result;
        result.output_path = "x.mp4";
        e.push(JobFinished{7, result});
    });
    std::vector<std::size_t> kinds;
    const auto result = run_job(engine, request(), {}, [&](const Event& event) { kinds.push_back(event.index()); });
    ASSERT_TRUE(result.ok());
    EXPECT_EQ(result->output_path, "x.mp4");
    EXPECT_EQ(kinds, (std::vector<std::size_t>{Event(JobStarted{}).index(), Event(StageProgress{}).index(),
                                               Event(JobFinished{}).index()}));
}

TEST(RunJob, RefusedAtSubmit) {
    FakeEngine engine([](FakeEngine&, std::stop_token) {});
    const auto result = run_job(engine, GenerationRequest{}, {});
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().field, "prompt");
}

TEST(RunJob, ReturnsTheJobsError) {
    FakeEngine engine([](FakeEngine& e, std::stop_token) {
        e.push(JobFailed{7, corrupt_file("m.safetensors", "x", "Damaged.", "Get it again."), {}});
    });
    const auto result = run_job(engine, request(), {});
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().file, "m.safetensors");
}

TEST(RunJob, IgnoresTheEndOfAnotherJob) {
    FakeEngine engine([](FakeEngine& e, std::stop_token) {
        e.push(JobCancelled{6});
        sleep_ms(5);
        e.push(JobFinished{7, {}});
    });
    EXPECT_TRUE(run_job(engine, request(), {}).ok());
}

TEST(RunJob, StopCancelsTheJobAndWaitsForItsEnd) {
    FakeEngine engine([](FakeEngine& e, std::stop_token stop) {
        while (!stop.stop_requested())
            sleep_ms(1);
        sleep_ms(20);
        e.push(JobCancelled{7});
    });
    std::stop_source source;
    std::jthread stopper([&source] {
        sleep_ms(20);
        source.request_stop();
    });
    const auto result = run_job(engine, request(), source.get_token());
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().code, ErrorCode::kCancelled);
    EXPECT_EQ(engine.cancelled_id, 7u);
}

TEST(RunJob, StoppedBeforeSubmitStartsNothing) {
    FakeEngine engine([](FakeEngine&, std::stop_token) { FAIL() << "must not start"; });
    std::stop_source source;
    source.request_stop();
    EXPECT_EQ(run_job(engine, request(), source.get_token()).error().code, ErrorCode::kCancelled);
}

TEST(RunJob, AnEngineThatStopsIsAnErrorAndNoHang) {
    FakeEngine engine([](FakeEngine& e, std::stop_token) {
        e.push(EngineStateChanged{EngineStateChanged::State::kStopped, {}});
    });
    EXPECT_EQ(run_job(engine, request(), {}).error().code, ErrorCode::kInternal);
}

}  // namespace
}  // namespace studio
