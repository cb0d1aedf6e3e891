// pipeline/folder_layouts.h - folders whose layout names the parts: diffusers, official repositories, our own cards.
#pragma once
#include <filesystem>

#include "core/result.h"
#include "pipeline/model_folder.h"

namespace studio::pipeline {

/// model_index.json and scheduler/.   Errors: CorruptFile naming the file and key; Unsupported for other pipelines.
Result<void> resolve_diffusers(const std::filesystem::path& root, ModelFolder& folder);

/// Parts under their published names; false when there is no transformer under such a name.
bool resolve_official(const std::filesystem::path& root, ModelFolder& folder);

/// demo.json or turbo-studio.json into folder.card; its "name".   Errors: CorruptFile, Io naming the file.
Result<void> read_card(const std::filesystem::path& root, ModelFolder& folder);
/// The card's "parts" ({"vae": PATH, ...}; relative to the folder); false when it has none.   Errors: CorruptFile.
Result<bool> resolve_card(const std::filesystem::path& root, ModelFolder& folder);

}  // namespace studio::pipeline
