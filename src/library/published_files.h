// library/published_files.h - is a model file the one that was published or stored? Judged by hashes that are known
// anyway.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "library/catalog.h"
#include "library/model_hashes.h"
#include "library/model_manifest.h"

namespace studio {

/// What the catalogue has for a file of this place: the end of the path is the published one, with the repository
/// before it; or without, if the size is the published one too and the name is not one that many files have. Null when
/// it knows none, or no hash of it.
const CatalogFile* published_as(const Catalog& catalog, const std::filesystem::path& path);

/// A sentence for each file whose known hash is neither the one that was stored with the model nor the published one.
/// Nothing is hashed here.
std::vector<std::string> changed_file_notices(const std::vector<std::filesystem::path>& files,
                                              const std::filesystem::path& model, const ModelHashes& hashes);

}  // namespace studio
