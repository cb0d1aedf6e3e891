// io/content_kind.h - what a file is, told from its first bytes.
#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "core/error.h"

namespace studio::io {

enum class ContentKind {
    kSafetensors,   // a length and a JSON object; also everything that is none of the others
    kTorchZip,      // a zip archive
    kGguf,          // "GGUF" in either byte order
    kLegacyTorch,   // a pickle, or a tar archive as torch before 1.6 (and before 0.1.10) wrote them
    kOldGgml,       // GGML, GGJT and the like: before GGUF
    kOtherArchive,  // gzip, 7z, rar, xz, zstd
    kWebPage,
    kPointer,  // Git LFS or Xet: a note about where the model is
    kJson,
    kZeros,
};

/// What a file is by its first bytes, whatever its name says.
ContentKind content_kind(std::span<const std::byte> start);

/// What stands in the place of a safetensors file: all kinds above but the first.
/// Unsupported for real containers of another kind, CorruptFile for the rest; nothing when it is none of them.
std::optional<Error> describe_wrong_content(std::span<const std::byte> start, const std::string& file);

}  // namespace studio::io
