// app/queue_client.h - the engine with a queue and a history that outlive the program: what the window works with.
#pragma once
#include <filesystem>
#include <memory>
#include <vector>

#include "app/engine_client.h"
#include "store/job_history.h"
#include "store/job_record.h"

namespace studio {

/// An EngineClient whose jobs are on the disk before submit() returns. Its JobIds are those of the store and stay valid
/// from one run of the program to the next; events carry them. One job is with the engine at a time.
///
/// Threads   any; calls wait for the disk (some 10 ms), so not the thread that draws. Events as in EngineClient.
/// Errors    those of store::JobStore.
class QueueClient : public EngineClient {
  public:
    /// submit() puts a job last; this one lets it run before everything else that waits.
    virtual Result<JobId> submit_first(const GenerationRequest& request) = 0;

    // cancel() ends the running job, or takes a waiting one out of the queue; it stays in the history as cancelled.
    virtual Result<std::vector<store::JobRecord>> waiting() = 0;  // the running one first
    virtual Result<void> move(JobId id, JobId before_id) = 0;     // before_id 0: to the end
    virtual Result<void> change(JobId id, const GenerationRequest& request) = 0;
    virtual Result<JobId> duplicate(JobId id) = 0;
    /// An interrupted, failed or cancelled job waits again. With saved latents only its decode is done.
    virtual Result<void> resume(JobId id) = 0;
    virtual Result<void> remove(JobId id) = 0;
    virtual bool is_paused() = 0;
    /// While paused the running job goes on and no other begins.
    virtual Result<void> set_paused(bool is_paused) = 0;
    virtual const store::Recovery& recovery() const = 0;

    virtual Result<store::JobRecord> find(JobId id) = 0;
    virtual Result<std::vector<store::JobRecord>> history(const store::HistoryQuery& query) = 0;
    virtual Result<std::int64_t> history_size() = 0;
    virtual Result<void> set_starred(JobId id, bool is_starred) = 0;
    virtual Result<void> relocate(JobId id, const std::filesystem::path& video) = 0;
};

/// The queue of a data folder over an engine.   Errors: those of store::JobStore::open.
Result<std::unique_ptr<QueueClient>> make_queue(const std::filesystem::path& folder,
                                                std::unique_ptr<EngineClient> engine);

}  // namespace studio
