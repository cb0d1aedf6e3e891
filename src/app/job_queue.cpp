// The durable queue: a thread that feeds the engine one stored job at a time and writes down what becomes of it.
#include <fmt/format.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "app/job_images.h"
#include "app/queue_client.h"
#include "app/recipe_file.h"
#include "app/resolve.h"
#include "app/unfinished_files.h"
#include "core/error_json.h"
#include "core/event_queue.h"
#include "core/log.h"
#include "core/text.h"
#include "store/job_store.h"

namespace studio {
namespace {

using store::JobDraft;
using store::JobRecord;
using store::JobState;

JobId id_of(const JobRecord& record) {
    return static_cast<JobId>(record.id);
}

/// The finished video of this very job: its recipe carries the job's mark.
bool has_own_video(const JobRecord& record) {
    const auto recipe = read_recipe_document(path_from_utf8(record.output_path));
    if (!recipe.ok() || !recipe->is_object()) return false;
    const auto job = recipe->find("job");
    return job != recipe->end() && *job == record.uid;
}

Json result_json(const JobResult& result) {
    Json times = Json::object();
    for (const StageTime& time : result.times)
        times[std::string(to_string(time.stage))] = time.seconds;
    return {{"times", std::move(times)},
            {"total_s", result.total_s},
            {"peak_rss_bytes", result.peak_rss_bytes},
            {"settings", result.resolved.request.to_json()}};
}

class DurableQueue final : public QueueClient {
  public:
    DurableQueue(std::unique_ptr<store::JobStore> store, std::unique_ptr<EngineClient> engine, JobImages images)
        : recovery_(store->recovery()),
          images_(std::move(images)),
          engine_(std::move(engine)),
          store_(std::move(store)) {
        if (!recovery_.interrupted.empty() || recovery_.is_crash_loop) sweep_images();
        engine_->set_wakeup([this] { ring(); });
        thread_ = std::jthread([this] { work(); });
    }
    ~DurableQueue() override { shutdown(); }

    Result<JobId> submit(const GenerationRequest& request) override { return add(request, false); }
    Result<JobId> submit_first(const GenerationRequest& request) override { return add(request, true); }

    void cancel(JobId id) override {
        std::lock_guard lock(mutex_);
        if (!store_) return;
        if (current_ && current_->stored == id) {
            current_->is_unwanted = true;
            if (current_->at_engine != 0) engine_->cancel(current_->at_engine);
            return;
        }
        if (store_->cancel(stored(id))) tell(JobCancelled{id});
    }

    void free_memory() override { engine_->free_memory(); }
    void set_unload_after(double seconds) override { engine_->set_unload_after(seconds); }
    std::vector<Event> take_events() override { return events_.drain(); }
    void set_wakeup(std::function<void()> wakeup) override { events_.set_wakeup(std::move(wakeup)); }

    void shutdown() override {
        {
            std::lock_guard lock(mutex_);
            is_stopping_ = true;
        }
        engine_->shutdown();  // its last events wait in its queue
        ring();
        std::lock_guard once(join_mutex_);
        if (thread_.joinable()) thread_.join();
        std::lock_guard lock(mutex_);
        store_.reset();
        events_.set_wakeup({});
    }

    Result<std::vector<JobRecord>> waiting() override {
        return with_store([](auto& store) { return store.waiting(); });
    }
    Result<void> move(JobId id, JobId before_id) override {
        return change_queue([&](auto& store) { return store.move(stored(id), stored(before_id)); });
    }
    Result<void> change(JobId id, const GenerationRequest& request) override {
        std::lock_guard lock(images_mutex_);
        STUDIO_TRY(draft, draft_of(request));
        STUDIO_TRY(before, find(id));
        const auto changed = change_queue([&](auto& store) { return store.change(stored(id), draft); });
        drop_images(changed ? before.draft.request : draft.request);
        return changed;
    }
    Result<JobId> duplicate(JobId id) override {
        STUDIO_TRY(record, change_queue([&](auto& store) { return store.duplicate(stored(id)); }));
        return id_of(record);
    }
    Result<void> resume(JobId id) override {
        return change_queue([&](auto& store) { return store.resume(stored(id)); });
    }
    Result<void> remove(JobId id) override {
        std::lock_guard lock(images_mutex_);
        STUDIO_TRY(before, find(id));
        STUDIO_TRY_VOID(change_queue([&](auto& store) { return store.remove(stored(id)); }));
        drop_images(before.draft.request);
        return {};
    }
    bool is_paused() override {
        std::lock_guard lock(mutex_);
        return store_ && store_->is_paused();
    }
    Result<void> set_paused(bool is_paused) override {
        return change_queue([&](auto& store) { return store.set_paused(is_paused); });
    }
    const store::Recovery& recovery() const override { return recovery_; }

