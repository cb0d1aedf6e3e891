// The denoising loop of VideoPipeline: schedule, guidance, solver.
#include <fmt/format.h>

#include "core/check.h"
#include "core/text.h"
#include "pipeline/video_pipeline.h"
#include "tensor/guard.h"
#include "tensor/noise.h"

namespace studio::pipeline {
namespace {

void check_inputs(const DenoiseInputs& in, const checkpoint::DitConfig& dit) {
    const auto fail = [](const char* field, std::string message, std::string fix) {
        throw Failure(invalid_argument(field, std::move(message), std::move(fix)));
    };
    const at::Tensor& noise = in.noise;
    STUDIO_CHECK(noise.defined(), "denoise() needs noise");
    const std::string shape = fmt::format("{}", fmt::join(noise.sizes().vec(), " x "));
    if (noise.dim() != 5 || noise.size(0) != 1 || noise.size(1) != dit.out_channels || noise.numel() == 0)
        fail("noise", fmt::format("\"noise\" has the shape {}; 1 x {} x T x h x w is needed.", shape, dit.out_channels),
             "Give noise of the network's channel count.");
    if (noise.size(2) % dit.patch[0] != 0 || noise.size(3) % dit.patch[1] != 0 || noise.size(4) % dit.patch[2] != 0)
        fail("noise",
             fmt::format("\"noise\" has the shape {}, which the network's patches of {} x {} do not divide.", shape,
                         dit.patch[1], dit.patch[2]),
             "Use a latent height and width that are multiples of the patch.");
    if (!std::isfinite(in.guidance)) fail("guidance", "Guidance is not a number.", "Use a value from 1 to 30.");
    if (in.guidance != 1 && !in.negative)
        fail("guidance", "Guidance other than 1 needs a negative prompt, an empty one at least.",
             "Give one, or use guidance 1.");
    const std::int64_t extra = in.condition ? in.condition->size(1) : 0;
    if (noise.size(1) + extra != dit.in_channels)
        fail("condition",
             fmt::format("The network takes {} channels; the latent has {} and the condition {}.", dit.in_channels,
                         noise.size(1), extra),
             "Give the condition that this network was trained with.");
}

}  // namespace

at::Tensor VideoPipeline::velocity(const at::Tensor& x, double timestep, const DenoiseInputs& in,
                                 const DitContext& prompt, const DitContext* negative, const std::stop_token& stop,
                                 const std::function<void(int)>& on_block) {
    at::Tensor hidden = x.to(compute_.device);
    // TurboDiffusion hands its network bf16 latents whatever the state's type (turbodiffusion.md 1.7).
    if (in.sampler.kind == SamplerKind::kRcm) hidden = hidden.to(at::kBFloat16);
    hidden = hidden.to(at::kFloat);
    if (in.condition) hidden = at::cat({hidden, in.condition->to(hidden.options())}, 1);
    const at::Tensor t = at::full({1}, timestep, hidden.options());
    const auto progress = [&](int done, int) {
        if (on_block) on_block(done);
    };
    const at::Tensor v_prompt = dit_->forward(hidden, t, prompt, stop, progress);
    if (negative == nullptr) return v_prompt;
    const int blocks = static_cast<int>(parts_->dit_config.num_layers);
    const at::Tensor v_negative =
        dit_->forward(hidden, t, *negative, stop, [&](int done, int total) { progress(blocks + done, total); });
    return v_negative + in.guidance * (v_prompt - v_negative);
}

Denoised VideoPipeline::denoise(const DenoiseInputs& in, const DenoiseHooks& hooks) {
    check_inputs(in, parts_->dit_config);
    const auto stepper = Stepper::make(in.sampler);
    const Schedule schedule = stepper->schedule();
    load_transformer();
    const bool is_guided = in.guidance != 1;
    const auto prompt = dit_->prepare(in.prompt.context.to(compute_.device), in.prompt.pad_to, in.image_context);
    const auto negative =
        is_guided ? dit_->prepare(in.negative->context.to(compute_.device), in.negative->pad_to, in.image_context)
                  : nullptr;

    const int steps = static_cast<int>(schedule.timesteps.size());
    const int blocks_per_step = static_cast<int>(parts_->dit_config.num_layers) * (is_guided ? 2 : 1);
    at::Tensor x = stepper->start(in.noise.to(at::kFloat));
    for (int i = 0; i < steps; ++i) {
        throw_if_cancelled(hooks.stop);
        const auto on_block = [&](int done) {
            if (hooks.on_block) hooks.on_block(i * blocks_per_step + done, steps * blocks_per_step);
        };
        const at::Tensor v = velocity(x, schedule.timesteps[static_cast<std::size_t>(i)], in, *prompt, negative.get(),
                                      hooks.stop, on_block)
                                 .to(x.device());
        if (!at::isfinite(v).all().item<bool>()) {
            throw Failure(
                corrupt_file(path_to_utf8(parts_->dit.checkpoint->path()), {},
                             fmt::format("The transformer's output in step {} of {} holds values that are not numbers.",
                                         i + 1, steps),
                             "Try --precision fp32 and guidance closer to 1; if it stays, the weights are damaged: "
                             "download the model again."));
        }
        const at::Tensor denoised =
            hooks.on_step ? x.to(at::kFloat).sub(v, schedule.sigmas[static_cast<std::size_t>(i)]) : at::Tensor();
        at::Tensor fresh;
        if (stepper->needs_noise() && i + 1 < steps)
            fresh = gaussian_noise(x.sizes(), in.seed, static_cast<std::uint32_t>(1 + i));
        x = stepper->advance(i, x, v, fresh);
        if (hooks.on_step) hooks.on_step({i, steps, x, denoised});
    }
    return {x.to(at::kFloat), schedule};
}

}  // namespace studio::pipeline
