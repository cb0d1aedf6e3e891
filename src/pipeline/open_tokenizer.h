// pipeline/open_tokenizer.h - a tokenizer file or folder, or the one inside a ComfyUI text encoder.
#pragma once
#include <filesystem>
#include <memory>

#include "core/result.h"
#include "text/tokenizer.h"

namespace studio::pipeline {

/// Errors  those of text::Tokenizer::open and of the checkpoint readers, naming the file; NotFound naming a text
/// encoder that
///         holds no tokenizer (tensor spiece_model).   Source: spec wan.md 3.4.
Result<std::unique_ptr<text::Tokenizer>> open_tokenizer(const std::filesystem::path& path);

}  // namespace studio::pipeline
