// Models from checkpoints that lie around: which transformer is meant, which parts go with it, what is missing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/text.h"
#include "pipeline/expert_names.h"
#include "pipeline/model_folder.h"
#include "pipeline/model_parts.h"
#include "pipeline/part_scan.h"
#include "support/temp_folder.h"
#include "support/tiny_models.h"

namespace studio::pipeline {
namespace {

namespace fs = std::filesystem;
using namespace test;
using testing::AllOf;
using testing::AnyOf;
using testing::Contains;
using testing::HasSubstr;

const fs::path kTokenizer = fs::path(STUDIO_TEST_DATA) / "golden/text/spiece.model";

class LooseParts : public testing::Test {
  protected:
    void tokenizer(const fs::path& where) {
        fs::create_directories(folder / where);
        fs::copy_file(kTokenizer, folder / where / "spiece.model");
    }
    /// A text encoder with the tokenizer inside, as ComfyUI keeps it.
    void comfy_text_encoder(const fs::path& where) {
        std::ifstream in(kTokenizer, std::ios::binary);
        const std::string bytes{std::istreambuf_iterator<char>(in), {}};
        TinyModel model = text_encoder();
        model.add("spiece_model", {static_cast<std::int64_t>(bytes.size())}, io::DType::kU8);
        model.bytes["spiece_model"] = bytes;
        write_safetensors(folder / where, model);
    }
    /// With a row for every piece of the tokenizer.
    static TinyModel text_encoder() {
        TinyModel out = tiny("umt5_hf");
        out.shapes["shared.weight"][0] = 2048;
        out.shapes.erase("encoder.embed_tokens.weight");
        return out;
    }
    void parts(const std::string& prefix = "") {
        write_safetensors(folder / (prefix + "vae.safetensors"), tiny("vae21_official"));
        write_safetensors(folder / (prefix + "t5.safetensors"), text_encoder());
        tokenizer(prefix + "tok");
    }
    static Result<std::shared_ptr<const ModelParts>> open(const fs::path& root, const PartPaths& replaced = {},
                                                          const std::vector<fs::path>& search = {}) {
        STUDIO_TRY(found, open_model_folder(root, replaced, search));
        return open_model_parts(found);
    }
    static void expect_opens(const fs::path& root, ModelKind kind = ModelKind::kTextToVideo) {
        const auto opened = open(root);
        ASSERT_TRUE(opened.ok()) << opened.error().message << " " << opened.error().fix;
        EXPECT_EQ((*opened)->kind, kind);
    }
    test::TempFolder folder;
};

TEST_F(LooseParts, ANameSaysWhichHalfAFileIs) {
    for (const char* name :
         {"wan2.2_i2v_high_noise_14B_fp8_scaled.safetensors", "Wan2.2-T2V-A14B-HighNoise-Q4_K_M.gguf",
          "TurboWan2.2-I2V-A14B-high-720P.pth", "HIGH.safetensors", "high_noise_model/x.json"})
        EXPECT_EQ(noise_half_of(fs::path("models") / name), NoiseHalf::kHigh) << name;
    for (const char* name : {"wan2.2_low_noise.safetensors", "LowNoise/wan-Q8_0.gguf", "a-low-b.pth"})
        EXPECT_EQ(noise_half_of(fs::path("models") / name), NoiseHalf::kLow) << name;
    for (const char* name : {"wan2.1_t2v_high_quality.safetensors", "slow.pth", "highlow.pth", "t2v_low_vram.gguf",
                             "high_low.safetensors", "wan.safetensors"})
        EXPECT_EQ(noise_half_of(fs::path("models") / name), NoiseHalf::kUnknown) << name;
    EXPECT_EQ(pair_name("m/Wan-HighNoise-Q4.gguf"), pair_name("m/Wan-LowNoise-Q4.gguf"));
    EXPECT_EQ(pair_name("a/high_noise_model/x.json"), pair_name("a/low_noise_model/x.json"));
    EXPECT_NE(pair_name("m/Wan-HighNoise-Q4.gguf"), pair_name("m/Wan-LowNoise-Q8.gguf"));
}

TEST_F(LooseParts, FilesOfAnyNameInOneFolder) {
    write_safetensors(folder / "a.safetensors", prefixed(tiny_dit(), "model.diffusion_model."));
    write_torch(folder / "b.pth", tiny("vae21_official"));
    write_torch(folder / "c.pth", text_encoder());
    tokenizer("google/umt5-xxl");
    const auto found = open_model_folder(folder.path());
    ASSERT_TRUE(found.ok()) << found.error().message;
    EXPECT_EQ(found->layout, "loose files");
    EXPECT_EQ(found->parts.transformer, folder / "a.safetensors");
    EXPECT_EQ(found->parts.vae, folder / "b.pth");
    EXPECT_EQ(found->parts.text_encoder, folder / "c.pth");
    EXPECT_EQ(found->parts.tokenizer, folder / "google/umt5-xxl");
    expect_opens(folder.path());
}

TEST_F(LooseParts, AComfyTreeByItsRootItsModelsFolderOrItsTransformer) {
    write_safetensors(folder / "models/diffusion_models/wan/x_fp8.safetensors",
                      tiny_scaled(io::DType::kF8E4M3, ".scale_weight", {}));
    write_safetensors(folder / "models/vae/wan_2.1_vae.safetensors", tiny("vae21_official"));
    comfy_text_encoder("models/text_encoders/umt5.safetensors");
    for (const char* root : {".", "models", "models/diffusion_models", "models/diffusion_models/wan",
                             "models/diffusion_models/wan/x_fp8.safetensors"}) {
        SCOPED_TRACE(root);
        expect_opens((folder / root).lexically_normal());
    }
    const auto found = open_model_folder(folder.path());
    EXPECT_EQ(found->layout, "ComfyUI folder");
    EXPECT_EQ(found->parts.tokenizer, folder / "models/text_encoders/umt5.safetensors");  // the one inside
}

TEST_F(LooseParts, TurboDiffusionFilesBesideEachOther) {
    write_torch(folder / "TurboWan2.1-T2V-1.3B-480P-quant.pth", tiny_turbo(true));
    write_torch(folder / "Wan2.1_VAE.pth", tiny("vae21_official"));
    write_torch(folder / "models_t5_umt5-xxl-enc-bf16.pth", text_encoder());
    tokenizer("umt5-xxl");
    const auto opened = open(folder.path());
    ASSERT_TRUE(opened.ok()) << opened.error().message;
    EXPECT_TRUE((*opened)->is_turbo);
    EXPECT_TRUE((*opened)->dit_config.has_sla);
    // A second transformer: the folder alone no longer says which is meant, the file does.
    write_torch(folder / "TurboWan2.1-T2V-1.3B-480P.pth", tiny_turbo(false));
    const auto several = open_model_folder(folder.path());
    ASSERT_FALSE(several.ok());
    EXPECT_EQ(several.error().code, ErrorCode::kUnsupported);
    EXPECT_THAT(several.error().message, AllOf(HasSubstr("480P.pth"), HasSubstr("480P-quant.pth")));
    expect_opens(folder / "TurboWan2.1-T2V-1.3B-480P.pth");
}

TEST_F(LooseParts, AGgufBesideAComfyVaeAndTextEncoder) {
    TinyModel dit = tiny_dit();
    for (const char* layer : {"blocks.0.ffn.0.weight", "blocks.0.ffn.2.weight"})
        dit.dtypes[layer] = io::DType::kQ8_0;
    dit.shapes["patch_embedding.weight"] = {128, 64};
    write_gguf(folder / "unet/wan-Q8_0.gguf", dit, "wan", 1);
    write_safetensors(folder / "vae/wan_2.1_vae.safetensors", tiny("vae21_official"));
    comfy_text_encoder("text_encoders/umt5.safetensors");
    expect_opens(folder.path());
    expect_opens(folder / "unet/wan-Q8_0.gguf");
}

TEST_F(LooseParts, AFileWhosePartsAreAmongTheModelsElsewhere) {
    const auto file = write_safetensors(folder / "downloads/t2v.safetensors", tiny_dit());
    write_safetensors(folder / "models/parts/Wan-AI/repo/Wan2.1_VAE.safetensors", tiny("vae21_official"));
    write_safetensors(folder / "models/parts/Wan-AI/repo/t5.safetensors", text_encoder());
    tokenizer("models/parts/Wan-AI/repo/google/umt5-xxl");
    EXPECT_EQ(open(file).error().field, "vae");
    const auto opened = open(file, {}, {folder / "models"});
    ASSERT_TRUE(opened.ok()) << opened.error().message;
    EXPECT_THAT((*opened)->notices, Contains(AllOf(HasSubstr("Wan2.1_VAE"), HasSubstr("models"))));
}

TEST_F(LooseParts, ACardNamesItsParts) {
    write_safetensors(folder / "big/dit.safetensors", tiny_dit());
    parts("big/");
    const auto card = [&](const Json& named) { folder.write("turbo-studio.json", Json{{"parts", named}}.dump()); };
    card({{"transformer", "big/dit.safetensors"},
          {"vae", "big/vae.safetensors"},
          {"text_encoder", path_to_utf8(folder / "big/t5.safetensors")},
          {"tokenizer", "big/tok"}});
    const auto found = open_model_folder(folder.path());
    ASSERT_TRUE(found.ok()) << found.error().message;
    EXPECT_EQ(found->layout, "model card");
    expect_opens(folder.path());
    for (const Json& bad :
         {Json{{"transformer", 3}}, Json{{"wheel", "x"}}, Json{{"vae", "big/vae.safetensors"}}, Json("x")}) {
        card(bad);
        const auto refused = open_model_folder(folder.path());
        ASSERT_FALSE(refused.ok()) << bad.dump();
        EXPECT_EQ(refused.error().code, ErrorCode::kCorruptFile);
        EXPECT_THAT(refused.error().field, HasSubstr("parts"));
    }
    card({{"transformer", "big/gone.safetensors"}, {"vae", "big/vae.safetensors"}});
    EXPECT_EQ(open(folder.path()).error().code, ErrorCode::kNotFound);
}

TEST_F(LooseParts, TwoExpertsAreAPairByTheirNamesAndThatIsSaid) {
    write_safetensors(folder / "wan2.2_t2v_low_noise_14B.safetensors", tiny_dit());
    write_safetensors(folder / "wan2.2_t2v_high_noise_14B.safetensors", tiny_dit());
    parts();
    for (const fs::path& root : {folder.path(), folder / "wan2.2_t2v_low_noise_14B.safetensors",
                                 folder / "wan2.2_t2v_high_noise_14B.safetensors"}) {
        const auto opened = open(root);
        ASSERT_TRUE(opened.ok()) << opened.error().message;
        EXPECT_TRUE((*opened)->has_two_experts());
        EXPECT_THAT(path_to_utf8((*opened)->folder.parts.transformer), HasSubstr("high_noise"));
        EXPECT_THAT(path_to_utf8((*opened)->folder.parts.transformer_2), HasSubstr("low_noise"));
        EXPECT_THAT((*opened)->notices, Contains(AllOf(HasSubstr("high_noise"), HasSubstr("names"))));
    }
    // What is said explicitly wins over names.
    PartPaths replaced;
    replaced.transformer_2 = folder / "wan2.2_t2v_high_noise_14B.safetensors";
    const auto explicitly = open(folder / "wan2.2_t2v_low_noise_14B.safetensors", replaced);
    ASSERT_TRUE(explicitly.ok()) << explicitly.error().message;
    EXPECT_THAT(path_to_utf8((*explicitly)->folder.parts.transformer), HasSubstr("low_noise"));
}

TEST_F(LooseParts, OfficialFoldersOfTwoExperts) {
    for (const char* half : {"high_noise_model", "low_noise_model"})
        write_safetensors(folder / half / "diffusion_pytorch_model.safetensors", tiny_dit(36));
    write_torch(folder / "Wan2.1_VAE.pth", tiny("vae21_official"));
    write_torch(folder / "models_t5_umt5-xxl-enc-bf16.pth", text_encoder());
    tokenizer("google/umt5-xxl");
    const auto opened = open(folder.path());
    ASSERT_TRUE(opened.ok()) << opened.error().message;
    EXPECT_EQ((*opened)->kind, ModelKind::kImageToVideo);
    EXPECT_TRUE((*opened)->has_two_experts());
    EXPECT_FALSE((*opened)->image_encoder.has_value());
    fs::remove_all(folder / "high_noise_model");
    const auto half = open(folder.path());
    ASSERT_FALSE(half.ok());
    EXPECT_EQ(half.error().code, ErrorCode::kNotFound);
    EXPECT_EQ(half.error().field, "transformer_2");
    EXPECT_THAT(half.error().fix, AllOf(HasSubstr("high_noise_model"), HasSubstr("Wan2.2-I2V-A14B"), HasSubstr("GB")));
    EXPECT_TRUE(open_model_folder(folder.path())->is_half_of_pair);
    PartPaths replaced;
    replaced.transformer_2 = write_safetensors(folder / "else/where.safetensors", tiny_dit(36));
    EXPECT_FALSE(open_model_folder(folder.path(), replaced)->is_half_of_pair);
    EXPECT_TRUE(open(folder.path(), replaced).ok());
}

TEST_F(LooseParts, ShardsAreNoModelsOfTheirOwn) {
    TinyModel parts_of[2];
    Json map = Json::object();
    std::size_t index = 0;
    for (const auto& [name, shape] : tiny_dit().shapes) {
        const std::size_t half = index++ % 2;
        parts_of[half].add(name, shape);
        map[name] = half == 0 ? "x-00001-of-00002.safetensors" : "x-00002-of-00002.safetensors";
    }
    write_safetensors(folder / "x-00001-of-00002.safetensors", parts_of[0]);
    write_safetensors(folder / "x-00002-of-00002.safetensors", parts_of[1]);
    folder.write("x.safetensors.index.json", Json{{"weight_map", map}}.dump());
    const PartScan scan = scan_folder(folder.path(), 0);
    ASSERT_EQ(scan.parts.size(), 1u);
    EXPECT_EQ(scan.parts[0].path, folder / "x.safetensors.index.json");
    EXPECT_TRUE(scan.unusable.empty());
    parts();
    expect_opens(folder.path());
}

TEST_F(LooseParts, HalfAPairNamesTheOther) {
    write_torch(folder / "TurboWan2.2-I2V-A14B-high-720P-quant.pth", tiny_turbo(true, 36));
    parts();
    const auto opened = open(folder.path());
    ASSERT_FALSE(opened.ok());
    EXPECT_EQ(opened.error().code, ErrorCode::kNotFound);
    EXPECT_EQ(opened.error().field, "transformer_2");
    EXPECT_THAT(opened.error().fix, AllOf(HasSubstr("TurboWan2.2-I2V-A14B-low-720P"), HasSubstr("TurboDiffusion/")));
}

TEST_F(LooseParts, TwoEqualNetworksThatNobodyCanTellApartAreRefused) {
    write_safetensors(folder / "one.safetensors", tiny_dit(36));
    write_safetensors(folder / "two.safetensors", tiny_dit(36));
    parts();
    for (const fs::path& root : {folder.path(), folder / "one.safetensors"}) {
        const auto opened = open(root);
        ASSERT_FALSE(opened.ok());
        EXPECT_EQ(opened.error().code, ErrorCode::kUnsupported);
        EXPECT_EQ(opened.error().field, "transformer_2");
        EXPECT_THAT(opened.error().message, AllOf(HasSubstr("one.safetensors"), HasSubstr("two.safetensors")));
    }
    PartPaths replaced;
    replaced.transformer_2 = folder / "two.safetensors";
    EXPECT_TRUE(open(folder / "one.safetensors", replaced).ok());
}

TEST_F(LooseParts, ImageModelsNeedTheirImageEncoder) {
    write_safetensors(folder / "i2v.safetensors", tiny_image_dit());
    parts();
    const auto without = open(folder.path());
    ASSERT_FALSE(without.ok());
    EXPECT_EQ(without.error().field, "image_encoder");
    EXPECT_THAT(without.error().fix, HasSubstr("models_clip_open-clip"));
    write_safetensors(folder / "clip_vision_h.safetensors", tiny_clip());
    const auto with = open(folder.path());
    ASSERT_TRUE(with.ok()) << with.error().message;
    EXPECT_EQ((*with)->kind, ModelKind::kImageToVideo);
    EXPECT_EQ((*with)->clip_config->dim, 80);
    // A tower of another width is said to be there, and does not fit.
    write_safetensors(folder / "clip_vision_h.safetensors", resized(tiny("clip_hf"), 48, 160));
    const auto wrong = open(folder.path());
    ASSERT_FALSE(wrong.ok());
    EXPECT_THAT(wrong.error().message, AllOf(HasSubstr("clip_vision_h"), HasSubstr("160"), HasSubstr("80")));
    PartPaths replaced;
    replaced.image_encoder = folder / "clip_vision_h.safetensors";
    const auto forced = open(folder.path(), replaced);
    ASSERT_FALSE(forced.ok());
    EXPECT_EQ(forced.error().code, ErrorCode::kUnsupported);
    EXPECT_THAT(forced.error().message, AllOf(HasSubstr("160"), HasSubstr("80")));
}

TEST_F(LooseParts, KindsFollowFromTheNetworks) {
    parts();
    write_safetensors(folder / "clip_vision_h.safetensors", tiny_clip());
    write_safetensors(folder / "vae22/vae22.safetensors", tiny("vae22_diffusers"));
    write_safetensors(folder / "dit.safetensors", tiny_image_dit(34));
    expect_opens(folder.path(), ModelKind::kFirstLastFrame);
    write_safetensors(folder / "dit.safetensors", tiny_dit(48, 48));
    expect_opens(folder.path(), ModelKind::kTextImageToVideo);
    write_safetensors(folder / "dit.safetensors", tiny_dit(17));
    const auto odd = open(folder.path());
    ASSERT_FALSE(odd.ok());
    EXPECT_EQ(odd.error().code, ErrorCode::kUnsupported);
}

TEST_F(LooseParts, AVaeOfTheWrongGenerationIsNamedWithTheRightFile) {
    write_safetensors(folder / "dit.safetensors", tiny_dit());
    write_safetensors(folder / "t5.safetensors", text_encoder());
    tokenizer("tok");
    write_safetensors(folder / "wan2.2_vae.safetensors", tiny("vae22_diffusers"));
    const auto opened = open(folder.path());
    ASSERT_FALSE(opened.ok());
    EXPECT_EQ(opened.error().field, "vae");
    EXPECT_THAT(opened.error().message, AllOf(HasSubstr("wan2.2_vae"), HasSubstr("48"), HasSubstr("16")));
    EXPECT_THAT(opened.error().fix, HasSubstr("Wan2.1_VAE.pth"));
}

TEST_F(LooseParts, OfSeveralThatFitTheLargestIsTakenAndSaid) {
    write_safetensors(folder / "dit.safetensors", tiny_dit());
    parts();
    TinyModel exact = tiny("vae21_official");
    for (const auto& [name, shape] : exact.shapes)
        exact.dtypes[name] = io::DType::kF32;
    write_safetensors(folder / "vae_f32.safetensors", exact);
    const auto found = open_model_folder(folder.path());
    ASSERT_TRUE(found.ok());
    EXPECT_EQ(found->parts.vae, folder / "vae_f32.safetensors");
    EXPECT_THAT(found->notices, Contains(AllOf(HasSubstr("2 files"), HasSubstr("vae_f32"))));
}

TEST_F(LooseParts, AFullCheckpointIsItsOwnPlace) {
    TinyModel all = prefixed(tiny_dit(), "model.diffusion_model.");
    for (const auto& [name, shape] : tiny("vae21_official").shapes)
        all.add("first_stage_model." + name, shape);
    for (const auto& [name, shape] : text_encoder().shapes)
        all.add("text_encoders.umt5xxl.transformer." + name, shape);
    write_safetensors(folder / "all.safetensors", all);
    tokenizer("tok");
    expect_opens(folder.path());
    expect_opens(folder / "all.safetensors");
}

TEST_F(LooseParts, FilesThatAreNoTransformerSayWhatTheyAre) {
    const auto vae = write_safetensors(folder / "vae.safetensors", tiny("vae21_official"));
    const auto lora = write_safetensors(folder / "lora.safetensors", tiny("lora_comfy"));
    for (const auto& [file, is] : {std::pair(vae, "Wan VAE"), std::pair(lora, "LoRA")}) {
        const auto opened = open_model_folder(file);
        ASSERT_FALSE(opened.ok());
        EXPECT_EQ(opened.error().code, ErrorCode::kUnsupported);
        EXPECT_THAT(opened.error().message, HasSubstr(is));
    }
    const auto folder_of_parts = open_model_folder(folder.path());
    ASSERT_FALSE(folder_of_parts.ok());
    EXPECT_EQ(folder_of_parts.error().code, ErrorCode::kNotFound);
    EXPECT_THAT(folder_of_parts.error().message, HasSubstr("vae.safetensors"));
}

TEST_F(LooseParts, ATokenizerInsideATextEncoderMustBeOne) {
    write_safetensors(folder / "dit.safetensors", tiny_dit());
    parts();
    PartPaths replaced;
    replaced.tokenizer = folder / "t5.safetensors";  // has none inside
    const auto without = open(folder.path(), replaced);
    ASSERT_FALSE(without.ok());
    EXPECT_EQ(without.error().code, ErrorCode::kNotFound);
    EXPECT_EQ(without.error().field, "spiece_model");
    TinyModel model = text_encoder();
    model.add("spiece_model", {100}, io::DType::kF32);
    write_safetensors(folder / "t5.safetensors", model);
    EXPECT_EQ(open(folder.path(), replaced).error().code, ErrorCode::kCorruptFile);
    model.add("spiece_model", {100}, io::DType::kU8);
    write_safetensors(folder / "t5.safetensors", model);
    const auto garbage = open(folder.path(), replaced);
    ASSERT_FALSE(garbage.ok());
    EXPECT_EQ(garbage.error().code, ErrorCode::kCorruptFile);
    EXPECT_THAT(garbage.error().file, HasSubstr("t5.safetensors"));
}

TEST_F(LooseParts, ADamagedFileBesideAWholeModelDoesNoHarm) {
    write_safetensors(folder / "dit.safetensors", tiny_dit());
    parts();
    folder.write("broken.safetensors", "nothing");
    TinyModel half = tiny("vae21_official");
    half.shapes.erase("decoder.conv1.weight");
    write_safetensors(folder / "half_vae.safetensors", half);
    expect_opens(folder.path());
}

}  // namespace
}  // namespace studio::pipeline
