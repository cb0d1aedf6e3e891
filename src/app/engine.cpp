// The in-process engine: one thread, a queue of jobs, events as values.
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "app/engine_client.h"
#include "app/job_runner.h"
#include "app/resolve.h"
#include "core/event_queue.h"
#include "core/log.h"
#include "core/text.h"
#include "pipeline/generator.h"

namespace studio {
namespace {

using State = EngineStateChanged::State;
using Clock = std::chrono::steady_clock;

struct Job {
    JobId id = 0;
    PreparedJob prepared;
    std::stop_source stop;
};

Error stopped_error() {
    return Error{ErrorCode::kCancelled,
                 "The engine has been shut down and takes no more jobs.",
                 {},
                 {},
                 "Start the program again.",
                 {}};
}

/// Media and the standard library may run out of memory outside the Torch layer; nothing leaves the engine thread.
Result<JobResult> run_guarded(JobRunner& runner) {
    try {
        return runner.run();
    } catch (const Failure& failure) {
        return failure.error();
    } catch (const std::bad_alloc&) {
        return Error{ErrorCode::kOutOfMemory,
                     "The computer ran out of memory.",
                     {},
                     {},
                     "Close other programs, or choose fewer frames or a smaller size.",
                     {}};
    } catch (const std::exception& error) {
        return internal_error(error.what());
    }
}

class LocalEngine final : public EngineClient {
  public:
    explicit LocalEngine(const EngineOptions& options) : options_(options), unload_after_s_(options.unload_after_s) {
        thread_ = std::jthread([this] { work(); });
    }
    ~LocalEngine() override { shutdown(); }

    Result<JobId> submit(const GenerationRequest& request) override {
        {
            std::lock_guard lock(mutex_);
            if (is_stopping_) return stopped_error();
            if (fault_) return *fault_;
        }
        STUDIO_TRY(prepared, prepare_job(request, models_, options_.threads));
        auto job = std::make_shared<Job>();
        job->prepared = std::move(prepared);
        std::lock_guard lock(mutex_);
        if (is_stopping_) return stopped_error();
        job->id = ++last_id_;
        events_.push(JobQueued{job->id});
        queue_.push_back(job);
        idle_stop_.request_stop();
        wake_.notify_one();
        return job->id;
    }

    void cancel(JobId id) override {
        std::lock_guard lock(mutex_);
        if (running_ && running_->id == id) running_->stop.request_stop();
        const auto it = std::find_if(queue_.begin(), queue_.end(), [&](const auto& job) { return job->id == id; });
        if (it == queue_.end()) return;
        queue_.erase(it);
        events_.push(JobCancelled{id});
    }

    void free_memory() override {
        std::lock_guard lock(mutex_);
        wants_unload_ = true;
        idle_stop_.request_stop();
        wake_.notify_one();
    }

    void set_unload_after(double seconds) override {
        std::lock_guard lock(mutex_);
        unload_after_s_ = std::max(0.0, seconds);
        idle_stop_.request_stop();
        wake_.notify_one();
    }

    std::vector<Event> take_events() override { return events_.drain(); }
    void set_wakeup(std::function<void()> wakeup) override { events_.set_wakeup(std::move(wakeup)); }

    void shutdown() override {
        {
            std::lock_guard lock(mutex_);
            is_stopping_ = true;
            if (running_) running_->stop.request_stop();
            idle_stop_.request_stop();
            wake_.notify_one();
        }
        std::lock_guard once(join_mutex_);
        if (thread_.joinable()) thread_.join();
        events_.set_wakeup({});
    }

  private:
    void work() {
        {
            EngineMemory memory;
            while (const auto job = next(memory)) {
                run(*job, memory);
            }
        }
        for (const auto& job : left_over())
            events_.push(JobCancelled{job->id});
        tell(State::kStopped);
    }

    /// Waits for the next job; null when the engine stops or is faulted for good. Hashes large model files meanwhile.
    std::shared_ptr<Job> next(EngineMemory& memory) {
        for (;;) {
            std::unique_lock lock(mutex_);
            running_.reset();
            const auto is_due = [&] { return is_stopping_ || (!queue_.empty() && !fault_); };
            if (!is_due() && state_ != State::kIdle && !fault_) tell(State::kIdle);
            if (!is_due() && must_unload()) {
                lock.unlock();
                unload(memory);
                continue;
            }
            if (!is_due() && !to_hash_.empty()) {
                idle_stop_ = std::stop_source();
                const std::filesystem::path file = to_hash_.front();
                const std::stop_token stop = idle_stop_.get_token();
                lock.unlock();
                const auto hashed = memory.hashes.hash(file, stop);
                if (hashed || hashed.error().code != ErrorCode::kCancelled) to_hash_.pop_front();
                continue;
            }
            wait_for_work(lock);
            if (is_stopping_) return nullptr;
            if (!is_due()) continue;
            running_ = queue_.front();
            queue_.pop_front();
            return running_;
        }
    }

