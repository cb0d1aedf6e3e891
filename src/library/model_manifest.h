// library/model_manifest.h - which files the program itself put on disk for a model: what `remove` may delete and
// `verify` compares.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"

namespace studio {

struct OwnedFile {
    std::filesystem::path path;  // absolute, inside the models folder
    std::uint64_t size = 0;      // 0: not known
    std::string sha256;          // empty: not known
};

/// MODEL/turbo-studio-files.json: {"version":1,"origin":"catalogue","files":[{"path","size","sha256"}]}, paths relative
/// to the models folder. It is read as a file from outside: a path outside of the model and of the shared parts, also
/// through a link, is dropped.
struct ModelManifest {
    std::string origin;  // "catalogue", "copied", "moved"
    std::vector<OwnedFile> files;
};

/// Nothing when the model has none, which is the case for everything that the program did not put there.
/// Errors  CorruptFile, Io.
Result<std::optional<ModelManifest>> read_manifest(const std::filesystem::path& model);
Result<void> write_manifest(const std::filesystem::path& model, const ModelManifest& manifest);
std::filesystem::path manifest_path(const std::filesystem::path& model);

/// `path` inside `folder`, links on the way resolved (the last name need not exist).
bool is_inside(const std::filesystem::path& path, const std::filesystem::path& folder);

}  // namespace studio
