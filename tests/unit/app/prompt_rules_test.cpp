#include "app/prompt_rules.h"

#include <gtest/gtest.h>

namespace studio {
namespace {

TEST(PromptRules, ControlCharactersGoAndTheRestStays) {
    const std::string nul("a\0b", 3);
    EXPECT_EQ(without_control_characters(nul).text, "ab");
    EXPECT_EQ(without_control_characters(nul).removed, 1u);
    EXPECT_EQ(without_control_characters("\x1b[31mred\x07").text, "[31mred");
    EXPECT_EQ(without_control_characters("\xEF\xBB\xBFstar").text, "star");    // byte-order mark
    EXPECT_EQ(without_control_characters("a\u202Etxt.exe").text, "atxt.exe");  // bidi override
    EXPECT_EQ(without_control_characters("one\ntwo\u2028three\tfour").text, "one two three four");
    EXPECT_EQ(without_control_characters("one\ntwo").removed, 0u);
    const std::string emoji = "👩‍🚀 狐狸 é";
    EXPECT_EQ(without_control_characters(emoji).text, emoji);
}

TEST(PromptRules, FileNamesHoldPlainWordsOnly) {
    EXPECT_EQ(video_name("A blue star, spinning at night!", 42), "a-blue-star-spinning-at-night-42");
    EXPECT_EQ(video_name("one two three four five six seven", 1), "one-two-three-four-five-six-1");
    EXPECT_EQ(video_name("../../etc/passwd; $(rm -rf /)", 7), "etc-passwd-rm-rf-7");
    EXPECT_EQ(video_name("ein Café am Meer", 3), "ein-am-meer-3");  // no half words
    EXPECT_EQ(video_name("CON", 0), "con-0");
}

TEST(PromptRules, WithoutWordsTheTimeNamesTheFile) {
    for (const char* prompt : {"雪地里的狐狸", "...", "👩‍🚀"}) {
        const std::string name = video_name(prompt, 5);
        EXPECT_EQ(name.substr(0, 6), "video-");
        EXPECT_EQ(name.size(), std::string("video-20261124-101500").size());
    }
}

TEST(PromptRules, LongPromptsGiveShortNames) {
    EXPECT_LE(video_name(std::string(30000, 'a') + " b " + std::string(40, 'c') + " " + std::string(40, 'd'),
                         9223372036854775807)
                  .size(),
              80u);
}

}  // namespace
}  // namespace studio
