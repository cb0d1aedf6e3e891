#include "text/code_pages.h"

#include <unordered_map>

#include "core/text.h"
#include "text/unicode.h"

namespace studio::text {
namespace {

constexpr char16_t kUpperHalves[kNumCodePages - 1][128] = {
#include "text/data/code_pages.inc"
};

using Encoder = std::unordered_map<char32_t, unsigned char>;

const Encoder& encoder(CodePage page) {
    static const auto* const kEncoders = [] {
        auto* all = new Encoder[kNumCodePages - 1];
        for (int p = 0; p < kNumCodePages - 1; ++p)
            for (int b = 0; b < 128; ++b)
                all[p].emplace(kUpperHalves[p][b], static_cast<unsigned char>(128 + b));
        return all;
    }();
    return kEncoders[static_cast<int>(page) - 1];
}

bool is_surrogate_half(std::u32string_view bytes, std::size_t at, char32_t low, char32_t high) {
    return at + 2 < bytes.size() && bytes[at] == 0xED && bytes[at + 1] >= low && bytes[at + 1] <= high &&
           bytes[at + 2] >= 0x80 && bytes[at + 2] <= 0xBF;
}

}  // namespace

bool is_windows(CodePage page) noexcept {
    return page >= CodePage::kWindows1252 && page <= CodePage::kWindows1257;
}

std::optional<std::u32string> encode(std::u32string_view text, CodePage page) {
    std::u32string bytes;
    bytes.reserve(text.size());
    for (const char32_t c : text) {
        if (c < 0x80) {
            if (c == 0x1A && is_windows(page)) return std::nullopt;  // that byte already means U+FFFD
            bytes.push_back(c);
        } else if (page == CodePage::kLatin1) {
            if (c > 0xFF) return std::nullopt;
            bytes.push_back(c);
        } else if (c == 0xFFFD && is_windows(page)) {
            bytes.push_back(0x1A);
        } else {
            const auto found = encoder(page).find(c);
            if (found == encoder(page).end()) return std::nullopt;
            bytes.push_back(found->second);
        }
    }
    return bytes;
}

char32_t decode_byte(unsigned char byte, CodePage page) noexcept {
    if (byte < 0x80 || page == CodePage::kLatin1) return byte;
    return kUpperHalves[static_cast<int>(page) - 1][byte - 0x80];
}

bool is_strict_windows1252(char32_t byte) noexcept {
    return byte != 0x81 && byte != 0x8D && byte != 0x8F && byte != 0x90 && byte != 0x9D;
}

std::optional<std::u32string> decode_utf8_variants(std::u32string_view bytes) {
    std::string plain;
    for (std::size_t i = 0; i < bytes.size();) {
        if (bytes[i] == 0xC0 && i + 1 < bytes.size() && bytes[i + 1] == 0x80) {
            plain.push_back('\0');
            i += 2;
        } else if (is_surrogate_half(bytes, i, 0xA0, 0xAF) && is_surrogate_half(bytes, i + 3, 0xB0, 0xBF)) {
            const char32_t c = ((bytes[i + 1] & 0x0F) << 16) + ((bytes[i + 2] & 0x3F) << 10) +
                               ((bytes[i + 4] & 0x0F) << 6) + (bytes[i + 5] & 0x3F) + 0x10000;
            plain += to_utf8(std::u32string_view(&c, 1));
            i += 6;
        } else {
            plain.push_back(static_cast<char>(bytes[i++]));
        }
    }
    if (invalid_utf8_at(plain)) return std::nullopt;
    return to_code_points(plain);
}

}  // namespace studio::text
