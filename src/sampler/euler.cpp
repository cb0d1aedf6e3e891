// Flow-match Euler: x + (sigma' - sigma) v. Source: wan.md 6.2.
#include "sampler/steppers.h"

namespace studio::sampler_detail {
namespace {

class Euler final : public BaseStepper {
  public:
    using BaseStepper::BaseStepper;
    at::Tensor advance(int i, const at::Tensor& x, const at::Tensor& velocity, const at::Tensor&) override {
        begin_step(i, x, velocity);
        return x.to(at::kFloat).add(velocity.to(at::kFloat), sigma(i + 1) - sigma(i));
    }
};

}  // namespace

std::unique_ptr<Stepper> make_euler(Schedule schedule) {
    return std::make_unique<Euler>(std::move(schedule));
}

}  // namespace studio::sampler_detail
