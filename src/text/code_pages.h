// text/code_pages.h - the single-byte encodings that mojibake comes from, and the loose forms of UTF-8 inside it.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace studio::text {

/// In the order in which they are tried. The windows ones are "sloppy": an unassigned byte stands for itself, and byte
/// 1A for U+FFFD, the trace of a character that was lost.
enum class CodePage {
    kLatin1,
    kWindows1252,
    kWindows1251,
    kWindows1250,
    kWindows1253,
    kWindows1254,
    kWindows1257,
    kIso8859_2,
    kMacRoman,
    kCp437,
};
constexpr int kNumCodePages = 10;

bool is_windows(CodePage page) noexcept;

// Bytes are kept as code points 0 to FF, so that they can be matched by a CharPattern.
/// Nothing when a character is not in the page.
std::optional<std::u32string> encode(std::u32string_view text, CodePage page);
char32_t decode_byte(unsigned char byte, CodePage page) noexcept;
/// Is the byte assigned in strict windows-1252?
bool is_strict_windows1252(char32_t byte) noexcept;

/// UTF-8; also Java's two-byte NUL and surrogate pairs written as two three-byte sequences. Nothing when invalid.
std::optional<std::u32string> decode_utf8_variants(std::u32string_view bytes);

}  // namespace studio::text
