#include "core/check.h"
#include "core/result.h"
#include "sampler/steppers.h"

namespace studio {
namespace sampler_detail {

void BaseStepper::begin_step(int i, const at::Tensor& x, const at::Tensor& velocity) {
    STUDIO_CHECK(i == next_ && i < steps(), "sampler steps must be taken once each, in order");
    if (!x.sizes().equals(velocity.sizes()))
        throw Failure(invalid_argument("velocity", "The velocity's shape differs from the latent's.",
                                       "Give the sampler a velocity of the latent's shape."));
    ++next_;
}

}  // namespace sampler_detail

std::unique_ptr<Stepper> Stepper::make(const SamplerSettings& settings) {
    using namespace sampler_detail;
    Schedule schedule = make_schedule(settings);
    switch (settings.kind) {
        case SamplerKind::kRcm:
            return make_rcm(std::move(schedule), settings.ode);
        case SamplerKind::kUnipcDiffusers:
        case SamplerKind::kUnipcOfficial:
            return make_unipc(std::move(schedule));
        case SamplerKind::kDpmppOfficial:
            return make_dpmpp(std::move(schedule));
        case SamplerKind::kEulerDiffusers:
        case SamplerKind::kEulerLinear:
            return make_euler(std::move(schedule));
    }
    throw Failure(internal_error("unknown sampler kind"));
}

}  // namespace studio
