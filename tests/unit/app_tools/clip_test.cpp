#include "app/clip.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "app/inspect.h"
#include "app/recipe_file.h"
#include "core/text.h"
#include "media/marks.h"
#include "media/video_writer.h"

namespace studio {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class ClipTest : public ::testing::Test {
  protected:
    void SetUp() override {
        folder = fs::temp_directory_path() /
                 ("studio-clip-" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
        fs::remove_all(folder);
        fs::create_directories(folder);
    }
    void TearDown() override { fs::remove_all(folder); }

    fs::path video(const std::map<std::string, std::string>& metadata, int frames = 5) const {
        media::VideoSettings settings;
        settings.width = 32;
        settings.height = 16;
        settings.fps = 16;
        settings.metadata = metadata;
        auto writer = media::VideoWriter::open(folder / "clip.mp4", settings).value();
        for (int i = 0; i < frames; ++i) {
            Frame frame{32, 16, i, std::vector<std::uint8_t>(32 * 16 * 3, static_cast<std::uint8_t>(40 * i))};
            writer->push(std::move(frame)).value();
        }
        return writer->finish().value();
    }
    fs::path text_file(const std::string& name, const std::string& content) const {
        std::ofstream(folder / name, std::ios::binary) << content;
        return folder / name;
    }
    fs::path folder;
};

std::string settings_text() {
    GenerationRequest request;
    request.prompt = "a red ball";
    request.seed = 77;
    request.steps = 3;
    request.output = "somewhere/else.mp4";
    return request.to_json().dump();
}

TEST_F(ClipTest, ReadsAllFrames) {
    const auto clip = read_clip(video({}));
    ASSERT_TRUE(clip.ok()) << clip.error().message;
    EXPECT_EQ(clip->frames.size(), 5u);
    EXPECT_DOUBLE_EQ(clip->fps, 16);
    EXPECT_EQ(clip->frames[4].width, 32);
    EXPECT_NEAR(clip->frames[4].rgb[100], 160, 4);
}

TEST_F(ClipTest, StopsAtTheByteLimit) {
    const auto clip = read_clip(video({}), 4 * 32 * 16 * 3);
    ASSERT_FALSE(clip.ok());
    EXPECT_EQ(clip.error().code, ErrorCode::kUnsupported);
    EXPECT_FALSE(clip.error().fix.empty());
    EXPECT_TRUE(read_clip(folder / "clip.mp4", 5 * 32 * 16 * 3).ok());
}

TEST_F(ClipTest, BadVideosAreErrors) {
    EXPECT_EQ(read_clip(folder / "absent.mp4").error().code, ErrorCode::kNotFound);
    EXPECT_FALSE(read_clip(text_file("text.mp4", "no video")).ok());
    EXPECT_FALSE(read_clip(text_file("empty.mp4", "")).ok());
    const fs::path whole = video({});
    fs::resize_file(whole, fs::file_size(whole) / 2);
    EXPECT_FALSE(read_clip(whole).ok());
}

TEST_F(ClipTest, RecipeComesBackFromTheVideo) {
    const auto recipe = read_recipe(
        video({{"recipe", "{\"version\":1,\"settings\":" + settings_text() + ",\"model\":{\"name\":\"demo\"}}"}}));
    ASSERT_TRUE(recipe.ok()) << recipe.error().message;
    EXPECT_EQ(recipe->request.prompt, "a red ball");
    EXPECT_EQ(recipe->request.seed, 77);
    EXPECT_EQ(recipe->request.steps, 3);
    EXPECT_EQ(recipe->document["model"]["name"], "demo");
}

TEST_F(ClipTest, OutputPathIsNeverTakenOver) {
    const auto recipe = read_recipe(text_file("r.json", settings_text()));
    ASSERT_TRUE(recipe.ok()) << recipe.error().message;
    EXPECT_EQ(recipe->request.output, "");
}

TEST_F(ClipTest, UnknownSettingsAreSetAside) {
    Json json = Json::parse(settings_text());
    json["sharpness"] = 3;
    const auto recipe = read_recipe(text_file("r.json", json.dump()));
    ASSERT_TRUE(recipe.ok()) << recipe.error().message;
    EXPECT_EQ(recipe->document["set_aside"], Json::array({"sharpness"}));
    EXPECT_EQ(recipe->request.seed, 77);
}

TEST_F(ClipTest, NetworkPathsAreSetAside) {
    for (const char* const path : {"\\\\host\\share\\model", "//host/share", "http://host/model"}) {
        Json json = Json::parse(settings_text());
        json["model"] = path;
        const auto recipe = read_recipe(text_file("r.json", json.dump()));
        ASSERT_TRUE(recipe.ok()) << recipe.error().message;
        EXPECT_EQ(recipe->request.model, "");
        EXPECT_EQ(recipe->document["set_aside"], Json::array({"model"}));
    }
}

TEST_F(ClipTest, BadRecipesNameFileAndReason) {
    const std::vector<fs::path> bad{
        text_file("empty.json", ""),
        text_file("cut.json", "{\"prompt\": \"a"),
        text_file("list.json", "[1, 2]"),
        text_file("wrong.json", "{\"prompt\": 5}"),
        text_file("settings.json", "{\"settings\": 5}"),
        text_file("twice.json", "{\"prompt\": \"a\", \"prompt\": \"b\"}"),
        text_file("steps.json", "{\"prompt\": \"a\", \"steps\": \"four\"}"),
        text_file("deep.json", std::string(5000, '[') + std::string(5000, ']')),
        text_file("huge.json", "{\"prompt\": \"" + std::string(2u << 20, 'a') + "\"}"),
        text_file("other.bin", std::string(100, '\x07')),
        folder / "absent.json",
        folder,
    };
    for (const fs::path& path : bad) {
        const auto recipe = read_recipe(path);
        ASSERT_FALSE(recipe.ok()) << path;
        EXPECT_EQ(recipe.error().file, path_to_utf8(path));
        EXPECT_FALSE(recipe.error().message.empty()) << path;
        EXPECT_FALSE(recipe.error().fix.empty()) << path;
    }
    const auto none = read_recipe(video({}));
    ASSERT_FALSE(none.ok());
    EXPECT_EQ(none.error().code, ErrorCode::kUnsupported);
    EXPECT_EQ(none.error().field, "recipe");
}

TEST_F(ClipTest, InspectTellsEverything) {
    media::MarkInput mark{"Turbo Studio", "0.1.0", "demo", {}, "id", "{\"settings\":" + settings_text() + "}"};
    const auto report = inspect_file(video(media::standard_marks(mark)));
    ASSERT_TRUE(report.ok()) << report.error().message;
    EXPECT_EQ((*report)["kind"], "video");
    EXPECT_EQ((*report)["video"]["num_frames"], 5);
    EXPECT_EQ((*report)["video"]["width"], 32);
    EXPECT_EQ((*report)["ai_generated"], true);
    EXPECT_EQ((*report)["recipe"]["settings"]["seed"], 77);
    EXPECT_GT((*report)["bytes"].get<int>(), 500);
}

TEST_F(ClipTest, InspectSaysWhatIsNotThere) {
    const auto plain = inspect_file(video({}));
    ASSERT_TRUE(plain.ok()) << plain.error().message;
    EXPECT_EQ((*plain)["ai_generated"], false);
    EXPECT_TRUE((*plain)["recipe"].is_null());
    fs::remove(folder / "clip.mp4");
    const auto damaged = inspect_file(video({{"recipe", "{oops"}}));
    ASSERT_TRUE(damaged.ok()) << damaged.error().message;
    EXPECT_TRUE(damaged->contains("recipe_error"));
    EXPECT_TRUE((*damaged)["recipe"].is_null());
}

TEST_F(ClipTest, ModelFileIsPointedToTheRightCommand) {
    const std::string header = R"({"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})";
    std::string file(8, '\0');
    file[0] = static_cast<char>(header.size());
    const auto report = inspect_file(text_file("m.safetensors", file + header + std::string(4, '\0')));
    ASSERT_FALSE(report.ok());
    EXPECT_THAT(report.error().message, HasSubstr("models check"));
}

}  // namespace
}  // namespace studio
