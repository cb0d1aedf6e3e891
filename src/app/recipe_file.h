// app/recipe_file.h - where a recipe is stored: in an MP4's metadata key "recipe", or as a JSON file. Told by content.
#pragma once
#include <filesystem>

#include "app/clip.h"

namespace studio {

enum class RecipeContainer { kVideo, kJson };
/// By the first bytes, never by the name.
/// Errors   NotFound, Io, CorruptFile (empty), Unsupported (a model file, or nothing that can hold a recipe).
Result<RecipeContainer> recipe_container(const std::filesystem::path& path);

/// The recipe as stored, at most 1 MiB, not yet checked against the schema.
/// Errors   those above; Unsupported for a video without a recipe; CorruptFile for damaged JSON.
Result<Json> read_recipe_document(const std::filesystem::path& path);

/// Check a document and make a request of it: {"settings": {...}, ...} or bare settings. Unknown settings are set aside
/// and listed in document["set_aside"]; the output path and network addresses are never taken over. Errors CorruptFile,
/// InvalidArgument naming file and key.
Result<Recipe> recipe_from_document(Json document, const std::filesystem::path& path);

}  // namespace studio
