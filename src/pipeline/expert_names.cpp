#include "pipeline/expert_names.h"

#include <array>
#include <string_view>

#include "core/text.h"

namespace studio::pipeline {
namespace {

bool is_word_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

std::string lower_case(std::string text) {
    for (char& c : text) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return text;
}

/// Where "high" or "low" stands in the text as a statement about noise, or npos.
std::size_t find_word(const std::string& text, std::string_view word) {
    for (auto at = text.find(word); at != text.npos; at = text.find(word, at + 1)) {
        if (at > 0 && is_word_character(text[at - 1])) continue;
        std::string_view rest = std::string_view(text).substr(at + word.size());
        if (rest.starts_with("noise")) return at;
        if (!rest.empty() && is_word_character(rest.front())) continue;
        if (!rest.empty()) rest.remove_prefix(1);
        constexpr std::array<std::string_view, 9> kOther{"quality", "res",   "vram",   "mem", "fps",
                                                         "detail",  "speed", "motion", "rank"};
        bool is_other = false;
        for (const std::string_view other : kOther)
            is_other = is_other || rest.starts_with(other);
        if (!is_other) return at;
    }
    return text.npos;
}

NoiseHalf half_in(const std::string& text) {
    const bool is_high = find_word(text, "high") != text.npos, is_low = find_word(text, "low") != text.npos;
    if (is_high == is_low) return NoiseHalf::kUnknown;
    return is_high ? NoiseHalf::kHigh : NoiseHalf::kLow;
}

std::string replaced(std::string text) {
    for (const std::string_view word : {"high", "low"}) {
        for (auto at = find_word(text, word); at != text.npos; at = find_word(text, word))
            text.replace(at, word.size(), "*");
    }
    return text;
}

}  // namespace

NoiseHalf noise_half_of(const std::filesystem::path& path) {
    const NoiseHalf by_file = half_in(lower_case(path_to_utf8(path.filename())));
    if (by_file != NoiseHalf::kUnknown) return by_file;
    return half_in(lower_case(path_to_utf8(path.parent_path().filename())));
}

std::string pair_name(const std::filesystem::path& path) {
    const auto folder = path.parent_path();
    return lower_case(path_to_utf8(folder.parent_path())) + "/" +
           replaced(lower_case(path_to_utf8(folder.filename()))) + "/" +
           replaced(lower_case(path_to_utf8(path.filename())));
}

}  // namespace studio::pipeline
