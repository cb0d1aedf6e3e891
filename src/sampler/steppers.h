// sampler/steppers.h - the solvers behind Stepper::make; private to this module.
#pragma once
#include "sampler/sampler.h"

namespace studio::sampler_detail {

/// What every solver shares: the schedule and the guard against steps out of order.
class BaseStepper : public Stepper {
  public:
    explicit BaseStepper(Schedule schedule) : schedule_(std::move(schedule)) {}
    const Schedule& schedule() const override { return schedule_; }
    at::Tensor start(const at::Tensor& noise) override { return noise.to(at::kFloat); }
    bool needs_noise() const override { return false; }

  protected:
    /// Checks order and shapes; call first in advance().
    void begin_step(int i, const at::Tensor& x, const at::Tensor& velocity);
    int steps() const { return static_cast<int>(schedule_.timesteps.size()); }
    double sigma(int i) const { return schedule_.sigmas[static_cast<std::size_t>(i)]; }
    double alpha(int i) const { return 1.0 - sigma(i); }
    /// Half log signal-to-noise ratio; +-infinity at the ends of a grid.
    double lambda(int i) const { return std::log(alpha(i)) - std::log(sigma(i)); }

  private:
    Schedule schedule_;
    int next_ = 0;
};

std::unique_ptr<Stepper> make_euler(Schedule schedule);
std::unique_ptr<Stepper> make_unipc(Schedule schedule);
std::unique_ptr<Stepper> make_dpmpp(Schedule schedule);
std::unique_ptr<Stepper> make_rcm(Schedule schedule, bool ode);

}  // namespace studio::sampler_detail
