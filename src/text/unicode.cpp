#include "text/unicode.h"

#include <utf8proc.h>

#include <vector>

namespace studio::text {
namespace {

std::u32string normalise(std::u32string_view text, int options) {
    std::vector<utf8proc_int32_t> buffer(text.begin(), text.end());
    // Each character may grow; utf8proc says how much room it needs, so two tries are always enough.
    const std::string utf8 = to_utf8(text);
    const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(utf8.data());
    const auto flags = static_cast<utf8proc_option_t>(options);
    const auto length = static_cast<utf8proc_ssize_t>(utf8.size());
    utf8proc_ssize_t count =
        utf8proc_decompose(bytes, length, buffer.data(), static_cast<utf8proc_ssize_t>(buffer.size()), flags);
    if (count > static_cast<utf8proc_ssize_t>(buffer.size())) {
        buffer.resize(static_cast<std::size_t>(count));
        count = utf8proc_decompose(bytes, length, buffer.data(), count, flags);
    }
    if (count < 0) return std::u32string(text);  // only for invalid UTF-8, which to_utf8 never makes
    count = utf8proc_normalize_utf32(buffer.data(), count, flags);
    return std::u32string(buffer.begin(), buffer.begin() + count);
}

}  // namespace

std::u32string to_code_points(std::string_view utf8) {
    std::u32string out;
    out.reserve(utf8.size());
    for (std::size_t i = 0; i < utf8.size();) {
        const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(utf8[at]); };
        const unsigned char first = byte(i);
        const std::size_t extra = first < 0x80 ? 0 : first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;
        char32_t c = extra == 0 ? first : first & (0x3Fu >> extra);
        for (std::size_t k = 1; k <= extra && i + k < utf8.size(); ++k)
            c = (c << 6) | (byte(i + k) & 0x3Fu);
        out.push_back(c);
        i += extra + 1;
    }
    return out;
}

std::string to_utf8(std::u32string_view text) {
    std::string out;
    out.reserve(text.size());
    for (char32_t c : text) {
        if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) c = 0xFFFD;
        if (c < 0x80) {
            out.push_back(static_cast<char>(c));
            continue;
        }
        const int extra = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
        const unsigned lead = extra == 1 ? 0xC0u : extra == 2 ? 0xE0u : 0xF0u;
        out.push_back(static_cast<char>(lead | (c >> (6 * extra))));
        for (int k = extra - 1; k >= 0; --k)
            out.push_back(static_cast<char>(0x80u | ((c >> (6 * k)) & 0x3Fu)));
    }
    return out;
}

std::u32string normalise_nfc(std::u32string_view text) {
    if (is_ascii(text)) return std::u32string(text);
    return normalise(text, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
}

std::u32string compatibility_form(char32_t c) {
    return normalise(std::u32string_view(&c, 1), UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT);
}

bool is_white_space(char32_t c) noexcept {
    if (c < 0x80) return c == ' ' || (c >= 9 && c <= 13) || (c >= 0x1C && c <= 0x1F);
    return c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 ||
           c == 0x202F || c == 0x205F || c == 0x3000;
}

bool is_word_character(char32_t c) noexcept {
    if (c == '_') return true;
    const utf8proc_category_t category = utf8proc_category(static_cast<utf8proc_int32_t>(c));
    return (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) ||
           (category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO);
}

bool is_decimal_digit(char32_t c) noexcept {
    return utf8proc_category(static_cast<utf8proc_int32_t>(c)) == UTF8PROC_CATEGORY_ND;
}

}  // namespace studio::text
