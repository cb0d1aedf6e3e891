// component/pipeline_options.h - the options of `component pipeline`; private to this module.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "component/options.h"
#include "pipeline/model_folder.h"
#include "sampler/sampler.h"

namespace studio::component {

struct PipelineOptions {
    bool from_image = false;  // mode "i2v"
    SamplerSettings sampler;
    double guidance = 1;
    std::optional<double> guidance_2, boundary;
    pipeline::PartPaths parts;
    std::string prompt, negative_prompt;
    std::optional<std::string> image;
    std::optional<std::int64_t> seed, height, width, num_frames;

    bool is_guided() const { return guidance != 1 || guidance_2.value_or(1) != 1; }
};

/// Errors   as Options: throws Failure(InvalidArgument) naming the key.
PipelineOptions read_pipeline_options(Options& options);

}  // namespace studio::component
