#include "library/model_manifest.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/json.h"
#include "core/log.h"
#include "core/text.h"
#include "io/atomic_file.h"
#include "library/model_places.h"

namespace studio {
namespace fs = std::filesystem;
namespace {

constexpr JsonLimits kLimits{8u << 20, 8};

fs::path resolved(const fs::path& path) {
    std::error_code problem;
    fs::path out = fs::weakly_canonical(path, problem);
    return problem ? path.lexically_normal() : out;
}

std::string text_of(const Json& json, const char* key) {
    const auto it = json.find(key);
    return it != json.end() && it->is_string() ? it->get<std::string>() : std::string();
}

}  // namespace

fs::path manifest_path(const fs::path& model) {
    return model / "turbo-studio-files.json";
}

bool is_inside(const fs::path& path, const fs::path& folder) {
    // The last name itself is not followed: a link is a thing of its own.
    const fs::path full = resolved(path.parent_path()) / path.filename();
    const fs::path base = resolved(folder);
    const auto [in_base, in_path] = std::mismatch(base.begin(), base.end(), full.begin(), full.end());
    return in_base == base.end() && in_path != full.end() && path.filename() != ".." && path.filename() != ".";
}

Result<std::optional<ModelManifest>> read_manifest(const fs::path& model) {
    const fs::path file = manifest_path(model);
    std::error_code problem;
    if (!fs::is_directory(model, problem) || !fs::exists(file, problem)) return std::optional<ModelManifest>();
    STUDIO_TRY(json, read_json_file(file, kLimits));
    const auto files = json.is_object() ? json.find("files") : json.end();
    if (!json.is_object() || files == json.end() || !files->is_array()) {
        return corrupt_file(path_to_utf8(file), "files", fmt::format("{} is not a list of files.", path_to_utf8(file)),
                            "Delete this file if the model is to stay as it is; download the model again otherwise.");
    }
    const fs::path root = model.parent_path();
    ModelManifest manifest{text_of(json, "origin"), {}};
    for (const Json& entry : *files) {
        if (!entry.is_object()) continue;
        OwnedFile owned{root / path_from_utf8(text_of(entry, "path")), 0, text_of(entry, "sha256")};
        if (const auto size = entry.find("size"); size != entry.end() && size->is_number_unsigned())
            owned.size = size->get<std::uint64_t>();
        owned.path = owned.path.lexically_normal();
        if (is_inside(owned.path, model) || is_inside(owned.path, root / kPartsFolder))
            manifest.files.push_back(std::move(owned));
        else
            log::warning("{} names a file outside of the model; it is ignored", path_to_utf8(file));
    }
    return std::optional(std::move(manifest));
}

Result<void> write_manifest(const fs::path& model, const ModelManifest& manifest) {
    Json files = Json::array();
    for (const OwnedFile& file : manifest.files) {
        const fs::path relative =
            file.path.lexically_normal().lexically_relative(model.parent_path().lexically_normal());
        std::string path = path_to_utf8(relative);
        std::replace(path.begin(), path.end(), '\\', '/');
        files.push_back({{"path", path}, {"size", file.size}, {"sha256", file.sha256}});
    }
    const Json json = {{"version", 1}, {"origin", manifest.origin}, {"files", std::move(files)}};
    return io::write_text_file(manifest_path(model), json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
}

}  // namespace studio
