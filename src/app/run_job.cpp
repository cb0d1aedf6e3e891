#include "app/run_job.h"

#include <condition_variable>
#include <mutex>
#include <optional>

namespace studio {
namespace {

/// Set from engine and signal threads, consumed by the waiting one.
class Bell {
  public:
    void ring() {
        {
            std::lock_guard lock(mutex_);
            is_rung_ = true;
        }
        bell_.notify_one();
    }
    void wait() {
        std::unique_lock lock(mutex_);
        bell_.wait(lock, [&] { return is_rung_; });
        is_rung_ = false;
    }

  private:
    std::mutex mutex_;
    std::condition_variable bell_;
    bool is_rung_ = false;
};

class WakeupScope {
  public:
    WakeupScope(EngineClient& engine, Bell& bell) : engine_(engine) {
        engine_.set_wakeup([&bell] { bell.ring(); });
    }
    ~WakeupScope() { engine_.set_wakeup({}); }
    WakeupScope(const WakeupScope&) = delete;
    WakeupScope& operator=(const WakeupScope&) = delete;

  private:
    EngineClient& engine_;
};

/// The end of job `id`, if this event is it.
std::optional<Result<JobResult>> end_of(const Event& event, JobId id) {
    if (const auto* finished = std::get_if<JobFinished>(&event); finished != nullptr && finished->id == id)
        return finished->result;
    if (const auto* failed = std::get_if<JobFailed>(&event); failed != nullptr && failed->id == id)
        return failed->error;
    if (const auto* stopped = std::get_if<JobCancelled>(&event); stopped != nullptr && stopped->id == id)
        return cancelled();
    if (const auto* state = std::get_if<EngineStateChanged>(&event);
        state != nullptr && state->state == EngineStateChanged::State::kStopped) {
        return internal_error("The engine stopped before the job was done.");
    }
    return std::nullopt;
}

}  // namespace

Result<JobResult> run_job(EngineClient& engine, const GenerationRequest& request, std::stop_token stop,
                          const std::function<void(const Event&)>& on_event) {
    if (stop.stop_requested()) return cancelled();
    Bell bell;
    const WakeupScope wakeup(engine, bell);
    STUDIO_TRY(id, engine.submit(request));
    const std::stop_callback on_stop(stop, [&bell] { bell.ring(); });
    bell.ring();  // events may have come before the wake-up was looked at
    bool is_cancel_sent = false;
    for (;;) {
        bell.wait();
        if (stop.stop_requested() && !is_cancel_sent) {
            engine.cancel(id);
            is_cancel_sent = true;
        }
        for (const Event& event : engine.take_events()) {
            if (on_event) on_event(event);
            // What follows (the engine idles again) belongs to nobody: the job's own end is the last thing told.
            if (auto end = end_of(event, id)) return std::move(*end);
        }
    }
}

}  // namespace studio
