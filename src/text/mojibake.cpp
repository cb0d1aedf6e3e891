#include "text/mojibake.h"

#include <algorithm>
#include <array>
#include <optional>

#include "text/char_pattern.h"
#include "text/code_pages.h"
#include "text/unicode.h"

namespace studio::text {
namespace {

template <class Replace>
std::u32string substitute(const CharPattern& pattern, std::u32string_view text, Replace replace) {
    std::u32string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t length = pattern.match(text, i);
        if (length == 0) {
            out.push_back(text[i++]);
            continue;
        }
        out += replace(text.substr(i, length));
        i += length;
    }
    return out;
}

/// "C3 20" before a space or a letter is the word "à" and keeps its space, except in Portuguese (às, àquele, àquela,
/// àquilo), where it is the start of the word.
std::u32string restore_a_grave(std::u32string_view bytes) {
    constexpr std::array<std::u32string_view, 5> kSame = {U" ", U"quele", U"quela", U"quilo", U"s "};
    std::u32string out;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        out.push_back(bytes[i]);
        if (bytes[i] != 0xC3 || i + 1 >= bytes.size() || bytes[i + 1] != ' ') continue;
        const std::u32string_view rest = bytes.substr(i + 2);
        if (std::any_of(kSame.begin(), kSame.end(), [&](auto word) { return rest.substr(0, word.size()) == word; }))
            continue;
        out += U"\u00A0 ";
        ++i;
    }
    return out;
}

/// UTF-8 whose byte A0 some program took for a no-break space and turned into a plain one.
std::u32string restore_no_break_spaces(std::u32string_view bytes) {
    static const CharPattern kAltered(
        U"[\u00C2\u00C3\u00C5\u00CE\u00D0\u00D9][ ]"
        U"|[\u00E2\u00E3][ ][\u0080-\u0084\u0086-\u009F\u00A1-\u00BF]"
        U"|[\u00E0-\u00E3][\u0080-\u0084\u0086-\u009F\u00A1-\u00BF][ ]"
        U"|[\u00F0][ ][\u0080-\u00BF][\u0080-\u00BF]"
        U"|[\u00F0][\u0080-\u00BF][ ][\u0080-\u00BF]"
        U"|[\u00F0][\u0080-\u00BF][\u0080-\u00BF][ ]");
    if (!kAltered.found_in(bytes)) return std::u32string(bytes);
    return substitute(kAltered, restore_a_grave(bytes), [](std::u32string_view match) {
        std::u32string out(match);
        std::replace(out.begin(), out.end(), U' ', U'\u00A0');
        return out;
    });
}

/// UTF-8 with bytes that an earlier program lost (1A, or once '?'): the whole character becomes U+FFFD.
std::u32string replace_lossy_sequences(std::u32string_view bytes) {
    static const CharPattern kLossy(
        U"[\u00C2-\u00DF][\x1A]"
        U"|[\u00C2-\u00C3][?]"
        U"|\u00ED[\u00A0-\u00AF][\x1A?]\u00ED[\u00B0-\u00BF][\x1A?\u0080-\u00BF]"
        U"|\u00ED[\u00A0-\u00AF][\x1A?\u0080-\u00BF]\u00ED[\u00B0-\u00BF][\x1A?]"
        U"|[\u00E0-\u00EF][\x1A?][\x1A\u0080-\u00BF]"
        U"|[\u00E0-\u00EF][\x1A\u0080-\u00BF][\x1A?]"
        U"|[\u00F0-\u00F4][\x1A?][\x1A\u0080-\u00BF][\x1A\u0080-\u00BF]"
        U"|[\u00F0-\u00F4][\x1A\u0080-\u00BF][\x1A?][\x1A\u0080-\u00BF]"
        U"|[\u00F0-\u00F4][\x1A\u0080-\u00BF][\x1A\u0080-\u00BF][\x1A?]"
        U"|\x1A");
    return substitute(kLossy, bytes, [](std::u32string_view) { return std::u32string_view(U"\u00EF\u00BF\u00BD"); });
}

/// The whole text as UTF-8 that was read as `page`.
std::optional<std::u32string> reread_as_utf8(std::u32string bytes, CodePage page) {
    // Not for MacRoman, where an en dash and a space would look the same.
    if (page != CodePage::kMacRoman) bytes = restore_no_break_spaces(bytes);
    if (is_windows(page)) bytes = replace_lossy_sequences(bytes);
    return decode_utf8_variants(bytes);
}

/// Length of a run of sequences at `at` that look like UTF-8 read as a single-byte encoding.
std::size_t utf8_run(std::u32string_view text, std::size_t at) {
    static const CharPattern kSequence(
        U"[{first_of_2}][{continuation}]"
        U"|[{first_of_3}][{continuation}][{continuation}]"
        U"|[{first_of_4}][{continuation}][{continuation}][{continuation}]");
    static const CharPattern kStrict(U"[{continuation_strict}]");
    if (at > 0 && kStrict.match(text, at - 1) > 0) return 0;
    std::size_t length = 0;
    while (at + length < text.size()) {
        const std::size_t one = kSequence.match(text, at + length);
        if (one == 0) break;
        length += one;
    }
    return length;
}

/// Runs of mojibake inside text of another encoding, each repaired alone.
std::u32string repair_runs(std::u32string_view text) {
    std::u32string out;
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t length = utf8_run(text, i);
        if (length == 0) {
            out.push_back(text[i++]);
            continue;
        }
        const std::u32string_view run = text.substr(i, length);
        // Only a part of the text, so that this ends.
        if (length < text.size() && looks_like_mojibake(run)) {
            out += repair_mojibake(run);
        } else {
            out += run;
        }
        i += length;
    }
    return out;
}

std::optional<std::u32string> latin1_as_windows1252(std::u32string_view text) {
    std::u32string out;
    for (const char32_t c : text) {
        if (c > 0xFF || !is_strict_windows1252(c)) return std::nullopt;
        out.push_back(decode_byte(static_cast<unsigned char>(c), CodePage::kWindows1252));
    }
    return out;
}

std::u32string repair_one_layer(std::u32string_view text) {
    if (!looks_like_mojibake(text)) return std::u32string(text);
    for (int p = 0; p < kNumCodePages; ++p) {
        const auto page = static_cast<CodePage>(p);
        std::optional<std::u32string> bytes = encode(text, page);
        if (!bytes) continue;
        if (auto fixed = reread_as_utf8(std::move(*bytes), page)) return *fixed;
    }
    std::u32string fixed = repair_runs(text);
    if (fixed != text) return fixed;
    if (auto windows = latin1_as_windows1252(text); windows && *windows != text) return *windows;
    return repair_c1_controls(text);
}

}  // namespace

std::u32string repair_c1_controls(std::u32string_view text) {
    std::u32string out(text);
    for (char32_t& c : out)
        if (c >= 0x80 && c <= 0x9F) c = decode_byte(static_cast<unsigned char>(c), CodePage::kWindows1252);
    return out;
}

std::u32string repair_mojibake(std::u32string_view text) {
    std::u32string current(text);
    while (true) {
        std::u32string next = repair_one_layer(current);
        if (next == current) return current;
        current = std::move(next);
    }
}

}  // namespace studio::text
