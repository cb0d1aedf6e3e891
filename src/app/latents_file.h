// app/latents_file.h - the final latents of a job on disk: with them and the model the rest of the job can be done.
// A safetensors file with one tensor "latents" F32 [1, C, T, h, w] (normalised, what the VAE decodes) and metadata:
// "recipe" (recipe.h, times up to here) and "request" (the resolved request, output as the person asked for it).
#pragma once
#include <array>
#include <filesystem>
#include <map>

#include "app/events.h"

#include "app/resolve.h"

namespace studio {

/// A new name in the folder for them, user_state_dir()/latents.
std::filesystem::path new_latents_path(JobId id);
/// Inside that folder: made and removed by the program itself.
bool is_kept_by_us(const std::filesystem::path& latents);
/// Failed and killed jobs leave their latents; the twenty newest are enough.
void forget_old_latents(const std::filesystem::path& folder);

std::map<std::string, std::string> latents_metadata(const PreparedJob& job, const Json& recipe);

struct LatentsFile {
    GenerationRequest request;  // resolved; `latents` is this file, so that it only decodes
    Json recipe;
    std::array<std::int64_t, 5> shape{};
};
/// Errors   NotFound, Io, CorruptFile; Unsupported for a file that is no latents of this program, or of a newer one.
Result<LatentsFile> read_latents_file(const std::filesystem::path& path);

/// The file against the job that is to decode it.
/// Errors   InvalidArgument, field "latents": a shape that is not that of the request's video. NotFound or Unsupported,
///          field "model": `model` (model_document) lacks a file of the recipe's model or has another in its place.
Result<void> check_latents_shape(const LatentsFile& file, const PreparedJob& job);
Result<void> check_latents_model(const LatentsFile& file, const Json& model);

}  // namespace studio
