// DPM-Solver++ 2M (midpoint) on flow sigmas. Source: wan.md 6.4, wan/utils/fm_solvers.py.
#include "sampler/steppers.h"

namespace studio::sampler_detail {
namespace {

class Dpmpp final : public BaseStepper {
  public:
    using BaseStepper::BaseStepper;
    at::Tensor advance(int i, const at::Tensor& x_in, const at::Tensor& velocity, const at::Tensor&) override {
        begin_step(i, x_in, velocity);
        const at::Tensor x = x_in.to(at::kFloat);
        const at::Tensor clean = x.sub(velocity.to(at::kFloat), sigma(i));  // predicted clean latent
        const at::Tensor previous = std::exchange(previous_clean_, clean);
        // The grid ends at sigma 0, where the step gives the clean latent exactly (and lambda is infinite).
        if (i == steps() - 1) return clean;
        const double h = lambda(i + 1) - lambda(i);
        const double e = std::expm1(-h);
        at::Tensor next = x.mul(sigma(i + 1) / sigma(i)).sub_(clean, alpha(i + 1) * e);
        if (i > 0) {
            // Infinite after the first step of a grid that starts at sigma 1: the second-order term is then zero.
            const double r = (lambda(i) - lambda(i - 1)) / h;
            next.sub_(clean.sub(previous), 0.5 * alpha(i + 1) * e / r);
        }
        return next;
    }

  private:
    at::Tensor previous_clean_;
};

}  // namespace

std::unique_ptr<Stepper> make_dpmpp(Schedule schedule) {
    return std::make_unique<Dpmpp>(std::move(schedule));
}

}  // namespace studio::sampler_detail
