// All stages of a tiny text-to-video model against diffusers' WanPipeline (tests/data/golden/pipelines/t2v; tolerances
// from its params.json). `component pipeline` is held to the same numbers in golden/component.
#include <gtest/gtest.h>

#include "core/json.h"
#include "pipeline/pixels.h"
#include "pipeline/video_pipeline.h"
#include "tensor/weights.h"

namespace studio::pipeline {
namespace {

const std::filesystem::path kModel = std::filesystem::path(STUDIO_TEST_DATA) / "golden/pipelines/t2v";

double relative_error(const at::Tensor& got, const at::Tensor& want) {
    if (!got.sizes().equals(want.sizes())) return std::numeric_limits<double>::infinity();
    return got.to(at::kDouble).sub(want).norm().item<double>() / want.to(at::kDouble).norm().item<double>();
}

class T2vGolden : public testing::TestWithParam<const char*> {
  protected:
    at::Tensor want(const std::string& name) const { return io_.at(std::string(GetParam()) + "." + name); }
    TextEmbeds encode(const std::string& which) {
        TextInput input;
        input.ids = io_.at(which + "_ids");
        input.mask = io_.at(which + "_mask");
        TextEmbeds embeds = pipeline_.encode_text(input);
        EXPECT_LE(relative_error(embeds.padded(), io_.at(which + "_embeds")), 2e-5);
        return embeds;
    }

    c10::InferenceMode mode_;
    std::map<std::string, at::Tensor> io_ = read_tensors(kModel / "io.safetensors");
    Json params_ = read_json_file(kModel / "params.json").value();
    VideoPipeline pipeline_{open_model_parts(open_model_folder(kModel).value()).value(), Compute{}};
};

TEST_P(T2vGolden, EveryStageAgrees) {
    DenoiseInputs in;
    in.noise = io_.at("noise");
    in.prompt = encode("prompt");
    in.negative = encode("negative");
    in.guidance = params_["guidance"][GetParam()].get<double>();
    in.sampler.kind = SamplerKind::kUnipcDiffusers;
    in.sampler.steps = params_["steps"].get<int>();
    in.sampler.shift = params_["flow_shift"].get<double>();
    std::vector<at::Tensor> per_step;
    DenoiseHooks hooks;
    hooks.on_step = [&](const StepInfo& step) { per_step.push_back(step.latent.to(at::kFloat).clone()); };
    const Denoised denoised = pipeline_.denoise(in, hooks);
    EXPECT_LE(relative_error(at::stack(per_step), want("latents_per_step")), 2e-4);
    EXPECT_LE(relative_error(denoised.latents, want("latents_final")), 2e-4);

    std::vector<at::Tensor> chunks;
    pipeline_.decode(denoised.latents, [&](const at::Tensor& frames) { chunks.push_back(frames.clone()); });
    const at::Tensor frames = at::cat(chunks, 2);
    if (io_.contains(std::string(GetParam()) + ".frames")) {
        EXPECT_LE(relative_error(frames, want("frames")), 5e-4);
    }
    const at::Tensor off = to_u8(frames).to(at::kInt).sub(want("frames_u8_round")).abs();
    EXPECT_LE(off.gt(1).to(at::kFloat).mean().item<double>(), 0.005);
}

INSTANTIATE_TEST_SUITE_P(Tags, T2vGolden, testing::Values("cfg1", "cfgN"));

}  // namespace
}  // namespace studio::pipeline
