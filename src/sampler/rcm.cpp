// The rCM few-step sampler, exactly as TurboDiffusion runs it: fp64 state, one fp32 product. Source:
// turbodiffusion.md 2.
#include "core/result.h"
#include "sampler/steppers.h"

namespace studio::sampler_detail {
namespace {

class Rcm final : public BaseStepper {
  public:
    Rcm(Schedule schedule, bool ode) : BaseStepper(std::move(schedule)), ode_(ode) {}
    bool needs_noise() const override { return !ode_; }
    at::Tensor start(const at::Tensor& noise) override { return noise.to(at::kDouble).mul(sigma(0)); }

    at::Tensor advance(int i, const at::Tensor& x_in, const at::Tensor& velocity, const at::Tensor& noise) override {
        begin_step(i, x_in, velocity);
        const at::Tensor x = x_in.to(at::kDouble);
        const at::Tensor v = velocity.to(at::kDouble);
        const double t = sigma(i);
        const double t_next = sigma(i + 1);
        if (ode_) return x.sub(v, t - t_next);
        const at::Tensor clean = x.sub(v, t);
        if (t_next == 0) return clean;
        if (!noise.defined() || !noise.sizes().equals(x.sizes()))
            throw Failure(invalid_argument("noise", "A stochastic rcm step needs noise of the latent's shape.",
                                           "Give the sampler one noise tensor per step."));
        // Upstream multiplies a zero-dimensional fp64 time with fp32 noise, which is an fp32 product; all else is fp64.
        return clean.mul(1 - t_next).add_(noise.to(at::kFloat).mul(static_cast<float>(t_next)).to(at::kDouble));
    }

  private:
    bool ode_;
};

}  // namespace

std::unique_ptr<Stepper> make_rcm(Schedule schedule, bool ode) {
    return std::make_unique<Rcm>(std::move(schedule), ode);
}

}  // namespace studio::sampler_detail
