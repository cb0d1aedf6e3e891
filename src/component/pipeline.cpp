#include "component/call.h"
#include "component/components.h"
#include "core/result.h"
#include "core/text.h"
#include "pipeline/model_folder.h"
#include "pipeline/model_parts.h"
#include "pipeline/pixels.h"
#include "pipeline/video_pipeline.h"
#include "tensor/guard.h"

namespace studio::component {
namespace {

using pipeline::DenoiseInputs;
using pipeline::TextEmbeds;
using pipeline::TextInput;
using pipeline::VideoPipeline;

struct Plan {
    SamplerSettings sampler;
    double guidance = 1;
    pipeline::PartPaths parts;
    std::string prompt, negative_prompt;
    std::optional<std::int64_t> seed;
    std::optional<std::int64_t> height, width, num_frames;

    bool is_guided() const { return guidance != 1; }
};

pipeline::PartPaths read_parts(Options& options) {
    auto parts = options.optional_object("parts");
    if (!parts) return {};
    const auto path = [&](const char* key) {
        const auto text = parts->optional_text(key);
        return text ? path_from_utf8(*text) : std::filesystem::path{};
    };
    pipeline::PartPaths out;
    out.transformer = path("transformer");
    out.transformer_2 = path("transformer_2");
    out.vae = path("vae");
    out.text_encoder = path("text_encoder");
    out.tokenizer = path("tokenizer");
    out.image_encoder = path("image_encoder");
    parts->finish();
    return out;
}

Plan read_plan(Call& call) {
    auto& options = call.options;
    Plan plan;
    const auto mode = options.choice("mode", std::nullopt, {"t2v", "i2v"});
    const auto kind = options.choice("sampler", "unipc_diffusers",
                                     {"unipc_diffusers", "unipc_official", "dpmpp_official", "euler_diffusers", "rcm"});
    plan.sampler.kind = sampler_kind(kind).value();
    plan.sampler.steps =
        static_cast<int>(options.integer("steps", std::nullopt, 1, plan.sampler.kind == SamplerKind::kRcm ? 4 : 1000));
    plan.sampler.shift = options.number("shift", std::nullopt, 0.01, 1000);
    plan.guidance = options.number("guidance", std::nullopt, 0, 1000);
    const bool two_experts = options.optional_number("guidance_2", 0, 1000).has_value() |
                             options.optional_number("boundary", 1e-9, 1 - 1e-9).has_value();
    plan.parts = read_parts(options);
    plan.prompt = options.text("prompt", "");
    plan.negative_prompt = options.text("negative_prompt", "");
    const bool has_image = options.optional_text("image").has_value();
    plan.seed = options.optional_integer("seed", 0, std::numeric_limits<std::int64_t>::max());
    plan.height = options.optional_integer("height", 1, 1 << 16);
    plan.width = options.optional_integer("width", 1, 1 << 16);
    plan.num_frames = options.optional_integer("num_frames", 1, 1 << 16);
    (void)call.model();
    call.begin();
    if (mode == "i2v" || has_image)
        unsupported("mode", "This version makes videos from text; image-to-video is not in it.",
                    "Choose the mode \"t2v\".");
    if (two_experts)
        unsupported("guidance_2", "This version runs models with one transformer.",
                    "Leave \"guidance_2\" and \"boundary\" out.");
    return plan;
}

TextInput read_text(const Inputs& inputs, const std::string& name, const std::string& embeds, const std::string& text) {
    TextInput out;
    out.text = text;
    out.embeds = inputs.optional_f32(embeds, {1, kAny, kAny}, "(1, rows, width of the text encoder)");
    if (out.embeds) return out;
    out.ids = inputs.optional_i64(name + "_ids", {1, kAny}, "(1, tokens)");
    if (out.ids) out.mask = inputs.optional_i64(name + "_mask", out.ids->sizes().vec(), "(1, tokens)");
    return out;
}

at::Tensor read_noise(Call& call, const Plan& plan, const VideoPipeline& engine) {
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
    const Plan plan = read_plan(call);
    const TextInput prompt = read_text(call.inputs(), "prompt", "prompt_embeds", plan.prompt);
    const TextInput negative = read_text(call.inputs(), "negative", "negative_embeds", plan.negative_prompt);
    const auto needs_encoder = [](const TextInput& text) { return !text.embeds; };
    const auto needs_tokenizer = [](const TextInput& text) { return !text.embeds && !text.ids; };
    const pipeline::NeededParts needed{
        needs_encoder(prompt) || (plan.is_guided() && needs_encoder(negative)),
        needs_tokenizer(prompt) || (plan.is_guided() && needs_tokenizer(negative)),
    };
    const auto folder = pipeline::open_model_folder(call.model(), plan.parts).value();
    VideoPipeline engine(pipeline::open_model_parts(folder, needed).value(), call.compute());

    DenoiseInputs inputs;
    inputs.noise = read_noise(call, plan, engine);
    inputs.guidance = plan.guidance;
    inputs.sampler = plan.sampler;
    inputs.seed = static_cast<std::uint64_t>(plan.seed.value_or(0));
    inputs.prompt = engine.encode_text(prompt, call.stop);
    call.output("prompt_embeds", inputs.prompt.padded());
    if (plan.is_guided()) {
        inputs.negative = engine.encode_text(negative, call.stop);
        call.output("negative_embeds", inputs.negative->padded());
    }
    // Stages hold one network at a time, as a generation does.
    engine.release_text_encoder();
    at::Tensor latents;
    denoise(call, engine, inputs, latents);
    engine.release_transformer();
    decode(call, engine, latents);
}

}  // namespace studio::component
