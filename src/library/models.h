// library/models.h - which models are there, what they are, and the bundled demo model.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "core/json.h"
#include "core/result.h"

namespace studio {

struct ModelInfo {
    std::string name;  // for people and for --model
    std::filesystem::path path;
    std::string kind;       // "text-to-video", ...
    std::string layout;     // "diffusers folder", "official folder", "single file", ...: pipeline::ModelFolder::layout
    std::string precision;  // as stored: the type of most bytes
    std::uint64_t bytes = 0;
    std::string role;              // of a file or part: "dit", "vae", ...; of a model's folder: "model"
    std::string variant;           // "Wan2.1 T2V 1.3B", "Wan VAE 2.2", ...
    std::uint64_t parameters = 0;  // values in all weights
    /// Every stored type with its share of the bytes, largest first: {"BF16", 0.99}.
    std::vector<std::pair<std::string, double>> precisions;
    bool complete = false;             // can generate as it is
    std::vector<std::string> missing;  // parts that are missing: file name and where it is published
    std::vector<std::string> fits;     // what goes with it
    std::vector<std::string> notices;  // what was assumed or is worth knowing
    Json details;                      // config, tensor counts; for --json
    // Defaults of the model, for the window: a value that the model does not state is absent.
    Json defaults;  // {"width","height","num_frames","fps","steps","sampler","guidance","shift"}
    std::vector<std::string> example_prompts;
};

/// The demo model: STUDIO_DEMO_MODEL, beside the program (../share/turbo-studio/models/demo), or models/demo of the
/// source tree.
Result<std::filesystem::path> demo_model_path();
/// Demo model, then every folder under the models folders (STUDIO_MODELS, user_data_dir()/models).
std::vector<ModelInfo> list_models();
/// What a file or folder is, judged by its tensors and never by its name.
Result<ModelInfo> check_model(const std::filesystem::path& path);
/// A --model value: empty, a name from list_models(), or a path.
Result<std::filesystem::path> find_model(const std::string& name_or_path);

}  // namespace studio
