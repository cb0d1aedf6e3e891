// app/memory_decision.h - from a decided request to the plan that it will run with.
#pragma once
#include "app/generation_request.h"
#include "app/memory_fit.h"
#include "pipeline/memory_plan.h"

namespace studio {

struct MemoryDecision {
    std::vector<pipeline::MemoryPlan> plans;
    std::size_t chosen = 0;  // plans.size(): none fits
    pipeline::MemoryFree free;
    bool is_cuda = false;

    bool fits() const { return chosen < plans.size(); }
    /// The chosen one, or the smallest.
    const pipeline::MemoryPlan& plan() const { return fits() ? plans[chosen] : smallest(); }
    const pipeline::MemoryPlan& smallest() const;
};

/// `request` has every value decided; `text_tokens` of its longest prompt.
MemoryDecision decide_memory(const pipeline::ModelParts& parts, const GenerationRequest& request,
                             std::int64_t text_tokens, std::uint64_t free_device);

MemoryPrediction to_prediction(const MemoryDecision& decision);

/// What to change so that it fits: frames first, then the size, then the limit or the model.
FittingChange change_that_fits(const pipeline::ModelParts& parts, const GenerationRequest& request,
                               std::int64_t text_tokens, std::uint64_t free_device);
/// OutOfMemory with needed and free memory and the change above.
Error does_not_fit(const pipeline::ModelParts& parts, const GenerationRequest& request, const MemoryDecision& decision,
                   std::int64_t text_tokens, std::uint64_t free_device);

}  // namespace studio