    Result<JobRecord> find(JobId id) override {
        return with_store([&](auto& store) { return store.find(stored(id)); });
    }
    Result<std::vector<JobRecord>> history(const store::HistoryQuery& query) override {
        return with_store([&](auto& store) { return store.history(query); });
    }
    Result<std::int64_t> history_size() override {
        return with_store([](auto& store) { return store.history_size(); });
    }
    Result<void> set_starred(JobId id, bool is_starred) override {
        return with_store([&](auto& store) { return store.set_starred(stored(id), is_starred); });
    }
    Result<void> relocate(JobId id, const std::filesystem::path& video) override {
        return with_store([&](auto& store) { return store.relocate(stored(id), path_to_utf8(video)); });
    }

  private:
    /// The job that the engine has.
    struct Current {
        JobId stored = 0;
        JobId at_engine = 0;
        bool is_unwanted = false;  // a person cancelled it; otherwise it waits again after a shutdown
        std::optional<Stage> stage;
    };

    static std::int64_t stored(JobId id) { return static_cast<std::int64_t>(id); }

    static Error closed() {
        return {ErrorCode::kCancelled, "The queue is closed.", {}, {}, "Start the program again.", {}};
    }

    /// A picture that this was the last job for goes too.
    void drop_images(const Json& request) {
        for (const std::string& hash : images_.copies_in(request)) {
            const auto is_needed = with_store([&](auto& store) { return store.has_request_with(hash); });
            if (is_needed && !*is_needed) images_.remove(hash);
        }
    }

    /// After an end in the middle: copies of jobs that never reached the store.
    void sweep_images() {
        images_.sweep([this](const std::string& hash) {
            const auto is_needed = store_->has_request_with(hash);
            return !is_needed || *is_needed;
        });
    }

    /// Refuses what can be refused now, and draws the seed, so that the job is the same whenever it runs.
    Result<JobDraft> draft_of(const GenerationRequest& asked) {
        STUDIO_TRY(prepared, prepare_job(asked, models_));
        GenerationRequest request = asked;
        request.seed = prepared.resolved.request.seed;
        STUDIO_TRY_VOID(images_.keep(request));
        return JobDraft{request.to_json(), request.prompt, prepared.resolved.model_name};
    }

    Result<JobId> add(const GenerationRequest& request, bool is_first) {
        std::lock_guard lock(images_mutex_);
        STUDIO_TRY(draft, draft_of(request));
        auto record = with_store([&](auto& store) -> Result<JobRecord> {
            auto added = store.add(draft, is_first);
            if (added) tell(JobQueued{id_of(*added)});  // before anything that its start may tell
            return added;
        });
        if (!record) {
            drop_images(draft.request);
            return std::move(record).error();
        }
        tell(QueueChanged{});
        ring();
        return id_of(*record);
    }

    template <class Call>
    auto with_store(Call call) -> decltype(call(std::declval<store::JobStore&>())) {
        std::lock_guard lock(mutex_);
        if (!store_ || is_stopping_) return closed();
        return call(*store_);
    }

    template <class Call>
    auto change_queue(Call call) -> decltype(call(std::declval<store::JobStore&>())) {
        auto outcome = with_store(std::move(call));
        if (outcome) {
            tell(QueueChanged{});
            ring();
        }
        return outcome;
    }

    void tell(Event event) { events_.push(std::move(event)); }

    void ring() {
        std::lock_guard lock(ring_mutex_);
        is_ringing_ = true;
        bell_.notify_one();
    }

    void work() {
        for (;;) {
            {
                std::unique_lock lock(ring_mutex_);
                bell_.wait(lock, [this] { return is_ringing_; });
                is_ringing_ = false;
            }
            std::unique_lock lock(mutex_);
            const bool is_last_time = is_stopping_;
            lock.unlock();
            for (Event& event : engine_->take_events())
                std::visit([this](auto& e) { on_event(e); }, event);
            if (is_last_time) return leave_current();
            while (start_next()) {
            }
        }
    }

    /// True when another one may be tried at once: this one could not even begin.
    bool start_next() {
        std::lock_guard lock(mutex_);
        if (current_ || is_faulted_ || is_stopping_ || store_->is_paused()) return false;
        const auto next = store_->next();
        if (!next) return trouble(next.error()), false;
        if (!*next) return false;
        const JobRecord& record = **next;
        if (const auto started = store_->start(record.id); !started) return trouble(started.error()), false;
        current_.emplace();
        current_->stored = id_of(record);
        const auto submitted = submit_to_engine(record);
        if (submitted) {
            current_->at_engine = *submitted;
            return false;
        }
        tell(JobFailed{id_of(record), submitted.error(), {}});
        end(store_->fail(record.id, error_json(submitted.error()), record.latents_path));
        return true;
    }

    Result<JobId> submit_to_engine(const JobRecord& record) {
        STUDIO_TRY(request, GenerationRequest::from_json(record.draft.request));
        request.job = record.uid;
        images_.find_moved(request);
        std::error_code ec;
        if (std::filesystem::exists(path_from_utf8(record.latents_path), ec)) request.latents = record.latents_path;
        return engine_->submit(request);
    }

