// `component pipeline` on a whole tiny model, against diffusers' WanPipeline: embeddings, latents of every step,
// frames.
#include <gtest/gtest.h>

#include "core/json.h"
#include "support/component_run.h"
#include "support/temp_folder.h"
#include "tensor/weights.h"

namespace studio {
namespace {

using Tensors = std::map<std::string, at::Tensor>;

const std::filesystem::path kModel = std::filesystem::path(STUDIO_TEST_DATA) / "golden/pipelines/t2v";

double relative_error(const at::Tensor& got, const at::Tensor& want) {
    if (!got.sizes().equals(want.sizes())) return std::numeric_limits<double>::infinity();
    return got.to(at::kDouble).sub(want).norm().item<double>() / want.to(at::kDouble).norm().item<double>();
}

class ComponentPipeline : public testing::Test {
  protected:
    ComponentPipeline()
        : io_(read_tensors(kModel / "io.safetensors")), params_(read_json_file(kModel / "params.json").value()) {}

    Json options(const std::string& tag) const {
        return {{"mode", "t2v"},
                {"steps", params_.at("steps")},
                {"shift", params_.at("flow_shift")},
                {"guidance", params_.at("guidance").at(tag)},
                {"sampler", "unipc_diffusers"}};
    }
    std::vector<std::string> command(const Json& options, const Tensors& inputs) const {
        const auto in = folder_.path() / "in.safetensors";
        write_tensors(in, inputs);
        return {"pipeline",  "--model",      kModel.string(), "--inputs",  in.string(),
                "--options", options.dump(), "--json-errors", "--outputs", out().string()};
    }
    std::filesystem::path out() const { return folder_.path() / "out.safetensors"; }
    Tensors run(const Json& options, const Tensors& inputs) const {
        const auto outcome = test::run_component(command(options, inputs));
        EXPECT_EQ(outcome.code, 0) << outcome.err;
        return outcome.code == 0 ? read_tensors(out()) : Tensors{};
    }
    void expect_run(const Tensors& got, const std::string& tag) const {
        ASSERT_TRUE(got.contains("frames_u8"));
        const auto want = [&](const char* name) { return io_.at(tag + "." + name); };
        EXPECT_LE(got.at("sigmas").sub(want("sigmas")).abs().max().item<double>(), 1e-6);
        EXPECT_TRUE(at::equal(got.at("timesteps"), want("timesteps")));
        EXPECT_LE(relative_error(got.at("latents_per_step"), want("latents_per_step")), 2e-4);
        EXPECT_LE(relative_error(got.at("latents_final"), want("latents_final")), 2e-4);
        if (io_.contains(tag + ".frames")) {
            EXPECT_LE(relative_error(got.at("frames"), want("frames")), 5e-4);
        }
        const auto far =
            got.at("frames_u8").to(at::kInt).sub(want("frames_u8_round")).abs().gt(1).to(at::kFloat).mean();
        EXPECT_LE(far.item<double>(), 0.005);
    }

    test::TempFolder folder_;
    Tensors io_;
    Json params_;
};

TEST_F(ComponentPipeline, FromEmbeddingsWithAndWithoutGuidance) {
    for (const std::string tag : {"cfg1", "cfgN"}) {
        const auto got = run(options(tag), {{"noise", io_.at("noise")},
                                            {"prompt_embeds", io_.at("prompt_embeds")},
                                            {"negative_embeds", io_.at("negative_embeds")}});
        expect_run(got, tag);
        EXPECT_EQ(got.contains("negative_embeds"), tag == "cfgN");
    }
}

TEST_F(ComponentPipeline, FromIds) {
    Tensors inputs{{"noise", io_.at("noise")}};
    for (const char* name : {"prompt_ids", "prompt_mask", "negative_ids", "negative_mask"})
        inputs[name] = io_.at(name);
    const auto got = run(options("cfgN"), inputs);
    expect_run(got, "cfgN");
    EXPECT_LE(relative_error(got.at("prompt_embeds"), io_.at("prompt_embeds")), 2e-5);
    EXPECT_LE(relative_error(got.at("negative_embeds"), io_.at("negative_embeds")), 2e-5);
}

TEST_F(ComponentPipeline, ASeedGivesTheSameFramesAgain) {
    Json wanted{{"mode", "t2v"}, {"steps", 2},   {"shift", 5},  {"guidance", 1},   {"sampler", "rcm"},
                {"seed", 7},     {"height", 32}, {"width", 48}, {"num_frames", 5}, {"prompt", "a red fox"}};
    const Tensors nothing{{"unused", at::zeros({1})}};
    const auto first = run(wanted, nothing);
    ASSERT_TRUE(first.contains("frames_u8"));
    EXPECT_EQ(first.at("frames_u8").sizes(), (std::vector<std::int64_t>{5, 32, 48, 3}));
    const at::Tensor kept = first.at("frames_u8").clone();
    EXPECT_TRUE(at::equal(run(wanted, nothing).at("frames_u8"), kept));
    wanted["seed"] = 8;
    EXPECT_FALSE(at::equal(run(wanted, nothing).at("frames_u8"), kept));
}

TEST_F(ComponentPipeline, RefusesWhatDoesNotFit) {
    const auto refused = [&](const Json& options, const Tensors& inputs, int code, const std::string& field) {
        const auto outcome = test::run_component(command(options, inputs));
        EXPECT_EQ(outcome.code, code) << outcome.err;
        EXPECT_EQ(outcome.field("field"), field) << outcome.err;
        EXPECT_FALSE(std::filesystem::exists(out()));
    };
    const Tensors good{{"noise", io_.at("noise")}, {"prompt_embeds", io_.at("prompt_embeds")}};
    refused(options("cfg1"), {{"noise", io_.at("noise").narrow(1, 0, 8)}, {"prompt_embeds", io_.at("prompt_embeds")}},
            3, "noise");
    Json bad = options("cfg1");
    bad["guidence"] = 2;
    refused(bad, good, 2, "guidence");
    bad = options("cfg1");
    bad["parts"] = {{"vea", "x"}};
    refused(bad, good, 2, "parts.vea");
    bad = options("cfg1");
    bad.erase("mode");
    refused(bad, good, 2, "mode");
    bad = options("cfg1");
    bad["mode"] = "i2v";
    refused(bad, good, 3, "mode");
    refused(options("cfg1"), {{"prompt_embeds", io_.at("prompt_embeds")}}, 2, "--inputs");  // no noise and no seed
    Json sized = options("cfg1");
    sized.update({{"seed", 1}, {"height", 33}, {"width", 48}, {"num_frames", 5}});
    refused(sized, {{"prompt_embeds", io_.at("prompt_embeds")}}, 2, "height");
}

TEST_F(ComponentPipeline, PartsReplaceFolders) {
    Json swapped = options("cfg1");
    swapped["parts"] = {{"vae", (kModel / "vae").string()}, {"text_encoder", "/nowhere/at/all"}};
    const Tensors inputs{{"noise", io_.at("noise")}, {"prompt_embeds", io_.at("prompt_embeds")}};
    expect_run(run(swapped, inputs), "cfg1");  // embeddings are given: the encoder is not needed
    swapped["parts"] = {{"vae", (kModel / "transformer").string()}};
    const auto outcome = test::run_component(command(swapped, inputs));
    EXPECT_EQ(outcome.code, 3);
    EXPECT_NE(outcome.field("file").find("transformer"), std::string::npos) << outcome.err;
}

}  // namespace
}  // namespace studio
