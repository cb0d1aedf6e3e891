#include "checkpoint/configs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "shape_fixture.h"

namespace studio::checkpoint {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;

template <class Config>
Result<Config> config_of(const ShapeFixture& fixture) {
    STUDIO_TRY(recognised, fixture.recognised());
    if constexpr (std::is_same_v<Config, DitConfig>) return dit_config(recognised);
    if constexpr (std::is_same_v<Config, VaeConfig>) return vae_config(recognised);
    if constexpr (std::is_same_v<Config, Umt5Config>) return umt5_config(recognised);
}

template <class Config>
Error refused(const ShapeFixture& fixture) {
    const auto result = config_of<Config>(fixture);
    EXPECT_FALSE(result.ok());
    if (result.ok()) return {};
    EXPECT_FALSE(result.error().message.empty());
    EXPECT_FALSE(result.error().fix.empty());
    EXPECT_FALSE(result.error().file.empty());
    return result.error();
}

TEST(DitConfigs, FollowFromShapesAndConfig) {
    const auto t2v = config_of<DitConfig>(ShapeFixture("dit_t2v_diffusers"));
    ASSERT_TRUE(t2v.ok()) << t2v.error().message;
    EXPECT_EQ(t2v->dim, 24);
    EXPECT_EQ(t2v->num_heads, 2);
    EXPECT_EQ(t2v->head_dim, 12);
    EXPECT_EQ(t2v->num_layers, 2);
    EXPECT_EQ(t2v->ffn_dim, 40);
    EXPECT_EQ(t2v->text_dim, 20);
    EXPECT_EQ(t2v->freq_dim, 32);
    EXPECT_EQ(t2v->in_channels, 16);
    EXPECT_EQ(t2v->out_channels, 16);
    EXPECT_EQ(t2v->text_len, 512);
    EXPECT_EQ(t2v->eps, 1e-6);
    EXPECT_TRUE(t2v->cross_attn_norm);
    EXPECT_FALSE(t2v->has_image_embedder);
    const auto flf = config_of<DitConfig>(ShapeFixture("dit_flf2v_diffusers"));
    ASSERT_TRUE(flf.ok()) << flf.error().message;
    EXPECT_EQ(flf->image_dim, 32);
    EXPECT_EQ(flf->image_pos_len, 20);
    EXPECT_EQ(flf->in_channels, 36);
    const auto five = config_of<DitConfig>(ShapeFixture("dit_ti2v5b_diffusers"));
    ASSERT_TRUE(five.ok()) << five.error().message;
    EXPECT_EQ(five->out_channels, 48);
}

TEST(DitConfigs, HeadWidthIs128WithoutAConfig) {
    ShapeFixture fixture("dit_t2v_official");
    fixture.config = nullptr;
    const auto config = config_of<DitConfig>(fixture);
    ASSERT_TRUE(config.ok()) << config.error().message;
    EXPECT_EQ(config->head_dim, 128);
    EXPECT_EQ(config->num_heads, 1);
    ShapeFixture narrow("dit_t2v_diffusers");
    narrow.config = nullptr;
    const Error error = refused<DitConfig>(narrow);
    EXPECT_THAT(error.message, HasSubstr("128"));
    EXPECT_THAT(error.fix, HasSubstr("config.json"));
}

TEST(DitConfigs, ConflictsNameBothSides) {
    const std::vector<std::pair<const char*, int>> changes{
        {"num_layers", 5},          {"ffn_dim", 41},   {"in_channels", 36}, {"out_channels", 48},
        {"text_dim", 4096},         {"freq_dim", 256}, {"image_dim", 1280}, {"pos_embed_seq_len", 514},
        {"attention_head_dim", 128}};
    for (const auto& [key, value] : changes) {
        ShapeFixture fixture("dit_t2v_diffusers");
        fixture.config[key] = value;
        const Error error = refused<DitConfig>(fixture);
        EXPECT_EQ(error.code, ErrorCode::kCorruptFile) << key;
        EXPECT_EQ(error.field, key);
        EXPECT_THAT(error.file, HasSubstr("config.json"));
        EXPECT_THAT(error.message, AllOf(HasSubstr(std::to_string(value)), HasSubstr("weights.safetensors"))) << key;
    }
    ShapeFixture official("dit_t2v_official");
    official.config["num_heads"] = 3;
    EXPECT_EQ(refused<DitConfig>(official).field, "num_heads");
    official.config["num_heads"] = 1;
    official.config["dim"] = 256;
    EXPECT_EQ(refused<DitConfig>(official).field, "dim");
}

TEST(DitConfigs, BadConfigFiles) {
    const ShapeFixture fixture("dit_t2v_official");
    const auto file = fixture.write();
    const auto try_text = [&](std::string_view text) {
        fixture.folder.write("config.json", text);
        const auto result = dit_config(*recognise(*io::Checkpoint::open(file)));
        ASSERT_FALSE(result.ok()) << text;
        EXPECT_THAT(result.error().file, HasSubstr("config.json")) << text;
    };
    for (const char* text : {"{dim: 1536,",
                             "",
                             "[]",
                             "7",
                             "{\"dim\":128,\"dim\":128}",
                             "{\"num_layers\":\"1\"}",
                             "{\"num_layers\":1.0}",
                             "{\"num_layers\":-1}",
                             "{\"num_layers\":0}",
                             "{\"num_heads\":1e300}",
                             "{\"num_heads\":18446744073709551615}",
                             "{\"eps\":0}",
                             "{\"eps\":\"small\"}",
                             "{\"eps\":2}",
                             "{\"patch_size\":[1,2]}",
                             "{\"patch_size\":2}",
                             "{\"cross_attn_norm\":1}",
                             "{\"cross_attn_norm\":false}",
                             "{\"qk_norm\":false}",
                             "{\"qk_norm\":\"layer_norm\"}",
                             "{\"qk_norm\":3}",
                             "{\"_class_name\":\"AutoencoderKLWan\"}",
                             "{\"_class_name\":\"FluxTransformer2DModel\"}",
                             "{\"_class_name\":5}",
                             "{\"text_len\":99999999}"}) {
        try_text(text);
    }
    std::filesystem::remove(fixture.folder / "config.json");
    std::filesystem::create_directory(fixture.folder / "config.json");
    const auto result = dit_config(*recognise(*io::Checkpoint::open(file)));
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().code, ErrorCode::kIo);
}

