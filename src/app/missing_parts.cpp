#include "app/missing_parts.h"

#include <algorithm>
#include <array>
#include <set>

#include "core/files.h"
#include "core/text.h"
#include "io/sha256.h"
#include "library/catalog.h"
#include "library/models.h"

namespace studio {
namespace {

namespace fs = std::filesystem;

std::string file_name(const std::string& path) {
    const auto slash = path.find_last_of("/\\");  // of either system: the recipe may come from the other one
    return slash == std::string::npos ? path : path.substr(slash + 1);
}

const Json* member(const Json& document, const char* key) {
    if (!document.is_object()) return nullptr;
    const auto found = document.find(key);
    return found == document.end() ? nullptr : &*found;
}

std::string text_of(const Json* json) {
    return json && json->is_string() ? json->get<std::string>() : std::string();
}

std::set<std::string> hashes_of(const Json& model) {
    std::set<std::string> hashes;
    if (const Json* files = member(model, "files"); files && files->is_array())
        for (const Json& file : *files)
            if (std::string hash = text_of(member(file, "sha256")); !hash.empty()) hashes.insert(std::move(hash));
    return hashes;
}

/// By name, or by a file that belongs to this model alone: a text encoder is shared by many.
std::string published_model(const std::string& name, const Json& model) {
    const auto catalog = read_catalog();
    if (!catalog.ok()) return {};
    for (const CatalogModel& each : catalog->models)
        if (each.id == name || each.title == name) return each.id;
    const std::set<std::string> hashes = hashes_of(model);
    for (const CatalogModel& each : catalog->models) {
        const auto transformer = each.parts.find("transformer");
        if (transformer == each.parts.end()) continue;
        for (const std::string& id : transformer->second)
            if (const CatalogFile* file = catalog->find_file(id);
                file && file->role == "dit" && !file->sha256.empty() && hashes.contains(file->sha256))
                return each.id;
    }
    return {};
}

void check_model(const GenerationRequest& request, const Json& document, std::vector<MissingPart>& missing) {
    if (request.model.empty() || find_model(request.model).ok()) return;
    static const Json kNone;
    const Json* const model = member(document, "model");
    std::string name = text_of(member(model ? *model : kNone, "name"));
    if (name.empty()) name = file_name(request.model);
    missing.push_back({"model", name, published_model(name, model ? *model : kNone), false});
}

void check_image(const char* key, const std::string& path, const std::string& sha256,
                 std::vector<MissingPart>& missing) {
    if (path.empty()) return;
    const fs::path file = path_from_utf8(path);
    if (!require_regular_file(file).ok()) {
        missing.push_back({key, file_name(path), {}, false});
        return;
    }
    if (sha256.empty()) return;
    if (const auto hash = io::sha256_file(file); hash.ok() && *hash != sha256)
        missing.push_back({key, file_name(path), {}, true});
}

}  // namespace

std::vector<MissingPart> missing_parts(const GenerationRequest& request, const Json& document) {
    std::vector<MissingPart> missing;
    check_model(request, document, missing);
    check_image("image", request.image, request.image_sha256, missing);
    check_image("end_image", request.end_image, request.end_image_sha256, missing);
    for (const LoraSetting& lora : request.loras)
        check_image("loras", lora.path, {}, missing);
    const std::array<std::pair<const char*, const std::string*>, 5> parts = {
        {{"vae", &request.vae},
         {"text_encoder", &request.text_encoder},
         {"tokenizer", &request.tokenizer},
         {"transformer_2", &request.transformer_2},
         {"image_encoder", &request.image_encoder}}};
    std::error_code ec;
    for (const auto& [key, path] : parts)
        if (!path->empty() && !fs::exists(path_from_utf8(*path), ec))
            missing.push_back({key, file_name(*path), {}, false});
    return missing;
}

}  // namespace studio
