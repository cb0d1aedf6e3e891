// app/resolve.h - from a request to everything that one job needs, or to the reason why it cannot run.
#pragma once
#include <memory>

#include "app/generation_request.h"
#include "pipeline/memory_plan.h"
#include "pipeline/model_parts.h"

namespace studio {

struct PreparedJob {
    ResolvedRequest resolved;
    GenerationRequest asked;  // as it came: model and output as the person wrote them
    std::shared_ptr<const pipeline::ModelParts> parts;
    pipeline::MemoryPlan memory;
};

/// What resolve() does, with the opened model kept. `default_threads` for requests that leave threads at 0 (0: all
/// cores).
Result<PreparedJob> prepare_job(const GenerationRequest& request, int default_threads = 0);

}  // namespace studio
