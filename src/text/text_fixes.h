// text/text_fixes.h - the small repairs of prompt clean-up, one function each, and their fixed order.
#pragma once
#include <string>
#include <string_view>

namespace studio::text {

std::u32string split_ligatures(std::u32string_view text);      // "ﬁ" -> "fi"
std::u32string fix_character_width(std::u32string_view text);  // "Ａ" -> "A", halfwidth katakana -> katakana
std::u32string straighten_quotes(std::u32string_view text);
std::u32string unify_line_breaks(std::u32string_view text);        // CR, CRLF, U+2028, U+2029, U+0085 -> LF
std::u32string remove_terminal_escapes(std::u32string_view text);  // "ESC [ 31 m"
std::u32string remove_control_characters(std::u32string_view text);

/// ftfy's fix_text with its default options, line by line, each until nothing changes any more.
/// Source  ftfy 6.3 (Robyn Speer, Apache License 2.0), behaviour only.
std::u32string fix_text(std::u32string_view text);

}  // namespace studio::text
