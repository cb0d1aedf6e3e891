#include "model/lora_set.h"

#include <fstream>

#include "random_dit.h"
#include "tensor/w8a8.h"

namespace studio {
namespace {

using test::Tensors;

constexpr double kBound = 3e-6;

/// The network with changes merged by the definition.
class Lora : public ::testing::Test {
  protected:
    void add(const std::string& tensor, const at::Tensor& change) {
        merged_[tensor] = merged_.at(tensor) + change.view(merged_.at(tensor).sizes());
    }
    at::Tensor low_rank(const at::Tensor& up, const at::Tensor& down) const {
        return at::matmul(up.flatten(1).to(at::kDouble), down.flatten(1).to(at::kDouble)).to(at::kFloat);
    }
    std::filesystem::path lora(const Tensors& tensors, const std::map<std::string, std::string>& metadata = {}) {
        const auto path = files_.next("{}") / "lora.safetensors";
        std::filesystem::remove(path.parent_path() / "config.json");
        write_tensors(path, tensors, metadata);
        return path;
    }
    DitOptions with(std::vector<LoraChoice> loras) const {
        DitOptions options;
        options.loras = std::move(loras);
        return options;
    }
    Error failure(const Tensors& tensors, const std::filesystem::path& base) {
        const auto path = lora(tensors);
        const Error error = test::failure_of([&] { test::forward(base, with({{path, 1}})); });
        EXPECT_EQ(error.file, path.string());
        return error;
    }
    at::Tensor up(std::int64_t out, std::int64_t rank = 4) { return random_.normal({out, rank}, 0.3); }
    at::Tensor down(std::int64_t in, std::int64_t rank = 4) { return random_.normal({rank, in}, 0.3); }

