// pipeline/generator_settings.h - the engine's values as the pipeline's own; private to this module.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "pipeline/generator.h"
#include "pipeline/video_pipeline.h"

namespace studio::pipeline {

/// Errors   throws Failure(InvalidArgument), field "sampler".
SamplerSettings sampler_settings(const DenoiseSettings& settings);

/// Errors   throws Failure(InvalidArgument), field "attention".
PipelineOptions pipeline_options(const ComputeChoice& choice);

/// Two equal texts: a loaded transformer computes the same.
std::string transformer_identity(const ComputeChoice& choice);

/// Files that decide what a prompt is encoded to.   Precondition: the text encoder was opened.
std::vector<std::filesystem::path> text_files(const ModelParts& parts);

}  // namespace studio::pipeline
