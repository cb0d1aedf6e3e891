// Solver traces printed in the specification: wan.md A.5 (six steps, shift 3) and turbodiffusion.md 2.5 (a scalar toy).
#include <gtest/gtest.h>

#include "core/error.h"
#include "sampler/sampler.h"

namespace studio {
namespace {

using Trace = std::vector<std::array<double, 4>>;

at::Tensor vector(std::vector<double> values) {
    return at::tensor(values, at::kDouble);
}

void expect_trace(SamplerKind kind, const Trace& want) {
    auto stepper = Stepper::make({.kind = kind, .steps = 6, .shift = 3});
    at::Tensor x = stepper->start(at::tensor({0.5F, -1.25F, 2.0F, 0.125F}));
    EXPECT_FALSE(stepper->needs_noise());
    for (int i = 0; i < 6; ++i) {
        const at::Tensor v = x.mul(0.05).add(stepper->schedule().timesteps[static_cast<std::size_t>(i)] / 1000);
        x = stepper->advance(i, x, v);
        EXPECT_EQ(x.scalar_type(), at::kFloat);
        for (int k = 0; k < 4; ++k)
            EXPECT_NEAR(x[k].item<double>(), want[static_cast<std::size_t>(i)][static_cast<std::size_t>(k)], 2e-6)
                << "step " << i << ", value " << k;
    }
}

TEST(Stepper, UnipcOnTheDiffusersGrid) {
    expect_trace(SamplerKind::kUnipcDiffusers, {{0.4360731, -1.3084644, 1.9313909, 0.0622436},
                                                {0.3610957, -1.3764506, 1.8504211, -0.0112357},
                                                {0.2739112, -1.4543701, 1.7552952, -0.0964348},
                                                {0.1705637, -1.5448308, 1.6409018, -0.1970209},
                                                {0.0612099, -1.6350579, 1.5151537, -0.3022761},
                                                {-0.0814702, -1.7458139, 1.3451101, -0.4381153}});
}

TEST(Stepper, UnipcOnTheOfficialGrid) {
    expect_trace(SamplerKind::kUnipcOfficial, {{0.4359813, -1.3085483, 1.9312925, 0.0621535},
                                               {0.3611179, -1.3764104, 1.8504278, -0.0112096},
                                               {0.2737239, -1.4545213, 1.7550770, -0.0966144},
                                               {0.1702487, -1.5450815, 1.6405318, -0.1973220},
                                               {0.0608746, -1.6352785, 1.5147200, -0.3025868},
                                               {-0.0804108, -1.7447848, 1.3461955, -0.4370623}});
}

TEST(Stepper, DpmppStartsFromSigmaOne) {
    expect_trace(SamplerKind::kDpmppOfficial, {{0.4359375, -1.3085938, 1.9312500, 0.0621094},
                                               {0.3588913, -1.3786306, 1.8481959, -0.0134348},
                                               {0.2685454, -1.4596826, 1.7498837, -0.1017892},
                                               {0.1627349, -1.5525677, 1.6329943, -0.2048299},
                                               {0.0511558, -1.6449548, 1.5049648, -0.3122965},
                                               {-0.0904284, -1.7547369, 1.3361217, -0.4470659}});
}

TEST(Stepper, EulerIsOneStraightLine) {
    auto stepper = Stepper::make({.kind = SamplerKind::kEulerDiffusers, .steps = 3, .shift = 5});
    const at::Tensor noise = at::tensor({0.5F, -2.0F});
    const at::Tensor v = at::tensor({1.0F, -0.25F});
    at::Tensor x = stepper->start(noise);
    for (int i = 0; i < 3; ++i)
        x = stepper->advance(i, x, v);
    // The sigmas fall from 1 to 0, so a constant velocity is subtracted exactly once.
    EXPECT_NEAR(x[0].item<double>(), -0.5, 1e-6);
    EXPECT_NEAR(x[1].item<double>(), -1.75, 1e-6);
}

std::vector<double> rcm_toy(int steps, double sigma_max, bool ode) {
    auto stepper = Stepper::make({.kind = SamplerKind::kRcm, .steps = steps, .sigma_max = sigma_max, .ode = ode});
    const std::array<float, 4> noise{0.5F, -1.0F, 0.25F, 2.0F};
    at::Tensor x = stepper->start(at::tensor({1.0F}));
    std::vector<double> out{x.item<double>()};
    EXPECT_EQ(stepper->needs_noise(), !ode);
    for (int i = 0; i < steps; ++i) {
        const at::Tensor v = x.mul(0.5).sub(0.25);
        x = stepper->advance(i, x, v, ode ? at::Tensor{} : at::tensor({noise[static_cast<std::size_t>(i)]}));
        EXPECT_EQ(x.scalar_type(), at::kDouble);
        out.push_back(x.item<double>());
    }
    return out;
}

TEST(Stepper, RcmToy) {
    const auto check = [](const std::vector<double>& got, const std::vector<double>& want) {
        ASSERT_EQ(got.size(), want.size());
        // The re-noising product is fp32 upstream, hence 1e-7 and not 1e-10.
        for (std::size_t i = 0; i < got.size(); ++i)
            EXPECT_NEAR(got[i], want[i], 1e-7);
    };
    check(rcm_toy(1, 80, false), {0.9876543210, 0.7468373724});
    check(rcm_toy(4, 80, false), {0.9876543210, 0.5163453088, -0.7780612464, 0.0611232065, 0.1947565927});
    check(rcm_toy(4, 80, true), {0.9876543210, 0.9745185571, 0.9553276822, 0.8997967500, 0.7780628277});
    check(rcm_toy(3, 200, false), {0.9950248756, 0.5164715533, -0.7780513460, -0.2330292923});
    check(rcm_toy(2, 200, true), {0.9950248756, 0.9798662699, 0.7558212525});
}

TEST(Stepper, RcmProductOfTimeAndNoiseIsSinglePrecision) {
    auto stepper = Stepper::make({.kind = SamplerKind::kRcm, .steps = 2, .sigma_max = 80});
    const at::Tensor zero = vector({0.0});
    const double got = stepper->advance(0, zero, zero, at::tensor({1.0F / 3})).item<double>();
    const double t = stepper->schedule().sigmas[1];
    EXPECT_EQ(got, static_cast<double>(static_cast<float>(t) * (1.0F / 3)));
}

TEST(Stepper, RefusesWrongUse) {
    const at::Tensor x = at::zeros({2, 3});
    auto stepper = Stepper::make({.kind = SamplerKind::kUnipcDiffusers, .steps = 2});
    EXPECT_THROW((void)stepper->advance(1, x, x), Failure);                  // skipped a step
    EXPECT_THROW((void)stepper->advance(0, x, at::zeros({3, 2})), Failure);  // other shape
    (void)stepper->advance(0, x, x);
    EXPECT_THROW((void)stepper->advance(0, x, x), Failure);  // twice
    (void)stepper->advance(1, x, x);
    EXPECT_THROW((void)stepper->advance(2, x, x), Failure);  // after the last

    auto rcm = Stepper::make({.kind = SamplerKind::kRcm, .steps = 2});
    try {
        (void)rcm->advance(0, x, x);
        FAIL() << "a stochastic step ran without noise";
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.error().field, "noise");
    }
}

TEST(Stepper, KeepsTheCallersTensors) {
    for (const auto kind :
         {SamplerKind::kRcm, SamplerKind::kUnipcDiffusers, SamplerKind::kDpmppOfficial, SamplerKind::kEulerDiffusers}) {
        auto stepper = Stepper::make({.kind = kind, .steps = 3});
        const at::Tensor noise = at::ones({4});
        at::Tensor x = stepper->start(noise);
        for (int i = 0; i < 3; ++i) {
            const at::Tensor before = x.clone();
            const at::Tensor v = at::full({4}, 0.5F);
            const at::Tensor next = stepper->advance(i, x, v, noise);
            EXPECT_TRUE(at::equal(x, before));
            x = next;
        }
        EXPECT_TRUE(at::equal(noise, at::ones({4})));
    }
}

}  // namespace
}  // namespace studio
