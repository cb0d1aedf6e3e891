#include "text/html_entities.h"

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_map>

namespace studio::text {
namespace {

using EntityMap = std::unordered_map<std::string_view, std::u32string>;

constexpr std::size_t kMaxNameLength = 32;  // "CounterClockwiseContourIntegral;"

EntityMap parse_table(std::string_view table) {
    EntityMap map;
    while (!table.empty()) {
        const std::size_t end = table.find(' ');
        const std::string_view row = table.substr(0, end);
        const std::size_t equals = row.find('=');
        std::u32string value;
        char32_t number = 0;
        for (char c : row.substr(equals + 1)) {
            if (c == '+') {
                value.push_back(number);
                number = 0;
            } else {
                number = number * 16 + static_cast<char32_t>(c <= '9' ? c - '0' : c - 'A' + 10);
            }
        }
        value.push_back(number);
        map.emplace(row.substr(0, equals), std::move(value));
        table.remove_prefix(end == std::string_view::npos ? table.size() : end + 1);
    }
    return map;
}

const EntityMap& entities() {
    static const EntityMap map = parse_table(
#include "text/data/html_entities.inc"
    );
    return map;
}

const EntityMap& capital_entities() {
    static const EntityMap map = parse_table(
#include "text/data/html_entities_upper.inc"
    );
    return map;
}

/// Numbers that HTML maps elsewhere: the Windows-1252 characters that pages meant by 80 to 9F.
constexpr std::array<char16_t, 32> kC1Meaning = {0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                                 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008D, 0x017D, 0x008F,
                                                 0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                                 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178};

std::u32string numeric_character(char32_t number) {
    if (number == 0) return U"\uFFFD";
    if (number == 0x0D) return U"\r";
    if (number >= 0x80 && number <= 0x9F) return std::u32string(1, kC1Meaning[number - 0x80]);
    if ((number >= 0xD800 && number <= 0xDFFF) || number > 0x10FFFF) return U"\uFFFD";
    const bool is_control = number < 0x09 || number == 0x0B || (number >= 0x0E && number < 0x20) || number == 0x7F;
    const bool is_noncharacter = (number >= 0xFDD0 && number <= 0xFDEF) || (number & 0xFFFE) == 0xFFFE;
    if (is_control || is_noncharacter) return {};
    return std::u32string(1, number);
}

int digit_value(char32_t c, int base) {
    const int value = c >= '0' && c <= '9'   ? static_cast<int>(c - '0')
                      : c >= 'a' && c <= 'f' ? static_cast<int>(c - 'a' + 10)
                      : c >= 'A' && c <= 'F' ? static_cast<int>(c - 'A' + 10)
                                             : base;
    return value < base ? value : -1;
}

struct Replacement {
    std::size_t length = 0;  // characters consumed, '&' included; 0: no reference here
    std::u32string text;
};

/// "&#123;" or "&#x7B;" at `at` (which holds '&'); the semicolon may be missing.
Replacement numeric_reference(std::u32string_view text, std::size_t at) {
    std::size_t i = at + 2;
    int base = 10;
    if (i < text.size() && (text[i] == 'x' || text[i] == 'X')) {
        base = 16;
        ++i;
    }
    const std::size_t first = i;
    char32_t number = 0;
    for (; i < text.size(); ++i) {
        const int digit = digit_value(text[i], base);
        if (digit < 0) break;
        number = std::min<char32_t>(number * static_cast<char32_t>(base) + static_cast<char32_t>(digit), 0x110000);
    }
    if (i == first) return {};
    if (i < text.size() && text[i] == ';') ++i;
    return {i - at, numeric_character(number)};
}

bool ends_name(char32_t c) {
    return c == '\t' || c == '\n' || c == '\f' || c == ' ' || c == '<' || c == '&' || c == '#' || c == ';';
}

Replacement named_reference(std::u32string_view text, std::size_t at) {
    std::string name;
    std::size_t i = at + 1;
    for (; i < text.size() && i - at <= kMaxNameLength && !ends_name(text[i]); ++i)
        name.push_back(text[i] < 0x80 ? static_cast<char>(text[i]) : '\x01');  // \x01 is in no name
    if (i == at + 1) return {};
    if (i < text.size() && text[i] == ';') {
        name.push_back(';');
        ++i;
    }
    for (std::size_t length = name.size(); length > 1; --length) {
        const auto found = entities().find(std::string_view(name).substr(0, length));
        if (found == entities().end()) continue;
        std::u32string out = found->second;
        out += text.substr(at + 1 + length, name.size() - length);
        return {i - at, std::move(out)};
    }
    return {i - at, std::u32string(text.substr(at, i - at))};
}

/// Value of a complete name (with its ';') in ftfy's dialect.
std::optional<std::u32string> careful_name(const std::string& name) {
    if (const auto found = entities().find(name); found != entities().end()) return found->second;
    std::string lower = name;
    for (char& c : lower) {
        if (c >= 'a' && c <= 'z') return std::nullopt;
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    const auto found = entities().find(lower);
    if (found == entities().end()) return std::nullopt;
    // Not where HTML itself would read a part of the shouted name ("&GTDOT;" is ">DOT;").
    const std::u32string shouted = U"&" + std::u32string(name.begin(), name.end());
    if (named_reference(shouted, 0).text != shouted) return std::nullopt;
    const auto capital = capital_entities().find(name);
    return capital != capital_entities().end() ? capital->second : found->second;
}

bool is_ascii_alphanumeric(char32_t c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// One reference of the form &#?[0-9A-Za-z]{1,24}; at `at`.
Replacement careful_reference(std::u32string_view text, std::size_t at) {
    constexpr std::size_t kMaxLetters = 24;
    const bool is_numeric = at + 1 < text.size() && text[at + 1] == '#';
    const std::size_t first = at + (is_numeric ? 2 : 1);
    std::size_t i = first;
    while (i < text.size() && i - first < kMaxLetters && is_ascii_alphanumeric(text[i]))
        ++i;
    if (i == first || i >= text.size() || text[i] != ';') return {};
    const std::size_t length = i + 1 - at;
    if (is_numeric) {
        Replacement found = numeric_reference(text, at);
        if (found.length != length || found.text == U";") return {};
        return found;
    }
    const std::u32string_view letters = text.substr(first, length - 1);
    const std::optional<std::u32string> value = careful_name(std::string(letters.begin(), letters.end()));
    if (!value) return {};
    return {length, *value};
}

template <class Reference>
std::u32string replace_references(std::u32string_view text, Reference reference) {
    if (text.find(U'&') == std::u32string_view::npos) return std::u32string(text);
    std::u32string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        if (text[i] == '&') {
            const Replacement found = reference(text, i);
            if (found.length > 0) {
                out += found.text;
                i += found.length;
                continue;
            }
        }
        out.push_back(text[i++]);
    }
    return out;
}

}  // namespace

std::u32string unescape_html(std::u32string_view text) {
    return replace_references(text, [](std::u32string_view t, std::size_t at) {
        return at + 1 < t.size() && t[at + 1] == '#' ? numeric_reference(t, at) : named_reference(t, at);
    });
}

std::u32string unescape_html_carefully(std::u32string_view text) {
    return replace_references(text, careful_reference);
}

}  // namespace studio::text
