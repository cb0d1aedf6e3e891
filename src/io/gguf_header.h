// io/gguf_header.h - the header of a GGUF file, read as if its author were an enemy.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/result.h"
#include "io/checkpoint.h"

namespace studio::io {

struct GgufLimits {
    std::uint64_t tensors = 65536, keys = 65536;
    std::uint64_t key_bytes = 1024, name_bytes = 127;  // ggml allows 63; published converters write up to 127
    std::uint64_t string_bytes = 1u << 20, array_bytes = 64u << 20;
    std::uint32_t dims = 5;  // ggml allows 4; the patch embedding of published Wan files has 5
    std::uint32_t alignment = 1u << 20;
    std::size_t kept_array = 64;  // numbers; longer arrays (vocabularies) are checked and passed over
};

struct GgufHeader {
    std::uint32_t version = 0;
    /// Sorted by name; row-major shapes (the file has them the other way round), with the original shape of a flattened
    /// tensor (comfy.gguf.orig_shape.<name>) put back; offsets from the start of the file.
    std::vector<TensorInfo> tensors;
    /// Texts up to 64 KiB as they are; numbers in decimal; true and false; short arrays of numbers as "[1, 2, 3]".
    std::map<std::string, std::string> metadata;
};

/// The stored type of a GGUF type number, or nothing.
std::optional<DType> dtype_from_gguf(std::uint32_t type) noexcept;

/// `file_bytes` is the whole file; only the header is touched. Nothing is allocated from a number in it before that was
/// checked against the bytes there are. Data may have gaps (alignment) but no overlaps.
/// Errors   Unsupported: versions other than 2 and 3, big-endian files, types that are not read (their number is
/// named).
///          CorruptFile: everything else, with the key or tensor as `field`.
/// Source   ggml/docs/gguf.md; wan.md 8.5; faults.md rows 47 to 57.
Result<GgufHeader> parse_gguf_header(std::span<const std::byte> file_bytes, const std::string& file,
                                     const GgufLimits& limits = {});

}  // namespace studio::io
