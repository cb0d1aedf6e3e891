// text/char_pattern.h - ordered alternatives of short character sequences: just enough of regular expressions for the
// mojibake rules, which need no repetition, and so can never run away on hostile text.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace studio::text {

/// Class bits of one character; 0 for characters that take no part in known mojibake. See data/mojibake_classes.inc.
std::uint32_t mojibake_classes(char32_t c) noexcept;

/// Syntax: alternatives split by '|', each a sequence of [sets] and single characters; a set has characters, ranges
/// a-z, classes {name}, \s (white space) and \w (word character); [^...] is a complement; '.' is anything but a
/// newline; a leading '^' binds an alternative to the start of the text. White space outside sets is ignored.
class CharPattern {
  public:
    /// Throws Failure (Internal) for a malformed pattern: patterns are part of the program.
    explicit CharPattern(std::u32string_view pattern);

    /// Length of the first alternative that matches at `at`; 0 when none does.
    std::size_t match(std::u32string_view text, std::size_t at) const noexcept;
    bool found_in(std::u32string_view text) const noexcept;

  private:
    struct Range {
        char32_t first, last;
    };
    struct Set {
        std::vector<Range> ranges;
        std::uint32_t classes = 0;
        bool white_space = false, word = false, negated = false;
        bool has(char32_t c) const noexcept;
    };
    struct Alternative {
        std::vector<Set> sets;
        bool at_start = false;
    };
    std::size_t parse_set(std::u32string_view pattern, std::size_t at, Set& set) const;

    std::vector<Alternative> alternatives_;
};

}  // namespace studio::text
