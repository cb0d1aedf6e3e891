// pipeline/model_folder.h - which files make a model: one folder of a known layout, or parts named one by one.
#pragma once
#include <filesystem>
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
};

/// A model folder, resolved to its parts. Nothing of the weights has been read yet.
struct ModelFolder {
    std::filesystem::path root;
    std::string name;    // of the folder, for people
    std::string layout;  // "diffusers folder", "official folder"
    PartPaths parts;
    std::optional<double> flow_shift;  // scheduler_config.json: flow_shift (or shift)
    std::optional<double> boundary;    // model_index.json: boundary_ratio
    bool expand_timesteps = false;     // model_index.json: one timestep per token (5B image-to-video)
    Json card;  // demo.json / turbo-studio.json beside the parts: {"name","defaults","examples"}; {} if none
};

/// Resolve `root`, taking the parts named in `replaced` from there instead (they need not exist in the folder then).
/// Layouts   diffusers (model_index.json, transformer/, vae/, text_encoder/, tokenizer/, scheduler/; spec: wan.md 8.2)
/// and
///           official (wan.md 8.1).
/// Errors    NotFound naming the folder or the missing part; Unsupported for a layout or container that this program
/// does
///           not read (e.g. .pth parts), naming the file; CorruptFile naming the JSON file.
Result<ModelFolder> open_model_folder(const std::filesystem::path& root, const PartPaths& replaced = {});

}  // namespace studio::pipeline
