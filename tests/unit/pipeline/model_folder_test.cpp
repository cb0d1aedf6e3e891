#include "pipeline/model_folder.h"

#include <gtest/gtest.h>

#include "support/temp_folder.h"

namespace studio::pipeline {
namespace {

namespace fs = std::filesystem;
const fs::path kModel = fs::path(STUDIO_TEST_DATA) / "golden/pipelines/t2v";

Error error_of(const fs::path& root) {
    const auto folder = open_model_folder(root);
    EXPECT_FALSE(folder.ok());
    return folder.ok() ? Error{} : folder.error();
}

TEST(ModelFolder, FindsThePartsOfADiffusersFolder) {
    const auto folder = open_model_folder(kModel);
    ASSERT_TRUE(folder.ok()) << folder.error().message;
    EXPECT_EQ(folder->layout, "diffusers folder");
    EXPECT_EQ(folder->name, "t2v");
    EXPECT_EQ(folder->parts.vae, kModel / "vae");
    EXPECT_TRUE(folder->parts.transformer_2.empty());  // [null, null] in model_index.json
    EXPECT_EQ(folder->flow_shift, 5.0);
    EXPECT_FALSE(folder->expand_timesteps);
}

TEST(ModelFolder, AReplacedPartNeedNotBeThere) {
    const test::TempFolder folder;
    fs::copy(kModel / "model_index.json", folder / "model_index.json");
    PartPaths replaced;
    replaced.vae = kModel / "vae";
    const auto opened = open_model_folder(folder.path(), replaced);
    ASSERT_TRUE(opened.ok());
    EXPECT_EQ(opened->parts.vae, kModel / "vae");
    EXPECT_TRUE(opened->parts.transformer.empty());
}

TEST(ModelFolder, KnowsTheOfficialLayout) {
    const test::TempFolder folder;
    for (const char* name :
         {"diffusion_pytorch_model.safetensors", "Wan2.1_VAE.pth", "models_t5_umt5-xxl-enc-bf16.pth"})
        folder.write(name, "");
    fs::create_directories(folder / "google/umt5-xxl");
    const auto opened = open_model_folder(folder.path());
    ASSERT_TRUE(opened.ok());
    EXPECT_EQ(opened->layout, "official folder");
    EXPECT_EQ(opened->parts.vae, folder / "Wan2.1_VAE.pth");
    EXPECT_EQ(opened->parts.tokenizer, folder / "google/umt5-xxl");
    folder.write("Wan2.1_VAE.safetensors", "");
    EXPECT_EQ(open_model_folder(folder.path())->parts.vae, folder / "Wan2.1_VAE.safetensors");
}

TEST(ModelFolder, ReadsTheCard) {
    const test::TempFolder folder;
    fs::copy(kModel / "model_index.json", folder / "model_index.json");
    folder.write("demo.json", R"({"name": "Postcards", "defaults": {"steps": 4}})");
    const auto opened = open_model_folder(folder.path());
    ASSERT_TRUE(opened.ok());
    EXPECT_EQ(opened->name, "Postcards");
    EXPECT_EQ(opened->card["defaults"]["steps"], 4);
    folder.write("demo.json", "{");
    EXPECT_EQ(error_of(folder.path()).code, ErrorCode::kCorruptFile);
}

TEST(ModelFolder, SaysWhatIsWrong) {
    const test::TempFolder folder;
    EXPECT_EQ(error_of(folder / "absent").code, ErrorCode::kNotFound);
    EXPECT_EQ(error_of("").code, ErrorCode::kNotFound);
    EXPECT_EQ(error_of(folder.path()).code, ErrorCode::kNotFound);  // empty
    EXPECT_EQ(error_of(folder.write("x.safetensors", "")).code, ErrorCode::kCorruptFile);
    folder.write("model_index.json", "not json");
    EXPECT_EQ(error_of(folder.path()).code, ErrorCode::kCorruptFile);
    folder.write("model_index.json", R"({"_class_name": "StableDiffusionPipeline"})");
    const Error other = error_of(folder.path());
    EXPECT_EQ(other.code, ErrorCode::kUnsupported);
    EXPECT_NE(other.message.find("StableDiffusionPipeline"), std::string::npos);
    folder.write("model_index.json", R"({"_class_name": "WanPipeline", "boundary_ratio": "high"})");
    EXPECT_EQ(error_of(folder.path()).field, "boundary_ratio");
}

TEST(ModelFolder, ChecksTheShiftOfTheScheduler) {
    const test::TempFolder folder;
    fs::copy(kModel / "model_index.json", folder / "model_index.json");
    fs::create_directory(folder / "scheduler");
    folder.write("scheduler/scheduler_config.json", R"({"shift": 3.0})");
    EXPECT_EQ(open_model_folder(folder.path())->flow_shift, 3.0);
    folder.write("scheduler/scheduler_config.json", R"({"flow_shift": -1})");
    EXPECT_EQ(error_of(folder.path()).field, "flow_shift");
}

}  // namespace
}  // namespace studio::pipeline
