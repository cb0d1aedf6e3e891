// sampler/sampler.h - schedules and steppers; a model is only a callable here.
#pragma once
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "tensor/torch_compat.h"

namespace studio {

enum class SamplerKind { kRcm, kUnipcDiffusers, kUnipcOfficial, kDpmppOfficial, kEulerDiffusers, kEulerLinear };
std::optional<SamplerKind> sampler_kind(
    std::string_view name) noexcept;  // "rcm", "unipc_diffusers", "euler_linear", ... and "unipc", "dpmpp", "euler"

struct SamplerSettings {
    SamplerKind kind = SamplerKind::kRcm;
    int steps = 4;
    double shift = 5;       // grids
    double sigma_max = 80;  // rcm
    bool ode = false;       // rcm: deterministic steps
};

/// The noise levels of a run. Grids: sigmas[steps + 1] (last 0), timesteps[steps] as fed to the network.
/// rcm: sigmas are the rectified-flow times t, timesteps are bf16-rounded 1000 t.
struct Schedule {
    std::vector<double> sigmas;
    std::vector<double> timesteps;
};
/// Sigmas of the grids are rounded to fp32, as the originals store them; a grid's timesteps come from the fp64 values
/// before that rounding and are truncated to integers (Euler: 1000 sigma in fp32).
///
/// Limits   steps 1...1000 (rcm 1...4), shift 0.01...1000, sigma_max 0.1...1e6.
/// Errors   throws Failure(InvalidArgument) whose field is "steps", "shift" or "sigma_max".
/// Source   wan.md 6.1 and turbodiffusion.md 2.1; exact against diffusers 0.42, wan/utils/fm_solvers*.py and
/// TurboDiffusion.
Schedule make_schedule(const SamplerSettings& settings);

/// Of two experts, does the high-noise one run step i? Grids: timestep >= 1000 boundary. rcm: t >= boundary, and once
/// the low-noise expert has run it stays (TurboDiffusion switches only once). Limits   0 <= i < steps, 0 < boundary <
/// 1; else throws Failure(InvalidArgument), field "boundary" or "step".
bool high_noise_expert(SamplerKind kind, const Schedule& schedule, int i, double boundary);

/// One run of a solver: holds its history, so a second run needs a new Stepper.
class Stepper {
  public:
    /// Errors   as make_schedule.
    static std::unique_ptr<Stepper> make(const SamplerSettings& settings);
    virtual ~Stepper() = default;
    virtual const Schedule& schedule() const = 0;
    /// The starting latent from unit noise: noise itself for grids, t0 * noise in fp64 for rcm.
    virtual at::Tensor start(const at::Tensor& noise) = 0;
    /// True if advance() needs fresh noise at every step (rcm sde). The last step multiplies it by zero: it may be left
    /// out there.
    virtual bool needs_noise() const = 0;
    /// The latent after step i, from the latent before it and the velocity there.
    ///
    /// Types    fp32 state for grids, fp64 for rcm; velocity and noise any float.
    /// Errors   throws Failure(InvalidArgument) when the shapes differ or noise is missing; Failure(Internal) when
    /// steps are
    ///          skipped, repeated or taken after the last.
    /// Source   wan.md 6.2-6.4, turbodiffusion.md 2.2.
    virtual at::Tensor advance(int i, const at::Tensor& x, const at::Tensor& velocity,
                               const at::Tensor& noise = {}) = 0;
};

}  // namespace studio
