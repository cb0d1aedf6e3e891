// UniPC of order 2 (B(h) = bh2, clean-latent prediction) on flow sigmas. Source: wan.md 6.3.
#include "sampler/steppers.h"

namespace studio::sampler_detail {
namespace {

class Unipc final : public BaseStepper {
  public:
    using BaseStepper::BaseStepper;

    at::Tensor advance(int i, const at::Tensor& x_in, const at::Tensor& velocity, const at::Tensor&) override {
        begin_step(i, x_in, velocity);
        const at::Tensor x = x_in.to(at::kFloat);
        const at::Tensor clean = x.sub(velocity.to(at::kFloat), sigma(i));  // from the uncorrected latent
        const at::Tensor corrected = i == 0 ? x : correct(i, clean);
        older_ = std::exchange(newer_, clean);
        corrected_ = corrected;
        order_ = std::min({2, steps() - i, i + 1});
        return i == steps() - 1 ? clean : predict(i, corrected);  // sigma 0: the clean latent exactly
    }

  private:
    /// The latent at step i again, now that the network has seen it. newer_ and older_ are of steps i-1 and i-2.
    at::Tensor correct(int i, const at::Tensor& clean) const {
        const double h = lambda(i) - lambda(i - 1);
        const double e = std::expm1(-h);
        const double phi1 = e / -h - 1;
        const double phi2 = phi1 / -h - 0.5;
        const double scale = alpha(i) * e;
        at::Tensor out = corrected_.mul(sigma(i) / sigma(i - 1)).sub_(newer_, scale);
        double weight_now = 0.5;
        if (order_ == 2) {
            const double r = (lambda(i - 2) - lambda(i - 1)) / h;
            const double b1 = phi1 / e;
            const double b2 = 2 * phi2 / e;
            const double weight_past = (b1 - b2) / (1 - r);
            weight_now = b1 - weight_past;
            out.sub_(older_.sub(newer_), scale * weight_past / r);
        }
        return out.sub_(clean.sub(newer_), scale * weight_now);
    }

    at::Tensor predict(int i, const at::Tensor& corrected) const {
        const double h = lambda(i + 1) - lambda(i);
        const double e = std::expm1(-h);
        const double scale = alpha(i + 1) * e;
        at::Tensor out = corrected.mul(sigma(i + 1) / sigma(i)).sub_(newer_, scale);
        if (order_ == 2) {
            const double r = (lambda(i - 1) - lambda(i)) / h;
            out.sub_(older_.sub(newer_), 0.5 * scale / r);
        }
        return out;
    }

    at::Tensor newer_, older_;  // clean latents of the last two steps
    at::Tensor corrected_;
    int order_ = 1;  // of the last predictor; the next corrector has the same
};

}  // namespace

std::unique_ptr<Stepper> make_unipc(Schedule schedule) {
    return std::make_unique<Unipc>(std::move(schedule));
}

}  // namespace studio::sampler_detail
