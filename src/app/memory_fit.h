// app/memory_fit.h - will it fit? Answered while a person still chooses size and length.
#pragma once
#include <optional>
#include <string>

#include "app/generation_request.h"

namespace studio {

enum class FitVerdict {
    kFits,        // with everything loaded
    kFitsSlower,  // in a smaller way, which memory.chosen.plan and .price name
    kDoesNotFit,  // `change` says what would
};

/// A smaller wish that would fit: a sentence, and the one value, or the two of a size, that it changes. No value: it
/// takes another limit or another model.
struct FittingChange {
    std::string text;
    std::optional<int> num_frames, width, height;
};

struct Fit {
    FitVerdict verdict = FitVerdict::kFits;
    MemoryPrediction memory;
    FittingChange change;  // kDoesNotFit: "It would fit with 41 frames."
};

/// For a request as prepared by a person: the prompt may still be empty, the output is not looked at.
/// Errors   as resolve(): a setting or model that cannot work.   Threads  any.
/// Cost     a few milliseconds once the model's headers are known (they are kept from call to call); the first call
/// with
///          a model reads them, and with device and precision "auto" measures the machine (compute_choice.h).
Result<Fit> fit(const GenerationRequest& request);

}  // namespace studio
