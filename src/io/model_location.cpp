#include "io/model_location.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/files.h"
#include "core/text.h"
#include "io/weight_index.h"

namespace studio::io {
namespace fs = std::filesystem;
namespace {

struct Listing {
    std::vector<fs::path> indexes, weights, others;  // names, sorted; others: torch and GGUF files
    bool is_pipeline = false;                        // holds model_index.json
};

Error folder_error(ErrorCode code, const fs::path& folder, const std::string& why, const std::string& fix) {
    const std::string name = path_to_utf8(folder);
    return {code, fmt::format("The folder {} {}", escape_for_display(name, 1000), why), name, {}, fix, {}};
}

Result<Listing> list_folder(const fs::path& folder) {
    std::error_code failed;
    Listing out;
    std::size_t seen = 0;
    for (fs::directory_iterator it(folder, failed), end; !failed && it != end; it.increment(failed)) {
        if (++seen > 10000)
            return folder_error(ErrorCode::kUnsupported, folder, "holds more than 10000 files.",
                                "Name the model file itself.");
        const std::string name = path_to_utf8(it->path().filename());
        if (name.starts_with(".")) continue;  // hidden files, half-written ones of our own among them
        if (name == "model_index.json") out.is_pipeline = true;
        if (name.ends_with(".index.json")) out.indexes.push_back(it->path().filename());
        if (name.ends_with(".safetensors")) out.weights.push_back(it->path().filename());
        if (name.ends_with(".pth") || name.ends_with(".pt") || name.ends_with(".bin") || name.ends_with(".ckpt") ||
            name.ends_with(".gguf")) {
            out.others.push_back(it->path().filename());
        }
    }
    if (failed) {
        return folder_error(ErrorCode::kIo, folder, fmt::format("cannot be read: {}.", failed.message()),
                            "Check its permissions.");
    }
    for (auto* list : {&out.indexes, &out.weights, &out.others})
        std::sort(list->begin(), list->end());
    return out;
}

std::string names_of(const std::vector<fs::path>& files) {
    std::string out;
    for (std::size_t i = 0; i < files.size() && i < 8; ++i) {
        out += (i > 0 ? ", " : "") + escape_for_display(path_to_utf8(files[i]), 120);
    }
    return files.size() > 8 ? out + ", and more" : out;
}

/// "model-00001-of-00003.safetensors": a part that only an index can put together.
bool looks_like_shard(const fs::path& file) {
    const std::string name = path_to_utf8(file.stem());
    const auto of = name.rfind("-of-");
    return of != std::string::npos && of > 0 && name[of - 1] >= '0' && name[of - 1] <= '9';
}

bool has_usual_name(const fs::path& file) {
    const std::string name = path_to_utf8(file);
    return name.starts_with("diffusion_pytorch_model") || name.starts_with("model.") || name.starts_with("model-");
}

/// The candidates of one kind: those of the usual diffusers names, if there are any, else all.
std::vector<fs::path> preferred(const std::vector<fs::path>& files) {
    std::vector<fs::path> usual;
    std::copy_if(files.begin(), files.end(), std::back_inserter(usual), has_usual_name);
    return usual.empty() ? files : usual;
}

Result<fs::path> choose(const fs::path& folder, const Listing& found) {
    std::vector<fs::path> single;
    bool has_shards = false;
    for (const fs::path& file : found.weights) {
        if (looks_like_shard(file))
            has_shards = true;
        else
            single.push_back(file);
    }
    std::vector<fs::path> candidates = found.indexes;
    candidates.insert(candidates.end(), single.begin(), single.end());
    candidates = preferred(candidates);
    // Beside the parts of a pipeline a lone file is anything but its transformer.
    if (found.is_pipeline && !candidates.empty() && !has_usual_name(candidates[0])) candidates.clear();
    if (candidates.size() == 1) return candidates[0];
    if (candidates.size() > 1) {
        return folder_error(ErrorCode::kUnsupported, folder,
                            fmt::format("holds several models: {}.", names_of(candidates)),
                            "Name the one that you mean instead of the folder.");
    }
    if (has_shards && !found.is_pipeline) {
        return folder_error(
            ErrorCode::kNotFound, folder,
            fmt::format("holds parts of a model ({}) but not their .index.json.", names_of(found.weights)),
            "Download the index file too; it says which part holds what.");
    }
    if (found.is_pipeline) {
        return folder_error(ErrorCode::kUnsupported, folder, "is a whole pipeline, not one part of it.",
                            "Name the part, for example its transformer, vae or text_encoder folder.");
    }
    if (found.others.size() == 1) return found.others[0];
    if (!found.others.empty()) {
        return folder_error(ErrorCode::kUnsupported, folder,
                            fmt::format("holds several models: {}.", names_of(found.others)),
                            "Name the one that you mean instead of the folder.");
    }
    return folder_error(ErrorCode::kNotFound, folder, "holds no model file (.safetensors, .pth or .gguf).",
                        "Name a folder or file that holds model weights.");
}

}  // namespace

Result<ModelLocation> locate_model(const fs::path& path) {
    ModelLocation out;
    std::error_code failed;
    if (fs::is_directory(path, failed)) {
        STUDIO_TRY(found, list_folder(path));
        STUDIO_TRY(name, choose(path, found));
        out.file = path / name;
    } else {
        out.file = path;
    }
    STUDIO_TRY_VOID(require_regular_file(out.file));
    out.is_index = path_to_utf8(out.file.filename()).ends_with(".json");
    const fs::path config = out.file.parent_path() / "config.json";
    if (fs::exists(fs::symlink_status(config, failed)) && config != out.file) out.config = config;
    return out;
}

}  // namespace studio::io
