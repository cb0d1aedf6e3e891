// text/html_entities.h - &amp; and its relatives, in the two dialects that the prompt clean-up needs.
#pragma once
#include <string>
#include <string_view>

namespace studio::text {

/// HTML 5 rules: numeric references, all named ones, and the old names also without their semicolon and as a prefix
/// ("&ampx"). Source: HTML standard, "named character references"; agrees with Python's html.unescape.
std::u32string unescape_html(std::u32string_view text);

/// The careful dialect of ftfy 6.3: only complete references that end in ';', plus names in capitals ("&NTILDE;").
std::u32string unescape_html_carefully(std::u32string_view text);

}  // namespace studio::text
