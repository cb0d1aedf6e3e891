// app/job_runner.h - one job from the opened model to the finished file, on the engine thread.
#pragma once
#include <functional>
#include <stop_token>
#include <string>

#include "app/events.h"
#include "app/progress.h"
#include "app/resolve.h"
#include "library/model_hashes.h"

namespace studio {

namespace pipeline {
class Generator;
enum class Part;
struct StageHooks;
}  // namespace pipeline
struct LatentsFile;

/// What stays from job to job.
struct EngineMemory {
    EngineMemory();
    ~EngineMemory();
    std::unique_ptr<pipeline::Generator> generator;
    StageSpeeds speeds;
    ModelHashes hashes;
};

class JobRunner {
  public:
    JobRunner(JobId id, const PreparedJob& job, EngineMemory& memory, std::stop_token stop,
              std::function<void(Event)> emit);
    ~JobRunner();

    /// The first stage that runs out of memory is tried again in the next smaller way of the job's plan.
    /// Errors    those of the stages; OutOfMemory with needed and free memory and what would fit. Leaves no partial
    ///           video; the generator is ready for the next job.
    Result<JobResult> run();
    /// Final latents that a failed job left behind or was to decode, or empty.
    const std::filesystem::path& latents_path() const { return latents_path_; }

  private:
    Result<void> make_latents();
    Result<void> read_latents();
    Result<void> in_memory(pipeline::MemoryStage stage, const std::function<Result<void>()>& run);
    bool use_smaller_plan(pipeline::MemoryStage stage);
    Error out_of_memory(pipeline::MemoryStage stage, const Error& error) const;
    const pipeline::MemoryPlan& plan() const { return job_.memory.plans[plan_]; }
    bool keeps_all() const { return plan().choice.keeps_all; }
    std::vector<StageTime> recipe_times() const;
    Result<void> open();
    Result<void> load_parts();
    Result<void> load(pipeline::Part part);
    bool needs_text_encoder() const;
    Result<void> encode_text();
    Result<void> encode_image();
    Result<void> denoise();
    void keep_latents();
    Result<void> decode();
    void free_for(pipeline::Part part);
    pipeline::StageHooks hooks();
    bool is_guided() const { return job_.resolved.guidance != 1 || job_.resolved.request.guidance_2.value_or(1) != 1; }
    JobResult result() const;

    JobId id_;
    const PreparedJob& job_;
    EngineMemory& memory_;
    std::stop_token stop_;
    std::function<void(Event)> emit_;
    std::optional<ProgressTracker> progress_;
    std::filesystem::path latents_path_, output_path_;
    std::shared_ptr<const LatentsFile> latents_;  // of a job that only decodes
    std::size_t plan_;                            // the way in which it runs, of job_.memory.plans
    bool has_retried_ = false;
    std::vector<std::string> notices_;
};

}  // namespace studio
