#include <gtest/gtest.h>

#include "text/text_fixes.h"
#include "text/tokenizer.h"
#include "text/unicode.h"

namespace studio::text {
namespace {

std::string clean(std::string_view text) {
    const auto cleaned = clean_prompt(text);
    return cleaned.ok() ? *cleaned : "error: " + cleaned.error().message;
}

TEST(CleanPrompt, KeepsPlainTextAndCase) {
    EXPECT_EQ(clean("A red Fox, 50% (prompt:1.2) [neg] <lora:x:0.8>"),
              "A red Fox, 50% (prompt:1.2) [neg] <lora:x:0.8>");
    EXPECT_EQ(clean("一只红色的狐狸。"), "一只红色的狐狸。");
}

TEST(CleanPrompt, CollapsesEveryKindOfWhiteSpace) {
    EXPECT_EQ(clean("\t a \r\n b\u00A0\u2009c\u3000d\u2028e\x1C\x1F \n"), "a b c d e");
    EXPECT_EQ(clean("a <&#12288; &#8195;&#133;b"), "a < \u2026b");  // spaces that references make after the width rule
    EXPECT_EQ(clean(" \n\t "), "");
    EXPECT_EQ(clean(""), "");
}

TEST(CleanPrompt, FixesWidthQuotesAndLigatures) {
    EXPECT_EQ(clean("ＡＢＣ，！　ｶﾞ"), "ABC,! ガ");
    EXPECT_EQ(clean("“a” ‘b’ „c‟ ‚d‛"), "\"a\" 'b' \"c\" 'd'");
    EXPECT_EQ(clean("ﬁne oﬃce ﬆ Ǆ"), "fine office st DŽ");
}

TEST(CleanPrompt, ComposesCharacters) {
    EXPECT_EQ(clean("e\u0301 a\u030A"), "\u00E9 \u00E5");
    EXPECT_EQ(clean("\u1100\u1161\u11A8"), "\uAC01");
}

TEST(CleanPrompt, RemovesControlsEscapesAndMarks) {
    EXPECT_EQ(clean(std::string("a\0b\x07 \x1B[31mred\x1B[0m \x7F", 20)), "ab red");
    EXPECT_EQ(clean("\uFEFFstart\uFFFC\u206A"), "start");
    EXPECT_EQ(clean("joined\u200D\u200B"), "joined\u200D\u200B");
}

TEST(CleanPrompt, RemovingTwiceChangesNothing) {
    for (const char* text : {"&amp;amp;lt;b&gt;", "â€œquotedâ€\u009D", "ＡＢ  Ｃ", "caf&eacute;"}) {
        const std::string once = clean(text);
        EXPECT_EQ(clean(once), once) << text;
    }
}

TEST(CleanPrompt, LeavesReferencesOfRealHtmlToTheSecondStage) {
    // A '<' keeps the careful stage away, but Wan's own two rounds of html.unescape still apply.
    EXPECT_EQ(clean("<b>&amp;lt;</b>"), "<b><</b>");
    EXPECT_EQ(clean("&NTILDE; <"), "&NTILDE; <");
    EXPECT_EQ(clean("&NTILDE; x"), "Ñ x");
    // Once a line had one, the careful stage is off for the lines below it too.
    EXPECT_EQ(clean("<\n&NTILDE;"), "< &NTILDE;");
    EXPECT_EQ(clean("&NTILDE;\n<"), "Ñ <");
}

TEST(CleanPrompt, RefusesInvalidUtf8WithItsPlace) {
    const auto result = clean_prompt("ab\xFFz");
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(result.error().field, "prompt");
    EXPECT_NE(result.error().message.find("byte 2"), std::string::npos);
    EXPECT_FALSE(result.error().fix.empty());
    EXPECT_FALSE(clean_prompt("\xED\xA0\x80").ok());  // a surrogate
    EXPECT_FALSE(clean_prompt("\xC0\x80").ok());      // an overlong NUL
}

TEST(CleanPrompt, RefusesWhatNoModelReads) {
    EXPECT_TRUE(clean_prompt(std::string(kMaxPromptBytes, 'x')).ok());
    const auto result = clean_prompt(std::string(1 << 20, 'x'));
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().code, ErrorCode::kInvalidArgument);
    EXPECT_NE(result.error().message.find("1048576"), std::string::npos);
}

TEST(CleanPrompt, SurvivesNestedReferencesAndManyMarks) {
    std::string nested = "&";
    for (int i = 0; i < 500; ++i)
        nested += "amp;";
    EXPECT_EQ(clean(nested), "&");
    std::string marks = "a";
    for (int i = 0; i < 5000; ++i)
        marks += "\u0300\u0327";
    EXPECT_TRUE(clean_prompt(marks).ok());
}

TEST(Unicode, RoundTripsEveryLength) {
    const std::u32string text = U"a\u0080\u07FF\u0800\uFFFD\U00010000\U0010FFFF";
    EXPECT_EQ(to_code_points(to_utf8(text)), text);
    EXPECT_EQ(to_utf8(std::u32string(1, 0xD800)), "\uFFFD");
    EXPECT_EQ(to_utf8(std::u32string(1, 0x110000)), "\uFFFD");
}

}  // namespace
}  // namespace studio::text
