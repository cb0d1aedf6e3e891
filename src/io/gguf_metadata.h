// io/gguf_metadata.h - the key-value part of a GGUF header.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "io/byte_reader.h"
#include "io/gguf_header.h"

namespace studio::io {

enum class GgufType : std::uint32_t {
    kU8,
    kI8,
    kU16,
    kI16,
    kU32,
    kI32,
    kF32,
    kBool,
    kString,
    kArray,
    kU64,
    kI64,
    kF64
};

struct GgufMetadata {
    std::map<std::string, std::string> texts;                       // as GgufHeader::metadata
    std::map<std::string, std::vector<std::int64_t>> whole_arrays;  // short arrays of whole numbers
    std::uint64_t alignment = 32;
};

/// Reads `count` pairs and leaves `in` behind them.   Errors: CorruptFile naming the key.
Result<GgufMetadata> read_gguf_metadata(ByteReader& in, std::uint64_t count, const std::string& file,
                                        const GgufLimits& limits);

}  // namespace studio::io
