// io/content_kind.h - what a file that is no safetensors file is instead, told from its first bytes.
#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "core/error.h"

namespace studio::io {

/// The usual wrong contents: web page, Git LFS pointer, JSON text, torch archive, GGUF, other archives, zeros.
/// Unsupported for real model containers of another kind, CorruptFile for the rest; nothing when it is none of them.
std::optional<Error> describe_wrong_content(std::span<const std::byte> start, const std::string& file);

}  // namespace studio::io
