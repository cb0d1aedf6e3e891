// Where a model stops reading, with the demo model's own tokenizer.
#include <gtest/gtest.h>

#include "app/prompt_count.h"
#include "app/settings_table.h"

namespace studio {
namespace {

TEST(PromptCount, AShortPromptIsReadWhole) {
    const auto count = count_prompt("", "a yellow star spins in the night sky");
    ASSERT_TRUE(count.ok()) << count.error().message;
    EXPECT_GT(count->tokens, 5u);
    EXPECT_LT(count->tokens, 20u);
    EXPECT_GE(count->limit, count->tokens);
    EXPECT_EQ(count->read_bytes, 36u);
    EXPECT_EQ(count_prompt("", "")->read_bytes, 0u);
}

TEST(PromptCount, ALongOneIsReadUpToAWholeCharacter) {
    for (const std::string& word : {std::string("star "), std::string("一颗星星，"), std::string("🐈‍⬛ ")}) {
        std::string text;
        while (text.size() + word.size() < kMaxPromptBytes / 2)
            text += word;
        const auto count = count_prompt("demo", text);
        ASSERT_TRUE(count.ok()) << count.error().message;
        ASSERT_GT(count->tokens, count->limit);
        ASSERT_LT(count->read_bytes, text.size());
        ASSERT_GT(count->read_bytes, 0u);
        EXPECT_NE(static_cast<unsigned char>(text[count->read_bytes]) & 0xC0, 0x80) << "inside a character";
        const auto read = count_prompt("demo", text.substr(0, count->read_bytes));
        EXPECT_LE(read->tokens, read->limit) << "what is read is read whole";
        EXPECT_GE(read->tokens + 8, read->limit) << "and not much more would be";
    }
}

TEST(PromptCount, WhatCannotBeCountedIsSaid) {
    EXPECT_EQ(count_prompt("demo", "a\xff").error().code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(count_prompt("demo", std::string(kMaxPromptBytes + 1, 'a')).error().code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(count_prompt("no such model", "a").error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace studio
