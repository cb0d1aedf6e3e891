#include "library/published_files.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"

namespace studio {
namespace fs = std::filesystem;

namespace {

/// Names that hundreds of repositories use say nothing about which file it is.
bool is_common_name(std::string_view name) {
    constexpr std::string_view kStarts[] = {
        "diffusion_pytorch_model", "pytorch_model", "model.", "model-", "spiece.", "tokenizer"};
    return name.ends_with(".json") || std::any_of(std::begin(kStarts), std::end(kStarts),
                                                  [&](std::string_view start) { return name.starts_with(start); });
}

}  // namespace

const CatalogFile* published_as(const Catalog& catalog, const fs::path& path) {
    std::string text = path_to_utf8(path);
    std::replace(text.begin(), text.end(), '\\', '/');
    std::error_code problem;
    const auto size = fs::file_size(path, problem);
    const bool is_common = is_common_name(path_to_utf8(path.filename()));
    const CatalogFile* by_name = nullptr;
    bool is_ambiguous = false;
    for (const CatalogFile& file : catalog.files) {
        if (file.sha256.empty() || !text.ends_with("/" + file.path)) continue;
        if (text.ends_with("/" + file.repo + "/" + file.path)) return &file;
        if (is_common || problem || file.size != size) continue;
        is_ambiguous = is_ambiguous || (by_name != nullptr && by_name->sha256 != file.sha256);
        by_name = &file;
    }
    return is_ambiguous ? nullptr : by_name;
}

std::vector<std::string> changed_file_notices(const std::vector<fs::path>& files, const fs::path& model,
                                              const ModelHashes& hashes) {
    std::vector<std::string> notices;
    const auto manifest = read_manifest(model);
    const auto catalog = read_catalog();
    for (const fs::path& file : files) {
        const auto known = hashes.known(file);
        if (!known) continue;
        std::string expected;
        std::error_code ignored;
        const fs::path place = fs::weakly_canonical(file, ignored);
        if (manifest.ok() && *manifest) {
            for (const OwnedFile& owned : (*manifest)->files) {
                if (fs::weakly_canonical(owned.path, ignored) == place) expected = owned.sha256;
            }
        }
        if (expected.empty() && catalog.ok()) {
            if (const CatalogFile* const published = published_as(*catalog, file)) expected = published->sha256;
        }
        if (expected.empty() || expected == *known) continue;
        notices.push_back(
            fmt::format("{} is not the published file: its SHA-256 differs. 'models verify' tells more; 'models "
                        "download' replaces it.",
                        escape_for_display(path_to_utf8(file.filename()), 200)));
    }
    return notices;
}

}  // namespace studio
