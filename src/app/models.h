// app/models.h - which models are there, what they are, and the bundled demo model.
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
    std::string layout;     // "diffusers folder", "official folder", "single file"
    std::string precision;  // as stored
    std::uint64_t bytes = 0;
    bool complete = false;             // can generate as it is
    std::vector<std::string> missing;  // parts that are missing, with where to get them
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
