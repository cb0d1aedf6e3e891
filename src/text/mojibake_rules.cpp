// The sequences that give mojibake away. Written as data; see char_pattern.h for the notation.
#include "text/char_pattern.h"
#include "text/mojibake.h"
#include "text/unicode.h"

namespace studio::text {
namespace {

constexpr std::u32string_view kRules =
    U"[{c1}]"
    U"|[{bad}{lower_accented}{upper_accented}{box}{start}{end}{currency}{numeric}{law}][{bad}]"
    U"|[a-zA-Z][{lower_common}{upper_common}][{bad}]"
    U"|[{bad}][{lower_accented}{upper_accented}{box}{start}{end}{currency}{numeric}{law}]"
    U"|[{lower_accented}{lower_common}{box}{end}{currency}{numeric}][{upper_accented}]"
    U"|[{box}{end}{currency}{numeric}][{lower_accented}]"
    U"|[{lower_accented}{box}{end}][{currency}]"
    U"|[\\s][{upper_accented}][{currency}]"
    U"|[{upper_accented}{box}][{numeric}{law}]"
    U"|[{lower_accented}{upper_accented}{box}{currency}{end}][{start}][{numeric}]"
    U"|[{lower_accented}{upper_accented}{currency}{numeric}{box}{law}][{end}][{start}]"
    U"|[{currency}{numeric}{box}][{start}]"
    U"|[a-z][{upper_accented}][{start}{currency}]"
    U"|[{box}][{kaomoji}]"
    U"|[{lower_accented}{upper_accented}{currency}{numeric}{start}{end}{law}][{box}]"
    U"|[{box}][{end}]"
    U"|[{lower_accented}{upper_accented}][{start}{end}][\\w]"
    // The ligature oe before anything but a plain Latin letter; degree signs after capitals.
    U"|[Œœ][^A-Za-z]"
    U"|[{upper_accented}]°"
    // Windows-1252: pairs, Arabic (two pairs, since each alone is common), South Asian scripts.
    U"|[ÂÃÎÐ][€œŠš¢£Ÿž\u00A0\u00AD®©°·»{start}{end}–—´]"
    U"|×[²³]"
    U"|[ØÙ][{common}{currency}{bad}{numeric}{start}ŸŠ®°µ»][ØÙ][{common}{currency}{bad}{numeric}{start}ŸŠ®°µ»]"
    U"|à[²µ¹¼½¾]"
    // MacRoman.
    U"|√[±∂†≠®™´≤≥¥µø]"
    U"|≈[°¢]"
    U"|‚Ä[ìîïòôúùû†°¢π]"
    U"|‚[âó][àä°ê]"
    // Windows-1251: the range U+2000, Latin-1 and Cyrillic, and one on top of Windows-1252.
    U"|вЂ"
    U"|[ВГРС][{c1}{bad}{start}{end}{currency}°µ][ВГРС]"
    U"|ГўВЂВ.[A-Za-z ]"
    // Windows-1252 forms of a-grave, a-acute and the no-break space, which may have become a plain space.
    U"|Ã[\u00A0¡]"
    U"|[a-z][ÃÂ][ ]"
    U"|[a-z][\\s][ÃÂ][ ]"
    U"|^[ÃÂ][ ]"
    U"|[a-z.,?!{end}]Â[ {start}{end}]"
    // Windows-1253 and 1257.
    U"|β€[™\u00A0Ά\u00AD®°]"
    U"|[ΒΓΞΟ][{c1}{bad}{start}{end}{currency}°][ΒΓΞΟ]"
    U"|ā€";

}  // namespace

bool looks_like_mojibake(std::u32string_view text) {
    static const CharPattern kPattern(kRules);
    return !is_ascii(text) && kPattern.found_in(text);
}

}  // namespace studio::text
