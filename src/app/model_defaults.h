// app/model_defaults.h - what a model wants when nobody says otherwise.
#pragma once
#include <string>

#include "app/generation_request.h"

namespace studio {

namespace pipeline {
struct ModelParts;
struct ShapeRules;
}  // namespace pipeline

struct ModelDefaults {
    int width = 832, height = 480, num_frames = 81;
    double fps = 16;
    std::string sampler = "unipc";
    int steps = 50;       // of that sampler
    double guidance = 5;  // of that sampler
    double shift = 5, sigma_max = 80;
};

/// The model's own card (demo.json "defaults"), else its scheduler's flow_shift, else the published values of its
/// variant (spec: wan.md 1.2).   Errors: CorruptFile naming the card and the key with a value of the wrong type or
/// range.
Result<ModelDefaults> model_defaults(const pipeline::ModelParts& parts);

/// Fill every open value of `request` but the seed and the output.
void fill_defaults(GenerationRequest& request, const ModelDefaults& defaults, const pipeline::ShapeRules& rules);

}  // namespace studio
