#include "library/models.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "core/text.h"
#include "support/environment.h"

namespace studio {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class Models : public ::testing::Test {
  protected:
    void SetUp() override {
        folder = fs::temp_directory_path() /
                 ("studio-models-" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
        fs::remove_all(folder);
        fs::create_directories(folder);
        set_environment("STUDIO_HOME", path_to_utf8(folder / "home"));
    }
    void TearDown() override {
        for (const char* name : {"STUDIO_HOME", "STUDIO_MODELS", "STUDIO_DEMO_MODEL"})
            set_environment(name, "");
        fs::remove_all(folder);
    }
    void write(const fs::path& relative, const std::string& content) const {
        fs::create_directories((folder / relative).parent_path());
        std::ofstream(folder / relative, std::ios::binary) << content;
    }
    /// A copy of the demo model to break.
    fs::path copy_demo(const std::string& name) const {
        const fs::path source = *demo_model_path();
        for (const auto& entry : fs::recursive_directory_iterator(source)) {
            const fs::path relative = fs::relative(entry.path(), source);
            if (*relative.begin() == "training" || !entry.is_regular_file()) continue;
            fs::create_directories((folder / name / relative).parent_path());
            fs::copy_file(entry.path(), folder / name / relative);
        }
        return folder / name;
    }
    fs::path folder;
};

TEST_F(Models, DemoIsFoundAndComplete) {
    const auto path = demo_model_path();
    ASSERT_TRUE(path.ok()) << path.error().message;
    const auto info = check_model(*path);
    ASSERT_TRUE(info.ok()) << info.error().message;
    EXPECT_TRUE(info->complete);
    EXPECT_EQ(info->kind, "text-to-video");
    EXPECT_EQ(info->layout, "diffusers folder");
    EXPECT_GT(info->bytes, 1000000u);
    EXPECT_FALSE(info->precision.empty());
    EXPECT_EQ(info->details["parts"].size(), 3u);
}

TEST_F(Models, VariableNamesTheDemoModel) {
    set_environment("STUDIO_DEMO_MODEL", path_to_utf8(folder / "nowhere"));
    const auto path = demo_model_path();
    ASSERT_FALSE(path.ok());
    EXPECT_EQ(path.error().field, "STUDIO_DEMO_MODEL");
    EXPECT_FALSE(path.error().fix.empty());
    set_environment("STUDIO_DEMO_MODEL", path_to_utf8(folder));
    EXPECT_EQ(demo_model_path().value(), folder);
}

TEST_F(Models, ListHoldsTheDemoAndEveryFolder) {
    copy_demo("models/mine");
    write("models/notes.txt", "not a model");
    write("models/broken.safetensors", "");
    set_environment("STUDIO_MODELS", path_to_utf8(folder / "models"));
    const auto models = list_models();
    ASSERT_EQ(models.size(), 3u);
    EXPECT_EQ(models[0].name, "demo");
    EXPECT_EQ(models[1].name, "broken");
    EXPECT_FALSE(models[1].complete);
    EXPECT_EQ(models[1].kind, "not usable");
    EXPECT_EQ(models[1].missing.size(), 1u);
    EXPECT_EQ(models[2].name, "mine");
    EXPECT_TRUE(models[2].complete);
}

TEST_F(Models, FindsByNameAndByPath) {
    copy_demo("models/mine");
    set_environment("STUDIO_MODELS", path_to_utf8(folder / "models"));
    EXPECT_EQ(find_model("").value(), demo_model_path().value());
    EXPECT_EQ(find_model("demo").value(), demo_model_path().value());
    EXPECT_EQ(find_model("mine").value(), folder / "models" / "mine");
    EXPECT_EQ(find_model(path_to_utf8(folder / "models" / "mine")).value(), folder / "models" / "mine");
    const auto missing = find_model("yours");
    ASSERT_FALSE(missing.ok());
    EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
    EXPECT_EQ(missing.error().field, "model");
    EXPECT_THAT(missing.error().fix, HasSubstr("mine"));
}

TEST_F(Models, MissingPartIsNamed) {
    const fs::path model = copy_demo("half");
    fs::remove_all(model / "vae");
    const auto info = check_model(model);
    ASSERT_TRUE(info.ok()) << info.error().message;
    EXPECT_FALSE(info->complete);
    ASSERT_EQ(info->missing.size(), 1u);
    EXPECT_THAT(info->missing[0], HasSubstr("vae"));
}

TEST_F(Models, DamagedPartIsAnErrorWithItsFile) {
    const fs::path model = copy_demo("cut");
    fs::resize_file(model / "vae" / "diffusion_pytorch_model.safetensors", 5000);
    const auto info = check_model(model);
    ASSERT_FALSE(info.ok());
    EXPECT_EQ(info.error().code, ErrorCode::kCorruptFile);
    EXPECT_THAT(info.error().file, HasSubstr("diffusion_pytorch_model.safetensors"));
}

TEST_F(Models, OnePartAloneSaysWhatItIsAndWhatItNeeds) {
    const fs::path demo = *demo_model_path();
    const auto file = check_model(demo / "vae" / "diffusion_pytorch_model.safetensors");
    ASSERT_TRUE(file.ok()) << file.error().message;
    EXPECT_EQ(file->kind, "video VAE");
    EXPECT_FALSE(file->complete);
    ASSERT_FALSE(file->missing.empty());
    EXPECT_THAT(file->missing[0], HasSubstr("transformer"));
    const auto part = check_model(demo / "transformer");
    ASSERT_TRUE(part.ok()) << part.error().message;
    EXPECT_EQ(part->kind, "diffusion transformer");
    EXPECT_GT(part->details["config"]["dit"]["num_layers"].get<int>(), 0);
}

TEST_F(Models, WhatIsNoModelIsRefusedWithAReason) {
    write("empty.safetensors", "");
    write("text.safetensors", "hello, I am not a model at all");
    fs::create_directories(folder / "empty folder");
    for (const fs::path& path :
         {folder / "empty.safetensors", folder / "text.safetensors", folder / "empty folder", folder / "absent"}) {
        const auto info = check_model(path);
        ASSERT_FALSE(info.ok()) << path;
        EXPECT_EQ(exit_code(info.error().code), 3) << path;
        EXPECT_FALSE(info.error().message.empty());
        EXPECT_FALSE(info.error().fix.empty());
        EXPECT_FALSE(info.error().file.empty()) << path;
    }
}

}  // namespace
}  // namespace studio