TEST(DitConfigs, NullMeansNotGiven) {
    ShapeFixture fixture("dit_t2v_official");
    for (const char* key : {"num_heads", "eps", "text_len", "patch_size", "_class_name", "qk_norm"})
        fixture.config[key] = nullptr;
    EXPECT_TRUE(config_of<DitConfig>(fixture).ok());
}

/// Every single tensor matters: without it, or with another shape, the model must not open, and the error names it.
template <class Config>
void every_tensor_is_needed(const char* name) {
    const ShapeFixture whole(name);
    ASSERT_TRUE(config_of<Config>(whole).ok()) << name;
    const auto recognised = whole.recognised();
    for (const NamedTensor& tensor : recognised->tensors) {
        ShapeFixture without(name);
        without.shapes.erase(tensor.stored->name);
        const auto missing = config_of<Config>(without);
        ASSERT_FALSE(missing.ok()) << tensor.name << " may be missing in " << name;
        EXPECT_NE(missing.error().code, ErrorCode::kInternal);

        // Alone in saying how wide the text is, where config.json does not.
        if (tensor.name == "text_embedding.0.weight" && !whole.config.contains("text_dim")) continue;
        ShapeFixture wrong(name);
        wrong.shapes[tensor.stored->name].back() += 1;
        EXPECT_FALSE(config_of<Config>(wrong).ok()) << tensor.name << " may have another shape in " << name;
    }
}

TEST(DitConfigs, EveryTensorIsNeeded) {
    every_tensor_is_needed<DitConfig>("dit_t2v_diffusers");
    every_tensor_is_needed<DitConfig>("dit_flf2v_diffusers");
    every_tensor_is_needed<DitConfig>("dit_t2v_official");
}

TEST(VaeConfigs, EveryTensorIsNeeded) {
    every_tensor_is_needed<VaeConfig>("vae21_official");
    every_tensor_is_needed<VaeConfig>("vae22_diffusers");
}

TEST(Umt5Configs, EveryTensorIsNeeded) {
    every_tensor_is_needed<Umt5Config>("umt5_hf");
}

TEST(DitConfigs, MissingTensorsAreNamed) {
    ShapeFixture fixture("dit_t2v_diffusers");
    fixture.shapes.erase("blocks.1.attn1.to_v.bias");
    const Error error = refused<DitConfig>(fixture);
    EXPECT_EQ(error.code, ErrorCode::kCorruptFile);
    EXPECT_EQ(error.field, "blocks.1.self_attn.v.bias");
    EXPECT_THAT(error.file, HasSubstr("weights.safetensors"));
}

TEST(DitConfigs, OtherNetworksAreNamedAndRefused) {
    for (const char* start : {"vace_patch_embedding.weight", "audio_injector.x", "face_adapter.x"}) {
        ShapeFixture fixture("dit_t2v_official");
        fixture.shapes[start] = {4};
        const Error error = refused<DitConfig>(fixture);
        EXPECT_EQ(error.code, ErrorCode::kUnsupported);
        EXPECT_THAT(error.message, AnyOf(HasSubstr("VACE"), HasSubstr("S2V"), HasSubstr("Animate")));
    }
}

