#include "app/recipe.h"

#include <gtest/gtest.h>

#include "core/text.h"
#include "core/version.h"
#include "pipeline/model_parts.h"
#include "support/temp_folder.h"

namespace studio {
namespace {

class RecipeTest : public testing::Test {
  protected:
    RecipeTest() {
        setenv("STUDIO_HOME", folder_.path().c_str(), 1);
        GenerationRequest r;
        r.model = path_to_utf8(std::filesystem::path(STUDIO_TEST_DATA) / "golden/pipelines/t2v");
        r.prompt = "a red fox";
        r.width = 48;
        r.height = 32;
        r.num_frames = 9;
        r.seed = 3;
        r.output = path_to_utf8(folder_.path());
        job_ = prepare_job(r, models_).value();
    }
    ~RecipeTest() override { unsetenv("STUDIO_HOME"); }

    test::TempFolder folder_;
    ModelCache models_;
    PreparedJob job_;
};

TEST_F(RecipeTest, IsEnoughToMakeTheVideoAgain) {
    ModelHashes hashes;
    const Json model = model_document(*job_.parts, hashes, {}).value();
    const Json recipe = recipe_document(job_, model, {{Stage::kText, 0.5}, {Stage::kDenoise, 1.25}});
    const auto request = GenerationRequest::from_json(recipe["settings"]);
    ASSERT_TRUE(request.ok());
    EXPECT_EQ(request->seed, 3);
    EXPECT_EQ(request->steps, job_.resolved.steps);
    EXPECT_EQ(request->output, "");
    EXPECT_EQ(request->threads, 0);  // as asked, not as this machine has cores
    EXPECT_EQ(recipe["version"], kVersion);
    EXPECT_EQ(recipe["times"]["denoise"], 1.25);
    EXPECT_EQ(recipe["ai_generated"], true);
    EXPECT_EQ(recipe.dump().find(path_to_utf8(folder_.path())), std::string::npos);
}

TEST_F(RecipeTest, TheModelIsKnownByItsContent) {
    ModelHashes hashes;
    const Json model = model_document(*job_.parts, hashes, {}).value();
    EXPECT_EQ(model["sha256"].get<std::string>().size(), 64u);
    EXPECT_EQ(model["files"].size(), job_.parts->files.size());
    bool has_vae = false;
    for (const Json& file : model["files"]) {
        EXPECT_TRUE(file["sha256"].is_string());
        has_vae |= file["path"] == "vae/diffusion_pytorch_model.safetensors";
    }
    EXPECT_TRUE(has_vae);
    ModelHashes from_disk;
    EXPECT_EQ(from_disk.known(job_.parts->files.front()), hashes.known(job_.parts->files.front()));
}

TEST_F(RecipeTest, MarksSayThatItIsGenerated) {
    const auto metadata = recipe_metadata(job_, {{"settings", Json::object()}});
    EXPECT_NE(metadata.at("comment").find("artificial intelligence"), std::string::npos);
    EXPECT_EQ(Json::parse(metadata.at("AIGC"))["Label"], "1");
    EXPECT_EQ(metadata.at("recipe"), R"({"settings":{}})");
}

}  // namespace
}  // namespace studio
