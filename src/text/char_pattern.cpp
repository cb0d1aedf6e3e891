#include "text/char_pattern.h"

#include <algorithm>
#include <iterator>

#include "core/check.h"
#include "text/unicode.h"

namespace studio::text {
namespace {

struct ClassRange {
    std::uint16_t first, last;
    std::uint32_t bits;
};
constexpr ClassRange kClassRanges[] = {
#include "text/data/mojibake_classes.inc"
};

constexpr std::string_view kClassNames[] = {"common",
                                            "c1",
                                            "bad",
                                            "law",
                                            "currency",
                                            "start",
                                            "end",
                                            "numeric",
                                            "kaomoji",
                                            "upper_accented",
                                            "lower_accented",
                                            "upper_common",
                                            "lower_common",
                                            "box",
                                            "first_of_2",
                                            "first_of_3",
                                            "first_of_4",
                                            "continuation",
                                            "continuation_strict"};

std::uint32_t class_bit(std::u32string_view name) {
    const std::string ascii(name.begin(), name.end());
    const auto* found = std::find(std::begin(kClassNames), std::end(kClassNames), ascii);
    STUDIO_CHECK(found != std::end(kClassNames), "unknown character class " + ascii);
    return 1u << (found - std::begin(kClassNames));
}

}  // namespace

std::uint32_t mojibake_classes(char32_t c) noexcept {
    if (c > 0xFFFF) return 0;
    const auto* found = std::upper_bound(std::begin(kClassRanges), std::end(kClassRanges), c,
                                         [](char32_t value, const ClassRange& range) { return value < range.first; });
    if (found == std::begin(kClassRanges)) return 0;
    --found;
    return c <= found->last ? found->bits : 0;
}

bool CharPattern::Set::has(char32_t c) const noexcept {
    bool found = false;
    for (const Range& range : ranges)
        found = found || (c >= range.first && c <= range.last);
    found = found || (classes != 0 && (mojibake_classes(c) & classes) != 0);
    found = found || (white_space && is_white_space(c)) || (word && is_word_character(c));
    return found != negated;
}

std::size_t CharPattern::parse_set(std::u32string_view pattern, std::size_t at, Set& set) const {
    std::size_t i = at + 1;
    if (i < pattern.size() && pattern[i] == '^') {
        set.negated = true;
        ++i;
    }
    while (i < pattern.size() && pattern[i] != ']') {
        if (pattern[i] == '{') {
            const std::size_t end = pattern.find(U'}', i);
            STUDIO_CHECK(end != std::u32string_view::npos, "'{' without '}' in a character pattern");
            set.classes |= class_bit(pattern.substr(i + 1, end - i - 1));
            i = end + 1;
        } else if (pattern[i] == '\\' && i + 1 < pattern.size()) {
            (pattern[i + 1] == 's' ? set.white_space : set.word) = true;
            i += 2;
        } else if (i + 2 < pattern.size() && pattern[i + 1] == '-' && pattern[i + 2] != ']') {
            set.ranges.push_back({pattern[i], pattern[i + 2]});
            i += 3;
        } else {
            set.ranges.push_back({pattern[i], pattern[i]});
            ++i;
        }
    }
    STUDIO_CHECK(i < pattern.size(), "'[' without ']' in a character pattern");
    return i + 1;
}

CharPattern::CharPattern(std::u32string_view pattern) {
    Alternative current;
    for (std::size_t i = 0; i < pattern.size();) {
        const char32_t c = pattern[i];
        if (c == '|') {
            alternatives_.push_back(std::move(current));
            current = {};
            ++i;
        } else if (c == '[') {
            current.sets.emplace_back();
            i = parse_set(pattern, i, current.sets.back());
        } else if (c == '^' && current.sets.empty()) {
            current.at_start = true;
            ++i;
        } else if (c == ' ' || c == '\n') {
            ++i;
        } else {
            Set set;
            set.negated = c == '.';
            set.ranges.push_back(c == '.' ? Range{'\n', '\n'} : Range{c, c});
            current.sets.push_back(std::move(set));
            ++i;
        }
    }
    alternatives_.push_back(std::move(current));
    for (const Alternative& a : alternatives_)
        STUDIO_CHECK(!a.sets.empty(), "empty alternative in a character pattern");
}

std::size_t CharPattern::match(std::u32string_view text, std::size_t at) const noexcept {
    for (const Alternative& alternative : alternatives_) {
        if (alternative.at_start && at != 0) continue;
        const std::size_t length = alternative.sets.size();
        if (length > text.size() - at) continue;
        std::size_t k = 0;
        while (k < length && alternative.sets[k].has(text[at + k]))
            ++k;
        if (k == length) return length;
    }
    return 0;
}

bool CharPattern::found_in(std::u32string_view text) const noexcept {
    for (std::size_t i = 0; i < text.size(); ++i)
        if (match(text, i) > 0) return true;
    return false;
}

}  // namespace studio::text
