// app/resolve.h - from a request to everything that one job needs, or to the reason why it cannot run.
#pragma once
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>

#include "app/memory_decision.h"

namespace studio {

struct PreparedJob {
    ResolvedRequest resolved;
    GenerationRequest asked;  // as it came: model and output as the person wrote them
    std::shared_ptr<const pipeline::ModelParts> parts;
    MemoryDecision memory;
    std::int64_t text_tokens = 0;  // of the longest prompt
    std::uint64_t free_device_bytes = 0;
};

/// The model opened last, so that the next job with it need not read its headers and vocabulary again.
/// Threads   safe from any.
class ModelCache {
  public:
    /// Errors   those of open_model_folder and open_model_parts.
    Result<std::shared_ptr<const pipeline::ModelParts>> open(const std::filesystem::path& root,
                                                             const pipeline::PartPaths& replaced);

  private:
    std::mutex mutex_;
    std::shared_ptr<const pipeline::ModelParts> parts_;
    std::string identity_;
};

/// For callers without a job (a window that asks again and again): one model is kept open.   Threads  safe from any.
ModelCache& shared_models();

/// What resolve() does, with the opened model kept. `default_threads` for requests that leave threads at 0 (0: all
/// cores).
Result<PreparedJob> prepare_job(const GenerationRequest& request, ModelCache& models, int default_threads = 0);

}  // namespace studio
