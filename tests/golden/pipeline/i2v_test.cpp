// Image-to-video against diffusers' WanImageToVideoPipeline: two experts (A14B) and the clean first latent (5B). Text
// embeddings and VAE 2.1 are those of the t2v golden.
#include <gtest/gtest.h>

#include "core/json.h"
#include "pipeline/video_pipeline.h"
#include "tensor/weights.h"

namespace studio::pipeline {
namespace {

const std::filesystem::path kGolden = std::filesystem::path(STUDIO_TEST_DATA) / "golden";

double relative_error(const at::Tensor& got, const at::Tensor& want) {
    if (!got.sizes().equals(want.sizes())) return std::numeric_limits<double>::infinity();
    return got.to(at::kDouble).sub(want).norm().item<double>() / want.to(at::kDouble).norm().item<double>();
}

class I2vGolden : public testing::Test {
  protected:
    void open(const std::string& name, const std::filesystem::path& vae) {
        const auto root = kGolden / "pipelines" / name;
        io_ = read_tensors(root / "io.safetensors");
        params_ = read_json_file(root / "params.json").value();
        PartPaths parts;
        parts.vae = vae;
        NeededParts needed;
        needed.text_encoder = needed.tokenizer = false;
        pipeline_ = std::make_unique<VideoPipeline>(
            open_model_parts(open_model_folder(root, parts).value(), needed).value(), Compute{});
    }
    DenoiseInputs inputs() {
        const auto text = read_tensors(kGolden / "pipelines/t2v/io.safetensors");
        const auto embeds = [&](const char* name) {
            TextInput input;
            input.embeds = text.at(name);
            return pipeline_->encode_text(input);
        };
        DenoiseInputs in;
        in.noise = io_.at("noise");
        in.prompt = embeds("prompt_embeds");
        in.negative = embeds("negative_embeds");
        in.sampler.kind = SamplerKind::kUnipcDiffusers;
        in.sampler.steps = params_["steps"].get<int>();
        in.sampler.shift = params_["flow_shift"].get<double>();
        return in;
    }
    void expect_golden(const DenoiseInputs& in) {
        std::vector<at::Tensor> per_step;
        DenoiseHooks hooks;
        hooks.on_step = [&](const StepInfo& step) { per_step.push_back(step.latent.to(at::kFloat).clone()); };
        const Denoised denoised = pipeline_->denoise(in, hooks);
        EXPECT_LE(relative_error(at::stack(per_step), io_.at("run.latents_per_step")), 2e-4);
        EXPECT_LE(relative_error(denoised.latents, io_.at("run.latents_final")), 2e-4);
    }

    c10::InferenceMode mode_;
    std::map<std::string, at::Tensor> io_;
    Json params_;
    std::unique_ptr<VideoPipeline> pipeline_;
};

TEST_F(I2vGolden, TwoExpertsEachWithItsGuidance) {
    open("i2v22_a14b", kGolden / "pipelines/t2v/vae");
    ASSERT_EQ(pipeline_->parts().kind, ModelKind::kImageToVideo);
    ASSERT_TRUE(pipeline_->parts().has_two_experts());
    const ImageCondition condition = pipeline_->encode_image({io_.at("image_m1p1"), {}}, 5);
    EXPECT_LE(relative_error(*condition.channels, io_.at("condition")), 5e-5);
    EXPECT_FALSE(condition.first_latent);
    DenoiseInputs in = inputs();
    in.image = condition;
    in.guidance = params_["guidance_high"].get<double>();
    in.guidance_2 = params_["guidance_low"].get<double>();
    in.boundary = params_["boundary_ratio"].get<double>();
    expect_golden(in);
    pipeline_->use({.keeps_all = false});
    expect_golden(in);
}

TEST_F(I2vGolden, RefusesWhatDoesNotGoTogether) {
    open("i2v22_a14b", kGolden / "pipelines/t2v/vae");
    DenoiseInputs good = inputs();
    good.image.channels = io_.at("condition");
    good.boundary = 0.9;
    const auto refused = [&](const DenoiseInputs& in, const char* field) {
        try {
            pipeline_->denoise(in);
            ADD_FAILURE() << field << " was taken";
        } catch (const Failure& failure) {
            EXPECT_EQ(failure.error().code, ErrorCode::kInvalidArgument);
            EXPECT_EQ(failure.error().field, field) << failure.error().message;
            EXPECT_FALSE(failure.error().fix.empty());
        }
    };
    DenoiseInputs in = good;
    in.boundary.reset();
    refused(in, "boundary");
    in = good;
    in.image.channels.reset();
    refused(in, "condition");
    in.image.channels = io_.at("condition").slice(2, 0, 1);
    refused(in, "condition");
    in = good;
    in.guidance_2 = 3;
    in.negative.reset();
    refused(in, "guidance_2");
    EXPECT_THROW(pipeline_->encode_image({at::zeros({1, 3, 30, 48}), {}}, 5), Failure);
    EXPECT_THROW(pipeline_->encode_image({io_.at("image_m1p1"), at::zeros({1, 3, 32, 32})}, 5), Failure);
    open("ti2v5b_i2v", kGolden / "vae/v22/weights.safetensors");
    DenoiseInputs one = inputs();
    one.image.first_latent = io_.at("condition");
    one.boundary = 0.9;
    refused(one, "boundary");
    one.boundary.reset();
    one.guidance_2 = 2;
    refused(one, "guidance_2");
    one.guidance_2.reset();
    one.image.first_latent = at::zeros({1, 48, 2, 4, 4});
    refused(one, "condition");
}

TEST_F(I2vGolden, TheFirstLatentStaysClean) {
    open("ti2v5b_i2v", kGolden / "vae/v22/weights.safetensors");
    ASSERT_EQ(pipeline_->parts().kind, ModelKind::kTextImageToVideo);
    DenoiseInputs in = inputs();
    in.image.first_latent = io_.at("condition");
    in.guidance = params_["guidance"].get<double>();
    expect_golden(in);
    const Denoised denoised = pipeline_->denoise(in);
    EXPECT_TRUE(at::equal(denoised.latents.slice(2, 0, 1), io_.at("condition")));
}

}  // namespace
}  // namespace studio::pipeline