    test::RandomDit dit_;
    test::ModelFiles files_;
    Tensors merged_ = dit_.tensors;
    std::filesystem::path base_ = files_.write(dit_.tensors, dit_.config());
    at::Tensor original_ = test::forward(base_);
    test::Randomness random_{5};
};

TEST_F(Lora, EveryNamingMeansTheSameLayer) {
    const at::Tensor b = up(192), a = down(192);
    add("blocks.1.self_attn.q.weight", low_rank(b, a));
    const at::Tensor want = test::forward(files_.write(merged_, dit_.config()));
    EXPECT_GT(test::relative_error(want, original_), 1e-3);
    const std::vector<std::pair<std::string, std::string>> namings{
        {"blocks.1.self_attn.q.lora_A.weight", "blocks.1.self_attn.q.lora_B.weight"},
        {"diffusion_model.blocks.1.self_attn.q.lora_A.weight", "diffusion_model.blocks.1.self_attn.q.lora_B.weight"},
        {"diffusion_model.blocks.1.self_attn.q.lora_down.weight",
         "diffusion_model.blocks.1.self_attn.q.lora_up.weight"},
        {"transformer.blocks.1.attn1.to_q.lora_A.weight", "transformer.blocks.1.attn1.to_q.lora_B.weight"},
        {"transformer_2.blocks.1.attn1.to_q.lora_A.weight", "transformer_2.blocks.1.attn1.to_q.lora_B.weight"},
        {"base_model.model.blocks.1.self_attn.q.lora_A.default.weight",
         "base_model.model.blocks.1.self_attn.q.lora_B.default.weight"},
        {"lora_unet_blocks_1_self_attn_q.lora_down.weight", "lora_unet_blocks_1_self_attn_q.lora_up.weight"},
        {"lora_unet_blocks_1_attn1_to_q.lora_down.weight", "lora_unet_blocks_1_attn1_to_q.lora_up.weight"},
        {"blocks.1.attn1.processor.to_q_lora.down.weight", "blocks.1.attn1.processor.to_q_lora.up.weight"},
        {"model.blocks.1.self_attn.q.lora_A", "model.blocks.1.self_attn.q.lora_B"},
    };
    for (const auto& [name_a, name_b] : namings) {
        const auto file = lora({{name_a, a}, {name_b, b}});
        EXPECT_LE(test::relative_error(test::forward(base_, with({{file, 1}})), want), kBound) << name_a;
    }
}

TEST_F(Lora, LayersOutsideTheBlocksAndTheNormTrap) {
    const Tensors file{{"transformer.blocks.0.norm2.diff", random_.normal({192}, 0.2)},
                       {"transformer.proj_out.lora_A.weight", down(192)},
                       {"transformer.proj_out.lora_B.weight", up(64)},
                       {"transformer.condition_embedder.time_proj.lora_A.weight", down(192)},
                       {"transformer.condition_embedder.time_proj.lora_B.weight", up(6 * 192)},
                       {"transformer.blocks.1.attn2.to_out.0.lora_A.weight", down(192)},
                       {"transformer.blocks.1.attn2.to_out.0.lora_B.weight", up(192)},
                       {"transformer.blocks.1.ffn.net.0.proj.lora_A.weight", down(192, 7)},
                       {"transformer.blocks.1.ffn.net.0.proj.lora_B.weight", up(320, 7)}};
    const auto merged = [&](const char* tensor, const std::string& key) {
        add(tensor, low_rank(file.at(key + ".lora_B.weight"), file.at(key + ".lora_A.weight")));
    };
    add("blocks.0.norm3.weight", file.at("transformer.blocks.0.norm2.diff"));
    merged("head.head.weight", "transformer.proj_out");
    merged("time_projection.1.weight", "transformer.condition_embedder.time_proj");
    merged("blocks.1.cross_attn.o.weight", "transformer.blocks.1.attn2.to_out.0");
    merged("blocks.1.ffn.0.weight", "transformer.blocks.1.ffn.net.0.proj");
    const at::Tensor want = test::forward(files_.write(merged_, dit_.config()));
    EXPECT_LE(test::relative_error(test::forward(base_, with({{lora(file), 1}})), want), kBound);
}

// alpha / rank scales the product, the strength scales everything, differences know no alpha.
TEST_F(Lora, AlphaAndStrength) {
    const std::string at = "diffusion_model.blocks.0.";
    const Tensors file{{at + "ffn.2.lora_down.weight", down(320)},
                       {at + "ffn.2.lora_up.weight", up(192)},
                       {at + "ffn.2.alpha", at::scalar_tensor(8, at::kLong)},
                       {at + "self_attn.k.lora_down.weight", down(192)},
                       {at + "self_attn.k.lora_up.weight", up(192)},
                       {at + "self_attn.k.alpha", at::full({1}, 1.0F)},
                       {at + "self_attn.k.diff_b", random_.normal({192}, 0.3)},
                       {at + "diff_m", random_.normal({1, 6, 192}, 0.3)},
                       {"diffusion_model.patch_embedding.diff", random_.normal({192, 16, 1, 2, 2}, 0.1)}};
    const double strength = -0.4;
    const auto product = [&](const std::string& key) {
        return low_rank(file.at(key + ".lora_up.weight"), file.at(key + ".lora_down.weight"));
    };
    add("blocks.0.ffn.2.weight", product(at + "ffn.2") * (strength * 2));
    add("blocks.0.self_attn.k.weight", product(at + "self_attn.k") * (strength * 0.25));
    add("blocks.0.self_attn.k.bias", file.at(at + "self_attn.k.diff_b") * strength);
    add("blocks.0.modulation", file.at(at + "diff_m") * strength);
    add("patch_embedding.weight", file.at("diffusion_model.patch_embedding.diff") * strength);
    const at::Tensor want = test::forward(files_.write(merged_, dit_.config()));
    EXPECT_LE(test::relative_error(test::forward(base_, with({{lora(file), strength}})), want), kBound);
}

TEST_F(Lora, AlphaOfPeftComesFromItsMetadata) {
    const Tensors file{{"transformer.blocks.0.attn1.to_v.lora_A.weight", down(192)},
                       {"transformer.blocks.0.attn1.to_v.lora_B.weight", up(192)}};
    add("blocks.0.self_attn.v.weight", low_rank(file.at("transformer.blocks.0.attn1.to_v.lora_B.weight"),
                                                file.at("transformer.blocks.0.attn1.to_v.lora_A.weight")) *
                                           3);
    const at::Tensor want = test::forward(files_.write(merged_, dit_.config()));
    const std::map<std::string, std::string> metadata{
        {"lora_adapter_metadata", R"({"transformer.r": 4, "transformer.lora_alpha": 12})"}};
    EXPECT_LE(test::relative_error(test::forward(base_, with({{lora(file, metadata), 1}})), want), kBound);
}

TEST_F(Lora, SeveralAddUp) {
    const Tensors first{{"blocks.0.ffn.0.lora_A.weight", down(192)}, {"blocks.0.ffn.0.lora_B.weight", up(320)}};
    const Tensors second{{"blocks.0.ffn.0.lora_A.weight", down(192, 2)}, {"blocks.0.ffn.0.lora_B.weight", up(320, 2)}};
    const auto product = [&](const Tensors& t) {
        return low_rank(t.at("blocks.0.ffn.0.lora_B.weight"), t.at("blocks.0.ffn.0.lora_A.weight"));
    };
    add("blocks.0.ffn.0.weight", product(first) * 0.5 + product(second) * 2);
    const at::Tensor want = test::forward(files_.write(merged_, dit_.config()));
    const at::Tensor got = test::forward(base_, with({{lora(first), 0.5}, {lora(second), 2}}));
    EXPECT_LE(test::relative_error(got, want), kBound);
}

TEST_F(Lora, RemovingGivesBackEveryBit) {
    const std::string before = test::read_file(base_);
    const auto file = lora({{"blocks.0.ffn.0.lora_A.weight", down(192)},
                            {"blocks.0.ffn.0.lora_B.weight", up(320)},
                            {"blocks.1.norm3.diff_b", random_.normal({192}, 1)}});
    const auto recognised = checkpoint::open_as(base_, checkpoint::Role::kDit).value();
    const test::ForwardInputs in;
    const auto run = [&](const DitOptions& options) {
        const auto dit = WanDit::load(recognised, Compute{}, options);
        return dit->forward(in.latent, in.time, *dit->prepare(in.text));
    };
    EXPECT_GT(test::relative_error(run(with({{file, 1}})), original_), 1e-3);
    EXPECT_TRUE(at::equal(run({}), original_));
    EXPECT_TRUE(at::equal(run(with({{file, 0}})), original_));
    EXPECT_EQ(test::read_file(base_), before);
}

TEST_F(Lora, QuantisedWeightsKeepTheirBytes) {
    Tensors stored = dit_.tensors;
    for (const std::string& name : dit_.block_linears()) {
        const Int8Tiles tiles = ops::quantize_tiles(stored.at(name + ".weight"));
        stored.erase(name + ".weight");
        stored[name + ".int8_weight"] = tiles.values;
        stored[name + ".scale"] = tiles.scale;
        const at::Tensor factor = tiles.scale.repeat_interleave(128, 0).repeat_interleave(128, 1);
        at::Tensor& dense = merged_.at(name + ".weight");
        dense = tiles.values.to(at::kFloat) * factor.slice(0, 0, dense.size(0)).slice(1, 0, dense.size(1));
    }
    const auto base = files_.write(stored, dit_.config());
    const Tensors file{{"blocks.0.self_attn.q.lora_A.weight", down(192)},
                       {"blocks.0.self_attn.q.lora_B.weight", up(192)},
                       {"blocks.1.ffn.2.diff", random_.normal({192, 320}, 0.02)},
                       {"blocks.1.ffn.2.diff_b", random_.normal({192}, 0.2)}};
    add("blocks.0.self_attn.q.weight",
        low_rank(file.at("blocks.0.self_attn.q.lora_B.weight"), file.at("blocks.0.self_attn.q.lora_A.weight")) * 0.7);
    add("blocks.1.ffn.2.weight", file.at("blocks.1.ffn.2.diff") * 0.7);
    add("blocks.1.ffn.2.bias", file.at("blocks.1.ffn.2.diff_b") * 0.7);
    const at::Tensor want = test::forward(files_.write(merged_, dit_.config()));
    EXPECT_LE(test::relative_error(test::forward(base, with({{lora(file), 0.7}})), want), kBound);
}

TEST_F(Lora, NamesFileAndKeyOfWhatDoesNotFit) {
    const Error unknown =
        failure({{"blocks.9.ffn.0.lora_A.weight", down(192)}, {"blocks.9.ffn.0.lora_B.weight", up(320)}}, base_);
    EXPECT_EQ(unknown.code, ErrorCode::kUnsupported);
    EXPECT_EQ(unknown.field, "blocks.9.ffn.0.lora_A.weight");
    const Error wide =
        failure({{"blocks.0.ffn.0.lora_A.weight", down(256)}, {"blocks.0.ffn.0.lora_B.weight", up(320)}}, base_);
    EXPECT_NE(wide.message.find("[320, 256]"), std::string::npos) << wide.message;
    EXPECT_NE(wide.message.find("[320, 192]"), std::string::npos) << wide.message;
    const Error image = failure(
        {{"blocks.0.cross_attn.k_img.lora_A.weight", down(192)}, {"blocks.0.cross_attn.k_img.lora_B.weight", up(192)}},
        base_);
    EXPECT_NE(image.message.find("image"), std::string::npos) << image.message;
    const Error broken = failure(
        {{"blocks.0.ffn.0.lora_A.weight", down(192).fill_(NAN)}, {"blocks.0.ffn.0.lora_B.weight", up(320)}}, base_);
    EXPECT_EQ(broken.code, ErrorCode::kCorruptFile);
    EXPECT_EQ(test::failure_of([&] {
                  test::forward(base_, with({{base_.parent_path() / "none", 1}}));
              }).code,
              ErrorCode::kNotFound);
    const auto good = lora({{"blocks.0.ffn.0.lora_A.weight", down(192)}, {"blocks.0.ffn.0.lora_B.weight", up(320)}});
    EXPECT_EQ(test::failure_of([&] { test::forward(base_, with({{good, NAN}})); }).field, "lora");
    // The base given as a LoRA.
    EXPECT_EQ(test::failure_of([&] { test::forward(base_, with({{base_, 1}})); }).file, base_.string());
}

}  // namespace
}  // namespace studio
