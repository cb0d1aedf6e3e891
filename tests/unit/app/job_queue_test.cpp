// The durable queue over a scripted engine: what is stored, what reaches the engine, what survives.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <mutex>
#include <thread>

#include "app/queue_client.h"
#include "core/event_queue.h"

namespace studio {
namespace {

using namespace std::chrono_literals;
using store::JobState;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

/// What the engine of one run was asked and tells; the test decides when a job ends.
struct Script {
    EventQueue<Event> events;
    std::mutex mutex;
    std::vector<GenerationRequest> submitted;
    std::vector<JobId> cancelled;
    std::optional<Error> refusal;
    std::optional<JobId> running;

    std::size_t count() {
        std::lock_guard lock(mutex);
        return submitted.size();
    }
    GenerationRequest last() {
        std::lock_guard lock(mutex);
        return submitted.back();
    }
};

class ScriptedEngine final : public EngineClient {
  public:
    explicit ScriptedEngine(std::shared_ptr<Script> script) : script_(std::move(script)) {}
    Result<JobId> submit(const GenerationRequest& request) override {
        std::lock_guard lock(script_->mutex);
        if (script_->refusal) return *script_->refusal;
        script_->submitted.push_back(request);
        script_->running = 100 + script_->submitted.size();  // other numbers than the store's
        return *script_->running;
    }
    void cancel(JobId id) override {
        std::lock_guard lock(script_->mutex);
        script_->cancelled.push_back(id);
        script_->events.push(JobCancelled{id});
    }
    void free_memory() override {}
    void set_unload_after(double) override {}
    std::vector<Event> take_events() override { return script_->events.drain(); }
    void set_wakeup(std::function<void()> wakeup) override { script_->events.set_wakeup(std::move(wakeup)); }
    void shutdown() override {
        std::lock_guard lock(script_->mutex);
        if (script_->running) script_->events.push(JobCancelled{*script_->running});
        script_->running.reset();
    }

  private:
    std::shared_ptr<Script> script_;
};

class JobQueueTest : public testing::Test {
  protected:
    void SetUp() override {
        folder_ = std::filesystem::temp_directory_path() /
                  (std::string("studio-queue-") + testing::UnitTest::GetInstance()->current_test_info()->name() + "-" +
                   std::to_string(::getpid()));
        std::filesystem::remove_all(folder_);
        std::filesystem::create_directories(folder_ / "out");
        open();
    }
    void TearDown() override {
        queue_.reset();
        std::filesystem::remove_all(folder_);
    }
    void open() {
        queue_.reset();
        script_ = std::make_shared<Script>();
        seen_.clear();
        auto queue = make_queue(folder_ / "data", std::make_unique<ScriptedEngine>(script_));
        ASSERT_TRUE(queue.ok()) << queue.error().message;
        queue_ = std::move(*queue);
    }
    GenerationRequest request(const std::string& prompt) const {
        GenerationRequest r;
        r.prompt = prompt;
        r.output = (folder_ / "out").string();
        return r;
    }
    JobId submit(const std::string& prompt) { return queue_->submit(request(prompt)).value(); }

    template <class Condition>
    void wait_for(Condition condition) {
        for (int i = 0; i < 1000 && !condition(); ++i)
            std::this_thread::sleep_for(5ms);
        ASSERT_TRUE(condition());
    }
    void wait_for_engine(std::size_t count) {
        wait_for([&] { return script_->count() == count; });
    }
    /// Events of one kind so far.
    template <class E>
    std::vector<E> seen() {
        for (Event& event : queue_->take_events())
            seen_.push_back(std::move(event));
        std::vector<E> found;
        for (const Event& event : seen_)
            if (const auto* e = std::get_if<E>(&event)) found.push_back(*e);
        return found;
    }
    JobId at_engine() {
        std::lock_guard lock(script_->mutex);
        return *script_->running;
    }
    void finish() {
        JobFinished event;
        event.id = at_engine();
        event.result.output_path = (folder_ / "out" / "x.mp4").string();
        event.result.output_bytes = 5;
        script_->events.push(event);
    }
    JobState state(JobId id) { return queue_->find(id).value().state; }
    std::vector<std::string> order() {
        std::vector<std::string> prompts;
        const auto waiting = queue_->waiting().value();
        for (const auto& record : waiting)
            prompts.push_back(record.draft.prompt);
        return prompts;
    }

