#include "text/text_fixes.h"

#include <algorithm>
#include <iterator>

#include "text/html_entities.h"
#include "text/mojibake.h"
#include "text/unicode.h"

namespace studio::text {
namespace {

struct Ligature {
    char32_t from;
    std::u32string_view to;
};
constexpr Ligature kLigatures[] = {
    {0x0132, U"IJ"},      {0x0133, U"ij"}, {0x0149, U"\u02BCn"}, {0x01C4, U"D\u017D"}, {0x01C5, U"D\u017E"},
    {0x01C6, U"d\u017E"}, {0x01C7, U"LJ"}, {0x01C8, U"Lj"},      {0x01C9, U"lj"},      {0x01CA, U"NJ"},
    {0x01CB, U"Nj"},      {0x01CC, U"nj"}, {0x01F1, U"DZ"},      {0x01F2, U"Dz"},      {0x01F3, U"dz"},
    {0xFB00, U"ff"},      {0xFB01, U"fi"}, {0xFB02, U"fl"},      {0xFB03, U"ffi"},     {0xFB04, U"ffl"},
    {0xFB05, U"\u017Ft"}, {0xFB06, U"st"},
};

bool is_removed_control(char32_t c) {
    return c < 0x09 || c == 0x0B || (c >= 0x0E && c < 0x20) || c == 0x7F || (c >= 0x206A && c <= 0x206F) ||
           c == 0xFEFF || (c >= 0xFFF9 && c <= 0xFFFC);
}

bool is_ascii_letter(char32_t c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::u32string fix_line(std::u32string text, bool unescape) {
    while (true) {
        std::u32string next = unescape ? unescape_html_carefully(text) : text;
        if (!is_ascii(next)) {
            next = straighten_quotes(fix_character_width(split_ligatures(repair_c1_controls(repair_mojibake(next)))));
        }
        next = normalise_nfc(remove_control_characters(remove_terminal_escapes(unify_line_breaks(next))));
        if (next == text) return text;
        text = std::move(next);
    }
}

}  // namespace

std::u32string split_ligatures(std::u32string_view text) {
    std::u32string out;
    out.reserve(text.size());
    for (const char32_t c : text) {
        const auto* found =
            std::find_if(std::begin(kLigatures), std::end(kLigatures), [c](const Ligature& l) { return l.from == c; });
        if (found != std::end(kLigatures)) {
            out += found->to;
        } else {
            out.push_back(c);
        }
    }
    return out;
}

std::u32string fix_character_width(std::u32string_view text) {
    std::u32string out;
    out.reserve(text.size());
    for (const char32_t c : text) {
        if (c == 0x3000) {
            out.push_back(' ');
        } else if (c >= 0xFF01 && c <= 0xFFEF) {
            out += compatibility_form(c);
        } else {
            out.push_back(c);
        }
    }
    return out;
}

std::u32string straighten_quotes(std::u32string_view text) {
    std::u32string out(text);
    for (char32_t& c : out) {
        if (c >= 0x201C && c <= 0x201F) c = '"';
        if (c == 0x02BC || (c >= 0x2018 && c <= 0x201B)) c = '\'';
    }
    return out;
}

std::u32string unify_line_breaks(std::u32string_view text) {
    std::u32string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char32_t c = text[i];
        if (c == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
        out.push_back(c == '\r' || c == 0x2028 || c == 0x2029 || c == 0x85 ? U'\n' : c);
    }
    return out;
}

std::u32string remove_terminal_escapes(std::u32string_view text) {
    std::u32string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        if (text[i] == 0x1B && i + 1 < text.size() && text[i + 1] == '[') {
            std::size_t end = i + 2;
            while (end < text.size() && (text[end] == ';' || is_decimal_digit(text[end])))
                ++end;
            if (end < text.size() && is_ascii_letter(text[end])) {
                i = end + 1;
                continue;
            }
        }
        out.push_back(text[i++]);
    }
    return out;
}

std::u32string remove_control_characters(std::u32string_view text) {
    std::u32string out(text);
    std::erase_if(out, is_removed_control);
    return out;
}

std::u32string fix_text(std::u32string_view text) {
    // A '<' may mean real HTML, whose references are not ours to touch: from that line on they stay.
    bool unescape = true;
    std::u32string out;
    for (std::size_t start = 0; start < text.size();) {
        const std::size_t newline = text.find(U'\n', start);
        const std::size_t end = newline == std::u32string_view::npos ? text.size() : newline + 1;
        const std::u32string_view line = text.substr(start, end - start);
        if (line.find(U'<') != std::u32string_view::npos) unescape = false;
        out += fix_line(std::u32string(line), unescape);
        start = end;
    }
    return out;
}

}  // namespace studio::text
