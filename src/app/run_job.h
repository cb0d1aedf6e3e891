// app/run_job.h - one job from submit to its end, for callers that wait: command line, self-test, benchmarks.
#pragma once
#include <functional>
#include <stop_token>

#include "app/engine_client.h"

namespace studio {

/// Submit and wait. Every event is handed to `on_event` in order, on the calling thread. A stop request cancels the job
/// and waits until the engine has let go of it. Uses the engine's wake-up and its only consumer place.
/// Errors   those of submit(); the job's own; Cancelled after a stop; Internal when the engine stopped meanwhile.
/// Threads  never the GUI thread.
Result<JobResult> run_job(EngineClient& engine, const GenerationRequest& request, std::stop_token stop,
                          const std::function<void(const Event&)>& on_event = {});

}  // namespace studio
