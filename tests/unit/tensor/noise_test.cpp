#include "tensor/noise.h"

#include <gtest/gtest.h>

#include <set>

#include "tensor/philox.h"

namespace studio {
namespace {

using Block = std::array<std::uint32_t, 4>;

// Known answers published with Random123 (philox4x32, 10 rounds).
TEST(Philox, MatchesPublishedVectors) {
    EXPECT_EQ(philox4x32({0, 0, 0, 0}, {0, 0}), (Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
    const std::uint32_t ones = 0xffffffff;
    EXPECT_EQ(philox4x32({ones, ones, ones, ones}, {ones, ones}),
              (Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
    EXPECT_EQ(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
              (Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(GaussianNoise, FirstValuesFollowFromThePublishedVector) {
    // Seed 0, stream 0, element 0: the first vector above through Box-Muller.
    const double u1 = (0x6627e8d5u + 0.5) / 4294967296.0, u2 = (0xe169c58du + 0.5) / 4294967296.0;
    const double radius = std::sqrt(-2 * std::log(u1)), angle = 2 * 3.14159265358979323846 * u2;
    const at::Tensor noise = gaussian_noise({4}, 0, 0);
    EXPECT_EQ(noise[0].item<float>(), static_cast<float>(radius * std::cos(angle)));
    EXPECT_EQ(noise[1].item<float>(), static_cast<float>(radius * std::sin(angle)));
}

TEST(GaussianNoise, DoesNotDependOnShapeOrThreads) {
    const at::Tensor long_row = gaussian_noise({40000}, 42, 0);
    EXPECT_TRUE(at::equal(gaussian_noise({1, 16, 5, 10, 20}, 42, 0).flatten(), long_row.slice(0, 0, 16000)));
    EXPECT_TRUE(at::equal(gaussian_noise({7}, 42, 0), long_row.slice(0, 0, 7)));
    const int threads = at::get_num_threads();
    at::set_num_threads(3);
    EXPECT_TRUE(at::equal(gaussian_noise({40000}, 42, 0), long_row));
    at::set_num_threads(threads);
}

TEST(GaussianNoise, EverySeedBitAndStreamCounts) {
    std::set<float> firsts;
    for (const std::uint64_t seed : {0ull, 1ull, 1ull << 31, 1ull << 32, 1ull << 63}) {
        for (const std::uint32_t stream : {0u, 1u, 0x80000000u}) {
            firsts.insert(gaussian_noise({1}, seed, stream)[0].item<float>());
        }
    }
    EXPECT_EQ(firsts.size(), 15u);
}

TEST(GaussianNoise, IsNormal) {
    const at::Tensor noise = gaussian_noise({1 << 20}, 7, 3).to(at::kDouble);
    const double mean = noise.mean().item<double>();
    const double variance = noise.square().mean().item<double>();
    const double fourth = noise.pow(4).mean().item<double>();
    EXPECT_NEAR(mean, 0.0, 0.005);  // five standard errors of 2^20 draws
    EXPECT_NEAR(variance, 1.0, 0.007);
    EXPECT_NEAR(fourth, 3.0, 0.05);
    EXPECT_TRUE(at::isfinite(noise).all().item<bool>());
    // Neighbours, which share a Box-Muller pair, are uncorrelated.
    const at::Tensor pairs = noise.view({-1, 2});
    EXPECT_NEAR((pairs.select(1, 0) * pairs.select(1, 1)).mean().item<double>(), 0.0, 0.008);
}

TEST(GaussianNoise, AcceptsEmptyShapes) {
    EXPECT_EQ(gaussian_noise({0, 3}, 1, 0).numel(), 0);
}

}  // namespace
}  // namespace studio
