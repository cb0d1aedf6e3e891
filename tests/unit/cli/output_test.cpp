#include "cli/output.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/progress.h"

namespace studio::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(ErrorLines, NamesWhatFileFieldAndFix) {
    Error error =
        corrupt_file("m.safetensors", "blocks.0.weight", "The tensor is cut off.", "Download the file again.");
    error.while_doing("loading the VAE");
    EXPECT_EQ(error_lines(error),
              "error: The tensor is cut off.\n  file:  m.safetensors\n  field: blocks.0.weight\n  while: loading the "
              "VAE\n  fix:   Download the file again.\n");
}

TEST(ErrorLines, TranslatesFieldsToFlags) {
    EXPECT_THAT(error_lines(invalid_argument("num_frames", "x", "y")), HasSubstr("num_frames (--frames)"));
    EXPECT_THAT(error_lines(invalid_argument("--count", "x", "y")), HasSubstr("field: --count\n"));
}

TEST(ErrorLines, ControlCharactersCannotReachTheTerminal) {
    const std::string text = error_lines(corrupt_file("a\x1b[31mb\n", "c\x07", "d\x1b]0;title\x07", "e"));
    EXPECT_THAT(text, Not(HasSubstr("\x1b")));
    EXPECT_THAT(text, Not(HasSubstr("\x07")));
}

TEST(ErrorJson, HasFiveStrings) {
    const Json json = error_json(internal_error("x"));
    ASSERT_EQ(json.size(), 5u);
    for (const auto& [key, value] : json.items())
        EXPECT_TRUE(value.is_string()) << key;
    EXPECT_EQ(json["code"], "Internal");
}

StageProgress step(int done, double fraction, std::optional<double> left) {
    return {1, Stage::kDenoise, done, 4, fraction, 1.5, left};
}

TEST(Progress, SaysStageStepShareAndTimeLeft) {
    EXPECT_EQ(progress_line(step(2, 0.5, 12.0), 80), "Drawing: step 2 of 4, 50 %, 12 s left");
    EXPECT_EQ(progress_line(step(0, 0.1, std::nullopt), 80), "Drawing: step 0 of 4, 10 %");
}

TEST(Progress, NeverWrapsTheTerminal) {
    for (int width = 20; width < 60; ++width)
        EXPECT_LT(progress_line(step(2, 0.5, 12.0), width).size(), static_cast<std::size_t>(width));
}

TEST(Progress, TimesListEveryStage) {
    JobResult result;
    result.times = {
        {Stage::kLoad, 0.5}, {Stage::kText, 0.1}, {Stage::kDenoise, 2}, {Stage::kDecode, 1}, {Stage::kSave, 0.2}};
    result.total_s = 3.8;
    const std::string text = times_text(result);
    for (const char* const part :
         {"load 0.5 s", "text 0.1 s", "denoise 2.0 s", "decode 1.0 s", "save 0.2 s", "total 3.8 s"})
        EXPECT_THAT(text, HasSubstr(part));
}

TEST(Output, JsonSurvivesBytesThatAreNotUtf8) {
    ::testing::internal::CaptureStdout();
    Output output;
    output.json({{"file", "bad \xFF name"}});
    EXPECT_EQ(::testing::internal::GetCapturedStdout(), "{\"file\":\"bad \xEF\xBF\xBD name\"}\n");
    EXPECT_TRUE(output.stdout_state().ok());
}

}  // namespace
}  // namespace studio::cli
