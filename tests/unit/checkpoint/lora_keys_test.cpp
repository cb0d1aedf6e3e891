// LoRA files by names, shapes and alphas alone.
#include "checkpoint/lora_keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "checkpoint/lora_names.h"
#include "io/safetensors_writer.h"
#include "support/temp_folder.h"

namespace studio::checkpoint {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

struct Entry {
    std::vector<std::int64_t> shape;
    io::DType dtype = io::DType::kF32;
    double value = 0;  // of every element
};
using Entries = std::map<std::string, Entry>;

std::string bytes_of(const Entry& entry) {
    std::size_t count = 1;
    for (const std::int64_t size : entry.shape)
        count *= static_cast<std::size_t>(size);
    std::string out;
    for (std::size_t i = 0; i < count; ++i) {
        if (entry.dtype == io::DType::kI64) {
            const auto value = static_cast<std::int64_t>(entry.value);
            out.append(reinterpret_cast<const char*>(&value), sizeof(value));
        } else {
            const auto value = static_cast<float>(entry.value);
            out.append(reinterpret_cast<const char*>(&value), sizeof(value));
        }
    }
    return out;
}

class LoraKeysTest : public ::testing::Test {
  protected:
    Result<LoraKeys> read(const Entries& entries, const std::map<std::string, std::string>& metadata = {}) {
        std::vector<std::string> bytes;
        std::vector<io::TensorBytes> tensors;
        bytes.reserve(entries.size());
        for (const auto& [name, entry] : entries) {
            bytes.push_back(bytes_of(entry));
            tensors.push_back({name, entry.dtype, entry.shape, std::as_bytes(std::span(bytes.back()))});
        }
        io::write_safetensors(path(), tensors, metadata).value();
        return read_lora_keys(io::Checkpoint::open(path()).value());
    }
    std::filesystem::path path() const { return folder_ / "lora.safetensors"; }
    /// A pair of rank 4 on a 96 wide layer.
    static void pair(Entries& entries, const std::string& layer, std::int64_t rank = 4, std::int64_t width = 96) {
        entries[layer + ".lora_A.weight"] = {{rank, width}};
        entries[layer + ".lora_B.weight"] = {{width, rank}};
    }
    Error refused(const Entries& entries) {
        const auto keys = read(entries);
        EXPECT_FALSE(keys.ok());
        if (keys.ok()) return {};
        EXPECT_FALSE(keys.error().message.empty());
        EXPECT_FALSE(keys.error().fix.empty());
        EXPECT_EQ(keys.error().file, path().string());
        EXPECT_TRUE(entries.contains(keys.error().field)) << keys.error().field;
        return keys.error();
    }
    std::vector<std::string> tensors(const Entries& entries) {
        std::vector<std::string> out;
        const LoraKeys keys = read(entries).value();
        for (const LoraChange& change : keys.changes)
            out.push_back(change.tensor);
        return out;
    }

