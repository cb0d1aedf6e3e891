// app/latents_request.h - a job whose decoding failed or was killed, to be finished from its latents on disk.
#pragma once
#include <filesystem>

#include "app/generation_request.h"

namespace studio {

/// The request that finishes it: submit() decodes and saves only. The frames are those of the run that was interrupted.
/// Change its output or memory limits if wanted; nothing else has an effect but the model, which must be the same.
/// Errors   NotFound, Io, CorruptFile; Unsupported for a file that is no latents of this program.
Result<GenerationRequest> latents_request(const std::filesystem::path& latents);

}  // namespace studio
