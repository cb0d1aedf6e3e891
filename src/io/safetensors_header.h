// io/safetensors_header.h - the header of a safetensors file, read as if its author were an enemy.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/result.h"
#include "io/checkpoint.h"

namespace studio::io {

struct SafetensorsLimits {
    std::uint64_t header_bytes = 16u << 20;
    std::size_t tensors = 65536;
    std::size_t dims = 8;
    std::size_t name_bytes = 512;
    std::size_t metadata_bytes = 4u << 20;  // keys and values together
};

struct SafetensorsHeader {
    std::vector<TensorInfo> tensors;  // sorted by name; shard 0; offsets from the start of the file
    std::map<std::string, std::string> metadata;
};

/// `file_bytes` is the whole file. Only the header is touched, once and in order; nothing is allocated from a number in
/// it. Accepts exactly: u64 little-endian length, a UTF-8 JSON object of {"dtype","shape","data_offsets"} entries and
/// an optional string-to-string "__metadata__", then data that the tensors tile without hole, overlap or rest. A tensor
/// without elements is refused, but for the marker "scaled_fp8", which exists in that form. Errors    CorruptFile or
/// Unsupported naming `file` and the tensor.   Source: spec wan.md 8.3, faults.md rows 1-21.
Result<SafetensorsHeader> parse_safetensors_header(std::span<const std::byte> file_bytes, const std::string& file,
                                                   const SafetensorsLimits& limits = {});

}  // namespace studio::io
