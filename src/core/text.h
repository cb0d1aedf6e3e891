// core/text.h - numbers and UTF-8 without the C locale (Qt adopts the user's locale, where 1,5 may be a number).
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"

namespace studio {

/// The whole text must be the number: no spaces, no sign "+", no trailing text.
std::optional<std::int64_t> parse_int64(std::string_view text) noexcept;
/// Also refuses NaN, infinities and hexadecimal.
std::optional<double> parse_double(std::string_view text) noexcept;
/// Shortest text that reads back equal, always with '.'.
std::string format_double(double value);

/// Offset of the first byte that is not valid UTF-8 (overlong forms and surrogates count as invalid), or nothing.
std::optional<std::size_t> invalid_utf8_at(std::string_view text) noexcept;
/// For logs and messages: control characters, invalid bytes and bidi marks as \xNN or \u{N}; cut at max_bytes.
std::string escape_for_display(std::string_view text, std::size_t max_bytes = 200);

/// Paths are UTF-8 everywhere in the program, on Windows too.
std::string path_to_utf8(const std::filesystem::path& path);
std::filesystem::path path_from_utf8(std::string_view utf8);

/// "12GB", "7.5 GiB", "900m", "6500000000": units by thousands or, with an i, by 1024, in any case.
std::optional<double> parse_bytes(std::string_view text);
std::string format_bytes(std::uint64_t bytes);  // "1.4 GB"; 1 GB = 1e9 bytes
std::string format_seconds(double seconds);     // "0.8 s", "2 min 05 s"

}  // namespace studio
