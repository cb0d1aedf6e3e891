// Noise levels against the printed tables of the specification (wan.md A.1, 6.1; turbodiffusion.md 2.3, 2.4).
#include <gmock/gmock.h>

#include <limits>

#include "core/error.h"
#include "sampler/sampler.h"

namespace studio {
namespace {

using testing::ElementsAre;

Schedule grid(SamplerKind kind, int steps, double shift) {
    return make_schedule({.kind = kind, .steps = steps, .shift = shift});
}
Schedule rcm(int steps, double sigma_max) {
    return make_schedule({.kind = SamplerKind::kRcm, .steps = steps, .sigma_max = sigma_max});
}

void expect_near(const std::vector<double>& got, const std::vector<double>& want, double tolerance) {
    ASSERT_EQ(got.size(), want.size());
    for (std::size_t i = 0; i < got.size(); ++i)
        EXPECT_NEAR(got[i], want[i], tolerance) << "at " << i;
}

TEST(Schedule, OfficialUnipc) {
    const auto s = grid(SamplerKind::kUnipcOfficial, 4, 5);
    expect_near(s.sigmas, {0.9997998, 0.9372655, 0.8330554, 0.6246874, 0}, 1e-7);
    EXPECT_THAT(s.timesteps, ElementsAre(999, 937, 833, 624));
    EXPECT_THAT(grid(SamplerKind::kUnipcOfficial, 8, 12).timesteps,
                ElementsAre(999, 988, 972, 952, 922, 877, 799, 631));
}

TEST(Schedule, DiffusersUnipc) {
    const auto s = grid(SamplerKind::kUnipcDiffusers, 8, 3);
    expect_near(s.sigmas, {0.9999990, 0.9545950, 0.9001200, 0.8335555, 0.7503748, 0.6434690, 0.5009990, 0.3016776, 0},
                1e-7);
    EXPECT_THAT(s.timesteps, ElementsAre(999, 954, 900, 833, 750, 643, 500, 301));
    EXPECT_LT(s.sigmas.front(), 1.0);
}

TEST(Schedule, OfficialDpmppStartsAtOneAndTruncates) {
    const auto s = grid(SamplerKind::kDpmppOfficial, 20, 3);
    EXPECT_EQ(s.sigmas.front(), 1.0);
    // 0.875 and 0.785714... sit on the edge: another order of the fp64 operations gives 875 and 786.
    EXPECT_THAT(s.timesteps, ElementsAre(1000, 982, 964, 944, 923, 900, 874, 847, 818, 785, 750, 710, 666, 617, 562,
                                         500, 428, 346, 249, 136));
}

TEST(Schedule, EulerAppliesTheShiftTwice) {
    expect_near(grid(SamplerKind::kEulerDiffusers, 4, 3).sigmas, {1, 0.8576923, 0.6021505, 0.0089286, 0}, 1e-7);
    const auto s = grid(SamplerKind::kEulerDiffusers, 4, 5);
    expect_near(s.sigmas, {1, 0.9097072, 0.7173175, 0.0244141, 0}, 1e-7);
    expect_near(s.timesteps, {1000, 909.70715, 717.31744, 24.414066}, 1e-4);
}

// wan.md 6.6: the four steps of the step-distilled adapters; two for each expert of the A14B models.
TEST(Schedule, EulerLinearIsShiftedOnceAndNotRounded) {
    const auto s = grid(SamplerKind::kEulerLinear, 4, 5);
    expect_near(s.sigmas, {1, 0.9375, 0.8333333, 0.625, 0}, 1e-6);
    expect_near(s.timesteps, {1000, 937.5, 833.33333, 625}, 1e-3);
    for (const double boundary : {0.875, 0.9})
        for (int i = 0; i < 4; ++i)
            EXPECT_EQ(high_noise_expert(SamplerKind::kEulerLinear, s, i, boundary), i < 2) << i;
    EXPECT_EQ(sampler_kind("euler_linear"), SamplerKind::kEulerLinear);
}

TEST(Schedule, EveryGridFallsAndEndsAtZero) {
    for (const auto kind : {SamplerKind::kUnipcDiffusers, SamplerKind::kUnipcOfficial, SamplerKind::kDpmppOfficial,
                            SamplerKind::kEulerDiffusers, SamplerKind::kEulerLinear}) {
        for (const int steps : {1, 2, 7, 1000}) {
            const auto s = grid(kind, steps, 3);
            ASSERT_EQ(s.sigmas.size(), static_cast<std::size_t>(steps) + 1);
            ASSERT_EQ(s.timesteps.size(), static_cast<std::size_t>(steps));
            EXPECT_TRUE(std::is_sorted(s.sigmas.rbegin(), s.sigmas.rend()));
            EXPECT_EQ(s.sigmas.back(), 0);
        }
    }
}

TEST(Schedule, RcmTimesAreExactAndFedRoundedToBf16) {
    const auto s = rcm(4, 80);
    expect_near(s.sigmas, {0.9876543210, 0.9337810614, 0.8528953948, 0.6089790492, 0}, 1e-10);
    EXPECT_THAT(s.timesteps, ElementsAre(988, 932, 852, 608));
    EXPECT_THAT(rcm(1, 200).timesteps, ElementsAre(996));
    EXPECT_THAT(rcm(1, 120).timesteps, ElementsAre(992));
    EXPECT_THAT(rcm(2, 1600).timesteps, ElementsAre(1000, 932));
}

TEST(Schedule, RefusesWhatItCannotMake) {
    const auto field_of = [](const SamplerSettings& settings) -> std::string {
        try {
            (void)make_schedule(settings);
        } catch (const Failure& failure) {
            EXPECT_EQ(failure.error().code, ErrorCode::kInvalidArgument);
            EXPECT_FALSE(failure.error().message.empty());
            EXPECT_FALSE(failure.error().fix.empty());
            return failure.error().field;
        }
        return "accepted";
    };
    constexpr auto kNan = std::numeric_limits<double>::quiet_NaN();
    constexpr auto kGrid = SamplerKind::kUnipcDiffusers;
    EXPECT_EQ(field_of({.kind = kGrid, .steps = 0}), "steps");
    EXPECT_EQ(field_of({.kind = kGrid, .steps = 1001}), "steps");
    EXPECT_EQ(field_of({.kind = SamplerKind::kRcm, .steps = 5}), "steps");
    EXPECT_EQ(field_of({.kind = kGrid, .steps = 4, .shift = 0}), "shift");
    EXPECT_EQ(field_of({.kind = kGrid, .steps = 4, .shift = kNan}), "shift");
    EXPECT_EQ(field_of({.kind = SamplerKind::kRcm, .steps = 4, .sigma_max = 0}), "sigma_max");
    EXPECT_EQ(field_of({.kind = SamplerKind::kRcm, .steps = 4, .sigma_max = kNan}), "sigma_max");
    EXPECT_EQ(field_of({.kind = kGrid, .steps = 1, .shift = 1}), "accepted");
}

int high_steps(SamplerKind kind, const Schedule& s, double boundary) {
    int n = 0;
    for (int i = 0; i < static_cast<int>(s.timesteps.size()); ++i)
        n += high_noise_expert(kind, s, i, boundary);
    return n;
}

TEST(Experts, SwitchWhereTheSpecificationCounts) {
    for (const auto kind : {SamplerKind::kUnipcDiffusers, SamplerKind::kUnipcOfficial, SamplerKind::kDpmppOfficial}) {
        EXPECT_EQ(high_steps(kind, grid(kind, 40, 12), 0.875), 26);
        EXPECT_EQ(high_steps(kind, grid(kind, 40, 5), 0.9), 15);
        EXPECT_EQ(high_steps(kind, grid(kind, 20, 12), 0.875), 13);
        EXPECT_EQ(high_steps(kind, grid(kind, 20, 5), 0.9), 8);
    }
    for (int steps = 1; steps <= 4; ++steps)
        EXPECT_EQ(high_steps(SamplerKind::kRcm, rcm(steps, 200), 0.9), std::min(steps, 2));
}

TEST(Experts, BoundaryItselfIsHighNoise) {
    const Schedule s{{0.9, 0.5, 0}, {900, 500}};
    EXPECT_TRUE(high_noise_expert(SamplerKind::kUnipcOfficial, s, 0, 0.9));
    EXPECT_TRUE(high_noise_expert(SamplerKind::kRcm, s, 0, 0.9));
    EXPECT_FALSE(high_noise_expert(SamplerKind::kUnipcOfficial, s, 1, 0.9));
}

TEST(Experts, RcmNeverSwitchesBack) {
    const auto s = rcm(2, 5);  // starts at t = 0.833, then 0.934
    EXPECT_FALSE(high_noise_expert(SamplerKind::kRcm, s, 0, 0.9));
    EXPECT_FALSE(high_noise_expert(SamplerKind::kRcm, s, 1, 0.9));
}

TEST(Experts, RefusesABoundaryOutsideItsRange) {
    const auto s = grid(SamplerKind::kUnipcOfficial, 4, 5);
    for (const double boundary : {0.0, 1.0, -1.0, std::numeric_limits<double>::quiet_NaN()})
        EXPECT_THROW((void)high_noise_expert(SamplerKind::kUnipcOfficial, s, 0, boundary), Failure);
    EXPECT_THROW((void)high_noise_expert(SamplerKind::kUnipcOfficial, s, 4, 0.5), Failure);
}

TEST(SamplerKind, NamesOfFilesAndOfPeople) {
    EXPECT_EQ(sampler_kind("rcm"), SamplerKind::kRcm);
    EXPECT_EQ(sampler_kind("unipc"), SamplerKind::kUnipcDiffusers);
    EXPECT_EQ(sampler_kind("unipc_official"), SamplerKind::kUnipcOfficial);
    EXPECT_EQ(sampler_kind("dpmpp_official"), SamplerKind::kDpmppOfficial);
    EXPECT_EQ(sampler_kind("euler"), SamplerKind::kEulerDiffusers);
    EXPECT_FALSE(sampler_kind("UniPC").has_value());
    EXPECT_FALSE(sampler_kind("").has_value());
}

}  // namespace
}  // namespace studio
