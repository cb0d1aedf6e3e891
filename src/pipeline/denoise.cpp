// The denoising loop of VideoPipeline: schedule, guidance, solver.
#include <fmt/format.h>

#include "core/check.h"
#include "core/text.h"
#include "pipeline/video_pipeline.h"
#include "tensor/guard.h"
#include "tensor/noise.h"

namespace studio::pipeline {
namespace {

void check_image(const DenoiseInputs& in, const checkpoint::DitConfig& dit) {
    const auto fail = [](const char* field, std::string message, std::string fix) {
        throw Failure(invalid_argument(field, std::move(message), std::move(fix)));
    };
    const at::Tensor& noise = in.noise;
    const auto& channels = in.image.channels;
    const std::int64_t extra = channels ? channels->size(1) : 0;
    if (noise.size(1) + extra != dit.in_channels)
        fail("condition",
             fmt::format("The network takes {} channels; the latent has {} and the condition {}.", dit.in_channels,
                         noise.size(1), extra),
             "Give the condition that this network was trained with.");
    if (channels && (channels->dim() != 5 || !channels->sizes().slice(2).equals(noise.sizes().slice(2))))
        fail("condition",
             fmt::format("The condition has the shape {}, the noise {}.", fmt::join(channels->sizes().vec(), " x "),
                         fmt::join(noise.sizes().vec(), " x ")),
             "Give both the same number of frames and the same size.");
    const auto& first = in.image.first_latent;
    if (first && (first->dim() != 5 || first->size(0) != 1 || first->size(1) != noise.size(1) || first->size(2) != 1 ||
                  !first->sizes().slice(3).equals(noise.sizes().slice(3))))
        fail("condition",
             fmt::format("The clean first latent has the shape {}, the noise {}.",
                         fmt::join(first->sizes().vec(), " x "), fmt::join(noise.sizes().vec(), " x ")),
             "Give one latent frame of the noise's channels and size.");
}

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
    if (in.guidance_2 && !std::isfinite(*in.guidance_2))
        fail("guidance_2", "The second guidance is not a number.", "Use a value from 1 to 30.");
    if (in.guidance_2.value_or(1) != 1 && !in.negative)
        fail("guidance_2", "Guidance other than 1 needs a negative prompt, an empty one at least.",
             "Give one, or use guidance 1.");
    check_image(in, dit);
}

void check_experts(const DenoiseInputs& in, const ModelParts& parts) {
    const auto fail = [](const char* field, std::string message, std::string fix) {
        throw Failure(invalid_argument(field, std::move(message), std::move(fix)));
    };
    if (parts.has_two_experts() && !in.boundary)
        fail("boundary", "A model with two experts needs the boundary between them.",
             "Give a boundary such as 0.875 (text-to-video) or 0.9 (image-to-video).");
    if (!parts.has_two_experts() && in.boundary)
        fail("boundary", "This model has one transformer: there is no boundary between experts.",
             "Leave the boundary out.");
    if (!parts.has_two_experts() && in.guidance_2)
        fail("guidance_2", "This model has one transformer: there is no second guidance.",
             "Leave the second guidance out.");
}

/// 5B image-to-video: tokens of the given first frame are clean, so their time is 0.
at::Tensor token_times(const at::Tensor& hidden, double timestep, const checkpoint::DitConfig& dit) {
    const std::int64_t per_frame = (hidden.size(3) / dit.patch[1]) * (hidden.size(4) / dit.patch[2]);
    at::Tensor times = at::full({1, hidden.size(2) / dit.patch[0] * per_frame}, timestep, hidden.options());
    times.slice(1, 0, per_frame).zero_();
    return times;
}

}  // namespace

struct VideoPipeline::ExpertRun {
    Expert expert = Expert::kHighNoise;
    const WanDit* dit = nullptr;
    double guidance = 1;
    std::shared_ptr<const DitContext> prompt, negative;  // negative: null without guidance
};

VideoPipeline::ExpertRun VideoPipeline::start_expert(Expert expert, const DenoiseInputs& in) {
    load_expert(expert);
    ExpertRun run;
    run.expert = expert;
    run.dit = expert == Expert::kLowNoise ? dit_low_.get() : dit_.get();
    run.guidance = expert == Expert::kLowNoise ? in.guidance_2.value_or(in.guidance) : in.guidance;
    run.prompt = run.dit->prepare(in.prompt.context.to(compute_.device), in.prompt.pad_to, in.image.context);
    if (run.guidance != 1)
        run.negative =
            run.dit->prepare(in.negative->context.to(compute_.device), in.negative->pad_to, in.image.context);
    return run;
}

