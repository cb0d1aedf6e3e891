// text/mojibake.h - text that was decoded with the wrong encoding ("schÃ¶n"), recognised and repaired.
#pragma once
#include <string>
#include <string_view>

namespace studio::text {

/// Does the text hold character sequences that are far more often mojibake than meant?
bool looks_like_mojibake(std::u32string_view text);

/// Undo wrong decodings, in several layers if need be; other text comes back as it is.
/// Source  The rules of ftfy 6.3 (Robyn Speer, Apache License 2.0): `fix_encoding` with its default options.
std::u32string repair_mojibake(std::u32string_view text);

/// C1 controls that are left: what Windows-1252 shows for them.
std::u32string repair_c1_controls(std::u32string_view text);

}  // namespace studio::text