TEST(DitConfigs, WholeNumbersWithoutAScaleAreRefused) {
    ShapeFixture whole("dit_t2v_official");
    whole.dtypes["blocks.0.ffn.0.weight"] = io::DType::kI8;
    const Error error = refused<DitConfig>(whole);
    EXPECT_EQ(error.code, ErrorCode::kUnsupported);
    EXPECT_EQ(error.field, "blocks.0.ffn.0.weight");
    EXPECT_THAT(error.message, HasSubstr("I8"));
}

TEST(DitConfigs, SlaWeightsMustFitTheHeads) {
    ShapeFixture fixture("dit_t2v_official");
    const std::string proj = "blocks.0.self_attn.attn_op.local_attn.proj_l.";
    fixture.shapes[proj + "weight"] = {128, 128};
    fixture.shapes[proj + "bias"] = {128};
    const auto found = fixture.recognised();
    ASSERT_TRUE(found.ok());
    const auto config = dit_config(*found);
    ASSERT_TRUE(config.ok());
    EXPECT_TRUE(config->has_sla && config->has_linear_branch);
    fixture.shapes[proj + "weight"] = {64, 64};
    EXPECT_EQ(refused<DitConfig>(fixture).field, proj + "weight");
    fixture.shapes.erase(proj + "weight");
    EXPECT_EQ(refused<DitConfig>(fixture).field, proj + "weight");
}

TEST(DitConfigs, TheConfigSaysWhichAttentionIsTheDefault) {
    ShapeFixture fixture("dit_t2v_official");
    fixture.config["default_attention"] = "dense";
    EXPECT_FALSE(config_of<DitConfig>(fixture)->has_linear_branch);
    fixture.config["default_attention"] = "sla";
    EXPECT_EQ(refused<DitConfig>(fixture).field, "default_attention");
    const std::string proj = "blocks.0.self_attn.attn_op.local_attn.proj_l.";
    fixture.shapes[proj + "weight"] = {128, 128};
    fixture.shapes[proj + "bias"] = {128};
    EXPECT_TRUE(config_of<DitConfig>(fixture)->has_sla);
    fixture.config["default_attention"] = "dense";
    const auto config = config_of<DitConfig>(fixture);
    EXPECT_TRUE(config->has_linear_branch && !config->has_sla);
    fixture.config["default_attention"] = "sage";
    EXPECT_EQ(refused<DitConfig>(fixture).field, "default_attention");
    fixture.config["default_attention"] = 3;
    EXPECT_EQ(refused<DitConfig>(fixture).field, "default_attention");
}

TEST(DitConfigs, AbsurdBlockNumbersEndAtOnce) {
    ShapeFixture fixture("dit_t2v_official");
    fixture.config = nullptr;
    fixture.shapes["blocks.99999.modulation"] = {1};
    fixture.shapes["blocks.99999999999999999999.modulation"] = {1};
    EXPECT_EQ(refused<DitConfig>(fixture).field, "blocks.1.modulation");
}

TEST(VaeConfigs, FollowFromShapesAndConfig) {
    const auto vae21 = config_of<VaeConfig>(ShapeFixture("vae21_diffusers"));
    ASSERT_TRUE(vae21.ok()) << vae21.error().message;
    EXPECT_FALSE(vae21->is_22);
    EXPECT_EQ(vae21->z_dim, 16);
    EXPECT_EQ(vae21->base_dim, 4);
    EXPECT_EQ(vae21->decoder_base_dim, 4);
    EXPECT_EQ(vae21->dim_mult, (std::vector<std::int64_t>{1, 2, 4, 4}));
    EXPECT_EQ(vae21->num_res_blocks, 2);
    EXPECT_EQ(vae21->temporal_downsample, (std::vector<bool>{false, true, true}));
    EXPECT_EQ(vae21->patch_size, 1);
    EXPECT_EQ(vae21->spatial_stride, 8);
    EXPECT_EQ(vae21->temporal_stride, 4);
    const auto vae22 = config_of<VaeConfig>(ShapeFixture("vae22_diffusers"));
    ASSERT_TRUE(vae22.ok()) << vae22.error().message;
    EXPECT_TRUE(vae22->is_22);
    EXPECT_EQ(vae22->z_dim, 48);
    EXPECT_EQ(vae22->base_dim, 3);
    EXPECT_EQ(vae22->decoder_base_dim, 4);
    EXPECT_EQ(vae22->patch_size, 2);
    EXPECT_EQ(vae22->spatial_stride, 16);
}

