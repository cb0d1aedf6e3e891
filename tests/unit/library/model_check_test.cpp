// `models check` over one tiny file of every layout and container.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

#include "core/text.h"
#include "library/models.h"
#include "support/environment.h"
#include "support/temp_folder.h"
#include "support/tiny_models.h"

namespace studio {
namespace {

namespace fs = std::filesystem;
using namespace test;
using io::DType;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

struct Case {
    const char* what;
    std::function<fs::path(const fs::path& folder)> make;
    const char* role;
    const char* variant;
    std::string type;  // among the stored ones
    const char* fits;
    const char* missing;  // in the list of missing parts; "" : nothing to say about it
};

void PrintTo(const Case& one, std::ostream* out) {
    *out << one.what;
}

TinyModel with_q8(TinyModel model) {
    for (const char* layer : {"self_attn.q", "self_attn.k", "self_attn.v", "self_attn.o", "cross_attn.q",
                              "cross_attn.k", "cross_attn.v", "cross_attn.o", "ffn.0", "ffn.2"})
        model.dtypes[std::string("blocks.0.") + layer + ".weight"] = DType::kQ8_0;
    for (const char* layer : {"time_projection.1", "time_embedding.0"})
        model.dtypes[std::string(layer) + ".weight"] = DType::kQ8_0;
    model.shapes["patch_embedding.weight"] = {128, 64};
    return model;
}

TinyModel as(TinyModel model, DType type) {
    for (const auto& [name, shape] : model.shapes)
        model.dtypes[name] = type;
    return model;
}

fs::path sharded(const fs::path& folder) {
    const TinyModel all = as(tiny_dit(), DType::kF32);
    TinyModel parts[2];
    Json map = Json::object();
    std::size_t index = 0;
    for (const auto& [name, shape] : all.shapes) {
        const std::size_t part = index++ % 2;
        parts[part].add(name, shape, DType::kF32);
        map[name] = part == 0 ? "d-00001-of-00002.safetensors" : "d-00002-of-00002.safetensors";
    }
    write_safetensors(folder / "d-00001-of-00002.safetensors", parts[0]);
    write_safetensors(folder / "d-00002-of-00002.safetensors", parts[1]);
    write_bytes(folder / "d.safetensors.index.json", Json{{"weight_map", map}}.dump());
    return folder / "d.safetensors.index.json";
}

TinyModel gguf_t5() {
    TinyModel out;
    out.add("token_embd.weight", {300, 48}).add("enc.output_norm.weight", {48}, DType::kF32);
    for (const char* block : {"enc.blk.0.", "enc.blk.1."}) {
        const std::string at = block;
        out.add(at + "attn_norm.weight", {48}, DType::kF32).add(at + "ffn_norm.weight", {48}, DType::kF32);
        for (const char* layer : {"attn_q", "attn_k", "attn_v"})
            out.add(at + layer + ".weight", {64, 48});
        out.add(at + "attn_o.weight", {48, 64}).add(at + "attn_rel_b.weight", {32, 4});
        out.add(at + "ffn_gate.weight", {96, 48})
            .add(at + "ffn_up.weight", {96, 48})
            .add(at + "ffn_down.weight", {48, 96});
    }
    return out;
}

const auto kSafetensors = [](TinyModel model) {
    return [model](const fs::path& folder) { return write_safetensors(folder / "x.safetensors", model); };
};
const auto kTorch = [](TinyModel model, std::string wrapper = "") {
    return [model, wrapper](const fs::path& folder) { return write_torch(folder / "x.pth", model, wrapper); };
};
const auto kGguf = [](TinyModel model, std::string architecture = "wan") {
    return [model, architecture](const fs::path& folder) {
        return write_gguf(folder / "x.gguf", model, architecture, architecture == "wan" ? 1 : 2);
    };
};

std::vector<Case> cases() {
    const char* const vae = "Wan2.1_VAE.pth (508 MB) from huggingface.co/Wan-AI/Wan2.1-T2V-1.3B";
    const char* const kLatents16 = "16 latent channels";
    return {
        {"official_sharded", sharded, "dit", "Wan2.1 T2V", "F32", kLatents16, vae},
        {"official", kSafetensors(tiny_dit()), "dit", "Wan2.1 T2V", "BF16", "width 48", "spiece.model"},
        {"comfy_prefix", kSafetensors(prefixed(tiny_dit(), "model.diffusion_model.")), "dit", "Wan2.1 T2V", "BF16",
         kLatents16, vae},
        {"pth", kTorch(tiny_dit()), "dit", "Wan2.1 T2V", "BF16", kLatents16, vae},
        {"pth_wrapped_net", kTorch(prefixed(tiny_dit(), "net."), "state_dict"), "dit", "Wan2.1 T2V", "BF16", kLatents16,
         vae},
        {"turbo", kTorch(tiny_turbo(false)), "dit", "TurboWan2.1 T2V", "BF16", kLatents16, vae},
        {"turbo_quantised", kTorch(tiny_turbo(true)), "dit", "TurboWan2.1 T2V", "I8+scale128", kLatents16, vae},
        {"comfy_fp8_scaled",
         kSafetensors(tiny_scaled(DType::kF8E4M3, ".scale_weight", {}).add("scaled_fp8", {0}, DType::kF8E4M3)), "dit",
         "Wan2.1 T2V", "F8_E4M3*scale", kLatents16, vae},
        {"lightx2v_int8", kSafetensors(tiny_scaled(DType::kI8, ".weight_scale", {128, 1})), "dit", "Wan2.1 T2V",
         "I8*row scale", kLatents16, vae},
        {"gguf_q8", kGguf(with_q8(tiny_dit())), "dit", "Wan2.1 T2V", "Q8_0", kLatents16, vae},
        {"i2v_21", kSafetensors(tiny_image_dit()), "dit", "Wan2.1 I2V", "BF16", "CLIP image encoders of width 80",
         "models_clip_open-clip"},
        {"flf2v", kSafetensors(tiny_image_dit(514)), "dit", "Wan2.1 FLF2V", "BF16", "width 80",
         "models_clip_open-clip"},
        {"i2v_22", kSafetensors(tiny_dit(36)), "dit", "Wan2.2 I2V", "BF16", kLatents16,
         "low_noise_model/ (57.2 GB) from huggingface.co/Wan-AI/Wan2.2-I2V-A14B"},
        {"ti2v", kSafetensors(tiny_dit(48, 48)), "dit", "Wan2.2 TI2V", "BF16", "48 latent channels", "Wan2.2_VAE.pth"},
        {"vae_official_pth", kTorch(as(tiny("vae21_official"), DType::kF32)), "vae", "Wan VAE 2.1", "F32",
         "Wan2.2 A14B", "transformer"},
        {"vae_prefix", kSafetensors(prefixed(tiny("vae21_official"), "first_stage_model.")), "vae", "Wan VAE 2.1",
         "BF16", kLatents16, "transformer"},
        {"vae_22", kSafetensors(tiny("vae22_diffusers")), "vae", "Wan VAE 2.2", "BF16", "TI2V 5B", "transformer"},
        {"umt5_hf", kSafetensors(tiny("umt5_hf")), "text-encoder", "UMT5", "BF16", "text of width 48",
         "Wan2.1_VAE.pth"},
        {"umt5_gguf", kGguf(gguf_t5(), "t5encoder"), "text-encoder", "UMT5", "BF16", "text of width 48",
         "spiece.model"},
        {"clip_hf", kSafetensors(tiny_clip()), "clip", "CLIP", "BF16", "image tokens of width 80", "transformer"},
        {"lora", kSafetensors(tiny("lora_comfy")), "lora", "LoRA", "BF16", "transformers", "transformer"},
    };
}

class ModelCheck : public testing::TestWithParam<Case> {
  protected:
    void SetUp() override { set_environment("STUDIO_HOME", path_to_utf8(folder / "home")); }
    void TearDown() override { set_environment("STUDIO_HOME", ""); }
    test::TempFolder folder;
};

TEST_P(ModelCheck, SaysWhatItIsWhatFitsAndWhatIsMissing) {
    const Case& wanted = GetParam();
    const fs::path file = wanted.make(folder / "in");
    const auto info = check_model(file);
    ASSERT_TRUE(info.ok()) << info.error().message;
    EXPECT_EQ(info->role, wanted.role);
    EXPECT_THAT(info->variant, HasSubstr(wanted.variant));
    EXPECT_FALSE(info->complete);
    EXPECT_GT(info->parameters, 1000u);
    EXPECT_GT(info->bytes, 1000u);
    EXPECT_THAT(info->fits, Contains(HasSubstr(wanted.fits)));
    EXPECT_THAT(info->missing, Contains(HasSubstr(wanted.missing)));
    double all = 0, of_type = 0;
    for (const auto& [type, share] : info->precisions) {
        all += share;
        if (type == wanted.type) of_type = share;
    }
    EXPECT_NEAR(all, 1, 1e-9);
    EXPECT_GT(of_type, 0.05) << testing::PrintToString(info->precisions);
    EXPECT_EQ(info->precision, info->precisions.front().first);
    EXPECT_EQ(info->details["parts"][0]["parameters"], info->parameters);
}

INSTANTIATE_TEST_SUITE_P(Layouts, ModelCheck, testing::ValuesIn(cases()),
                         [](const auto& one) { return std::string(one.param.what); });

class ModelCheckFolder : public ModelCheck {};

TEST_F(ModelCheckFolder, ScalesAreNoValuesAndEveryStoredTypeIsListed) {
    const auto file = write_torch(folder / "q.pth", tiny_turbo(true));
    const auto info = check_model(file);
    ASSERT_TRUE(info.ok()) << info.error().message;
    EXPECT_EQ(info->precisions.size(), 2u);
    const auto full = check_model(write_torch(folder / "f.pth", tiny_turbo(false)));
    EXPECT_EQ(info->parameters, full->parameters);
}

TEST_F(ModelCheckFolder, AWholeModelOfLooseFilesIsReady) {
    TinyModel t5 = tiny("umt5_hf");
    t5.shapes["shared.weight"][0] = 2048;
    t5.shapes.erase("encoder.embed_tokens.weight");
    write_torch(folder / "m/TurboWan2.1-T2V-1.3B-480P-quant.pth", tiny_turbo(true));
    write_torch(folder / "m/Wan2.1_VAE.pth", tiny("vae21_official"));
    write_torch(folder / "m/t5.pth", t5);
    fs::create_directories(folder / "m/google/umt5-xxl");
    fs::copy_file(fs::path(STUDIO_TEST_DATA) / "golden/text/spiece.model", folder / "m/google/umt5-xxl/spiece.model");
    for (const char* path : {"m", "m/TurboWan2.1-T2V-1.3B-480P-quant.pth"}) {
        const auto info = check_model(folder / path);
        ASSERT_TRUE(info.ok()) << info.error().message;
        EXPECT_TRUE(info->complete) << testing::PrintToString(info->missing);
        EXPECT_EQ(info->kind, "text-to-video");
        EXPECT_EQ(info->role, fs::is_directory(folder / path) ? "model" : "dit");
        EXPECT_TRUE(info->missing.empty());
        EXPECT_EQ(info->details["parts"].size(), 3u);
    }
    fs::remove(folder / "m/Wan2.1_VAE.pth");
    write_safetensors(folder / "m/wan2.2_vae.safetensors", tiny("vae22_diffusers"));
    const auto info = check_model(folder / "m");
    ASSERT_TRUE(info.ok()) << info.error().message;
    EXPECT_FALSE(info->complete);
    EXPECT_THAT(info->missing, Contains(AllOf(HasSubstr("Wan2.1_VAE.pth"), HasSubstr("wan2.2_vae"))));
    EXPECT_EQ(info->kind, "text-to-video");
    EXPECT_THAT(info->fits, Contains(HasSubstr("16 latent channels")));
    std::set<std::string> once(info->notices.begin(), info->notices.end());
    EXPECT_EQ(once.size(), info->notices.size()) << testing::PrintToString(info->notices);
    write_torch(folder / "m/TurboWan2.1-T2V-1.3B-480P-quant.pth", tiny_turbo(true, 36));
    EXPECT_EQ(check_model(folder / "m")->kind, "image-to-video");
}

TEST_F(ModelCheckFolder, HalfOfTwoExpertsNamesTheOther) {
    write_safetensors(folder / "wan2.2_t2v_high_noise_14B.safetensors", tiny_dit());
    const auto info = check_model(folder / "wan2.2_t2v_high_noise_14B.safetensors");
    ASSERT_TRUE(info.ok()) << info.error().message;
    EXPECT_THAT(info->missing, Contains(AllOf(HasSubstr("low_noise_model"), HasSubstr("Wan2.2-T2V-A14B"))));
}

TEST_F(ModelCheckFolder, WhatIsNoPartOfAWanModelIsSaidWithItsKind) {
    struct Foreign {
        const char* tensor;
        const char* is;
    };
    for (const Foreign& foreign :
         {Foreign{"model.layers.0.self_attn.q_proj.weight", "language model"},
          Foreign{"conditioner.embedders.0.transformer.x", "Stable Diffusion XL"},
          Foreign{"model.diffusion_model.input_blocks.0.0.weight", "Stable Diffusion"},
          Foreign{"double_blocks.0.img_attn.qkv.weight", "FLUX"}, Foreign{"wheel.weight", "unknown kind"}}) {
        TinyModel model;
        model.add(foreign.tensor, {4, 4});
        const auto info = check_model(write_safetensors(folder / "f.safetensors", model));
        ASSERT_FALSE(info.ok()) << foreign.tensor;
        EXPECT_EQ(info.error().code, ErrorCode::kUnsupported);
        EXPECT_THAT(info.error().message, AllOf(HasSubstr("not a part of a Wan model"), HasSubstr(foreign.is)));
    }
}

TEST_F(ModelCheckFolder, AGgufOfAnotherArchitectureIsNamed) {
    TinyModel model;
    model.add("output.weight", {4, 4});
    const auto info = check_model(write_gguf(folder / "f.gguf", model, "qwen2vl"));
    ASSERT_FALSE(info.ok());
    EXPECT_THAT(info.error().message, HasSubstr("qwen2vl"));
}

TEST_F(ModelCheckFolder, OtherMembersOfTheFamilyAreNamedAndRefused) {
    for (const auto& [tensor, name] :
         {std::pair("vace_patch_embedding.weight", "VACE"), std::pair("audio_injector.x.weight", "S2V"),
          std::pair("face_adapter.x.weight", "Animate")}) {
        TinyModel model = tiny_dit();
        model.add(tensor, {128, 4});
        const auto info = check_model(write_safetensors(folder / "v.safetensors", model));
        ASSERT_FALSE(info.ok()) << tensor;
        EXPECT_EQ(info.error().code, ErrorCode::kUnsupported);
        EXPECT_THAT(info.error().message, HasSubstr(name));
    }
}

TEST_F(ModelCheckFolder, OneMissingTensorIsNamedOneMoreIsNoError) {
    TinyModel model = tiny("vae21_official");
    model.add("wheel.weight", {3});
    const auto more = check_model(write_safetensors(folder / "more.safetensors", model));
    ASSERT_TRUE(more.ok());
    EXPECT_THAT(more->notices, Contains(HasSubstr("wheel.weight")));
    TinyModel dit = tiny_image_dit(514);
    const auto exact = check_model(write_safetensors(folder / "d/dit.safetensors", dit));
    ASSERT_TRUE(exact.ok());
    EXPECT_TRUE(exact->notices.empty()) << testing::PrintToString(exact->notices);
    dit.add("blocks.0.extra.weight", {3});
    const auto extra = check_model(write_safetensors(folder / "d/dit.safetensors", dit));
    ASSERT_TRUE(extra.ok());
    EXPECT_THAT(extra->notices, Contains(AllOf(HasSubstr("dit.safetensors"), HasSubstr("blocks.0.extra.weight"))));
    model.shapes.erase("decoder.middle.1.proj.weight");
    const auto info = check_model(write_safetensors(folder / "less.safetensors", model));
    ASSERT_FALSE(info.ok());
    EXPECT_EQ(info.error().code, ErrorCode::kCorruptFile);
    EXPECT_EQ(info.error().field, "decoder.middle.1.proj.weight");
    EXPECT_THAT(info.error().message, AllOf(HasSubstr("video VAE"), HasSubstr("decoder.middle.1.proj.weight")));
}

TEST_F(ModelCheckFolder, AGgufHeaderThatSpeaksOfAnotherModelIsRefused) {
    const auto info = check_model(write_gguf(folder / "x.gguf", with_q8(tiny_dit()), "wan", 40));
    ASSERT_FALSE(info.ok());
    EXPECT_EQ(info.error().code, ErrorCode::kCorruptFile);
    EXPECT_EQ(info.error().field, "wan.block_count");
    EXPECT_THAT(info.error().message, AllOf(HasSubstr("40"), HasSubstr("1 block")));
}

TEST_F(ModelCheckFolder, AT5ThatIsNoUmt5IsNamed) {
    TinyModel t5 = tiny("umt5_hf");
    for (const char* block : {"encoder.block.1.", "encoder.block.2."})
        t5.shapes.erase(std::string(block) + "layer.0.SelfAttention.relative_attention_bias.weight");
    const auto info = check_model(write_safetensors(folder / "t5xxl_fp16.safetensors", t5));
    ASSERT_FALSE(info.ok());
    EXPECT_EQ(info.error().code, ErrorCode::kUnsupported);
    EXPECT_THAT(info.error().message, AllOf(HasSubstr("T5"), HasSubstr("UMT5")));
}

TEST_F(ModelCheckFolder, NamesMeanNothing) {
    const auto info = check_model(write_safetensors(folder / "wan2.2_i2v_14B_fp8.safetensors", tiny("vae21_official")));
    ASSERT_TRUE(info.ok());
    EXPECT_EQ(info->role, "vae");
}

}  // namespace
}  // namespace studio
