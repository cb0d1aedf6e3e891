#include "cli/generate_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>

#include "app/settings_table.h"
#include "core/text.h"

namespace studio::cli {
namespace {

namespace fs = std::filesystem;
using Values = std::map<std::string, std::string>;

Result<GenerateRequest> request(const Values& values, const std::vector<std::string>& words = {},
                                const std::string& input = "") {
    std::istringstream stream(input);
    return generate_request({"generate", values, {}, words}, stream);
}

void expect_refused(const Result<GenerateRequest>& result, const std::string& field) {
    ASSERT_FALSE(result.ok()) << field;
    EXPECT_EQ(result.error().field, field);
    EXPECT_EQ(result.error().code, ErrorCode::kInvalidArgument);
    EXPECT_FALSE(result.error().message.empty());
    EXPECT_FALSE(result.error().fix.empty());
}

TEST(GenerateRequest, FillsWhatIsGiven) {
    const auto wish =
        request({{"--prompt", "a ball"}, {"--size", "128x96"}, {"--frames", "9"}, {"--seed", "5"}, {"--json", ""}});
    ASSERT_TRUE(wish.ok()) << wish.error().message;
    EXPECT_EQ(wish->request.prompt, "a ball");
    EXPECT_EQ(wish->request.width, 128);
    EXPECT_EQ(wish->request.height, 96);
    EXPECT_EQ(wish->request.num_frames, 9);
    EXPECT_EQ(wish->request.seed, 5);
    EXPECT_TRUE(wish->is_json);
    EXPECT_FALSE(wish->is_dry_run);
    EXPECT_EQ(wish->count, 1);
}

TEST(GenerateRequest, PromptComesFromAWordOrFromStandardInput) {
    EXPECT_EQ(request({}, {"a ball"})->request.prompt, "a ball");
    EXPECT_EQ(request({}, {"-"}, "a star\n")->request.prompt, "a star");
    EXPECT_EQ(request({{"--prompt", "-"}}, {}, "two\nlines\n")->request.prompt, "two\nlines");
    expect_refused(request({}, {"-"}, std::string(kMaxPromptBytes + 1, 'a')), "prompt");
    expect_refused(request({}, {"-"}, ""), "prompt");
    expect_refused(request({{"--prompt", "a"}}, {"b"}), "prompt");
    expect_refused(request({}), "prompt");
    expect_refused(request({}, {"   "}), "prompt");
}

TEST(GenerateRequest, RefusesContradictionsAndBadValues) {
    expect_refused(request({{"--frames", "9"}, {"--seconds", "1"}}, {"a"}), "num_frames");
    expect_refused(request({{"--size", "128x96"}, {"--width", "64"}}, {"a"}), "size");
    expect_refused(request({{"--steps", "4,5"}}, {"a"}), "steps");
    expect_refused(request({{"--count", "0"}}, {"a"}), "--count");
    expect_refused(request({{"--count", "many"}}, {"a"}), "--count");
    expect_refused(request({{"--count", "2"}, {"--seed", "9223372036854775807"}}, {"a"}), "seed");
}

TEST(GenerateRequest, ManyVideosGetAKnownFirstSeed) {
    const auto wish = request({{"--count", "3"}}, {"a"});
    ASSERT_TRUE(wish.ok());
    EXPECT_GE(wish->request.seed, 0);
    EXPECT_EQ(request({}, {"a"})->request.seed, -1);
}

TEST(GenerateRequest, OptionsWinOverTheRecipe) {
    const fs::path file = fs::temp_directory_path() / "studio-generate-request-recipe.json";
    GenerationRequest stored;
    stored.prompt = "stored";
    stored.seed = 11;
    stored.steps = 3;
    stored.num_frames = 9;
    stored.output = "theirs.mp4";
    std::ofstream(file) << stored.to_json().dump();
    const std::string path = path_to_utf8(file);
    const auto same = request({{"--recipe", path}});
    ASSERT_TRUE(same.ok()) << same.error().message;
    EXPECT_EQ(same->request.prompt, "stored");
    EXPECT_EQ(same->request.seed, 11);
    EXPECT_EQ(same->request.output, "");
    const auto changed =
        request({{"--recipe", path}, {"--seed", "12"}, {"--seconds", "2"}, {"--output", "mine.mp4"}}, {"new"});
    ASSERT_TRUE(changed.ok()) << changed.error().message;
    EXPECT_EQ(changed->request.prompt, "new");
    EXPECT_EQ(changed->request.seed, 12);
    EXPECT_EQ(changed->request.steps, 3);
    EXPECT_FALSE(changed->request.num_frames.has_value());
    EXPECT_EQ(changed->request.output, "mine.mp4");
    fs::remove(file);
    const auto absent = request({{"--recipe", path}});
    ASSERT_FALSE(absent.ok());
    EXPECT_EQ(absent.error().code, ErrorCode::kNotFound);
    EXPECT_EQ(absent.error().file, path);
}

}  // namespace
}  // namespace studio::cli
