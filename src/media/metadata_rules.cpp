#include "media/metadata_rules.h"

#include <algorithm>
#include <string_view>

#include "core/text.h"

namespace studio::media {
namespace {

constexpr std::size_t kMaxKeyBytes = 64;
constexpr std::size_t kMaxValueBytes = 1u << 20;
// Written by libavformat itself, or by the brand of the file.
constexpr std::string_view kReserved[] = {"encoder", "major_brand", "minor_version", "compatible_brands",
                                          "creation_time"};

bool is_key_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
}

}  // namespace

Result<void> check_metadata(const std::map<std::string, std::string>& metadata) {
    for (const auto& [key, value] : metadata) {
        const bool is_reserved = std::find(std::begin(kReserved), std::end(kReserved), key) != std::end(kReserved);
        const bool is_plain = std::all_of(key.begin(), key.end(), is_key_character);
        const std::string shown = escape_for_display(key, 40);
        if (key.empty() || key.size() > kMaxKeyBytes || !is_plain || is_reserved)
            return invalid_argument("metadata", "'" + shown + "' cannot be the name of a label in the video.",
                                    "Use up to 64 letters, digits, '.', '_' and '-'.");
        if (value.size() > kMaxValueBytes)
            return invalid_argument(
                "metadata",
                "The label '" + shown + "' has " + std::to_string(value.size()) + " bytes; the limit is 1 MiB.",
                "Shorten it.");
        if (value.find('\0') != std::string::npos || invalid_utf8_at(value))
            return invalid_argument("metadata", "The label '" + shown + "' is not valid UTF-8 text.",
                                    "Use UTF-8 text without NUL.");
    }
    return {};
}

}  // namespace studio::media
