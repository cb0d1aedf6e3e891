// app/memory_fit.h - will it fit? Answered while a person still chooses size and length.
#pragma once
#include "app/generation_request.h"

namespace studio {

enum class FitVerdict {
    kFits,        // with everything loaded
    kFitsSlower,  // in a smaller way, which memory.chosen.plan and .price name
    kDoesNotFit,  // `change` says what would
};

struct Fit {
    FitVerdict verdict = FitVerdict::kFits;
    MemoryPrediction memory;
    std::string change;  // kDoesNotFit: "It would fit with 41 frames."
};

/// For a request as prepared by a person: the prompt may still be empty, the output is not looked at.
/// Errors   as resolve(): a setting or model that cannot work.   Threads  any.
/// Cost     a few milliseconds once the model's headers are known (they are kept from call to call); the first call
/// with
///          a model reads them, and with device and precision "auto" measures the machine (compute_choice.h).
Result<Fit> fit(const GenerationRequest& request);

}  // namespace studio
