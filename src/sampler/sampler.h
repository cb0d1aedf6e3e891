// sampler/sampler.h - schedules and steppers; a model is only a callable here.
#pragma once
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "tensor/torch_compat.h"

namespace studio {

enum class SamplerKind { kRcm, kUnipcDiffusers, kUnipcOfficial, kDpmppOfficial, kEulerDiffusers };
std::optional<SamplerKind> sampler_kind(std::string_view name) noexcept;  // "rcm", "unipc_diffusers", ... and "unipc", "dpmpp", "euler"

struct SamplerSettings {
    SamplerKind kind = SamplerKind::kRcm;
    int steps = 4;
    double shift = 5;        // grids
    double sigma_max = 80;   // rcm
    bool ode = false;        // rcm: deterministic steps
};

/// The noise levels of a run. Grids: sigmas[steps + 1] (last 0), timesteps[steps] as fed to the network.
/// rcm: sigmas are the rectified-flow times t, timesteps are bf16-rounded 1000 t.
struct Schedule {
    std::vector<double> sigmas;
    std::vector<double> timesteps;
};
/// Throws Failure(InvalidArgument).
Schedule make_schedule(const SamplerSettings& settings);

/// One run of a solver: holds its history.
class Stepper {
  public:
    static std::unique_ptr<Stepper> make(const SamplerSettings& settings);
    virtual ~Stepper() = default;
    virtual const Schedule& schedule() const = 0;
    /// The starting latent from unit noise: noise itself for grids, t0 * noise in fp64 for rcm.
    virtual at::Tensor start(const at::Tensor& noise) = 0;
    /// True if advance() needs fresh noise at every step (rcm sde).
    virtual bool needs_noise() const = 0;
    /// The latent after step i, from the latent before it and the velocity there. fp32 state for grids, fp64 for rcm.
    virtual at::Tensor advance(int i, const at::Tensor& x, const at::Tensor& velocity, const at::Tensor& noise = {}) = 0;
};

}  // namespace studio
