// Quantised layouts, W8A8, LoRA files and the CLIP tower through their components, against numbers made elsewhere
// (tests/data/golden/README-networks.md).
#include <gtest/gtest.h>

#include "core/json.h"
#include "support/component_run.h"
#include "support/temp_folder.h"
#include "tensor/weights.h"

namespace studio {
namespace {

const std::filesystem::path kData = std::filesystem::path(STUDIO_TEST_DATA) / "golden";
const std::filesystem::path kLayouts = kData / "layouts";

double relative_error(const at::Tensor& got, const at::Tensor& want) {
    if (!got.sizes().equals(want.sizes())) return std::numeric_limits<double>::infinity();
    return got.to(at::kDouble).sub(want).norm().item<double>() / want.to(at::kDouble).norm().item<double>();
}

class QuantisedGolden : public testing::Test {
  protected:
    std::map<std::string, at::Tensor> run(std::vector<std::string> args, const Json& options) {
        const auto out = folder_.path() / "out.safetensors";
        args.insert(args.end(), {"--outputs", out.string(), "--options", options.dump()});
        const auto outcome = test::run_component(args);
        EXPECT_EQ(outcome.code, 0) << outcome.err;
        return outcome.code == 0 ? read_tensors(out) : std::map<std::string, at::Tensor>{};
    }
    at::Tensor dit(const std::filesystem::path& model, Json options) {
        options["prefix"] = "in.";
        const auto io = kLayouts / "diffusers_sharded.io.safetensors";
        const auto out = run({"dit", "--model", model.string(), "--inputs", io.string()}, options);
        return out.contains("output") ? out.at("output") : at::zeros({1});
    }
    test::TempFolder folder_;
};

TEST_F(QuantisedGolden, EveryLayoutComputesItsNetwork) {
    const auto want = read_tensors(kLayouts / "outputs.safetensors");
    int cases = 0;
    for (const auto& [key, output] : want) {
        if (!key.starts_with("out.")) continue;
        const std::string file = key.substr(4);
        Json options = Json::object();
        if (file.starts_with("turbodiffusion/")) options = {{"attention", "sla"}, {"sla_topk", 0.3}};
        const double bound = file.find("quant") == file.npos ? 2e-5 : 1e-4;
        EXPECT_LE(relative_error(dit(kLayouts / file, options), output), bound) << file;
        ++cases;
    }
    EXPECT_EQ(cases, 5);
}

TEST_F(QuantisedGolden, QuantisedActivationsFollowTheOriginal) {
    const auto want = read_tensors(kLayouts / "outputs.safetensors");
    const std::string file = "turbodiffusion/sla-quant.pth";
    const Json options{{"attention", "sla"}, {"sla_topk", 0.3}, {"quantize_activations", true}};
    const at::Tensor got = dit(kLayouts / file, options);
    // The stated tolerance is 1e-2; the rounding points are known, so that rounding flips are all that may differ.
    EXPECT_LE(relative_error(got, want.at("out_w8a8." + file)), 1e-3);
    EXPECT_GE(relative_error(got, want.at("out." + file)), 2e-3);
}

TEST_F(QuantisedGolden, Int8LinearEqualsTheStoredNumbers) {
    const auto io = kData / "w8a8.safetensors";
    const auto want = read_tensors(io);
    for (const bool quantize : {false, true}) {
        const auto got =
            run({"linear-w8a8", "--inputs", io.string()}, {{"prefix", "w8_2."}, {"quantize_weight", quantize}});
        for (const char* name : {"x_int8", "x_scale", "y_bf16"}) {
            ASSERT_TRUE(got.contains(name)) << name;
            EXPECT_TRUE(at::equal(got.at(name), want.at(std::string("w8_2.") + name))) << name;
        }
        EXPECT_LE(relative_error(got.at("acc_f32"), want.at("w8_2.acc_f32")), 1e-6);
        EXPECT_EQ(got.contains("int8_weight"), quantize);
        if (!quantize) continue;
        EXPECT_TRUE(at::equal(got.at("int8_weight"), want.at("w8_2.int8_weight")));
        EXPECT_TRUE(at::equal(got.at("scale"), want.at("w8_2.scale")));
    }
    const auto hand = run({"linear-w8a8", "--inputs", io.string()}, {{"prefix", "w8_hand."}});
    EXPECT_TRUE(at::equal(hand.at("x_int8"), want.at("w8_hand.x_int8")));
    EXPECT_EQ(hand.size(), 2U);
}

TEST_F(QuantisedGolden, EveryLoraNamingGivesItsNumbers) {
    const auto want = read_tensors(kData / "lora/expected.safetensors");
    int cases = 0;
    for (const auto& [key, output] : want) {
        const auto at = key.rfind('@');
        if (at == key.npos) continue;
        const auto file = (kData / "lora" / key.substr(0, at)).string();
        const Json lora{{"path", file}, {"strength", key.substr(at + 1) == "1" ? 1.0 : 0.6}};
        const at::Tensor got = dit(kLayouts / "diffusers_sharded/transformer", {{"lora", Json::array({lora})}});
        EXPECT_LE(relative_error(got, output), 3e-5) << key;
        ++cases;
    }
    EXPECT_EQ(cases, 10);
}

TEST_F(QuantisedGolden, BrokenLorasAreNamed) {
    for (const char* name : {"bad_unmatched_key", "bad_rank_mismatch", "bad_missing_up"}) {
        const auto file = (kData / "lora" / (std::string(name) + ".safetensors")).string();
        const Json options{{"prefix", "in."}, {"lora", Json::array({{{"path", file}}})}};
        const auto outcome = test::run_component(
            {"dit", "--model", (kLayouts / "diffusers_sharded/transformer").string(), "--inputs",
             (kLayouts / "diffusers_sharded.io.safetensors").string(), "--options", options.dump(), "--json-errors"});
        EXPECT_EQ(outcome.code, 3) << name;
        EXPECT_EQ(outcome.field("file"), file);
        EXPECT_FALSE(outcome.field("field").empty());
        EXPECT_FALSE(outcome.field("fix").empty());
    }
}

TEST_F(QuantisedGolden, ClipTowerFromBothNamings) {
    const auto folder = kLayouts / "clip", io = folder / "io.safetensors";
    const auto want = read_tensors(io);
    for (const char* file : {"weights_hf.safetensors", "tower.pth"}) {
        const auto got =
            run({"clip", "--model", (folder / file).string(), "--inputs", io.string()}, {{"image", "image_u8"}});
        ASSERT_TRUE(got.contains("features")) << file;
        EXPECT_LE((got.at("pixel_values") - want.at("pixel_values_official")).abs().max().item<double>(), 2e-5) << file;
        EXPECT_LE(relative_error(got.at("features"), want.at("features_official")), 2e-5) << file;
        EXPECT_LE(relative_error(got.at("last"), want.at("last_official")), 2e-5) << file;
        const auto again = run({"clip", "--model", (folder / file).string(), "--inputs", io.string()},
                               {{"pixel_values", "pixel_values_official"}});
        EXPECT_LE(relative_error(again.at("features"), want.at("features_official")), 2e-5) << file;
    }
}

TEST_F(QuantisedGolden, ClipTakesOneImage) {
    const auto model = (kLayouts / "clip/weights_hf.safetensors").string(),
               io = (kLayouts / "clip/io.safetensors").string();
    const auto code = [&](const Json& options) {
        return test::run_component({"clip", "--model", model, "--inputs", io, "--options", options.dump()}).code;
    };
    EXPECT_EQ(code({{"image", "image_u8"}, {"pixel_values", "pixel_values_official"}}), 2);
    EXPECT_EQ(code({{"image", "none"}}), 3);
    EXPECT_EQ(code({{"image", "pixel_values_official"}}), 3);
    EXPECT_EQ(code({{"pixel_values", "image_u8"}}), 3);
    EXPECT_EQ(code({{"path", "/nowhere/image.png"}}), 3);
    EXPECT_EQ(test::run_component({"clip", "--model", model}).code, 2);
}

}  // namespace
}  // namespace studio
