// Prompt clean-up and token ids against ftfy 6.3.1, sentencepiece 0.2.3 and tokenizers 0.23.3 (tests/data/golden/text).
#include <gtest/gtest.h>

#include "core/json.h"
#include "text/tokenizer.h"

namespace studio::text {
namespace {

const std::filesystem::path kData = std::filesystem::path(STUDIO_TEST_DATA) / "golden" / "text";

Json read(const char* name) {
    JsonLimits limits;
    limits.max_bytes = 4 << 20;
    return read_json_file(kData / name, limits).value();
}

std::unique_ptr<Tokenizer> open(const char* name) {
    auto opened = Tokenizer::open(kData / name);
    EXPECT_TRUE(opened.ok()) << opened.error().message;
    return std::move(opened).value();
}

void expect_either(const Tokenizer& tokenizer, const Json& test, std::optional<std::size_t> max_length) {
    const auto encoded = tokenizer.encode(test["cleaned"].get<std::string>(), max_length);
    ASSERT_TRUE(encoded.ok()) << encoded.error().message;
    const Json ids = encoded->ids;
    EXPECT_TRUE(ids == test["ids"] || (test.contains("ids_hf_fast") && ids == test["ids_hf_fast"]))
        << test["raw"] << "\n got " << ids.dump() << "\nwant " << test["ids"].dump();
}

TEST(TokenizerGolden, CleansPrompts) {
    const Json cases = read("tokenizer_cases.json")["cases"];
    ASSERT_GE(cases.size(), 60u);
    for (const Json& test : cases) {
        const auto cleaned = clean_prompt(test["raw"].get<std::string>());
        ASSERT_TRUE(cleaned.ok()) << cleaned.error().message;
        EXPECT_EQ(*cleaned, test["cleaned"].get<std::string>()) << test["raw"];
    }
}

TEST(TokenizerGolden, CleansRandomPromptsAsFtfyDoes) {
    const Json cases = read("clean_cases.json")["cases"];
    ASSERT_EQ(cases.size(), 300u);
    for (const Json& test : cases)
        EXPECT_EQ(clean_prompt(test[0].get<std::string>()).value(), test[1].get<std::string>()) << test[0];
}

TEST(TokenizerGolden, SpieceGivesTheIdsOfSentencePiece) {
    const Json file = read("tokenizer_cases.json");
    const auto tokenizer = open("spiece.model");
    EXPECT_EQ(tokenizer->vocab_size(), file["models"]["spiece.model"]["pieces"].get<std::size_t>());
    EXPECT_EQ(tokenizer->pad_id(), 0);
    for (const Json& test : file["cases"]) {
        expect_either(*tokenizer, test, file["max_length"].get<std::size_t>());
        const auto encoded = tokenizer->encode(test["cleaned"].get<std::string>());
        EXPECT_EQ(encoded->untruncated, test["n_untruncated"].get<std::size_t>()) << test["raw"];
        EXPECT_EQ(encoded->read_until.empty(), encoded->untruncated <= 512) << test["raw"];
    }
}

TEST(TokenizerGolden, TokenizerJsonGivesTheSameIds) {
    const Json file = read("tokenizer_cases.json");
    const auto tokenizer = open("tokenizer.json");
    for (const Json& test : file["cases"])
        expect_either(*tokenizer, test, file["max_length"].get<std::size_t>());
}

TEST(TokenizerGolden, IdentityModelKeepsSpacesAndMergesUnknownRuns) {
    const auto tokenizer = open("spiece_identity.model");
    const Json file = read("tokenizer_cases.json");
    for (const Json& test : file["identity_cases"]) {
        const auto encoded = tokenizer->encode(test["raw"].get<std::string>(), std::nullopt);
        ASSERT_TRUE(encoded.ok());
        EXPECT_EQ(Json(encoded->ids), test["ids"]) << test["raw"];
    }
}

}  // namespace
}  // namespace studio::text
