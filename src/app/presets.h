// app/presets.h - named sets of wishes relative to a model: Draft, Balanced and Best, and a person's own.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/generation_request.h"
#include "library/models.h"

namespace studio {

/// `values` holds members of GenerationRequest (keys as in its JSON), never a prompt, seed, model or path. Values that
/// are not there are the model's own.
struct Preset {
    std::string name;  // "draft", "balanced", "best", or as its owner called it
    Json values = Json::object();
    bool is_built_in = false;
    bool operator==(const Preset&) const = default;
};

/// Keys that a preset may hold.
std::span<const std::string_view> preset_keys();

/// Draft, Balanced and Best as they suit this model (spec: window.md 5b): Balanced is what the model's makers
/// recommend, Draft has fewer steps, a shorter clip and, where the model is made for several sizes, the smallest; Best
/// has the most steps and the largest size. A model of which nothing is known gives presets without values.
std::vector<Preset> built_in_presets(const ModelInfo& model);

struct AppliedPreset {
    GenerationRequest request;
    std::vector<std::string> left_out;  // keys with a value that this model cannot use
};
/// Write the preset into a request; what it does not name goes back to open (the model's default), among preset_keys().
/// Values that the model cannot use (a mode of another sampler, sparse attention without its weights, a second
/// guidance without a second expert, guidance of a model distilled to work without) are left out and named.
AppliedPreset apply_preset(const Preset& preset, const ModelInfo& model, GenerationRequest request);

/// What a person would keep of these settings under a name: what differs from the model's defaults.
Preset preset_of(std::string name, const GenerationRequest& request, const ModelInfo& model);

/// Would applying the preset change nothing? Defaults of the model count as equal to values that name them.
bool is_in_force(const Preset& preset, const ModelInfo& model, const GenerationRequest& request);

/// Errors   InvalidArgument (`field` "preset"): empty, longer than 60 characters, control characters, or the name of a
///          built-in one.
Result<void> check_preset_name(std::string_view name);

}  // namespace studio
