// Do the parts of a model fit together? Each misfit is made by replacing one part of a good model.
#include "pipeline/model_parts.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/temp_folder.h"

namespace studio::pipeline {
namespace {

namespace fs = std::filesystem;
const fs::path kGolden = fs::path(STUDIO_TEST_DATA) / "golden";
const fs::path kModel = kGolden / "pipelines/t2v";

Result<std::shared_ptr<const ModelParts>> open(const PartPaths& replaced, const fs::path& root = kModel,
                                               const NeededParts& needed = {}) {
    STUDIO_TRY(folder, open_model_folder(root, replaced));
    return open_model_parts(folder, needed);
}

TEST(ModelParts, OpensAWholeModel) {
    const auto parts = open({});
    ASSERT_TRUE(parts.ok()) << parts.error().message;
    const ModelParts& model = **parts;
    EXPECT_EQ(model.dit_config.text_dim, model.text_config->d_model);
    EXPECT_EQ(model.vae_config.z_dim, 16);
    ASSERT_NE(model.tokenizer, nullptr);
    EXPECT_TRUE(std::is_sorted(model.files.begin(), model.files.end()));
    for (const char* file :
         {"transformer/diffusion_pytorch_model.safetensors", "vae/config.json", "tokenizer/spiece.model"})
        EXPECT_NE(std::find(model.files.begin(), model.files.end(), kModel / file), model.files.end()) << file;
    EXPECT_GT(model.weight_bytes, 1'000'000u);
    EXPECT_EQ(stored_bytes(model.vae), 4 * parameter_count(model.vae));  // stored as F32
}

struct Misfit {
    std::string what;
    fs::path PartPaths::*part;
    fs::path path;
    ErrorCode code;
    std::vector<std::string> words;
};

void PrintTo(const Misfit& misfit, std::ostream* out) {
    *out << misfit.what;
}

class ModelPartsMisfit : public testing::TestWithParam<Misfit> {};

TEST_P(ModelPartsMisfit, IsRefusedWithBothSidesNamed) {
    const Misfit& misfit = GetParam();
    PartPaths replaced;
    replaced.*misfit.part = misfit.path;
    const auto parts = open(replaced);
    ASSERT_FALSE(parts.ok());
    EXPECT_EQ(parts.error().code, misfit.code) << parts.error().message;
    EXPECT_FALSE(parts.error().file.empty());
    EXPECT_FALSE(parts.error().fix.empty());
    // What fits is named with the place that publishes it, unless only the path is wrong.
    const bool tells_place = misfit.code == ErrorCode::kUnsupported && misfit.part != &PartPaths::transformer_2;
    EXPECT_EQ(parts.error().fix.find("huggingface.co/") != std::string::npos, tells_place) << parts.error().fix;
    for (const std::string& word : misfit.words)
        EXPECT_NE((parts.error().message + parts.error().file).find(word), std::string::npos) << parts.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    Parts, ModelPartsMisfit,
    testing::Values(
        Misfit{"text width",
               &PartPaths::transformer,
               kGolden / "dit/t2v_hd12_b2/weights.safetensors",
               ErrorCode::kUnsupported,
               {"48", "20", "text_encoder"}},
        Misfit{"VAE channels",
               &PartPaths::vae,
               kGolden / "vae/v22/weights.safetensors",
               ErrorCode::kUnsupported,
               {"48", "16", "transformer"}},
        Misfit{"no pair of experts",
               &PartPaths::transformer_2,
               kGolden / "dit/t2v_hd12_b2/weights.safetensors",
               ErrorCode::kUnsupported,
               {"no pair", "dim", "t2v_hd12_b2"}},
        Misfit{"wrong part", &PartPaths::vae, kModel / "text_encoder", ErrorCode::kUnsupported, {"text_encoder"}},
        Misfit{"missing file", &PartPaths::vae, kModel / "absent", ErrorCode::kNotFound, {"absent"}}),
    [](const auto& test) {
        std::string name = test.param.what;
        std::erase(name, ' ');
        return name;
    });

TEST(ModelParts, ATokenizerWithMorePiecesThanRowsIsRefused) {
    PartPaths replaced;
    replaced.tokenizer = kModel / "tokenizer";  // more than a thousand pieces
    const auto parts = open(replaced, fs::path(STUDIO_SOURCE_DIR) / "models/demo");
    ASSERT_FALSE(parts.ok());
    EXPECT_EQ(parts.error().field, "vocab_size");
}

TEST(ModelParts, MissingPartsAreNamedUnlessNotNeeded) {
    const test::TempFolder folder;
    for (const char* part : {"transformer", "vae"})
        fs::copy(kModel / part, folder / part, fs::copy_options::recursive);
    fs::copy(kModel / "model_index.json", folder / "model_index.json");
    EXPECT_TRUE(open({}, folder.path(), {.text_encoder = false, .tokenizer = false}).ok());
    const auto no_tokenizer = open({}, folder.path());
    ASSERT_FALSE(no_tokenizer.ok());
    EXPECT_EQ(no_tokenizer.error().code, ErrorCode::kNotFound);
    EXPECT_EQ(no_tokenizer.error().field, "tokenizer");
    fs::remove_all(folder / "vae");
    EXPECT_EQ(open({}, folder.path()).error().field, "vae");
}

}  // namespace
}  // namespace studio::pipeline