    std::filesystem::path folder_;
    std::shared_ptr<Script> script_;
    std::unique_ptr<QueueClient> queue_;
    std::vector<Event> seen_;
};

TEST_F(JobQueueTest, GivesTheEngineOneJobAtATime) {
    const JobId a = submit("a"), b = submit("b");
    wait_for_engine(1);
    EXPECT_EQ(script_->last().prompt, "a");
    EXPECT_EQ(script_->last().job.size(), 32u);
    EXPECT_GE(script_->last().seed, 0);  // drawn at submit: the same whenever it runs
    std::this_thread::sleep_for(30ms);
    EXPECT_EQ(script_->count(), 1u);
    finish();
    wait_for_engine(2);
    EXPECT_EQ(script_->last().prompt, "b");
    EXPECT_EQ(state(a), JobState::kFinished);
    EXPECT_EQ(state(b), JobState::kRunning);
    const auto done = seen<JobFinished>();
    ASSERT_THAT(done, SizeIs(1));
    EXPECT_EQ(done[0].id, a);  // the store's number, not the engine's
    EXPECT_EQ(queue_->find(a).value().output_bytes, 5);
}

TEST_F(JobQueueTest, EventsCarryTheQueuesNumbers) {
    const JobId a = submit("a");
    wait_for_engine(1);
    JobStarted started{at_engine(), {}};
    started.resolved.output_path = "/out/a.mp4";
    script_->events.push(started);
    script_->events.push(StageProgress{at_engine(), Stage::kDenoise, 1, 4, 0.3, 1, {}});
    script_->events.push(Preview{at_engine(), 1, nullptr});
    wait_for([&] { return !seen<Preview>().empty(); });
    EXPECT_EQ(seen<JobQueued>()[0].id, a);
    EXPECT_EQ(seen<JobStarted>()[0].id, a);
    EXPECT_EQ(seen<StageProgress>()[0].id, a);
    EXPECT_EQ(seen<Preview>()[0].id, a);
    EXPECT_EQ(queue_->find(a).value().stage, "denoise");
    EXPECT_EQ(queue_->find(a).value().output_path, "/out/a.mp4");
}

TEST_F(JobQueueTest, RefusesAtOnceWhatCannotRunAndStoresNothing) {
    GenerationRequest bad = request("a");
    bad.width = 15;
    const auto refused = queue_->submit(bad);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(order(), IsEmpty());
}

TEST_F(JobQueueTest, PausedQueueKeepsEverythingOverARestart) {
    ASSERT_TRUE(queue_->set_paused(true).ok());
    submit("a");
    const JobId b = submit("b");
    ASSERT_TRUE(queue_->submit_first(request("c")).ok());
    ASSERT_TRUE(queue_->change(b, request("b2")).ok());
    open();
    EXPECT_TRUE(queue_->is_paused());
    EXPECT_THAT(order(), ElementsAre("c", "a", "b2"));
    EXPECT_EQ(script_->count(), 0u);
    ASSERT_TRUE(queue_->set_paused(false).ok());
    wait_for_engine(1);
    EXPECT_EQ(script_->last().prompt, "c");
}

TEST_F(JobQueueTest, ClosingWhileAJobRunsPutsItBackFirstAndPauses) {
    const JobId a = submit("a");
    submit("b");
    wait_for_engine(1);
    open();
    EXPECT_THAT(order(), ElementsAre("a", "b"));
    EXPECT_TRUE(queue_->is_paused());
    EXPECT_EQ(queue_->find(a).value().attempts, 0);
    EXPECT_THAT(queue_->recovery().interrupted, IsEmpty());
    ASSERT_TRUE(queue_->set_paused(false).ok());
    wait_for_engine(1);
    EXPECT_EQ(script_->last().prompt, "a");
}

TEST_F(JobQueueTest, CancelOfTheRunningAndOfAWaitingJob) {
    const JobId a = submit("a"), b = submit("b"), c = submit("c");
    wait_for_engine(1);
    queue_->cancel(b);
    queue_->cancel(a);
    wait_for_engine(2);
    EXPECT_EQ(script_->last().prompt, "c");
    EXPECT_EQ(state(a), JobState::kCancelled);
    EXPECT_EQ(state(b), JobState::kCancelled);
    EXPECT_EQ(state(c), JobState::kRunning);
    EXPECT_THAT(seen<JobCancelled>(), SizeIs(2));
    EXPECT_EQ(queue_->history_size().value(), 2);
    queue_->cancel(999);  // unknown: ignored
}

TEST_F(JobQueueTest, FailedJobKeepsItsErrorAndTheNextOneRuns) {
    const JobId a = submit("a");
    submit("b");
    wait_for_engine(1);
    Error error{ErrorCode::kOutOfMemory, "too much", "f", "num_frames", "use less", {}};
    script_->events.push(JobFailed{at_engine(), error, "/state/a.safetensors"});
    wait_for_engine(2);
    const auto failed = queue_->find(a).value();
    EXPECT_EQ(failed.state, JobState::kFailed);
    EXPECT_EQ(failed.error["fix"], "use less");
    EXPECT_EQ(failed.latents_path, "/state/a.safetensors");
    ASSERT_TRUE(queue_->resume(a).ok());
    EXPECT_THAT(order(), ElementsAre("b", "a"));
}

TEST_F(JobQueueTest, OnlyTheDecodeIsRepeatedWhenTheLatentsWereKept) {
    const JobId a = submit("a");
    wait_for_engine(1);
    const auto latents = (folder_ / "a.safetensors").string();
    std::fclose(std::fopen(latents.c_str(), "w"));
    script_->events.push(LatentsKept{at_engine(), latents});
    wait_for([&] { return queue_->find(a).value().latents_path == latents; });
    script_->events.push(JobFailed{at_engine(), Error{ErrorCode::kOutOfMemory, "m", {}, {}, "f", {}}, latents});
    wait_for([&] { return state(a) == JobState::kFailed; });
    ASSERT_TRUE(queue_->resume(a).ok());
    wait_for_engine(2);
    EXPECT_EQ(script_->last().latents, latents);
    EXPECT_EQ(script_->last().prompt, "a");
}

TEST_F(JobQueueTest, AJobThatTheEngineRefusesFailsWithItsReason) {
    {
        std::lock_guard lock(script_->mutex);
        script_->refusal = Error{ErrorCode::kNotFound, "model gone", "m", "model", "get it back", {}};
    }
    const JobId a = submit("a");
    wait_for([&] { return state(a) == JobState::kFailed; });
    EXPECT_EQ(seen<JobFailed>()[0].error.message, "model gone");
    EXPECT_THAT(order(), IsEmpty());
}

TEST_F(JobQueueTest, AFaultedEngineKeepsTheQueue) {
    script_->events.push(EngineStateChanged{EngineStateChanged::State::kFaulted, "device"});
    wait_for([&] { return !seen<EngineStateChanged>().empty(); });
    submit("a");
    std::this_thread::sleep_for(30ms);
    EXPECT_EQ(script_->count(), 0u);
    EXPECT_THAT(order(), ElementsAre("a"));
}

TEST_F(JobQueueTest, AfterShutdownEverythingIsRefusedPolitely) {
    queue_->shutdown();
    queue_->shutdown();
    EXPECT_EQ(queue_->submit(request("a")).error().code, ErrorCode::kCancelled);
    EXPECT_EQ(queue_->waiting().error().code, ErrorCode::kCancelled);
    queue_->cancel(1);
}

}  // namespace
}  // namespace studio