    test::TempFolder folder_;
};

TEST_F(LoraKeysTest, EveryPartFindsItsTensor) {
    Entries entries;
    pair(entries, "diffusion_model.blocks.0.ffn.0");
    entries["diffusion_model.blocks.0.ffn.0.diff_b"] = {{96}};
    entries["diffusion_model.blocks.0.norm3.diff"] = {{96}};
    entries["diffusion_model.blocks.0.diff_m"] = {{1, 6, 96}};
    entries["diffusion_model.blocks.1.modulation.diff"] = {{1, 6, 96}};
    entries["diffusion_model.head.diff_m"] = {{1, 2, 96}};
    EXPECT_THAT(tensors(entries), ElementsAre("blocks.0.ffn.0.bias", "blocks.0.ffn.0.weight", "blocks.0.modulation",
                                              "blocks.0.norm3.weight", "blocks.1.modulation", "head.modulation"));
}

TEST_F(LoraKeysTest, KohyaNamesGetTheirDotsBack) {
    Entries entries;
    for (const char* layer :
         {"blocks_12_self_attn_q", "blocks_3_cross_attn_k_img", "blocks_0_ffn_2", "head_head", "time_projection_1",
          "blocks_7_attn2_to_out_0", "condition_embedder_time_embedder_linear_2"})
        pair(entries, std::string("lora_unet_") + layer);
    EXPECT_THAT(tensors(entries),
                ElementsAre("blocks.0.ffn.2.weight", "blocks.12.self_attn.q.weight", "blocks.3.cross_attn.k_img.weight",
                            "blocks.7.cross_attn.o.weight", "head.head.weight", "time_embedding.2.weight",
                            "time_projection.1.weight"));
    EXPECT_EQ(read(entries)->naming, "kohya");
}

TEST_F(LoraKeysTest, OneDiffusersLayerDecidesForTheFile) {
    Entries entries;
    pair(entries, "transformer.blocks.0.attn1.to_q");
    entries["transformer.blocks.0.norm2.diff"] = {{96}};
    EXPECT_THAT(tensors(entries), ElementsAre("blocks.0.norm3.weight", "blocks.0.self_attn.q.weight"));
    Entries official;
    pair(official, "blocks.0.self_attn.q");
    official["blocks.0.norm3.diff"] = {{96}};
    EXPECT_THAT(tensors(official), ElementsAre("blocks.0.norm3.weight", "blocks.0.self_attn.q.weight"));
}

TEST_F(LoraKeysTest, ScaleIsAlphaOverRank) {
    Entries entries;
    pair(entries, "blocks.0.ffn.0", 64);
    entries["blocks.0.ffn.0.alpha"] = {{}, io::DType::kI64, 8};
    pair(entries, "blocks.0.ffn.2", 2);
    entries["blocks.0.ffn.2.alpha"] = {{1}, io::DType::kF32, 3};
    pair(entries, "blocks.0.self_attn.q", 2);
    entries["blocks.0.self_attn.q.diff_b"] = {{96}};
    const LoraKeys keys = read(entries).value();
    ASSERT_EQ(keys.changes.size(), 4U);
    EXPECT_EQ(keys.changes[0].scale, 0.125);
    EXPECT_EQ(keys.changes[1].scale, 1.5);
    EXPECT_EQ(keys.changes[2].scale, 1);  // a difference
    EXPECT_EQ(keys.changes[3].scale, 1);  // no alpha
    EXPECT_EQ(keys.changes[0].rank(), 64);
}

TEST_F(LoraKeysTest, AlphaOfPeftFromMetadataAndFromTheFileBeside) {
    Entries entries;
    pair(entries, "base_model.model.blocks.0.ffn.0");
    pair(entries, "base_model.model.blocks.0.ffn.2");
    EXPECT_EQ(read(entries)->changes[0].scale, 1);
    folder_.write("adapter_config.json", R"({"lora_alpha": 2, "r": 4, "alpha_pattern": {"ffn.2": 6}})");
    const LoraKeys keys = read(entries).value();
    EXPECT_EQ(keys.naming, "PEFT");
    EXPECT_EQ(keys.changes[0].scale, 0.5);
    EXPECT_EQ(keys.changes[1].scale, 1.5);
    const std::map<std::string, std::string> metadata{
        {"lora_adapter_metadata", R"({"transformer.lora_alpha": 16, "transformer.use_rslora": true})"}};
    EXPECT_EQ(read(entries, metadata)->changes[0].scale, 8);
    folder_.write("adapter_config.json", R"({"lora_alpha": "many"})");
    EXPECT_EQ(read(entries).error().code, ErrorCode::kCorruptFile);
}

TEST_F(LoraKeysTest, BrokenFilesNameTheirKey) {
    Entries half;
    half["blocks.0.ffn.0.lora_A.weight"] = {{4, 96}};
    EXPECT_THAT(refused(half).message, AllOf(HasSubstr("lora_A"), HasSubstr("missing")));
    Entries ranks;
    ranks["blocks.0.ffn.0.lora_A.weight"] = {{4, 96}};
    ranks["blocks.0.ffn.0.lora_B.weight"] = {{96, 3}};
    EXPECT_THAT(refused(ranks).message, AllOf(HasSubstr("[4, 96]"), HasSubstr("[96, 3]")));
    Entries flat;
    flat["blocks.0.ffn.0.lora_A.weight"] = {{96}};
    flat["blocks.0.ffn.0.lora_B.weight"] = {{96}};
    EXPECT_EQ(refused(flat).code, ErrorCode::kCorruptFile);
    Entries alone;
    alone["blocks.0.ffn.0.alpha"] = {{}};
    EXPECT_THAT(refused(alone).message, HasSubstr("alone"));
    Entries infinite;
    pair(infinite, "blocks.0.ffn.0");
    infinite["blocks.0.ffn.0.alpha"] = {{}, io::DType::kF32, INFINITY};
    EXPECT_THAT(refused(infinite).field, HasSubstr(".alpha"));
    infinite["blocks.0.ffn.0.alpha"] = {{2}, io::DType::kF32, 1};
    EXPECT_THAT(refused(infinite).field, HasSubstr(".alpha"));
    Entries whole;
    pair(whole, "blocks.0.ffn.0");
    whole["blocks.0.ffn.0.lora_A.weight"].dtype = io::DType::kI64;
    EXPECT_THAT(refused(whole).message, HasSubstr("I64"));
    Entries other;
    pair(other, "blocks.0.ffn.0");
    other["blocks.0.ffn.0.weight"] = {{96, 96}};
    EXPECT_THAT(refused(other).message, HasSubstr("no key of a LoRA"));
    Entries twice;
    pair(twice, "blocks.0.self_attn.q");
    pair(twice, "diffusion_model.blocks.0.self_attn.q");
    EXPECT_THAT(refused(twice).message, HasSubstr("both change"));
    Entries two_names;
    pair(two_names, "blocks.0.self_attn.q");
    two_names["blocks.0.self_attn.q.lora_A.other.weight"] = {{4, 96}};
    EXPECT_THAT(refused(two_names).message, HasSubstr("same part"));
}

TEST_F(LoraKeysTest, OtherAdaptersAreNamed) {
    const auto with = [&](const std::string& key) {
        Entries entries;
        pair(entries, "blocks.0.ffn.0");
        entries[key] = {{96, 1}};
        return refused(entries);
    };
    EXPECT_THAT(with("blocks.0.ffn.0.dora_scale").message, HasSubstr("DoRA"));
    EXPECT_THAT(with("lora_unet_blocks_0_ffn_0.hada_w1_a").message, HasSubstr("LoHa"));
    EXPECT_THAT(with("lora_unet_blocks_0_ffn_0.lokr_w1").message, HasSubstr("LoKr"));
    EXPECT_THAT(with("lora_te1_text_model_encoder_layers_0_mlp_fc1.alpha").message, HasSubstr("text encoder"));
    Entries both;
    pair(both, "transformer.blocks.0.attn1.to_q");
    pair(both, "transformer_2.blocks.0.attn1.to_q");
    const Error error = refused(both);
    EXPECT_EQ(error.code, ErrorCode::kUnsupported);
    EXPECT_THAT(error.message, HasSubstr("both experts"));
}

TEST_F(LoraKeysTest, SummaryTellsNetworkRankAndKind) {
    Entries plain;
    pair(plain, "blocks.29.self_attn.q", 16, 1536);
    pair(plain, "blocks.0.self_attn.k", 8, 1536);
    const LoraSummary summary = lora_summary(read(plain).value());
    EXPECT_EQ(summary.width, 1536);
    EXPECT_EQ(summary.blocks, 30);
    EXPECT_EQ(summary.rank_min, 8);
    EXPECT_EQ(summary.rank_max, 16);
    EXPECT_EQ(summary.kind, LoraKind::kPlain);
    EXPECT_THAT(summary.text, AllOf(HasSubstr("1.3B"), HasSubstr("ranks 8 to 16"), HasSubstr("2 layers")));
    EXPECT_FALSE(summary.has_image_layers);
    pair(plain, "blocks.0.cross_attn.v_img", 8, 1536);
    EXPECT_TRUE(lora_summary(read(plain).value()).has_image_layers);
}

TEST_F(LoraKeysTest, DistilledKindsAreSeenByTheirContent) {
    Entries lightning;
    for (const char* layer : {"self_attn.q", "self_attn.k", "self_attn.v", "self_attn.o", "cross_attn.q",
                              "cross_attn.k", "cross_attn.v", "cross_attn.o", "ffn.0", "ffn.2"}) {
        pair(lightning, std::string("diffusion_model.blocks.0.") + layer, 64);
        lightning[std::string("diffusion_model.blocks.0.") + layer + ".alpha"] = {{}, io::DType::kI64, 8};
    }
    EXPECT_EQ(lora_summary(read(lightning).value()).kind, LoraKind::kStepDistilled);
    for (auto& [name, entry] : lightning) {
        if (name.ends_with(".alpha")) entry.dtype = io::DType::kF32;
    }
    EXPECT_EQ(lora_summary(read(lightning).value()).kind, LoraKind::kPlain);
    Entries extraction;
    pair(extraction, "diffusion_model.blocks.0.self_attn.q", 32);
    extraction["diffusion_model.blocks.0.self_attn.q.diff_b"] = {{96}};
    EXPECT_EQ(lora_summary(read(extraction).value()).kind, LoraKind::kPlain);
    EXPECT_EQ(lora_summary(read(extraction, {{"modelspec.title", "Wan CausVid 4 steps"}}).value()).kind,
              LoraKind::kStepDistilled);
    pair(extraction, "diffusion_model.time_projection.1", 32);
    EXPECT_EQ(lora_summary(read(extraction).value()).kind, LoraKind::kStepDistilled);
}

}  // namespace
}  // namespace studio::checkpoint
