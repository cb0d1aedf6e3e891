// app/job_runner.h - one job from the opened model to the finished file, on the engine thread.
#pragma once
#include <functional>
#include <stop_token>
#include <string>

#include "app/events.h"
#include "app/model_hashes.h"
#include "app/progress.h"
#include "app/resolve.h"

namespace studio {

namespace pipeline {
class Generator;
enum class Part;
struct StageHooks;
}  // namespace pipeline

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

    /// Errors    those of the stages. Leaves no partial video; the generator is ready for the next job.
    Result<JobResult> run();
    /// Final latents that a failed job left behind, or empty.
    const std::filesystem::path& latents_path() const { return latents_path_; }

  private:
    Result<void> open();
    Result<void> load_parts();
    Result<void> load(pipeline::Part part);
    Result<void> encode_text();
    Result<void> denoise();
    void keep_latents();
    Result<void> decode();
    Result<std::filesystem::path> decode_once();
    void free_for(pipeline::Part part);
    pipeline::StageHooks hooks();
    bool is_guided() const { return job_.resolved.guidance != 1; }
    JobResult result() const;

    JobId id_;
    const PreparedJob& job_;
    EngineMemory& memory_;
    std::stop_token stop_;
    std::function<void(Event)> emit_;
    std::optional<ProgressTracker> progress_;
    std::filesystem::path latents_path_, output_path_;
    std::vector<std::string> notices_;
};

}  // namespace studio
