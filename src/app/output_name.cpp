#include "app/output_name.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>

#include "app/prompt_rules.h"
#include "core/text.h"

namespace studio {
namespace {

constexpr std::size_t kMaxNameBytes = 120;
constexpr std::size_t kMaxPartBytes = 60;

/// Bytes that continue a UTF-8 sequence belong to the character before them.
bool is_continuation(char c) {
    return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

void cut(std::string& text, std::size_t max_bytes) {
    if (text.size() <= max_bytes) return;
    while (max_bytes > 0 && is_continuation(text[max_bytes]))
        --max_bytes;
    text.resize(max_bytes);
}

/// Characters that no file name holds, and blanks, become one '-'; control characters and bidi marks go.
std::string as_name_part(std::string_view text, bool keeps_blanks) {
    static constexpr std::string_view kForbidden = "/\\:*?\"<>|%";
    const CleanedPrompt cleaned = without_control_characters(text);
    std::string out;
    for (const char c : cleaned.text) {
        const bool is_gap = kForbidden.find(c) != kForbidden.npos || (c == ' ' && !keeps_blanks);
        if (!is_gap)
            out += c;
        else if (out.empty() || out.back() != '-')
            out += '-';
    }
    return out;
}

std::string short_part(std::string_view text) {
    std::string part = as_name_part(text, false);
    cut(part, kMaxPartBytes);
    const auto is_edge = [](char c) { return c == '-' || c == '.' || c == ',' || c == ';'; };
    while (!part.empty() && is_edge(part.back()))
        part.pop_back();
    part.erase(0, std::min(part.size(), part.find_first_not_of("-.")));
    return part;
}

std::string value_of(std::string_view holder, const GenerationRequest& request, const std::string& model,
                     std::time_t now) {
    const std::tm local = fmt::localtime(now);
    if (holder == "date") return fmt::format("{:%Y-%m-%d}", local);
    if (holder == "time") return fmt::format("{:%H-%M-%S}", local);
    if (holder == "seed") return fmt::format("{}", request.seed);
    if (holder == "model") return short_part(model);
    if (holder == "prompt") return short_part(request.prompt);
    if (holder == "source") return short_part(path_to_utf8(path_from_utf8(request.image).stem()));
    return fmt::format("{{{}}}", holder);
}

/// CON, com1.txt and their kin belong to Windows.
bool is_reserved(const std::string& name) {
    std::string stem = name.substr(0, name.find('.'));
    std::transform(stem.begin(), stem.end(), stem.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    static constexpr std::array<std::string_view, 4> kNames{"CON", "PRN", "AUX", "NUL"};
    if (std::find(kNames.begin(), kNames.end(), stem) != kNames.end()) return true;
    return stem.size() == 4 && (stem.starts_with("COM") || stem.starts_with("LPT")) && stem[3] >= '1' && stem[3] <= '9';
}

}  // namespace

std::string made_name(const GenerationRequest& request, const std::string& model_name, std::time_t now) {
    const std::string& pattern = request.name_pattern;
    if (pattern.empty()) return video_name(request.prompt, request.seed);
    std::string name;
    for (std::size_t at = 0; at < pattern.size();) {
        const auto open = pattern.find('{', at);
        name += as_name_part(std::string_view(pattern).substr(at, open - at), true);
        if (open == pattern.npos) break;
        const auto close = pattern.find('}', open);
        if (close == pattern.npos) break;
        name += value_of(std::string_view(pattern).substr(open + 1, close - open - 1), request, model_name, now);
        at = close + 1;
    }
    cut(name, kMaxNameBytes);
    while (!name.empty() && (name.back() == ' ' || name.back() == '.'))
        name.pop_back();
    name.erase(0, std::min(name.size(), name.find_first_not_of(" .")));
    if (name.find_first_not_of("-_ ") == name.npos) return video_name({}, request.seed);
    return is_reserved(name) ? "video-" + name : name;
}

}  // namespace studio