    /// What is on the disk could not be changed: people must know, the work goes on.
    void trouble(const Error& error) {
        log::error("queue: {}", error.message);
        tell(QueueTrouble{error});
    }

    void note(const Result<void>& written) {
        if (!written) trouble(written.error());
    }

    void end(const Result<void>& written) {
        note(written);
        current_.reset();
        tell(QueueChanged{});
    }

    bool is_current(JobId at_engine) const { return current_ && current_->at_engine == at_engine; }

    void on_event(JobQueued&) {}
    void on_event(JobStarted& event) {
        std::lock_guard lock(mutex_);
        if (!is_current(event.id)) return;
        if (current_->is_unwanted) engine_->cancel(event.id);
        note(store_->note_output(stored(current_->stored), event.resolved.output_path));
        event.id = current_->stored;
        tell(std::move(event));
        tell(QueueChanged{});
    }
    void on_event(StageProgress& event) {
        std::lock_guard lock(mutex_);
        if (!is_current(event.id)) return;
        if (current_->stage != event.stage) {
            current_->stage = event.stage;
            note(store_->note_stage(stored(current_->stored), std::string(to_string(event.stage))));
        }
        event.id = current_->stored;
        const Stage stage = event.stage;
        events_.push_or_replace(std::move(event), [stage](const Event& newest) {
            const auto* progress = std::get_if<StageProgress>(&newest);
            return progress != nullptr && progress->stage == stage;
        });
    }
    void on_event(Preview& event) {
        std::lock_guard lock(mutex_);
        if (!is_current(event.id)) return;
        event.id = current_->stored;
        tell(std::move(event));
    }
    void on_event(LatentsKept& event) {
        std::lock_guard lock(mutex_);
        if (!is_current(event.id)) return;
        note(store_->note_latents(stored(current_->stored), event.path));
        event.id = current_->stored;
        tell(std::move(event));
    }
    void on_event(JobFinished& event) {
        std::lock_guard lock(mutex_);
        if (!is_current(event.id)) return;
        const JobResult& result = event.result;
        event.id = current_->stored;
        const auto written = store_->finish(stored(event.id), result.output_path,
                                            static_cast<std::int64_t>(result.output_bytes), result_json(result));
        tell(std::move(event));
        end(written);
    }
    void on_event(JobFailed& event) {
        std::lock_guard lock(mutex_);
        if (!is_current(event.id)) return;
        event.id = current_->stored;
        const auto written = store_->fail(stored(event.id), error_json(event.error), event.latents_path);
        tell(std::move(event));
        end(written);
    }
    void on_event(JobCancelled& event) {
        std::lock_guard lock(mutex_);
        if (!is_current(event.id)) return;
        if (!current_->is_unwanted) return;  // the engine is going: leave_current() keeps the job
        event.id = current_->stored;
        const auto written = store_->cancel(stored(event.id));
        tell(std::move(event));
        end(written);
    }
    void on_event(EngineStateChanged& event) {
        if (event.state == EngineStateChanged::State::kFaulted) is_faulted_ = true;
        tell(std::move(event));
    }
    void on_event(QueueChanged&) {}
    void on_event(QueueTrouble& event) { tell(std::move(event)); }

    /// The program ends while a job runs: it waits again, first, and the next start does not begin it unasked.
    void leave_current() {
        std::lock_guard lock(mutex_);
        if (!current_) return;
        if (!current_->is_unwanted) note(store_->set_paused(true));
        end(current_->is_unwanted ? store_->cancel(stored(current_->stored))
                                  : store_->put_back(stored(current_->stored)));
    }

    const store::Recovery recovery_;
    const JobImages images_;
    std::mutex images_mutex_;  // held from a copy until a stored job names it, and while one is dropped
    ModelCache models_;
    EventQueue<Event> events_;
    std::unique_ptr<EngineClient> engine_;
    std::mutex mutex_, join_mutex_, ring_mutex_;
    std::unique_ptr<store::JobStore> store_;  // guarded by mutex_, like the next two
    std::optional<Current> current_;
    bool is_stopping_ = false;
    std::condition_variable bell_;
    bool is_ringing_ = true;   // guarded by ring_mutex_; true: look at the queue at once
    bool is_faulted_ = false;  // feeding thread only
    std::jthread thread_;      // last: it uses all of the above
};

}  // namespace

Result<std::unique_ptr<QueueClient>> make_queue(const std::filesystem::path& folder,
                                                std::unique_ptr<EngineClient> engine) {
    STUDIO_TRY(store, store::JobStore::open(folder, has_own_video));
    remove_unfinished_files();  // of a run that was killed: now, not with the next job, which may never come
    log::info("the queue is open: {} interrupted, {} completed after a crash, {} given up",
              store->recovery().interrupted.size(), store->recovery().completed.size(),
              store->recovery().given_up.size());
    return std::unique_ptr<QueueClient>(
        std::make_unique<DurableQueue>(std::move(store), std::move(engine), JobImages(folder / "images")));
}

}  // namespace studio
