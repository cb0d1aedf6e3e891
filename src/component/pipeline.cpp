#include "component/call.h"
#include "component/components.h"
#include "component/pipeline_options.h"
#include "core/result.h"
#include "core/text.h"
#include "image/still.h"
#include "pipeline/image_fit.h"
#include "pipeline/model_folder.h"
#include "pipeline/model_parts.h"
#include "pipeline/pixels.h"
#include "pipeline/video_pipeline.h"
#include "tensor/guard.h"

namespace studio::component {
namespace {

using pipeline::DenoiseInputs;
using pipeline::ModelKind;
using pipeline::TextEmbeds;
using pipeline::TextInput;
using pipeline::VideoPipeline;

TextInput read_text(const Inputs& inputs, const std::string& name, const std::string& embeds, const std::string& text) {
    TextInput out;
    out.text = text;
    out.embeds = inputs.optional_f32(embeds, {1, kAny, kAny}, "(1, rows, width of the text encoder)");
    if (out.embeds) return out;
    out.ids = inputs.optional_i64(name + "_ids", {1, kAny}, "(1, tokens)");
    if (out.ids) out.mask = inputs.optional_i64(name + "_mask", out.ids->sizes().vec(), "(1, tokens)");
    return out;
}

at::Tensor read_noise(Call& call, const PipelineOptions& plan, const VideoPipeline& engine) {
    const auto& config = engine.parts().dit_config;
    const auto given = call.inputs().optional_f32("noise", {1, config.out_channels, kAny, kAny, kAny},
                                                  "(1, latent channels, frames, height, width)");
    if (given) return *given;
    if (!plan.seed || !plan.height || !plan.width || !plan.num_frames)
        throw Failure(invalid_argument("--inputs", "There is neither a tensor \"noise\" nor a seed with a size.",
                                       "Give \"noise\", or the options seed, height, width and num_frames."));
    const pipeline::VideoShape shape{static_cast<int>(*plan.width), static_cast<int>(*plan.height),
                                     static_cast<int>(*plan.num_frames)};
    return engine.make_noise(shape, static_cast<std::uint64_t>(*plan.seed));
}

/// An image as pixels: the tensor, or the file.
std::optional<Frame> read_picture(Call& call, const PipelineOptions& plan) {
    if (call.inputs().has("image_u8")) {
        const at::Tensor pixels =
            call.inputs().of_type("image_u8", at::kByte, {kAny, kAny, 3}, "(height, width, RGB)").contiguous();
        const auto* bytes = pixels.const_data_ptr<std::uint8_t>();
        return Frame{
            static_cast<int>(pixels.size(1)), static_cast<int>(pixels.size(0)), 0, {bytes, bytes + pixels.numel()}};
    }
    if (!plan.image) return std::nullopt;
    return image::read_still(path_from_utf8(*plan.image)).value().pixels;
}

pipeline::ResizeRule resize_rule(const VideoPipeline& engine) {
    return pipeline::resize_rule(engine.parts().kind, engine.parts().is_turbo);
}

/// The condition as given, or encoded from the image at the size of the noise.
pipeline::ImageCondition read_condition(Call& call, VideoPipeline& engine, const at::Tensor& noise,
                                        const std::optional<Frame>& picture) {
    const auto& vae = engine.parts().vae_config;
    const std::int64_t T = noise.size(2), h = noise.size(3), w = noise.size(4);
    const bool is_first_latent = engine.parts().kind == ModelKind::kTextImageToVideo;
    pipeline::ImageCondition out;
    if (call.inputs().has("condition")) {
        if (is_first_latent)
            out.first_latent = call.inputs().f32("condition", {1, vae.z_dim, 1, h, w}, "(1, latent channels, 1, h, w)");
        else
            out.channels = call.inputs().f32("condition", {1, vae.temporal_stride + vae.z_dim, T, h, w},
                                             "(1, mask and latent channels, frames, h, w)");
        return out;
    }
    const pipeline::VideoShape shape{static_cast<int>(w * vae.spatial_stride), static_cast<int>(h * vae.spatial_stride),
                                     static_cast<int>(1 + (T - 1) * vae.temporal_stride)};
    pipeline::ImageInput input;
    if (const auto given =
            call.inputs().optional_f32("image_m1p1", {1, 3, shape.height, shape.width}, "(1, RGB, H, W)"))
        input.first = *given;
    else if (picture)
        input.first = pipeline::fit_image(*picture, shape, pipeline::ImageFit::kFollow, resize_rule(engine));
    else
        throw Failure(invalid_argument("image",
                                       "Image-to-video needs an image: there is none in the inputs or options.",
                                       "Give a tensor condition, image_m1p1 or image_u8, or the option image."));
    return engine.encode_image(input, shape.num_frames, call.stop);
}

void condition_on_image(Call& call, VideoPipeline& engine, const PipelineOptions& plan, DenoiseInputs& inputs) {
    if (engine.parts().kind == ModelKind::kTextToVideo)
        unsupported("mode", "This transformer makes videos from text only.", "Choose the mode \"t2v\".");
    const auto picture = read_picture(call, plan);
    inputs.image = read_condition(call, engine, inputs.noise, picture);
    call.output("condition", inputs.image.channels ? *inputs.image.channels : *inputs.image.first_latent);
    const auto& dit = engine.parts().dit_config;
    if (!dit.has_image_embedder) return;
    inputs.image.context =
        call.inputs().optional_f32("image_embeds", {kAny, kAny, dit.image_dim}, "(images, tokens, width)");
    if (inputs.image.context) return;
    if (!picture)
        throw Failure(invalid_argument("image_embeds",
                                       "This transformer reads an image encoder's rows: none are given.",
                                       "Give image_embeds, or the image itself as image_u8 or image."));
    inputs.image.context = engine.encode_clip({*picture});
}

void denoise(Call& call, VideoPipeline& engine, const DenoiseInputs& inputs, at::Tensor& latents) {
    std::vector<at::Tensor> steps;
    pipeline::DenoiseHooks hooks;
    hooks.stop = call.stop;
    hooks.on_step = [&](const pipeline::StepInfo& step) { steps.push_back(step.latent.to(at::kCPU, at::kFloat)); };
    const auto done = engine.denoise(inputs, hooks);
    latents = done.latents;
    call.output("sigmas", at::tensor(done.schedule.sigmas, at::kDouble));
    call.output("timesteps", at::tensor(done.schedule.timesteps, at::kDouble), true);
    call.output("latents_per_step", at::stack(steps));
    call.output("latents_final", latents);
}

void decode(Call& call, VideoPipeline& engine, const at::Tensor& latents) {
    std::vector<at::Tensor> frames, pictures;
    engine.decode(
        latents,
        [&](const at::Tensor& part) {
            frames.push_back(part.to(at::kCPU).clone());
            pictures.push_back(pipeline::to_u8(part).to(at::kCPU));
        },
        call.stop);
    call.output("frames", at::cat(frames, 2));
    call.output("frames_u8", at::cat(pictures, 0));
}

}  // namespace

void run_pipeline(Call& call) {
    const PipelineOptions plan = read_pipeline_options(call.options);
    (void)call.model();
    call.begin();
    const TextInput prompt = read_text(call.inputs(), "prompt", "prompt_embeds", plan.prompt);
    const TextInput negative = read_text(call.inputs(), "negative", "negative_embeds", plan.negative_prompt);
    const auto needs_encoder = [](const TextInput& text) { return !text.embeds; };
    const auto needs_tokenizer = [](const TextInput& text) { return !text.embeds && !text.ids; };
    const pipeline::NeededParts needed{
        needs_encoder(prompt) || (plan.is_guided() && needs_encoder(negative)),
        needs_tokenizer(prompt) || (plan.is_guided() && needs_tokenizer(negative)),
        plan.from_image && !call.inputs().has("image_embeds"),
    };
    const auto folder = pipeline::open_model_folder(call.model(), plan.parts).value();
    VideoPipeline engine(pipeline::open_model_parts(folder, needed).value(), call.compute());

    // Stages hold one network at a time, as a generation in little memory does.
    engine.use({.keeps_all = false});

    DenoiseInputs inputs;
    inputs.noise = read_noise(call, plan, engine);
    inputs.guidance = plan.guidance;
    inputs.guidance_2 = plan.guidance_2;
    inputs.boundary = plan.boundary;
    if (!inputs.boundary && engine.parts().has_two_experts()) inputs.boundary = folder.boundary;
    inputs.sampler = plan.sampler;
    inputs.seed = static_cast<std::uint64_t>(plan.seed.value_or(0));
    inputs.prompt = engine.encode_text(prompt, call.stop);
    call.output("prompt_embeds", inputs.prompt.padded());
    if (plan.is_guided()) {
        inputs.negative = engine.encode_text(negative, call.stop);
        call.output("negative_embeds", inputs.negative->padded());
    }
    engine.release_text_encoder();
    if (plan.from_image) {
        condition_on_image(call, engine, plan, inputs);
        engine.release_vae();
        engine.release_image_encoder();
    }
    at::Tensor latents;
    denoise(call, engine, inputs, latents);
    engine.release_transformer();
    decode(call, engine, latents);
}

}  // namespace studio::component
