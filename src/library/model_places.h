// library/model_places.h - where models are: the models folders, and places that were added by name.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "core/result.h"

namespace studio {

/// STUDIO_MODELS (several, separated like PATH), then user_data_dir()/models. What the program stores goes into the
/// first.
std::vector<std::filesystem::path> models_folders();

/// Below a models folder: files that several models share, as their publishers lay them out. No model itself.
inline constexpr const char* kPartsFolder = "parts";

struct RegisteredModel {
    std::string name;
    std::filesystem::path path;  // absolute; a file or folder that stays where it is
};

/// In the order in which they were added. A lost or damaged list counts as empty and is said in the log.
std::vector<RegisteredModel> registered_models();
/// Errors  InvalidArgument when the name is taken; Io.
Result<void> register_model(const RegisteredModel& model);
/// False when there is no such name.   Errors  Io.
Result<bool> forget_model(const std::string& name);

/// A name that is safe as a folder name on Linux and Windows: no separator, no reserved name, no leading dot, at most
/// 120 bytes. Errors  InvalidArgument with `field` "--name".
Result<void> check_model_name(const std::string& name);

}  // namespace studio