at::Tensor VideoPipeline::velocity(const ExpertRun& run, const at::Tensor& x, double timestep, const DenoiseInputs& in,
                                   const std::stop_token& stop, const std::function<void(int)>& on_block) {
    const bool is_rcm = in.sampler.kind == SamplerKind::kRcm;
    // TurboDiffusion hands its network bf16 latents and a bf16 condition, whatever the state's type
    // (turbodiffusion.md 1.6, 1.7).
    const auto as_fed = [&](const at::Tensor& values) {
        const at::Tensor here = values.to(compute_.device);
        return (is_rcm ? here.to(at::kBFloat16) : here).to(at::kFloat);
    };
    at::Tensor hidden = as_fed(x);
    at::Tensor t = at::full({1}, timestep, hidden.options());
    if (in.image.first_latent) {
        hidden = hidden.clone();
        hidden.slice(2, 0, 1).copy_(*in.image.first_latent);
        t = token_times(hidden, timestep, parts_->dit_config);
    }
    if (in.image.channels) hidden = at::cat({hidden, as_fed(*in.image.channels)}, 1);
    const auto progress = [&](int done, int) {
        if (on_block) on_block(done);
    };
    const at::Tensor v_prompt = run.dit->forward(hidden, t, *run.prompt, stop, progress);
    if (!run.negative) return v_prompt;
    const int blocks = static_cast<int>(parts_->dit_config.num_layers);
    const at::Tensor v_negative =
        run.dit->forward(hidden, t, *run.negative, stop, [&](int done, int total) { progress(blocks + done, total); });
    return v_negative + run.guidance * (v_prompt - v_negative);
}

namespace {

/// Which expert runs each step; all high-noise for a model with one transformer.
std::vector<Expert> experts_by_step(const DenoiseInputs& in, const Schedule& schedule) {
    std::vector<Expert> experts(schedule.timesteps.size(), Expert::kHighNoise);
    for (std::size_t i = 0; in.boundary && i < experts.size(); ++i)
        if (!high_noise_expert(in.sampler.kind, schedule, static_cast<int>(i), *in.boundary))
            experts[i] = Expert::kLowNoise;
    return experts;
}

void require_finite_velocity(const at::Tensor& v, const std::filesystem::path& file, int step, int steps) {
    if (at::isfinite(v).all().item<bool>()) return;
    throw Failure(corrupt_file(
        path_to_utf8(file), {},
        fmt::format("The transformer's output in step {} of {} holds values that are not numbers.", step, steps),
        "Try --precision fp32 and guidance closer to 1; if it stays, the weights are damaged: download the model "
        "again."));
}

/// Blocks over the whole run, for the progress bar.
class BlockCount {
  public:
    BlockCount(const DenoiseInputs& in, const std::vector<Expert>& experts, int blocks) {
        for (const Expert expert : experts) {
            const double guidance = expert == Expert::kLowNoise ? in.guidance_2.value_or(in.guidance) : in.guidance;
            starts_.push_back(total_);
            total_ += blocks * (guidance != 1 ? 2 : 1);
        }
    }
    int before(int step) const { return starts_[static_cast<std::size_t>(step)]; }
    int total() const { return total_; }

  private:
    std::vector<int> starts_;
    int total_ = 0;
};

}  // namespace

Denoised VideoPipeline::denoise(const DenoiseInputs& in, const DenoiseHooks& hooks) {
    check_inputs(in, parts_->dit_config);
    check_experts(in, *parts_);
    const auto stepper = Stepper::make(in.sampler);
    const Schedule schedule = stepper->schedule();
    const std::vector<Expert> experts = experts_by_step(in, schedule);
    const BlockCount blocks(in, experts, static_cast<int>(parts_->dit_config.num_layers));
    const int steps = static_cast<int>(schedule.timesteps.size());
    ExpertRun run;
    at::Tensor x = stepper->start(in.noise.to(at::kFloat));
    for (int i = 0; i < steps; ++i) {
        throw_if_cancelled(hooks.stop);
        const auto at_step = static_cast<std::size_t>(i);
        if (run.dit == nullptr || run.expert != experts[at_step]) {
            run = {};  // its contexts belong to a transformer that may leave now
            run = start_expert(experts[at_step], in);
        }
        const auto on_block = [&](int done) {
            if (hooks.on_block) hooks.on_block(blocks.before(i) + done, blocks.total());
        };
        const at::Tensor v = velocity(run, x, schedule.timesteps[at_step], in, hooks.stop, on_block).to(x.device());
        const checkpoint::Recognised& part = run.expert == Expert::kLowNoise ? *parts_->transformer_2 : parts_->dit;
        require_finite_velocity(v, part.checkpoint->path(), i + 1, steps);
        const at::Tensor denoised = hooks.on_step ? x.to(at::kFloat).sub(v, schedule.sigmas[at_step]) : at::Tensor();
        at::Tensor fresh;
        if (stepper->needs_noise() && i + 1 < steps)
            fresh = gaussian_noise(x.sizes(), in.seed, static_cast<std::uint32_t>(1 + i));
        x = stepper->advance(i, x, v, fresh);
        if (hooks.on_step) hooks.on_step({i, steps, x, denoised});
    }
    at::Tensor latents = x.to(at::kFloat);
    // The solver moves the given frame like any other; what the network saw there, and what is decoded, is the image.
    if (in.image.first_latent) {
        latents = latents.clone();
        latents.slice(2, 0, 1).copy_(*in.image.first_latent);
    }
    return {latents, schedule};
}

}  // namespace studio::pipeline
