// text/unicode.h - code points in and out, and the few Unicode facts that prompt clean-up needs (utf8proc).
#pragma once
#include <string>
#include <string_view>

namespace studio::text {

/// Precondition: `utf8` is valid UTF-8 (core's invalid_utf8_at).
std::u32string to_code_points(std::string_view utf8);
/// Surrogates and values beyond U+10FFFF become U+FFFD, so the result is always valid UTF-8.
std::string to_utf8(std::u32string_view text);

std::u32string normalise_nfc(std::u32string_view text);
/// Compatibility form of one character (NFKC).
std::u32string compatibility_form(char32_t c);

bool is_white_space(char32_t c) noexcept;     // Python's str.isspace, its \s
bool is_word_character(char32_t c) noexcept;  // letters, numbers and '_'; no combining marks: Python's \w
bool is_decimal_digit(char32_t c) noexcept;   // Unicode category Nd: Python's \d

inline bool is_ascii(std::u32string_view text) noexcept {
    for (char32_t c : text)
        if (c >= 0x80) return false;
    return true;
}

}  // namespace studio::text
