#include "app/output_name.h"

#include <gtest/gtest.h>

#include "app/preferred_request.h"
#include "core/text.h"

namespace studio {
namespace {

std::string name_of(const std::string& pattern, const std::string& prompt = "a blue star", std::int64_t seed = 7,
                    const std::string& image = {}, const std::string& model = "Wan 2.1") {
    GenerationRequest request;
    request.name_pattern = pattern;
    request.prompt = prompt;
    request.seed = seed;
    request.image = image;
    return made_name(request, model, 86400 * 365);
}

TEST(OutputName, EveryPlaceHolder) {
    EXPECT_EQ(name_of(""), "a-blue-star-7");
    EXPECT_EQ(name_of("{seed}_{prompt} by {model}"), "7_a-blue-star by Wan-2.1");
    EXPECT_EQ(name_of("{source}-{seed}", "x", 3, "/bilder/Küche 1.final.png"), "Küche-1.final-3");
    EXPECT_EQ(name_of("{date}").size(), 10u);
    EXPECT_EQ(name_of("{time}").size(), 8u);
    EXPECT_EQ(name_of("{date} {time}").find(':'), std::string::npos);
    EXPECT_EQ(name_of("{prompt}", "雪地里的猫"), "雪地里的猫");
}

TEST(OutputName, WhatNoFileNameHoldsIsReplaced) {
    EXPECT_EQ(name_of("{prompt}", "../../etc/passwd"), "etc-passwd");
    EXPECT_EQ(name_of("{prompt}", "a/b\\c:d*e?f\"g<h>i|j%k"), "a-b-c-d-e-f-g-h-i-j-k");
    EXPECT_EQ(name_of("a:b{seed}"), "a-b7");
    EXPECT_EQ(name_of("{prompt}", "one\ntwo\x1b[31m\u202Ethree"), "one-two[31mthree");
    EXPECT_EQ(name_of("{prompt}", "con"), "video-con");
    EXPECT_EQ(name_of("LPT1.{seed}"), "video-LPT1.7");
    EXPECT_EQ(name_of("..{prompt}. ", "x"), "x");
    EXPECT_FALSE(name_of("{source}").empty());  // there is no start image
    EXPECT_FALSE(name_of("{prompt}", "???").empty());
}

TEST(OutputName, LongNamesAreCutByWholeCharacters) {
    std::string prompt;
    for (int i = 0; i < 100; ++i)
        prompt += "猫";
    const std::string name = name_of("{prompt}{prompt}{prompt}{seed}", prompt);
    EXPECT_LE(name.size(), 120u);
    EXPECT_GE(name.size(), 100u);
    EXPECT_FALSE(invalid_utf8_at(name));
}

TEST(PreferredRequest, FillsOnlyWhatIsOpen) {
    Preferences preferences;
    for (const auto& [key, text] : {std::pair{"performance.device", "cpu"},
                                    {"performance.threads", "3"},
                                    {"performance.ram_limit", "9GB"},
                                    {"performance.vram_limit", "5GB"},
                                    {"output.name_pattern", "{seed}"},
                                    {"output.metadata", "strip"}})
        ASSERT_TRUE(preferences.set(key, text).ok());
    GenerationRequest request;
    use_preferences(request, preferences);
    EXPECT_EQ(request.device, "cpu");
    EXPECT_EQ(request.threads, 3);
    EXPECT_EQ(request.ram_limit, 9'000'000'000);
    EXPECT_EQ(request.vram_limit, 5'000'000'000);
    EXPECT_EQ(request.name_pattern, "{seed}");
    EXPECT_EQ(request.metadata, "strip");
    GenerationRequest own;
    own.device = "cuda";
    own.threads = 8;
    own.ram_limit = own.vram_limit = 1;
    own.name_pattern = "mine";
    const GenerationRequest before = own;
    use_preferences(own, Preferences());
    EXPECT_EQ(own, before);
    use_preferences(own, preferences);
    own.metadata = "keep";
    EXPECT_EQ(own, before);
}

}  // namespace
}  // namespace studio
