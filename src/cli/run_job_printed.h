// cli/run_job_printed.h - one job with its progress on the terminal, or as JSON lines; shared by generate and decode.
#pragma once
#include <stop_token>

#include "app/engine_client.h"
#include "cli/output.h"

namespace studio::cli {

/// Every event goes to `output`; with `is_json` also the refusal of a request that never became a job.
Result<JobResult> run_printed(EngineClient& engine, const GenerationRequest& request, bool is_json,
                              const std::stop_token& stop, Output& output);
/// A failure before there was anything to run.
void print_refusal(const Error& error, bool is_json, Output& output);
/// Tells it to a person and returns the exit code.
int report_failure(const Error& error, Output& output);

/// What a resolved request will take and in which way it runs, for `--dry-run`.
void print_memory(const MemoryPrediction& memory, Output& output);

}  // namespace studio::cli
