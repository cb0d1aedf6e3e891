// store/job_store.h - the queue and the history on disk: nothing that was acknowledged is lost, whatever ends the
// program.
#pragma once
#include <functional>
#include <memory>
#include <vector>

#include "store/job_history.h"
#include "store/job_record.h"
#include "store/owner_lock.h"
#include "store/sqlite.h"

namespace studio::store {

/// Jobs of one data folder: jobs.sqlite, and one small JSON file per job from which a lost database is rebuilt.
///
/// Every call that returns without an Error is on the disk. Order of work for a job: add, start, (note_stage,
/// note_latents)*, then one of finish, fail, cancel. Calls on a job in another state are InvalidArgument.
/// Errors    those of Database; NotFound: no such job; InvalidArgument: the job's state forbids it.
/// Threads   one at a time; every call may take some 10 ms of disk time, so not the thread that draws.
class JobStore {
  public:
    /// Is the finished video of this job there? Asked for jobs that ran when the program ended.
    using OutputCheck = std::function<bool(const JobRecord&)>;

    /// Takes the folder's owner lock, repairs what the last run left (recovery()), marks the start.
    /// Errors    Io naming the folder: another window or service owns the queue.
    static Result<std::unique_ptr<JobStore>> open(const std::filesystem::path& folder, const OutputCheck& is_complete);
    /// Marks a clean end.
    ~JobStore();

    const Recovery& recovery() const { return recovery_; }

    // --- the queue
    /// At the end, or before everything else that waits.
    Result<JobRecord> add(const JobDraft& draft, bool at_front = false);
    /// Waiting (interrupted and queued) in the order in which they run, after the running one.
    Result<std::vector<JobRecord>> waiting() const;
    Result<std::optional<JobRecord>> next() const;  // the first queued one; interrupted ones wait for resume()
    Result<JobRecord> find(std::int64_t id) const;
    /// Does any job's request, waiting or ended, have this text in it?   Cost: reads all requests.
    Result<bool> has_request_with(std::string_view text) const;
    /// Put a waiting job before another waiting one; before_id 0: to the end.
    Result<void> move(std::int64_t id, std::int64_t before_id);
    Result<void> change(std::int64_t id, const JobDraft& draft);  // of a waiting job
    Result<JobRecord> duplicate(std::int64_t id);                 // any job, to the end
    Result<void> resume(std::int64_t id);                         // interrupted, failed or cancelled -> queued
    Result<void> remove(std::int64_t id);                         // anything but a running job; files stay
    bool is_paused() const { return is_paused_; }
    Result<void> set_paused(bool is_paused);

    // --- the life of the running job
    Result<void> start(std::int64_t id);
    Result<void> note_stage(std::int64_t id, const std::string& stage);
    Result<void> note_output(std::int64_t id, const std::string& path);  // where the video will be
    Result<void> note_latents(std::int64_t id, const std::string& path);
    Result<void> finish(std::int64_t id, const std::string& output_path, std::int64_t output_bytes, const Json& result);
    Result<void> fail(std::int64_t id, const Json& error, const std::string& latents_path);
    Result<void> cancel(std::int64_t id);
    /// The program ends on purpose: the running job waits again, first, and the attempt does not count.
    Result<void> put_back(std::int64_t id);

    // --- history
    Result<std::vector<JobRecord>> history(const HistoryQuery& query) const;  // newest first
    Result<std::int64_t> history_size() const;
    Result<void> set_starred(std::int64_t id, bool is_starred);
    /// The video was moved: where it is now.
    Result<void> relocate(std::int64_t id, const std::string& output_path);

  private:
    JobStore(std::filesystem::path folder, OwnerLock lock, std::unique_ptr<Database> database);
    Result<void> recover(const OutputCheck& is_complete);
    Result<void> recover_running(JobRecord record, const OutputCheck& is_complete);
    Result<void> mark_start();
    Result<void> rebuild_from_sidecars();
    Result<void> insert(const JobRecord& record) const;
    Result<void> end(std::int64_t id, JobState state, const std::function<void(JobRecord&)>& change);
    Result<void> update(const JobRecord& record) const;
    /// Load, let `change` edit or refuse, store; in one transaction.
    Result<JobRecord> edit(std::int64_t id, const std::function<Result<void>(JobRecord&)>& change);
    Result<std::vector<JobRecord>> rows(Statement statement) const;
    Result<std::int64_t> edge_position(bool at_front) const;
    Result<std::optional<std::string>> fact(std::string_view key) const;
    Result<void> set_fact(std::string_view key, std::string_view value) const;

    std::filesystem::path folder_;
    OwnerLock lock_;
    std::unique_ptr<Database> database_;
    Recovery recovery_;
    bool is_paused_ = false;
};

}  // namespace studio::store
