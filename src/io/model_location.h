// io/model_location.h - from the path a user gives to the one file (or index) that holds the weights.
#pragma once
#include <filesystem>

#include "core/result.h"

namespace studio::io {

struct ModelLocation {
    std::filesystem::path file;    // weights file, or *.index.json
    std::filesystem::path config;  // config.json beside it, or empty
    bool is_index = false;
};

/// A file is taken as it is; a folder must hold exactly one candidate: an index, a diffusers part of its usual name
/// (diffusion_pytorch_model*, model*), a single .safetensors file, or where there is none of these a single .pth, .pt,
/// .bin, .ckpt or .gguf file.
/// Errors  NotFound (nothing there; nothing usable in the folder), Unsupported (several candidates, all named; a
///         whole pipeline folder), Io.
Result<ModelLocation> locate_model(const std::filesystem::path& path);

}  // namespace studio::io
