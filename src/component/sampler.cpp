#include "sampler/sampler.h"

#include "component/call.h"
#include "component/components.h"
#include "core/result.h"
#include "tensor/guard.h"

namespace studio::component {
namespace {

/// v = a x + b sin(w t) + c in fp64, rounded to fp32; the low-noise expert gives low_scale v + low_offset.
struct AnalyticModel {
    double a = 0, b = 0, c = 0, w = 0;
    double low_scale = 1, low_offset = 0;
    bool has_low = false;

    at::Tensor velocity(const at::Tensor& x, double t, bool is_low) const {
        const at::Tensor v = x.to(at::kDouble).mul(a).add(b * std::sin(w * t)).add(c);
        return (is_low && has_low ? v.mul(low_scale).add(low_offset) : v).to(at::kFloat);
    }
};

constexpr double kLargest = 1e9;

AnalyticModel read_model(Options& options) {
    AnalyticModel model;
    model.a = options.number("a", std::nullopt, -kLargest, kLargest);
    model.b = options.number("b", std::nullopt, -kLargest, kLargest);
    model.c = options.number("c", std::nullopt, -kLargest, kLargest);
    model.w = options.number("w", std::nullopt, -kLargest, kLargest);
    model.has_low = options.has("low_scale") || options.has("low_offset");
    model.low_scale = options.number("low_scale", 1.0, -kLargest, kLargest);
    model.low_offset = options.number("low_offset", 0.0, -kLargest, kLargest);
    options.finish();
    return model;
}

struct Plan {
    SamplerSettings settings;
    std::optional<double> boundary;
    std::optional<AnalyticModel> model;
};

Plan read_plan(Call& call) {
    auto& options = call.options;
    Plan plan;
    const auto kind = options.choice("kind", std::nullopt,
                                     {"unipc_diffusers", "unipc_official", "dpmpp_official", "euler_diffusers", "rcm"});
    plan.settings.kind = sampler_kind(kind).value();
    const bool is_rcm = plan.settings.kind == SamplerKind::kRcm;
    plan.settings.steps = static_cast<int>(options.integer("steps", std::nullopt, 1, is_rcm ? 4 : 1000));
    plan.settings.sigma_max = options.number("sigma_max", 80.0, 0.1, 1e6);
    plan.settings.ode = options.choice("mode", "sde", {"sde", "ode"}) == "ode";
    if (!is_rcm || options.has("shift")) plan.settings.shift = options.number("shift", std::nullopt, 0.01, 1000);
    plan.boundary = options.optional_number("boundary", 0, 1);
    if (plan.boundary && (*plan.boundary <= 0 || *plan.boundary >= 1))
        throw Failure(invalid_argument("boundary", "\"boundary\" must lie between 0 and 1, both excluded.",
                                       "Give a boundary such as 0.875 or 0.9."));
    if (auto model = options.optional_object("model")) plan.model = read_model(*model);
    return plan;
}

std::vector<bool> high_noise_steps(const Plan& plan, const Schedule& schedule) {
    std::vector<bool> high(schedule.timesteps.size(), true);
    for (std::size_t i = 0; plan.boundary && i < high.size(); ++i)
        high[i] = high_noise_expert(plan.settings.kind, schedule, static_cast<int>(i), *plan.boundary);
    return high;
}

/// One noise per step, [steps, shape of noise0], where the solver needs it.
std::optional<at::Tensor> read_step_noise(const Call& call, const Stepper& stepper, const at::Tensor& noise0) {
    if (!stepper.needs_noise()) return std::nullopt;
    std::vector<std::int64_t> shape = noise0.sizes().vec();
    shape.insert(shape.begin(), static_cast<std::int64_t>(stepper.schedule().timesteps.size()));
    return call.inputs().f32("noise", shape, "(steps, shape of noise0)");
}

void run_trace(Call& call, const Plan& plan, const std::vector<bool>& high) {
    const bool is_rcm = plan.settings.kind == SamplerKind::kRcm;
    auto stepper = Stepper::make(plan.settings);
    const at::Tensor noise0 = call.inputs().f32_any_shape("noise0");
    const auto step_noise = read_step_noise(call, *stepper, noise0);
    std::vector<at::Tensor> x{stepper->start(noise0)}, used;
    const auto& timesteps = stepper->schedule().timesteps;
    for (std::size_t i = 0; i < timesteps.size(); ++i) {
        throw_if_cancelled(call.stop);
        // The few-step network runs in bf16, so its analytic stand-in sees what the network would see.
        const at::Tensor seen = is_rcm ? x.back().to(at::kBFloat16) : x.back();
        used.push_back(plan.model->velocity(seen, timesteps[i], !high[i]));
        const at::Tensor noise = step_noise ? (*step_noise)[static_cast<std::int64_t>(i)] : at::Tensor{};
        x.push_back(stepper->advance(static_cast<int>(i), x.back(), used.back(), noise));
    }
    call.output("x", at::stack(x), true);
    if (!is_rcm) call.output("v", at::stack(used));
}

}  // namespace

void run_sampler(Call& call) {
    const Plan plan = read_plan(call);
    if (call.arguments().model)
        throw Failure(invalid_argument("--model", "The sampler component has no model file.",
                                       "Leave --model out; the option \"model\" is the analytic velocity."));
    if (plan.model) call.need_inputs();
    call.begin();
    const Schedule schedule = make_schedule(plan.settings);
    const bool is_rcm = plan.settings.kind == SamplerKind::kRcm;
    call.output(is_rcm ? "t" : "sigmas", at::tensor(schedule.sigmas, at::kDouble), true);
    call.output(is_rcm ? "timestep_fed" : "timesteps", at::tensor(schedule.timesteps, at::kDouble), true);
    const std::vector<bool> high = high_noise_steps(plan, schedule);
    if (plan.boundary) {
        at::Tensor flags = at::empty({static_cast<std::int64_t>(high.size())}, at::kChar);
        for (std::size_t i = 0; i < high.size(); ++i)
            flags[static_cast<std::int64_t>(i)] = high[i] ? 1 : 0;
        call.output("high", flags);
    }
    if (plan.model) run_trace(call, plan, high);
}

}  // namespace studio::component
