// app/job_settings.h - a decided request as the values that the pipeline takes.
#pragma once
#include "app/generation_request.h"
#include "pipeline/generator.h"

namespace studio {

pipeline::ComputeChoice compute_choice(const ResolvedRequest& resolved);
pipeline::DenoiseSettings denoise_settings(const ResolvedRequest& resolved);
/// Files that replace the model's own.
pipeline::PartPaths replaced_parts(const GenerationRequest& request);

}  // namespace studio
