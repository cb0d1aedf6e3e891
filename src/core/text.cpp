#include "core/text.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace studio {
namespace {

/// Length of the valid UTF-8 sequence at `at`, or 0; `code_point` receives its value.
std::size_t sequence_at(std::string_view text, std::size_t at, char32_t& code_point) noexcept {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned lead = byte(at);
    if (lead < 0x80) {
        code_point = lead;
        return 1;
    }
    const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || at + length > text.size()) return 0;
    char32_t value = lead & (0x7Fu >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(at + i) & 0xC0) != 0x80) return 0;
        value = (value << 6) | (byte(at + i) & 0x3Fu);
    }
    const char32_t smallest = length == 4 ? 0x10000 : length == 3 ? 0x800 : 0x80;
    if (value < smallest || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return 0;
    code_point = value;
    return length;
}

/// Invisible or able to reorder what a reader sees: C1 controls, zero-width and bidi marks, line separators, BOM, tags.
bool hides_text(char32_t c) noexcept {
    return (c >= 0x80 && c <= 0x9F) || c == 0x61C || (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
           (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF || (c >= 0xE0000 && c <= 0xE007F);
}

}  // namespace

std::optional<std::int64_t> parse_int64(std::string_view text) noexcept {
    std::int64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, failed] = std::from_chars(text.data(), end, value);
    if (failed != std::errc{} || stop != end || text.empty()) return std::nullopt;
    return value;
}

std::optional<double> parse_double(std::string_view text) noexcept {
    double value = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, failed] = std::from_chars(text.data(), end, value);
    if (failed != std::errc{} || stop != end || text.empty() || !std::isfinite(value)) return std::nullopt;
    return value;
}

std::string format_double(double value) {
    char buffer[64];
    const auto [stop, failed] = std::to_chars(buffer, buffer + sizeof buffer, value);
    return failed == std::errc{} ? std::string(buffer, stop) : std::string("0");
}

std::optional<std::size_t> invalid_utf8_at(std::string_view text) noexcept {
    char32_t ignored = 0;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = sequence_at(text, at, ignored);
        if (length == 0) return at;
        at += length;
    }
    return std::nullopt;
}

std::string escape_for_display(std::string_view text, std::size_t max_bytes) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        char32_t c = 0;
        const std::size_t length = sequence_at(text, at, c);
        std::string piece;
        if (length == 0 || c < 0x20 || c == 0x7F) {
            piece = fmt::format("\\x{:02X}", static_cast<unsigned char>(text[at]));
        } else if (hides_text(c)) {
            piece = fmt::format("\\u{{{:X}}}", static_cast<std::uint32_t>(c));
        } else {
            piece = text.substr(at, length);
        }
        if (out.size() + piece.size() > max_bytes) return out + "...";
        out += piece;
        at += length == 0 ? 1 : length;
    }
    return out;
}

std::string path_to_utf8(const std::filesystem::path& path) {
    try {
        const std::u8string text = path.u8string();
        return {reinterpret_cast<const char*>(text.data()), text.size()};
    } catch (const std::exception&) {  // Windows names may hold half a surrogate pair
        return "(name that is not valid Unicode)";
    }
}

std::filesystem::path path_from_utf8(std::string_view utf8) {
#ifdef _WIN32
    std::u8string text;
    for (std::size_t at = 0; at < utf8.size();) {
        char32_t c = 0;
        const std::size_t length = sequence_at(utf8, at, c);
        if (length == 0) {
            text += u8"\uFFFD";  // the conversion would throw; a name that cannot exist gives a plain NotFound instead
            ++at;
            continue;
        }
        text.append(reinterpret_cast<const char8_t*>(utf8.data()) + at, length);
        at += length;
    }
    return {text};
#else
    return {std::string(utf8)};
#endif
}

std::optional<double> parse_bytes(std::string_view text) {
    const auto end = text.find_first_not_of("0123456789.");
    const auto value = parse_double(text.substr(0, end));
    if (!value) return std::nullopt;
    std::string unit;
    if (end != std::string_view::npos) {
        for (const char c : text.substr(end)) {
            if (c == ' ' && unit.empty()) continue;
            unit += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        }
    }
    if (unit.empty() || unit == "b") return *value;
    constexpr std::string_view kPrefixes = "kmgt";
    const auto power = kPrefixes.find(unit[0]);
    if (power == std::string_view::npos) return std::nullopt;
    const std::string rest = unit.substr(1);
    const double base = rest.empty() || rest == "b" ? 1000 : rest == "i" || rest == "ib" ? 1024 : 0;
    if (base == 0) return std::nullopt;
    return *value * std::pow(base, static_cast<double>(power + 1));
}

std::string format_bytes(std::uint64_t bytes) {
    if (bytes < 1000) return fmt::format("{} bytes", bytes);
    static constexpr const char* kUnits[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
    double value = static_cast<double>(bytes) / 1000;
    std::size_t unit = 0;
    while (value >= 999.95 && unit + 1 < std::size(kUnits)) {
        value /= 1000;
        ++unit;
    }
    return fmt::format("{:.1f} {}", value, kUnits[unit]);
}

std::string format_seconds(double seconds) {
    if (!(seconds >= 0)) seconds = 0;
    if (seconds < 9.95) return fmt::format("{:.1f} s", seconds);
    const auto whole = static_cast<std::int64_t>(std::llround(std::min(seconds, 3.6e9)));
    if (whole < 60) return fmt::format("{} s", whole);
    if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
    return fmt::format("{} h {:02} min", whole / 3600, whole % 3600 / 60);
}

}  // namespace studio
