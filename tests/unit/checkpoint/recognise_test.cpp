#include "checkpoint/recognise.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "checkpoint/configs.h"
#include "shape_fixture.h"

namespace studio::checkpoint {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(Recognise, TellsRoleLayoutAndVariant) {
    struct Case {
        const char* file;
        Role role;
        const char* layout;
        const char* variant;
    };
    for (const Case& c : std::initializer_list<Case>{{"dit_t2v_diffusers", Role::kDit, "diffusers", "Wan2.1 T2V"},
                                                     {"dit_t2v_official", Role::kDit, "official", "Wan2.1 T2V"},
                                                     {"dit_i2v21_diffusers", Role::kDit, "diffusers", "Wan2.1 I2V"},
                                                     {"dit_flf2v_diffusers", Role::kDit, "diffusers", "Wan2.1 FLF2V"},
                                                     {"dit_ti2v5b_diffusers", Role::kDit, "diffusers", "Wan2.2 TI2V"},
                                                     {"vae21_diffusers", Role::kVae, "diffusers", "Wan VAE 2.1"},
                                                     {"vae22_diffusers", Role::kVae, "diffusers", "Wan VAE 2.2"},
                                                     {"vae21_official", Role::kVae, "official", "Wan VAE 2.1"},
                                                     {"umt5_hf", Role::kTextEncoder, "hf", "UMT5"},
                                                     {"clip_hf", Role::kClip, "hf", "CLIP"},
                                                     {"lora_comfy", Role::kLora, "lora", "LoRA"}}) {
        const ShapeFixture fixture(c.file);
        const auto found = fixture.recognised();
        ASSERT_TRUE(found.ok()) << c.file;
        EXPECT_EQ(found->role, c.role) << c.file;
        EXPECT_EQ(found->layout, c.layout) << c.file;
        EXPECT_THAT(found->variant, HasSubstr(c.variant)) << c.file;
        EXPECT_EQ(found->tensors.size(), fixture.shapes.size()) << c.file;
    }
}

TEST(Recognise, DiffusersDitGetsOfficialNames) {
    const auto found = ShapeFixture("dit_flf2v_diffusers").recognised();
    ASSERT_TRUE(found.ok());
    const std::map<std::string, std::string> wanted{
        {"blocks.1.norm3.weight", "blocks.1.norm2.weight"},
        {"blocks.0.modulation", "blocks.0.scale_shift_table"},
        {"head.modulation", "scale_shift_table"},
        {"head.head.bias", "proj_out.bias"},
        {"blocks.0.self_attn.o.weight", "blocks.0.attn1.to_out.0.weight"},
        {"blocks.0.self_attn.norm_k.weight", "blocks.0.attn1.norm_k.weight"},
        {"blocks.1.cross_attn.q.bias", "blocks.1.attn2.to_q.bias"},
        {"blocks.1.cross_attn.k_img.weight", "blocks.1.attn2.add_k_proj.weight"},
        {"blocks.1.cross_attn.v_img.weight", "blocks.1.attn2.add_v_proj.weight"},
        {"blocks.1.cross_attn.norm_k_img.weight", "blocks.1.attn2.norm_added_k.weight"},
        {"blocks.0.ffn.0.weight", "blocks.0.ffn.net.0.proj.weight"},
        {"blocks.0.ffn.2.weight", "blocks.0.ffn.net.2.weight"},
        {"text_embedding.2.weight", "condition_embedder.text_embedder.linear_2.weight"},
        {"time_embedding.0.bias", "condition_embedder.time_embedder.linear_1.bias"},
        {"time_projection.1.weight", "condition_embedder.time_proj.weight"},
        {"img_emb.proj.0.weight", "condition_embedder.image_embedder.norm1.weight"},
        {"img_emb.proj.1.weight", "condition_embedder.image_embedder.ff.net.0.proj.weight"},
        {"img_emb.proj.3.weight", "condition_embedder.image_embedder.ff.net.2.weight"},
        {"img_emb.proj.4.weight", "condition_embedder.image_embedder.norm2.weight"},
        {"img_emb.emb_pos", "condition_embedder.image_embedder.pos_embed"},
        {"patch_embedding.weight", "patch_embedding.weight"}};
    for (const auto& [official, stored] : wanted) {
        const NamedTensor* const tensor = find(*found, official);
        ASSERT_NE(tensor, nullptr) << official;
        EXPECT_EQ(tensor->stored->name, stored);
    }
}

TEST(Recognise, DiffusersVaesGetOfficialNames) {
    const auto old_vae = ShapeFixture("vae21_diffusers").recognised();
    const auto new_vae = ShapeFixture("vae22_diffusers").recognised();
    ASSERT_TRUE(old_vae.ok() && new_vae.ok());
    const std::map<std::string, std::string> wanted21{
        {"conv1.weight", "quant_conv.weight"},
        {"conv2.bias", "post_quant_conv.bias"},
        {"encoder.conv1.weight", "encoder.conv_in.weight"},
        {"encoder.downsamples.3.shortcut.weight", "encoder.down_blocks.3.conv_shortcut.weight"},
        {"encoder.downsamples.5.time_conv.weight", "encoder.down_blocks.5.time_conv.weight"},
        {"encoder.downsamples.10.residual.6.bias", "encoder.down_blocks.10.conv2.bias"},
        {"encoder.middle.2.residual.3.gamma", "encoder.mid_block.resnets.1.norm2.gamma"},
        {"decoder.middle.1.to_qkv.weight", "decoder.mid_block.attentions.0.to_qkv.weight"},
        {"decoder.upsamples.3.resample.1.weight", "decoder.up_blocks.0.upsamplers.0.resample.1.weight"},
        {"decoder.upsamples.4.shortcut.weight", "decoder.up_blocks.1.resnets.0.conv_shortcut.weight"},
        {"decoder.upsamples.7.time_conv.weight", "decoder.up_blocks.1.upsamplers.0.time_conv.weight"},
        {"decoder.upsamples.11.resample.1.bias", "decoder.up_blocks.2.upsamplers.0.resample.1.bias"},
        {"decoder.upsamples.14.residual.2.weight", "decoder.up_blocks.3.resnets.2.conv1.weight"},
        {"decoder.head.0.gamma", "decoder.norm_out.gamma"},
        {"decoder.head.2.weight", "decoder.conv_out.weight"}};
    const std::map<std::string, std::string> wanted22{
        {"encoder.downsamples.0.downsamples.2.resample.1.weight",
         "encoder.down_blocks.0.downsampler.resample.1.weight"},
        {"encoder.downsamples.2.downsamples.1.residual.0.gamma", "encoder.down_blocks.2.resnets.1.norm1.gamma"},
        {"decoder.upsamples.1.upsamples.3.time_conv.bias", "decoder.up_blocks.1.upsampler.time_conv.bias"},
        {"decoder.upsamples.3.upsamples.0.shortcut.weight", "decoder.up_blocks.3.resnets.0.conv_shortcut.weight"}};
    for (const auto& [found, wanted] : {std::pair{&*old_vae, &wanted21}, std::pair{&*new_vae, &wanted22}}) {
        for (const auto& [official, stored] : *wanted) {
            const NamedTensor* const tensor = find(*found, official);
            ASSERT_NE(tensor, nullptr) << official;
            EXPECT_EQ(tensor->stored->name, stored);
        }
    }
}

TEST(Recognise, DiffusersVaeHasExactlyTheNamesOfTheOfficialFile) {
    const auto mapped = ShapeFixture("vae21_diffusers").recognised();
    const ShapeFixture official("vae21_official");
    ASSERT_TRUE(mapped.ok());
    for (const NamedTensor& tensor : mapped->tensors)
        EXPECT_TRUE(official.shapes.count(tensor.name)) << tensor.name;
}

TEST(Recognise, DiffusersDitHasExactlyTheNamesOfTheOfficialFile) {
    const auto mapped = ShapeFixture("dit_t2v_diffusers").recognised();
    const ShapeFixture official("dit_t2v_official");  // one block
    ASSERT_TRUE(mapped.ok());
    for (const NamedTensor& tensor : mapped->tensors) {
        if (tensor.name.starts_with("blocks.1.")) continue;
        EXPECT_TRUE(official.shapes.count(tensor.name)) << tensor.name;
    }
}

TEST(Recognise, HfUmt5GetsOfficialNamesAndItsDuplicateIsSkipped) {
    ShapeFixture fixture("umt5_hf");
    fixture.shapes["encoder.embed_tokens.weight"] = fixture.shapes["shared.weight"];
    const auto found = fixture.recognised();
    ASSERT_TRUE(found.ok()) << found.error().message;
    EXPECT_EQ(found->tensors.size() + 1, fixture.shapes.size());
    EXPECT_EQ(find(*found, "token_embedding.weight")->stored->name, "shared.weight");
    EXPECT_EQ(find(*found, "blocks.2.attn.k.weight")->stored->name, "encoder.block.2.layer.0.SelfAttention.k.weight");
    EXPECT_EQ(find(*found, "blocks.0.ffn.gate.0.weight")->stored->name,
              "encoder.block.0.layer.1.DenseReluDense.wi_0.weight");
    EXPECT_EQ(find(*found, "blocks.0.ffn.fc1.weight")->stored->name,
              "encoder.block.0.layer.1.DenseReluDense.wi_1.weight");
    EXPECT_NE(find(*found, "blocks.1.pos_embedding.embedding.weight"), nullptr);
    EXPECT_NE(find(*found, "norm.weight"), nullptr);
    EXPECT_TRUE(umt5_config(*found).ok());

    ShapeFixture only_duplicate("umt5_hf");
    only_duplicate.shapes["encoder.embed_tokens.weight"] = only_duplicate.shapes["shared.weight"];
    only_duplicate.shapes.erase("shared.weight");
    EXPECT_TRUE(umt5_config(*only_duplicate.recognised()).ok());
}

TEST(Recognise, PrefixesAreStripped) {
    for (const char* prefix : {"model.diffusion_model.", "diffusion_model.", "net.", "model.", "net_ema.", "module.",
                               "generator_ema.model.", "_orig_mod.", "model._fsdp_wrapped_module."}) {
        ShapeFixture fixture("dit_t2v_official");
        fixture.add_prefix(prefix);
        const auto found = fixture.recognised();
        ASSERT_TRUE(found.ok());
        EXPECT_EQ(found->role, Role::kDit) << prefix;
        EXPECT_TRUE(dit_config(*found).ok()) << prefix;
    }
    for (const char* prefix : {"vae.", "first_stage_model."}) {
        ShapeFixture fixture("vae21_official");
        fixture.add_prefix(prefix);
        EXPECT_TRUE(vae_config(*fixture.recognised()).ok()) << prefix;
    }
    ShapeFixture fixture("umt5_hf");
    fixture.add_prefix("text_encoders.umt5xxl.transformer.");
    EXPECT_TRUE(umt5_config(*fixture.recognised()).ok());
}

TEST(Recognise, AFullCheckpointGivesThePartThatIsNeeded) {
    ShapeFixture all("dit_t2v_official");
    all.add_prefix("model.diffusion_model.");
    ShapeFixture vae("vae21_official");
    vae.add_prefix("first_stage_model.");
    all.shapes.merge(vae.shapes);
    all.config = nullptr;
    const auto file = all.write();
    const auto as_dit = open_as(file, Role::kDit), as_vae = open_as(file, Role::kVae);
    ASSERT_TRUE(as_dit.ok() && as_vae.ok());
    EXPECT_TRUE(dit_config(*as_dit).ok());
    EXPECT_TRUE(vae_config(*as_vae).ok());
}

TEST(Recognise, WordsOfTrainingWrappersDisappearAnywhere) {
    ShapeFixture fixture("dit_t2v_official");
    Shapes wrapped;
    for (const auto& [name, shape] : fixture.shapes) {
        const bool in_block = name.starts_with("blocks.0.");
        wrapped[in_block ? "net.blocks.0._checkpoint_wrapped_module." + name.substr(9) : "net." + name] = shape;
    }
    fixture.shapes = wrapped;
    const auto found = fixture.recognised();
    ASSERT_TRUE(found.ok());
    EXPECT_TRUE(dit_config(*found).ok());
}

TEST(Recognise, OfTrainedAndAveragedWeightsTheAveragedAreTaken) {
    ShapeFixture fixture("dit_t2v_official");
    ShapeFixture average("dit_t2v_official");
    fixture.add_prefix("net.");
    average.add_prefix("net_ema.");
    fixture.shapes.merge(average.shapes);
    const auto found = fixture.recognised();
    ASSERT_TRUE(found.ok());
    EXPECT_EQ(found->tensors.size() * 2, fixture.shapes.size());
    EXPECT_EQ(found->tensors[0].stored->name.substr(0, 8), "net_ema.");
}

TEST(Recognise, AnUnknownPrefixIsNotGuessedAway) {
    ShapeFixture fixture("dit_t2v_official");
    fixture.add_prefix("control_net.");
    const auto found = fixture.recognised();
    ASSERT_TRUE(found.ok());
    EXPECT_EQ(found->role, Role::kOther);
}

TEST(Recognise, StrayNormAddedQIsIgnored) {
    ShapeFixture fixture("dit_i2v21_diffusers");
    fixture.shapes["blocks.0.attn2.norm_added_q.weight"] = {48};
    const auto found = fixture.recognised();
    ASSERT_TRUE(found.ok());
    EXPECT_EQ(found->tensors.size() + 1, fixture.shapes.size());
    EXPECT_TRUE(dit_config(*found).ok());
}

TEST(Recognise, AMatrixAsPatchEmbeddingBecomesFiveDimensional) {
    ShapeFixture fixture("dit_t2v_official");
    auto& shape = fixture.shapes["patch_embedding.weight"];
    const std::vector<std::int64_t> five = shape;
    shape = {five[0], five[1] * 4};
    const auto found = fixture.recognised();
    ASSERT_TRUE(found.ok());
    EXPECT_EQ(find(*found, "patch_embedding.weight")->shape, five);
    EXPECT_EQ(find(*found, "patch_embedding.weight")->stored->shape, shape);
    EXPECT_TRUE(dit_config(*found).ok());
}

TEST(Recognise, TwoTensorsOfOneNameAreRefused) {
    ShapeFixture fixture("dit_t2v_diffusers");
    fixture.shapes["head.modulation"] = fixture.shapes["scale_shift_table"];
    const auto found = fixture.recognised();
    ASSERT_FALSE(found.ok());
    EXPECT_EQ(found.error().code, ErrorCode::kCorruptFile);
    EXPECT_THAT(found.error().message, AllOf(HasSubstr("scale_shift_table"), HasSubstr("head.modulation")));
}

TEST(Recognise, UnknownFilesKeepTheirNames) {
    ShapeFixture fixture("lora_comfy");
    fixture.shapes = {{"b", {4}}, {"a", {2, 3}}};
    const auto found = fixture.recognised();
    ASSERT_TRUE(found.ok());
    EXPECT_EQ(found->role, Role::kOther);
    EXPECT_EQ(found->tensors[0].name, "a");
}

TEST(OpenAs, SaysWhatTheWrongPartIs) {
    struct Case {
        const char* file;
        Role needed;
        const char* is;
        const char* wanted;
    };
    for (const Case& c :
         std::initializer_list<Case>{{"vae21_official", Role::kTextEncoder, "a Wan VAE", "text encoder (UMT5)"},
                                     {"umt5_hf", Role::kDit, "a text encoder (UMT5)", "Wan video transformer"},
                                     {"dit_t2v_official", Role::kVae, "a Wan video transformer", "Wan VAE"},
                                     {"lora_comfy", Role::kDit, "a LoRA", "Wan video transformer"},
                                     {"clip_hf", Role::kVae, "CLIP", "Wan VAE"}}) {
        const ShapeFixture fixture(c.file);
        const auto opened = open_as(fixture.write(), c.needed);
        ASSERT_FALSE(opened.ok());
        EXPECT_EQ(opened.error().code, ErrorCode::kUnsupported);
        EXPECT_THAT(opened.error().message, AllOf(HasSubstr(c.is), HasSubstr(c.wanted)));
        EXPECT_THAT(opened.error().file, HasSubstr("weights.safetensors"));
        EXPECT_FALSE(opened.error().fix.empty());
    }
}

}  // namespace
}  // namespace studio::checkpoint