TEST(VaeConfigs, PublishedStatisticsEqualThoseInDiffusersConfigs) {
    for (const char* name : {"vae21_diffusers", "vae22_diffusers"}) {
        const ShapeFixture with(name);
        ShapeFixture without(name);
        without.config = nullptr;
        const auto from_config = config_of<VaeConfig>(with), from_table = config_of<VaeConfig>(without);
        ASSERT_TRUE(from_config.ok() && from_table.ok());
        EXPECT_EQ(from_config->latents_mean, from_table->latents_mean) << name;
        EXPECT_EQ(from_config->latents_std, from_table->latents_std) << name;
        EXPECT_EQ(from_config->latents_mean.size(), static_cast<std::size_t>(from_config->z_dim));
    }
}

TEST(VaeConfigs, ConfigStatisticsWin) {
    ShapeFixture fixture("vae21_diffusers");
    fixture.config["latents_mean"][3] = 7.5;
    EXPECT_EQ(config_of<VaeConfig>(fixture)->latents_mean[3], 7.5);
}

TEST(VaeConfigs, BadValues) {
    const std::vector<std::pair<const char*, Json>> changes{{"latents_mean", Json::array({1, 2})},
                                                            {"latents_mean", nullptr},
                                                            {"latents_std", Json::array()},
                                                            {"latents_std", "x"},
                                                            {"z_dim", 48},
                                                            {"base_dim", 96},
                                                            {"decoder_base_dim", 256},
                                                            {"dim_mult", Json::array({1, 2, 4})},
                                                            {"num_res_blocks", 3},
                                                            {"is_residual", true},
                                                            {"temperal_downsample", Json::array({true, true, true})},
                                                            {"patch_size", 2},
                                                            {"scale_factor_spatial", 16},
                                                            {"in_channels", 12},
                                                            {"attn_scales", Json::array({0.5})}};
    for (const auto& [key, value] : changes) {
        ShapeFixture fixture("vae21_diffusers");
        fixture.config[key] = value;
        const Error error = refused<VaeConfig>(fixture);
        EXPECT_EQ(error.field, key) << value.dump();
        EXPECT_THAT(error.file, HasSubstr("config.json"));
    }
    ShapeFixture zero("vae21_diffusers");
    zero.config["latents_std"][0] = 0;
    EXPECT_EQ(refused<VaeConfig>(zero).field, "latents_std");
}

TEST(Parts, TheTransformersConfigInTheSameFolderIsNotTheirs) {
    const Json transformer = ShapeFixture("dit_t2v_official").config;
    ShapeFixture vae("vae21_official");
    vae.config = transformer;
    EXPECT_TRUE(config_of<VaeConfig>(vae).ok());
    ShapeFixture encoder("umt5_hf");
    encoder.config = transformer;
    EXPECT_TRUE(config_of<Umt5Config>(encoder).ok());
}

TEST(Umt5Configs, FollowFromShapesAndConfig) {
    for (const bool has_config : {true, false}) {
        ShapeFixture fixture("umt5_hf");
        if (!has_config) fixture.config = nullptr;
        const auto config = config_of<Umt5Config>(fixture);
        ASSERT_TRUE(config.ok()) << config.error().message;
        EXPECT_EQ(config->vocab_size, 1344);
        EXPECT_EQ(config->d_model, 48);
        EXPECT_EQ(config->d_kv, 16);
        EXPECT_EQ(config->num_heads, 4);
        EXPECT_EQ(config->d_ff, 96);
        EXPECT_EQ(config->num_layers, 3);
        EXPECT_EQ(config->num_buckets, 32);
        EXPECT_EQ(config->max_distance, 128);
    }
}

TEST(Umt5Configs, BadValues) {
    const std::vector<std::pair<const char*, Json>> changes{{"vocab_size", 256384},
                                                            {"d_model", 4096},
                                                            {"d_kv", 64},
                                                            {"num_heads", 64},
                                                            {"d_ff", 10240},
                                                            {"num_layers", 24},
                                                            {"relative_attention_num_buckets", 64},
                                                            {"layer_norm_epsilon", -1},
                                                            {"model_type", "t5"},
                                                            {"feed_forward_proj", "relu"}};
    for (const auto& [key, value] : changes) {
        ShapeFixture fixture("umt5_hf");
        fixture.config[key] = value;
        EXPECT_EQ(refused<Umt5Config>(fixture).field, key);
    }
    ShapeFixture shared_bias("umt5_hf");  // T5 has one position table for all layers
    shared_bias.shapes.erase("encoder.block.1.layer.0.SelfAttention.relative_attention_bias.weight");
    EXPECT_EQ(refused<Umt5Config>(shared_bias).field, "blocks.1.pos_embedding.embedding.weight");
}

}  // namespace
}  // namespace studio::checkpoint
