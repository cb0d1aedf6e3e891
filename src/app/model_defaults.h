// app/model_defaults.h - what a model wants when nobody says otherwise.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "app/generation_request.h"
#include "library/models.h"

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
    std::optional<double> small_shift;  // instead of shift up to the area of 832x480
    std::string sampler_mode = "sde";   // of rcm
    std::optional<double> guidance_2;   // two experts: of the low-noise one
    std::optional<double> boundary;     // two experts
    std::string negative_prompt;        // where guidance is on and the person gives none
};

/// The model's own card (demo.json "defaults"), else its scheduler's flow_shift, else the published values of its
/// variant (spec: wan.md 1.2).   Errors: CorruptFile naming the card and the key with a value of the wrong type or
/// range.
Result<ModelDefaults> model_defaults(const pipeline::ModelParts& parts);

/// The same for a listed model: fills what `info.defaults` does not state, from kind and configuration, so that a
/// window can show every value before a job exists. A model of unknown kind stays as it is.   Reads no file.
void state_defaults(ModelInfo& info);
/// list_models(), each with state_defaults().
std::vector<ModelInfo> list_models_with_defaults();

/// What few-step distilled adapters need instead; says so in `notices`. `defaults` of a model made for few steps anyway
/// stay.   Errors: those of the reader, naming the adapter's file.
Result<void> use_adapter_defaults(const std::vector<LoraSetting>& loras, ModelDefaults& defaults,
                                  std::vector<std::string>& notices);

/// Fill every open value of `request` but the seed and the output.
void fill_defaults(GenerationRequest& request, const ModelDefaults& defaults, const pipeline::ShapeRules& rules);

}  // namespace studio
