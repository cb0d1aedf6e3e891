// pipeline/model_folder.h - which files make a model: one folder of a known layout, or parts named one by one.
#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/json.h"
#include "core/result.h"

namespace studio::pipeline {

/// Where each part lies: a file, a shard index or a folder. Empty: not given, or not there.
struct PartPaths {
    std::filesystem::path transformer;
    std::filesystem::path transformer_2;  // Wan 2.2 A14B: the low-noise expert
    std::filesystem::path vae;
    std::filesystem::path text_encoder;
    std::filesystem::path tokenizer;
    std::filesystem::path image_encoder;  // Wan 2.1 image-to-video
    bool operator==(const PartPaths&) const = default;
};

/// A model folder, resolved to its parts. Nothing of the weights has been read yet.
struct ModelFolder {
    std::filesystem::path root;
    std::string name;    // of the folder, for people
    std::string layout;  // "diffusers folder", "official folder", "ComfyUI folder", "loose files", "model card"
    PartPaths parts;
    std::vector<std::string> notices;  // what was assumed, e.g. which file was taken for the high-noise expert and why
    /// Why a part is not there though files of its kind are: "vae" -> "wan2.2_vae.safetensors has 48 latent channels
    /// ...".
    std::map<std::string, std::string> hints;
    /// One transformer of a pair of experts was found (its name says which half it is) and the other was not.
    bool is_half_of_pair = false;
    std::optional<double> flow_shift;  // scheduler_config.json: flow_shift (or shift)
    std::optional<double> boundary;    // model_index.json: boundary_ratio
    bool expand_timesteps = false;     // model_index.json: one timestep per token (5B image-to-video)
    Json card;  // demo.json / turbo-studio.json beside the parts: {"name","defaults","examples"}; {} if none
};

/// Resolve `root`, taking the parts named in `replaced` from there instead (they need not exist in the folder then).
/// Layouts   a diffusers folder (model_index.json; spec: wan.md 8.2), an official repository (wan.md 8.1, also with
///           high_noise_model/ and low_noise_model/), a folder with a card that names its parts (turbo-studio.json), a
///           ComfyUI models tree (its root or models/), any folder of loose checkpoints, or one transformer file: what
///           each file is follows from its tensors; parts are looked for in the folder, beside it and in `search`.
///           Of two experts, file and folder names say which is for high noise; a notice says so.
/// Errors    NotFound naming the folder; Unsupported when several files could be one part (all named) or nothing is a
///           transformer; CorruptFile naming the JSON file.
Result<ModelFolder> open_model_folder(const std::filesystem::path& root, const PartPaths& replaced = {},
                                      const std::vector<std::filesystem::path>& search = {});

}  // namespace studio::pipeline
