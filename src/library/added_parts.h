// library/added_parts.h - several loose files that together are one model: which is which.
#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/result.h"

namespace studio {

/// "transformer", "transformer_2", "vae", "text_encoder", "tokenizer", "image_encoder" -> path.
using AddedParts = std::map<std::string, std::filesystem::path>;

/// Told apart by content. Two transformers are the experts of an A14B model; only their names tell which is which.
/// Errors  those of the readers; Unsupported for what is no such part; InvalidArgument (`field` "PATH"): two files of
/// one part, no
///         transformer, experts whose names do not tell.
Result<AddedParts> sort_added_parts(const std::vector<std::filesystem::path>& paths);

}  // namespace studio
