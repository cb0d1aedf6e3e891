#include "app/prompt_rules.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>

namespace studio {
namespace {

/// Length of the UTF-8 sequence that starts with `lead`; the text is known to be valid.
std::size_t sequence_length(unsigned char lead) {
    if (lead < 0x80) return 1;
    if (lead < 0xe0) return 2;
    return lead < 0xf0 ? 3 : 4;
}

std::uint32_t code_point(std::string_view sequence) {
    const auto byte = [&](std::size_t i) {
        return static_cast<std::uint32_t>(static_cast<unsigned char>(sequence[i]));
    };
    switch (sequence.size()) {
        case 1:
            return byte(0);
        case 2:
            return (byte(0) & 0x1f) << 6 | (byte(1) & 0x3f);
        case 3:
            return (byte(0) & 0x0f) << 12 | (byte(1) & 0x3f) << 6 | (byte(2) & 0x3f);
        default:
            return (byte(0) & 0x07) << 18 | (byte(1) & 0x3f) << 12 | (byte(2) & 0x3f) << 6 | (byte(3) & 0x3f);
    }
}

bool is_line_break(std::uint32_t c) {
    return c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f' || c == 0x85 || c == 0x2028 || c == 0x2029;
}

/// Joiners (U+200D) stay: emoji are made with them.
bool is_unwanted(std::uint32_t c) {
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xfeff || (c >= 0x202a && c <= 0x202e) ||
           (c >= 0x2066 && c <= 0x2069);
}

}  // namespace

CleanedPrompt without_control_characters(std::string_view utf8) {
    CleanedPrompt out;
    for (std::size_t i = 0; i < utf8.size();) {
        const std::string_view sequence = utf8.substr(i, sequence_length(static_cast<unsigned char>(utf8[i])));
        i += sequence.size();
        const std::uint32_t c = code_point(sequence);
        if (is_line_break(c))
            out.text += ' ';
        else if (is_unwanted(c))
            ++out.removed;
        else
            out.text += sequence;
    }
    return out;
}

std::string video_name(std::string_view prompt, std::int64_t seed) {
    constexpr std::size_t kMaxWords = 6, kMaxLength = 48;
    std::string name, word;
    std::size_t words = 0;
    const auto flush = [&] {
        if (!word.empty() && words < kMaxWords && name.size() + word.size() < kMaxLength) {
            if (!name.empty()) name += '-';
            name += word;
            ++words;
        }
        word.clear();
    };
    bool is_foreign = false;  // a word with other letters is left out whole: "caf" helps nobody
    for (const char c : prompt) {
        const bool is_upper = c >= 'A' && c <= 'Z';
        if (is_upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
            word += is_upper ? static_cast<char>(c - 'A' + 'a') : c;
        } else if (static_cast<unsigned char>(c) >= 0x80) {
            is_foreign = true;
        } else {
            if (is_foreign) word.clear();
            is_foreign = false;
            flush();
        }
    }
    if (is_foreign) word.clear();
    flush();
    if (!name.empty()) return fmt::format("{}-{}", name, seed);
    return fmt::format("video-{:%Y%m%d-%H%M%S}", fmt::localtime(std::time(nullptr)));
}

}  // namespace studio
