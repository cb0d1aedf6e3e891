#include "core/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/temp_folder.h"

namespace studio {
namespace {

using testing::HasSubstr;

Error error_of(std::string_view text, const JsonLimits& limits = {}) {
    auto result = parse_json(text, "settings.json", limits);
    EXPECT_FALSE(result.ok()) << text;
    if (result.ok()) return {};
    EXPECT_EQ(result.error().code, ErrorCode::kCorruptFile);
    EXPECT_EQ(result.error().file, "settings.json");
    EXPECT_THAT(result.error().message, HasSubstr("settings.json"));
    EXPECT_FALSE(result.error().fix.empty());
    return result.error();
}

TEST(ParseJson, ReadsWhatIsValid) {
    auto result = parse_json(R"({"a": [1, -2, 3.5, true, null], "b": {"c": "ä"}, "d": []})", "x");
    ASSERT_TRUE(result.ok());
    EXPECT_EQ((*result)["a"][1], -2);
    EXPECT_EQ((*result)["a"].size(), 5u);
    EXPECT_EQ((*result)["b"]["c"], "ä");
    EXPECT_TRUE((*result)["d"].is_array());
    EXPECT_EQ(*parse_json("7", "x"), 7);
}

TEST(ParseJson, RefusesDuplicateKeysAndNamesThem) {
    const Error error = error_of(R"({"vae": {"z_dim": 16, "z_dim": 48}})");
    EXPECT_EQ(error.field, "vae.z_dim");
    EXPECT_THAT(error.message, HasSubstr("twice"));
}

TEST(ParseJson, RefusesDepthBeyondTheLimit) {
    JsonLimits limits;
    limits.max_depth = 3;
    EXPECT_TRUE(parse_json("[[[1]]]", "x", limits).ok());
    EXPECT_THAT(error_of("[[[[1]]]]", limits).message, HasSubstr("3 levels"));
    EXPECT_THAT(error_of(std::string(900000, '[')).message, HasSubstr("16 levels"));
    EXPECT_THAT(error_of(R"({"a":{"a":{"a":{"a":1}}}})", limits).message, HasSubstr("3 levels"));
}

TEST(ParseJson, RefusesSizeBeyondTheLimit) {
    JsonLimits limits;
    limits.max_bytes = 10;
    EXPECT_TRUE(parse_json("[1,2,3,45]", "x", limits).ok());
    EXPECT_THAT(error_of("[1,2,3,456]", limits).message, HasSubstr("10 bytes"));
}

TEST(ParseJson, RefusesWhatIsNoJson) {
    for (const char* text : {"", "{", "{\"a\":}", "[1,]", "{'a':1}", "{a:1}", "[1] 2", "nul", "NaN", "[NaN]",
                             "[Infinity]", "[01]", "[1.]", "{\"a\":1,}", "\xEF\xBB\xBF", "// x\n1", "\"a\nb\""}) {
        error_of(text);
    }
}

TEST(ParseJson, RefusesNumbersThatDoNotFit) {
    EXPECT_THAT(error_of(R"({"eps": 1e999})").message, HasSubstr("too large"));
}

TEST(ParseJson, GivesTheOffsetOfBadUtf8) {
    EXPECT_THAT(error_of("{\"a\": \"\xFF\"}").message, HasSubstr("byte 7"));
}

TEST(ParseJson, NeverShowsControlCharacters) {
    const Error error = error_of("{\"a\x1B[31m\": 1e999}");
    EXPECT_THAT(error.message, testing::Not(HasSubstr("\x1B")));
    EXPECT_THAT(error_of("{\"\\u001b\": 1, \"\\u001b\": 2}").field, testing::Not(HasSubstr("\x1B")));
}

TEST(ReadJsonFile, NamesTheFile) {
    const test::TempFolder folder;
    const auto missing = read_json_file(folder / "none.json");
    ASSERT_FALSE(missing.ok());
    EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
    EXPECT_THAT(missing.error().file, HasSubstr("none.json"));
    const auto is_folder = read_json_file(folder.path());
    ASSERT_FALSE(is_folder.ok());
    EXPECT_EQ(is_folder.error().code, ErrorCode::kIo);
    const auto good = read_json_file(folder.write("good.json", "{\"a\": 1}"));
    ASSERT_TRUE(good.ok());
    EXPECT_EQ((*good)["a"], 1);
    const auto large = read_json_file(folder.write("large.json", std::string(2 << 20, ' ')));
    ASSERT_FALSE(large.ok());
    EXPECT_THAT(large.error().message, HasSubstr("larger than"));
}

}  // namespace
}  // namespace studio
