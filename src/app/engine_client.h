// app/engine_client.h - the seam between people's programs and the engine. In-process today; a child process or another
// machine later, without a change above this interface.
#pragma once
#include <functional>
#include <memory>
#include <vector>

#include "app/events.h"

namespace studio {

class EngineClient {
  public:
    virtual ~EngineClient() = default;

    /// Queue a job; returns at once. What can be refused without the engine (ranges, sizes, files) is an Error here,
    /// everything later a JobFailed event.
    virtual Result<JobId> submit(const GenerationRequest& request) = 0;
    /// Ask a job to stop: within one DiT block, sampler step, decoded latent frame or encoded frame. Unknown ids are
    /// ignored.
    virtual void cancel(JobId id) = 0;
    /// All events since the last call, in order.   Threads: one consumer.
    virtual std::vector<Event> take_events() = 0;
    /// Called from an engine thread whenever events wait; may only wake the consumer. Empty: none; after that returns
    /// no call is running.
    virtual void set_wakeup(std::function<void()> wakeup) = 0;
    /// Give the memory of loaded models and read prompts back: at once, or when the running job has ended. The next job
    /// loads again. An EngineStateChanged with a detail says that it is done.   Returns at once.
    virtual void free_memory() = 0;
    /// Do that by itself after so many seconds without a job; 0: never.
    virtual void set_unload_after(double seconds) = 0;
    /// Stop accepting, cancel what runs, join. Afterwards no wake-up is called. Idempotent.
    virtual void shutdown() = 0;
};

struct EngineOptions {
    int threads = 0;            // default for requests that leave it 0
    double unload_after_s = 0;  // see set_unload_after()
    bool cache_text = true;     // false: encode the prompt again in every job (benchmarks)
};

/// The in-process engine: one thread that owns every tensor, started at once; models load with the first job and stay.
std::unique_ptr<EngineClient> make_engine(const EngineOptions& options = {});

/// Decide every open value of a request, or say what is wrong with it. Reads model headers, runs nothing.
/// Errors   InvalidArgument naming the field with the nearest valid values; NotFound, CorruptFile, Unsupported for
/// models;
///          OutOfMemory when the prediction exceeds what is free, with the setting that fits.
Result<ResolvedRequest> resolve(const GenerationRequest& request);

}  // namespace studio