    /// With mutex_ held, on the engine thread.
    bool must_unload() const {
        if (wants_unload_) return true;
        return is_loaded_ && unload_after_s_ > 0 && Clock::now() >= unload_at();
    }

    Clock::time_point unload_at() const {
        return idle_since_ + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(unload_after_s_));
    }

    /// Until a job, the end, or the time to give memory back; may wake earlier.
    void wait_for_work(std::unique_lock<std::mutex>& lock) {
        const auto is_woken = [this, before = unload_after_s_] {
            return is_stopping_ || wants_unload_ || before != unload_after_s_ || (!queue_.empty() && !fault_);
        };
        if (is_loaded_ && unload_after_s_ > 0)
            wake_.wait_until(lock, unload_at(), is_woken);
        else
            wake_.wait(lock, is_woken);
    }

    void unload(EngineMemory& memory) {
        memory.generator->unload();
        memory.generator->forget_texts();
        {
            std::lock_guard lock(mutex_);
            wants_unload_ = false;
        }
        is_loaded_ = false;
        log::info("the models have left the memory");
        tell(state_, "The models have left the memory.");
    }

    void run(Job& job, EngineMemory& memory) {
        tell(State::kBusy);
        is_loaded_ = true;
        if (!options_.cache_text) memory.generator->forget_texts();
        {
            JobRunner runner(job.id, job.prepared, memory, job.stop.get_token(),
                             [this](Event event) { push(std::move(event)); });
            report(job, run_guarded(runner), runner.latents_path());
        }
        remember_files(*job.prepared.parts, memory);
        idle_since_ = Clock::now();
    }

    void report(const Job& job, const Result<JobResult>& outcome, const std::filesystem::path& latents) {
        if (outcome) {
            events_.push(JobFinished{job.id, *outcome});
            return;
        }
        const Error& error = outcome.error();
        if (error.code == ErrorCode::kCancelled) {
            std::error_code ec;
            if (!latents.empty() && job.prepared.asked.latents.empty()) std::filesystem::remove(latents, ec);
            events_.push(JobCancelled{job.id});
            return;
        }
        log::error("job {} failed: {} ({})", job.id, to_string(error.code), error.file);
        events_.push(JobFailed{job.id, error, path_to_utf8(latents)});
        if (error.code == ErrorCode::kDeviceFailure) {
            {
                std::lock_guard lock(mutex_);
                fault_ = error;
            }
            tell(State::kFaulted, error.message);
        }
    }

    /// Progress that nobody has taken yet is replaced by newer progress; nothing else is ever dropped.
    void push(Event event) {
        const auto* progress = std::get_if<StageProgress>(&event);
        if (progress == nullptr) return events_.push(std::move(event));
        const Stage stage = progress->stage;
        events_.push_or_replace(std::move(event), [stage](const Event& newest) {
            const auto* waiting = std::get_if<StageProgress>(&newest);
            return waiting != nullptr && waiting->stage == stage;
        });
    }

    void remember_files(const pipeline::ModelParts& parts, const EngineMemory& memory) {
        for (const auto& file : parts.files) {
            const bool is_listed = std::find(to_hash_.begin(), to_hash_.end(), file) != to_hash_.end();
            if (!is_listed && !memory.hashes.known(file)) to_hash_.push_back(file);
        }
    }

    std::deque<std::shared_ptr<Job>> left_over() {
        std::lock_guard lock(mutex_);
        return std::exchange(queue_, {});
    }

    void tell(State state, std::string detail = {}) {
        state_ = state;
        events_.push(EngineStateChanged{state, std::move(detail)});
    }

    const EngineOptions options_;
    ModelCache models_;
    EventQueue<Event> events_;
    std::mutex mutex_, join_mutex_;
    std::condition_variable wake_;
    std::deque<std::shared_ptr<Job>> queue_;  // guarded by mutex_, like the next five
    std::shared_ptr<Job> running_;
    JobId last_id_ = 0;
    bool is_stopping_ = false;
    std::optional<Error> fault_;
    std::stop_source idle_stop_;
    bool wants_unload_ = false;  // guarded by mutex_, like the next one
    double unload_after_s_ = 0;
    // Engine thread only.
    State state_ = State::kStarting;
    std::deque<std::filesystem::path> to_hash_;
    bool is_loaded_ = false;  // a job has run since the last unload
    Clock::time_point idle_since_;
    std::jthread thread_;  // last: it uses all of the above
};

}  // namespace

std::unique_ptr<EngineClient> make_engine(const EngineOptions& options) {
    return std::make_unique<LocalEngine>(options);
}

}  // namespace studio
