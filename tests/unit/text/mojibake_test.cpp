#include "text/mojibake.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "text/char_pattern.h"
#include "text/code_pages.h"

namespace studio::text {
namespace {

TEST(Mojibake, RepairsTheCommonEncodings) {
    EXPECT_EQ(repair_mojibake(U"schÃ¶n"), U"schön");
    EXPECT_EQ(repair_mojibake(U"â€œquotedâ€\u009D"), U"“quoted”");
    EXPECT_EQ(repair_mojibake(U"РџСЂРёРІРµС‚"), U"Привет");                        // windows-1251
    EXPECT_EQ(repair_mojibake(U"ÃƒÂ©"), U"é");                                     // two layers
    EXPECT_EQ(repair_mojibake(U"voilÃ  le travail"), U"voilà le travail");         // A0 became a space
    EXPECT_EQ(repair_mojibake(U"â€œ like this â€\uFFFD"), U"“ like this \uFFFD");  // a lost byte
    EXPECT_EQ(repair_mojibake(U"狐狸 â€œfoxâ€\u009D"), U"狐狸 “fox”");             // a run inside other text
}

TEST(Mojibake, LeavesGoodTextAlone) {
    for (const std::u32string_view text : {U"café naïve Zürich", U"Привет мир", U"κόσμος", U"señor ¿qué?", U"10° – 5 €",
                                           U"Å à la", U"狐狸", U"Œuvre", U""})
        EXPECT_EQ(repair_mojibake(text), text);
}

TEST(Mojibake, ReadsControlsAsWindows1252) {
    EXPECT_EQ(repair_c1_controls(U"a\u0085b\u0093\u0081"), U"a…b“\u0081");
    EXPECT_TRUE(looks_like_mojibake(U"a\u0085"));
    EXPECT_FALSE(looks_like_mojibake(U"plain"));
}

TEST(CodePages, RoundTripAndRefuse) {
    EXPECT_EQ(encode(U"é€", CodePage::kWindows1252), std::u32string(U"\u00E9\u0080"));
    EXPECT_FALSE(encode(U"狐", CodePage::kWindows1252));
    EXPECT_FALSE(encode(U"\u001A", CodePage::kWindows1252));
    EXPECT_EQ(encode(U"\uFFFD", CodePage::kWindows1251), std::u32string(U"\x1A"));
    for (int p = 0; p < kNumCodePages; ++p)
        for (unsigned b = 0x80; b < 0x100; ++b) {
            const auto page = static_cast<CodePage>(p);
            EXPECT_EQ(encode(std::u32string(1, decode_byte(static_cast<unsigned char>(b), page)), page),
                      std::u32string(1, b));
        }
}

TEST(CodePages, DecodesUtf8AndItsVariants) {
    EXPECT_EQ(decode_utf8_variants(U"\u00C3\u00A9"), std::u32string(U"é"));
    EXPECT_EQ(decode_utf8_variants(U"\u00C0\u0080"), std::u32string(1, U'\0'));
    EXPECT_EQ(decode_utf8_variants(U"\u00ED\u00A0\u00BD\u00ED\u00B8\u0080"), std::u32string(U"\U0001F600"));
    EXPECT_FALSE(decode_utf8_variants(U"\u00ED\u00A0\u00BD"));
    EXPECT_FALSE(decode_utf8_variants(U"\u00C3"));
}

TEST(CharPattern, MatchesSetsClassesAndAnchors) {
    const CharPattern pattern(U"[a-c{currency}]x | ^[\\s]y | [^a]. | z");
    EXPECT_EQ(pattern.match(U"bx", 0), 2u);
    EXPECT_EQ(pattern.match(U"€x", 0), 2u);
    EXPECT_EQ(pattern.match(U" y", 0), 2u);
    EXPECT_EQ(pattern.match(U"a\n", 0), 0u);
    EXPECT_EQ(pattern.match(U"z", 0), 1u);
    EXPECT_EQ(pattern.match(U"az", 1), 1u);
    EXPECT_THROW(CharPattern(U"[a"), Failure);
    EXPECT_THROW(CharPattern(U"[{nosuch}]"), Failure);
    EXPECT_THROW(CharPattern(U"a||b"), Failure);
}

}  // namespace
}  // namespace studio::text
