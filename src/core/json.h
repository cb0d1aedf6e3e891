// core/json.h - JSON from outside: strict, bounded, and with the name of what is wrong.
#pragma once
#include <cstddef>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "core/result.h"

namespace studio {

using Json = nlohmann::json;

struct JsonLimits {
    std::size_t max_bytes = 1 << 20;  // 1 MiB
    int max_depth = 16;
};

/// Parse UTF-8 JSON. nlohmann keeps the last of two equal keys silently and has no depth limit; this refuses both.
/// Errors   CorruptFile naming `source` (a file path or "option"), the byte offset and the reason.
Result<Json> parse_json(std::string_view text, const std::string& source, const JsonLimits& limits = {});

/// Read and parse a file.   Errors: NotFound, Io, CorruptFile, all naming the file.
Result<Json> read_json_file(const std::filesystem::path& path, const JsonLimits& limits = {});

}  // namespace studio
