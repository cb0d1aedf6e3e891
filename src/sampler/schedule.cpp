// Noise levels of every sampler. The order of the fp64 operations is part of the result: truncating 1000 sigma to an
// integer turns a last-bit difference into another timestep (0.875 * 1000 may give 874), so nothing here may be
// rearranged.
#include <array>
#include <numbers>

#include "core/result.h"
#include "core/text.h"
#include "sampler/sampler.h"

namespace studio {
namespace {

constexpr int kTrainTimesteps = 1000;
constexpr int kMaxSteps = 1000;
constexpr int kMaxRcmSteps = 4;
constexpr std::array<double, 3> kRcmMidTimes{1.5, 1.4, 1.0};  // TrigFlow angles between atan(sigma_max) and 0

double shifted(double shift, double sigma) {
    return shift * sigma / (1 + (shift - 1) * sigma);
}

/// numpy.linspace(first, last, n + 1) without its last value.
std::vector<double> open_linspace(double first, double last, int n) {
    const double step = (last - first) / n;
    std::vector<double> out(static_cast<std::size_t>(n));
    for (int i = 0; i < n; ++i)
        out[static_cast<std::size_t>(i)] = i * step + first;
    return out;
}

Schedule rounded_grid(const std::vector<double>& sigmas) {
    Schedule out;
    for (const double sigma : sigmas) {
        out.sigmas.push_back(static_cast<float>(sigma));
        out.timesteps.push_back(std::trunc(sigma * kTrainTimesteps));
    }
    out.sigmas.push_back(0);
    return out;
}

Schedule unipc_official(int steps, double shift) {
    // The published scheduler keeps its largest sigma in fp32.
    auto sigmas = open_linspace(static_cast<double>(0.999F), 0.0, steps);
    for (double& sigma : sigmas)
        sigma = shifted(shift, sigma);
    return rounded_grid(sigmas);
}

Schedule dpmpp_official(int steps, double shift) {
    auto sigmas = open_linspace(1.0, 0.0, steps);
    for (double& sigma : sigmas)
        sigma = shifted(shift, sigma);
    return rounded_grid(sigmas);
}

Schedule unipc_diffusers(int steps, double shift) {
    constexpr double kGap = 1e-6;  // keeps lambda finite at the first step
    auto sigmas = open_linspace(1.0, 1.0 / kTrainTimesteps, steps);
    for (double& sigma : sigmas)
        sigma = shifted(shift, sigma);
    if (std::fabs(sigmas.front() - 1) < kGap) sigmas.front() -= kGap;
    return rounded_grid(sigmas);
}

/// The shift acts twice in diffusers: on the smallest training sigma (in fp32) and on the grid between.
Schedule euler_diffusers(int steps, double shift) {
    const float s = static_cast<float>(shift);
    const float smallest = 1.0F / kTrainTimesteps;
    const float shifted_smallest = s * smallest / (1.0F + static_cast<float>(shift - 1) * smallest);
    const double first = kTrainTimesteps;
    const double last = static_cast<double>(shifted_smallest) * kTrainTimesteps;
    const double step = steps > 1 ? (last - first) / (steps - 1) : 0;
    Schedule out;
    for (int i = 0; i < steps; ++i) {
        const double t = (i > 0 && i == steps - 1) ? last : i * step + first;
        const float sigma = static_cast<float>(shifted(shift, t / kTrainTimesteps));
        out.sigmas.push_back(sigma);
        out.timesteps.push_back(sigma * static_cast<float>(kTrainTimesteps));
    }
    out.sigmas.push_back(0);
    return out;
}

/// Equal steps, shifted once, times not rounded: what few-step distilled networks were trained on (spec: wan.md 6.6).
/// Source: lightx2v's step-distill scheduler.
Schedule euler_linear(int steps, double shift) {
    Schedule out;
    for (const double sigma : open_linspace(1.0, 0.0, steps)) {
        const float value = static_cast<float>(shifted(shift, sigma));
        out.sigmas.push_back(value);
        out.timesteps.push_back(value * static_cast<float>(kTrainTimesteps));
    }
    out.sigmas.push_back(0);
    return out;
}

double round_to_bf16(float value) {
    return static_cast<double>(static_cast<float>(c10::BFloat16(value)));
}

Schedule rcm(int steps, double sigma_max) {
    std::vector<double> angles{std::atan(sigma_max)};
    angles.insert(angles.end(), kRcmMidTimes.begin(), kRcmMidTimes.begin() + (steps - 1));
    Schedule out;
    for (const double angle : angles) {
        const double t = std::sin(angle) / (std::cos(angle) + std::sin(angle));
        out.sigmas.push_back(t);
        // The network was trained on bf16 times, so it is fed bf16 times; the update below uses the exact ones.
        out.timesteps.push_back(
            round_to_bf16(static_cast<float>(static_cast<double>(static_cast<float>(t)) * kTrainTimesteps)));
    }
    out.sigmas.push_back(0);
    return out;
}

void require(bool ok, const char* field, double value, const std::string& range) {
    if (ok) return;
    throw Failure(invalid_argument(field,
                                   std::string(field) + " is " + format_double(value) + ", outside " + range + ".",
                                   std::string("Choose ") + field + " within " + range + "."));
}

void check(const SamplerSettings& settings) {
    const bool is_rcm = settings.kind == SamplerKind::kRcm;
    const int max_steps = is_rcm ? kMaxRcmSteps : kMaxSteps;
    require(settings.steps >= 1 && settings.steps <= max_steps, "steps", settings.steps,
            is_rcm ? "1 to 4 (the rcm sampler)" : "1 to 1000");
    if (is_rcm)
        require(settings.sigma_max >= 0.1 && settings.sigma_max <= 1e6, "sigma_max", settings.sigma_max,
                "0.1 to 1000000");
    else
        require(settings.shift >= 0.01 && settings.shift <= 1000, "shift", settings.shift, "0.01 to 1000");
}

}  // namespace

std::optional<SamplerKind> sampler_kind(std::string_view name) noexcept {
    if (name == "rcm") return SamplerKind::kRcm;
    if (name == "unipc_diffusers" || name == "unipc") return SamplerKind::kUnipcDiffusers;
    if (name == "unipc_official") return SamplerKind::kUnipcOfficial;
    if (name == "dpmpp_official" || name == "dpmpp") return SamplerKind::kDpmppOfficial;
    if (name == "euler_diffusers" || name == "euler") return SamplerKind::kEulerDiffusers;
    if (name == "euler_linear") return SamplerKind::kEulerLinear;
    return std::nullopt;
}

Schedule make_schedule(const SamplerSettings& settings) {
    check(settings);
    switch (settings.kind) {
        case SamplerKind::kRcm:
            return rcm(settings.steps, settings.sigma_max);
        case SamplerKind::kUnipcDiffusers:
            return unipc_diffusers(settings.steps, settings.shift);
        case SamplerKind::kUnipcOfficial:
            return unipc_official(settings.steps, settings.shift);
        case SamplerKind::kDpmppOfficial:
            return dpmpp_official(settings.steps, settings.shift);
        case SamplerKind::kEulerDiffusers:
            return euler_diffusers(settings.steps, settings.shift);
        case SamplerKind::kEulerLinear:
            return euler_linear(settings.steps, settings.shift);
    }
    throw Failure(internal_error("unknown sampler kind"));
}

bool high_noise_expert(SamplerKind kind, const Schedule& schedule, int i, double boundary) {
    require(boundary > 0 && boundary < 1, "boundary", boundary, "0 to 1, both excluded");
    require(i >= 0 && i < static_cast<int>(schedule.timesteps.size()), "step", i, "the steps of the schedule");
    const auto step = static_cast<std::size_t>(i);
    if (kind != SamplerKind::kRcm) return schedule.timesteps[step] >= kTrainTimesteps * boundary;
    return std::all_of(schedule.sigmas.begin(), schedule.sigmas.begin() + i + 1,
                       [&](double t) { return t >= boundary; });
}

}  // namespace studio
