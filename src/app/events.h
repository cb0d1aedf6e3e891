// app/events.h - what the engine tells: values only, in order per job; the last event of a job is never dropped.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "app/generation_request.h"
#include "core/error.h"
#include "core/frame.h"

namespace studio {

using JobId = std::uint64_t;

enum class Stage { kLoad, kText, kImage, kDenoise, kDecode, kSave };
std::string_view to_string(
    Stage stage) noexcept;  // "load", "text", "image", "denoise", "decode", "save": stable, for JSON

struct JobQueued {
    JobId id = 0;
};
struct JobStarted {
    JobId id = 0;
    ResolvedRequest resolved;
};
/// At most 20 per second, beside the first and the last of each stage. `left_s` is measured from this run, absent until
/// there is something to measure.
struct StageProgress {
    JobId id = 0;
    Stage stage = Stage::kLoad;
    int done = 0, total = 0;  // units of the stage: files, steps, latent frames
    double fraction = 0;      // of the whole job, never falls
    double elapsed_s = 0;
    std::optional<double> left_s;
};
/// The latent after a step, mapped linearly to colours: small, one Frame per latent frame.
struct Preview {
    JobId id = 0;
    int step = 0;
    std::shared_ptr<const std::vector<Frame>> frames;
};

/// The final latents are on disk: from here on a failure costs only the decoding. Removed again when the job succeeds.
struct LatentsKept {
    JobId id = 0;
    std::string path;  // absolute, UTF-8
};

struct StageTime {
    Stage stage;
    double seconds;
};
struct JobResult {
    std::string output_path;  // absolute, UTF-8
    ResolvedRequest resolved;
    std::vector<StageTime> times;  // every stage once, in order
    double total_s = 0;
    std::uint64_t peak_rss_bytes = 0;
    std::uint64_t output_bytes = 0;
};
struct JobFinished {
    JobId id = 0;
    JobResult result;
};
struct JobFailed {
    JobId id = 0;
    Error error;
    std::string latents_path;
};  // latents saved for a later decode, or empty
struct JobCancelled {
    JobId id = 0;
};
struct EngineStateChanged {
    enum class State { kStarting, kIdle, kBusy, kFaulted, kStopped } state = State::kStarting;
    std::string detail;
};

/// The waiting jobs, their order or the pause changed: ask the QueueClient again.
struct QueueChanged {};
/// The queue's database could not be written. What runs goes on; what was acknowledged before is safe.
struct QueueTrouble {
    Error error;
};

using Event = std::variant<JobQueued, JobStarted, StageProgress, Preview, LatentsKept, JobFinished, JobFailed,
                           JobCancelled, EngineStateChanged, QueueChanged, QueueTrouble>;

/// One line of JSON for `generate --json`; previews carry only their size.
Json to_json(const Event& event);

}  // namespace studio
