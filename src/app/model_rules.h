// app/model_rules.h - what a model cannot use is refused with the reason, never ignored.
#pragma once
#include "app/generation_request.h"

namespace studio {

namespace pipeline {
struct ModelParts;
}

/// Looks at what the person set, before any default is filled in.
/// Errors   InvalidArgument naming the field and what to do: an image for a model that takes none, none for a model
/// that
///          needs one, an end image without support for it, guidance or a negative prompt for a model distilled to work
///          without, a second guidance, boundary or adapter for a second expert that is not there.
Result<void> refuse_unusable(const GenerationRequest& asked, const pipeline::ModelParts& parts);

/// Looks at the values as decided.
/// Errors   InvalidArgument: values that do not go together.
Result<void> refuse_contradictions(const GenerationRequest& decided);

}  // namespace studio
