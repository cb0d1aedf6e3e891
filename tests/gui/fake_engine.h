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
    std::vector<store::JobRecord> waiting;  // guarded by mutex: answers waiting()
    std::vector<store::JobRecord> ended;    // guarded by mutex: answers history(), newest first
    store::Recovery recovery;               // of the last run
    bool is_paused = false;                 // guarded by mutex
    bool answers_cancel = true;             // JobCancelled at once
    bool queues_early = false;              // JobQueued is told before submit returns
    std::atomic<bool> is_alive{false};
    std::atomic<bool> holds_copies{false};      // save_copy waits until it is stopped
    VideoComparison comparison;                 // answers compare
    std::vector<RecipeDifference> differences;  // answers differences

    /// Move a job from the queue to the history; `settings` are what it was made with.
    void end(JobId id, store::JobState state, const Json& settings = nullptr);

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

class FakeEngine : public QueueClient {
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
            const bool is_first = script_->waiting.empty() && !script_->is_paused;
            store::JobRecord job = queued(id, request);
            if (is_first) job.state = store::JobState::kRunning;
            script_->waiting.push_back(job);
        }
        if (script_->queues_early) {
            script_->events.push(JobQueued{id});
            std::this_thread::sleep_for(std::chrono::milliseconds(30));
        }
        script_->events.push(QueueChanged{});
        return id;
    }
    void cancel(JobId id) override {
        {
            std::lock_guard lock(script_->mutex);
            script_->cancelled.push_back(id);
        }
        if (!script_->answers_cancel) return;
        script_->end(id, store::JobState::kCancelled);
        script_->events.push(JobCancelled{id});
        script_->events.push(QueueChanged{});
    }
    void free_memory() override { script_->note("free memory"); }
    void set_unload_after(double seconds) override {
        script_->note("unload after " + std::to_string(int(seconds)) + " s");
    }
    Result<JobId> submit_first(const GenerationRequest& request) override {
        script_->note("submit first");
        return submit(request);
    }
    Result<std::vector<store::JobRecord>> waiting() override {
        std::lock_guard lock(script_->mutex);
        return script_->waiting;
    }
    Result<void> move(JobId id, JobId before_id) override { return noted("move", id, before_id); }
    Result<void> change(JobId id, const GenerationRequest&) override { return noted("change", id); }
    Result<JobId> duplicate(JobId id) override {
        static_cast<void>(noted("duplicate", id));
        return id;
    }
    Result<void> resume(JobId id) override { return noted("resume", id); }
    Result<void> remove(JobId id) override { return noted("remove", id); }
    bool is_paused() override {
        std::lock_guard lock(script_->mutex);
        return script_->is_paused;
    }
    Result<void> set_paused(bool is_paused) override {
        std::lock_guard lock(script_->mutex);
        script_->is_paused = is_paused;
        script_->events.push(QueueChanged{});
        return {};
    }
    const store::Recovery& recovery() const override { return script_->recovery; }
    Result<store::JobRecord> find(JobId id) override {
        std::lock_guard lock(script_->mutex);
        for (const auto* list : {&script_->waiting, &script_->ended})
            for (const store::JobRecord& record : *list)
                if (JobId(record.id) == id) return record;
        return Error{ErrorCode::kNotFound, "no such job", {}, "id", "look again", {}};
    }
    /// Pages like the real one; the text must be part of the prompt.
    Result<std::vector<store::JobRecord>> history(const store::HistoryQuery& query) override {
        std::lock_guard lock(script_->mutex);
        std::vector<store::JobRecord> page;
        bool is_due = query.before_id == 0;
        for (const store::JobRecord& record : script_->ended) {
            const bool matches = record.draft.prompt.find(query.text) != std::string::npos &&
                                 (!query.only_starred || record.is_starred) &&
                                 (query.model.empty() || query.model == record.draft.model) &&
                                 (query.group.empty() || record.draft.request.value("group", "") == query.group);
            if (is_due && matches && int(page.size()) < query.limit) page.push_back(record);
            is_due = is_due || record.id == query.before_id;
        }
        return page;
    }
    Result<std::int64_t> history_size() override {
        std::lock_guard lock(script_->mutex);
        return std::int64_t(script_->ended.size());
    }
    Result<void> set_starred(JobId id, bool is_starred) override { return noted(is_starred ? "star" : "unstar", id); }
    Result<void> relocate(JobId id, const std::filesystem::path&) override { return noted("relocate", id); }

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
    static store::JobRecord queued(JobId id, const GenerationRequest& request);
    Result<void> noted(const std::string& call, JobId id, std::optional<JobId> other = {}) {
        script_->note(call + " " + std::to_string(id) + (other ? " " + std::to_string(*other) : std::string()));
        script_->events.push(QueueChanged{});
        return {};
    }

    Script script_;
};

GenerationRequest requestFor(const std::string& prompt);
/// Frame f of a made-up clip: its red channel is 10 * f everywhere, so that a test can read the frame from the picture.
Frame numberedFrame(int width, int height, int index);
/// A backend around the script: one model named "demo", clips of `num_frames` numbered frames at `fps`.
ui::Backend makeBackend(const Script& script, int num_frames = 9, double fps = 8);
ModelInfo demoModel();
/// A job as the queue or the history shows it.
store::JobRecord record(JobId id, store::JobState state, const std::string& prompt);

JobStarted started(JobId id, const GenerationRequest& request);
JobFinished finished(JobId id, const GenerationRequest& request);
Preview preview(JobId id, int step);
StageProgress progress(JobId id, Stage stage, int done, int total, double fraction, std::optional<double> left_s = {});

}  // namespace studio::test
