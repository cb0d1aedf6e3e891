// tests/gui/fake_engine.h - a scripted EngineClient and the rest of a Backend: tests decide what the engine says and
// when.
#pragma once
#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "core/event_queue.h"
#include "ui/backend.h"

namespace studio::test {

/// What a test sees of the engine; outlives it.
struct EngineScript {
    EventQueue<Event> events;
    std::mutex mutex;
    std::vector<GenerationRequest> submitted;  // guarded by mutex
    std::vector<JobId> cancelled;              // guarded by mutex
    std::vector<std::string> calls;            // guarded by mutex: the order of what happened to the engine
    std::optional<Error> refusal;              // guarded by mutex: submit answers this
    std::chrono::milliseconds build_time{0}, submit_time{0}, shutdown_time{0};
    bool answers_cancel = true;  // JobCancelled at once
    bool queues_early = false;   // JobQueued is told before submit returns
    std::atomic<bool> is_alive{false};

    void note(const std::string& call) {
        std::lock_guard lock(mutex);
        calls.push_back(call);
    }
    std::size_t submitCount() {
        std::lock_guard lock(mutex);
        return submitted.size();
    }
    GenerationRequest lastRequest() {
        std::lock_guard lock(mutex);
        return submitted.at(submitted.size() - 1);
    }
    std::vector<std::string> callsSoFar() {
        std::lock_guard lock(mutex);
        return calls;
    }
};
using Script = std::shared_ptr<EngineScript>;

class FakeEngine : public EngineClient {
  public:
    explicit FakeEngine(Script script) : script_(std::move(script)) { script_->is_alive = true; }
    ~FakeEngine() override {
        script_->note("destroyed");
        script_->is_alive = false;
    }

    Result<JobId> submit(const GenerationRequest& request) override {
        std::this_thread::sleep_for(script_->submit_time);
        JobId id = 0;
        {
            std::lock_guard lock(script_->mutex);
            if (script_->refusal) return *script_->refusal;
            script_->submitted.push_back(request);
            id = script_->submitted.size();
        }
        if (script_->queues_early) {
            script_->events.push(JobQueued{id});
            std::this_thread::sleep_for(std::chrono::milliseconds(30));
        }
        return id;
    }
    void cancel(JobId id) override {
        {
            std::lock_guard lock(script_->mutex);
            script_->cancelled.push_back(id);
        }
        if (script_->answers_cancel) script_->events.push(JobCancelled{id});
    }
    std::vector<Event> take_events() override { return script_->events.drain(); }
    void set_wakeup(std::function<void()> wakeup) override {
        script_->note(wakeup ? "wakeup set" : "wakeup cleared");
        script_->events.set_wakeup(std::move(wakeup));
    }
    void shutdown() override {
        std::this_thread::sleep_for(script_->shutdown_time);
        script_->note("shutdown");
    }

  private:
    Script script_;
};

GenerationRequest requestFor(const std::string& prompt);
/// Frame f of a made-up clip: its red channel is 10 * f everywhere, so that a test can read the frame from the picture.
Frame numberedFrame(int width, int height, int index);
/// A backend around the script: one model named "demo", clips of `num_frames` numbered frames at `fps`.
ui::Backend makeBackend(const Script& script, int num_frames = 9, double fps = 8);
ModelInfo demoModel();

JobStarted started(JobId id, const GenerationRequest& request);
JobFinished finished(JobId id, const GenerationRequest& request);
Preview preview(JobId id, int step);
StageProgress progress(JobId id, Stage stage, int done, int total, double fraction, std::optional<double> left_s = {});

}  // namespace studio::test
