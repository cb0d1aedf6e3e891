// Where models are looked for. What a folder or file is, model_check.cpp decides.
#include "library/models.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "core/files.h"
#include "core/platform.h"
#include "core/text.h"
#include "library/model_places.h"

namespace studio {
namespace fs = std::filesystem;
namespace {

constexpr const char* kDemoName = "demo";
constexpr int kMaxParents = 6;            // build/dev/bin -> source tree is three
constexpr std::size_t kMaxListed = 1000;  // a models folder that is somebody's home folder must not hang the list

fs::path absolute_path(const fs::path& path) {
    std::error_code failed;
    const fs::path full = fs::absolute(path, failed);
    return failed ? path : full.lexically_normal();
}

/// models/demo of the source tree that the program was built in. The tree must look like ours: an installed program
/// must not pick up a folder that happens to be called so.
fs::path demo_in_source_tree() {
    fs::path folder = platform::executable_path().parent_path();
    for (int i = 0; i < kMaxParents && !folder.empty(); ++i, folder = folder.parent_path()) {
        if (is_folder(folder / "models" / kDemoName) && is_there(folder / "src" / "app" / "models.h")) {
            return folder / "models" / kDemoName;
        }
        if (folder == folder.root_path()) break;
    }
#ifdef STUDIO_DEVELOPMENT_SOURCE_DIR
    const fs::path built_from = path_from_utf8(STUDIO_DEVELOPMENT_SOURCE_DIR) / "models" / kDemoName;
    if (is_folder(built_from)) return built_from;
#endif
    return {};
}

bool may_be_model(const fs::directory_entry& entry) {
    std::error_code ignored;
    const std::string name = path_to_utf8(entry.path().filename());
    if (name.starts_with(".") || name == kPartsFolder) return false;
    if (entry.is_directory(ignored)) return true;
    if (!entry.is_regular_file(ignored)) return false;
    const std::string extension = path_to_utf8(entry.path().extension());
    return extension == ".safetensors" || extension == ".gguf" || extension == ".pth" || extension == ".pt";
}

std::string listed_name(const fs::path& path) {
    return path_to_utf8(is_folder(path) ? path.filename() : path.stem());
}

/// What has a name: entries of all models folders in a stable order, then the places that were added. A folder that
/// cannot be read counts as empty.
std::vector<RegisteredModel> candidates() {
    std::vector<RegisteredModel> found;
    for (const fs::path& folder : models_folders()) {
        std::vector<fs::path> here;
        std::error_code failed;
        for (fs::directory_iterator it(folder, failed), end; !failed && it != end; it.increment(failed)) {
            if (may_be_model(*it)) here.push_back(absolute_path(it->path()));
            if (here.size() >= kMaxListed) break;
        }
        std::sort(here.begin(), here.end());
        for (const fs::path& path : here)
            found.push_back({listed_name(path), path});
    }
    const auto added = registered_models();
    found.insert(found.end(), added.begin(), added.end());
    return found;
}

/// A damaged model stays in the list with the reason: vanishing without a word helps nobody.
ModelInfo unusable(const fs::path& path, const Error& error) {
    ModelInfo info;
    info.name = listed_name(path);
    info.path = path;
    info.kind = "not usable";
    info.missing = {error.message};
    info.details = {{"error",
                     {{"code", std::string(to_string(error.code))},
                      {"message", error.message},
                      {"file", error.file},
                      {"field", error.field},
                      {"fix", error.fix}}}};
    return info;
}

}  // namespace

Result<fs::path> demo_model_path() {
    if (const char* const chosen = std::getenv("STUDIO_DEMO_MODEL"); chosen != nullptr && *chosen != '\0') {
        const fs::path path = absolute_path(path_from_utf8(chosen));
        if (is_there(path)) return path;
        return Error{ErrorCode::kNotFound,
                     fmt::format("STUDIO_DEMO_MODEL names {}, which does not exist.", path_to_utf8(path)),
                     path_to_utf8(path),
                     "STUDIO_DEMO_MODEL",
                     "Correct the variable or unset it.",
                     {}};
    }
    const fs::path installed =
        platform::executable_path().parent_path().parent_path() / "share" / "turbo-studio" / "models" / kDemoName;
    if (is_folder(installed)) return installed;
    if (fs::path path = demo_in_source_tree(); !path.empty()) return path;
    return Error{ErrorCode::kNotFound,
                 "The bundled demo model is not installed beside the program.",
                 path_to_utf8(installed),
                 "model",
                 "Install the program again, or name another model with --model.",
                 {}};
}

std::vector<ModelInfo> list_models() {
    std::vector<ModelInfo> models;
    if (const auto demo = demo_model_path()) {
        auto info = check_model(*demo);
        models.push_back(info.ok() ? std::move(*info) : unusable(*demo, info.error()));
        models.back().name = kDemoName;
    }
    for (const auto& [name, path] : candidates()) {
        if (!models.empty() && models.front().path == path) continue;
        auto info = check_model(path);
        models.push_back(info.ok() ? std::move(*info) : unusable(path, info.error()));
        models.back().name = name;
    }
    return models;
}

Result<fs::path> find_model(const std::string& name_or_path) {
    if (name_or_path.empty() || name_or_path == kDemoName) return demo_model_path();
    const fs::path path = path_from_utf8(name_or_path);
    std::string known = kDemoName;
    // A plain word is a name first: a file of that name in the current folder must not change what a script means.
    if (!path.has_parent_path()) {
        for (const auto& [name, place] : candidates()) {
            if (name == name_or_path) return place;
            known += ", " + name;
        }
    }
    if (is_there(path)) return absolute_path(path);
    return Error{
        ErrorCode::kNotFound,
        fmt::format("There is no model {}.", escape_for_display(name_or_path, 300)),
        path_to_utf8(absolute_path(path)),
        "model",
        fmt::format("Give the path of a model folder, or one of these names: {}.", escape_for_display(known, 300)),
        {}};
}

}  // namespace studio
