#include "core/text.h"

#include <gtest/gtest.h>

#include <clocale>
#include <limits>
#include <locale>

namespace studio {
namespace {

/// A locale with a comma as decimal sign, if the system has one.
class CommaLocale {
  public:
    CommaLocale() {
        for (const char* name : {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "German", "de-DE"}) {
            if (std::setlocale(LC_ALL, name) != nullptr && *std::localeconv()->decimal_point == ',') is_set_ = true;
            if (is_set_) return;
        }
    }
    ~CommaLocale() { std::setlocale(LC_ALL, "C"); }
    bool is_set() const { return is_set_; }

  private:
    bool is_set_ = false;
};

TEST(ParseInt64, TakesWholeNumbersOnly) {
    EXPECT_EQ(parse_int64("0"), 0);
    EXPECT_EQ(parse_int64("-42"), -42);
    EXPECT_EQ(parse_int64("9223372036854775807"), std::numeric_limits<std::int64_t>::max());
    for (const char* bad : {"", " 1", "1 ", "+1", "1.0", "0x10", "1e3", "9223372036854775808", "--1", "1,5", "٣"}) {
        EXPECT_FALSE(parse_int64(bad)) << bad;
    }
}

TEST(ParseDouble, TakesFiniteDecimalNumbersOnly) {
    EXPECT_EQ(parse_double("1.5"), 1.5);
    EXPECT_EQ(parse_double("-2e-3"), -2e-3);
    EXPECT_EQ(parse_double("0.1"), 0.1);
    for (const char* bad :
         {"", "1,5", "nan", "inf", "-inf", "infinity", "0x1p3", "1e999", "1.5 ", " 1.5", "+1.5", "1.5.2"}) {
        EXPECT_FALSE(parse_double(bad)) << bad;
    }
}

class CommaDigits : public std::numpunct<char> {
    char do_decimal_point() const override { return ','; }
    char do_thousands_sep() const override { return '.'; }
    std::string do_grouping() const override { return "\3"; }
};

void expect_plain_numbers() {
    EXPECT_EQ(parse_double("1.5"), 1.5);
    EXPECT_FALSE(parse_double("1,5"));
    EXPECT_EQ(format_double(0.5), "0.5");
    EXPECT_EQ(format_seconds(1.25), "1.2 s");
    EXPECT_EQ(format_bytes(1500000), "1.5 MB");
    EXPECT_EQ(parse_int64("1234567"), 1234567);
    EXPECT_FALSE(parse_int64("1.234.567"));
}

TEST(Numbers, AreTheSameInACLocaleWithDecimalComma) {
    const CommaLocale locale;
    if (!locale.is_set()) GTEST_SKIP() << "this system has no locale with a decimal comma";
    expect_plain_numbers();
}

TEST(Numbers, AreTheSameInAStreamLocaleWithDecimalComma) {
    const std::locale before = std::locale::global(std::locale(std::locale::classic(), new CommaDigits));
    expect_plain_numbers();
    std::locale::global(before);
}

TEST(FormatDouble, IsTheShortestTextThatReadsBack) {
    for (const double value : {0.0, 0.1, 1.0 / 3.0, 1e-300, 123456789.125, -5.0}) {
        EXPECT_EQ(parse_double(format_double(value)), value);
    }
    EXPECT_EQ(format_double(0.1), "0.1");
}

TEST(InvalidUtf8At, FindsTheFirstBadByte) {
    EXPECT_FALSE(invalid_utf8_at("plain, 中文, \xF0\x9F\x98\x80"));
    EXPECT_EQ(invalid_utf8_at("ab\xFFz"), 2u);
    EXPECT_EQ(invalid_utf8_at("\xC0\xAF"), 0u) << "overlong";
    EXPECT_EQ(invalid_utf8_at("\xE0\x80\xAF"), 0u) << "overlong in three bytes";
    EXPECT_EQ(invalid_utf8_at("a\xED\xA0\x80"), 1u) << "half of a surrogate pair";
    EXPECT_EQ(invalid_utf8_at("\xF4\x90\x80\x80"), 0u) << "above U+10FFFF";
    EXPECT_EQ(invalid_utf8_at("x\xE4\xB8"), 1u) << "cut off";
    EXPECT_EQ(invalid_utf8_at("\x80"), 0u);
}

TEST(EscapeForDisplay, ShowsWhatWouldHide) {
    EXPECT_EQ(escape_for_display("a\nb\tc"), "a\\x0Ab\\x09c");
    EXPECT_EQ(escape_for_display(std::string_view("a\0b", 3)), "a\\x00b");
    EXPECT_EQ(escape_for_display("evil\u202Egpj"), "evil\\u{202E}gpj");
    EXPECT_EQ(escape_for_display("\xFF ok"), "\\xFF ok");
    EXPECT_EQ(escape_for_display("中文 ok"), "中文 ok");
    EXPECT_EQ(escape_for_display("\x1B[31m"), "\\x1B[31m") << "terminal control";
}

TEST(EscapeForDisplay, CutsBetweenCharacters) {
    EXPECT_EQ(escape_for_display("中文字", 7), "中文...");
    EXPECT_EQ(escape_for_display("abc", 3), "abc");
}

TEST(Paths, RoundTripThroughUtf8) {
    const std::string name = "Modelle/größe 中文 \xF0\x9F\x98\x80";
    EXPECT_EQ(path_to_utf8(path_from_utf8(name).generic_string().empty() ? "" : path_from_utf8(name)),
              path_to_utf8(path_from_utf8(name)));
    EXPECT_EQ(path_to_utf8(path_from_utf8("größe")), "größe");
}

TEST(Format, SpeaksToPeople) {
    EXPECT_EQ(format_bytes(0), "0 bytes");
    EXPECT_EQ(format_bytes(999), "999 bytes");
    EXPECT_EQ(format_bytes(1000), "1.0 kB");
    EXPECT_EQ(format_bytes(999999), "1.0 MB");
    EXPECT_EQ(format_bytes(5676070424), "5.7 GB");
    EXPECT_EQ(format_seconds(0.84), "0.8 s");
    EXPECT_EQ(format_seconds(59.4), "59 s");
    EXPECT_EQ(format_seconds(125), "2 min 05 s");
    EXPECT_EQ(format_seconds(3725), "1 h 02 min");
    EXPECT_EQ(format_seconds(-1), "0.0 s");
    EXPECT_EQ(format_seconds(std::numeric_limits<double>::quiet_NaN()), "0.0 s");
}

}  // namespace
}  // namespace studio
