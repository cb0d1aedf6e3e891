#include "tensor/cpu_rows.h"

#include <gtest/gtest.h>

#include "tensor/noise.h"

namespace studio {
namespace {

at::Tensor formula(const at::Tensor& x, const at::Tensor& gamma, bool with_silu) {
    const at::Tensor wide = x.to(at::kDouble);
    const at::Tensor norm = at::linalg_vector_norm(wide, 2, at::IntArrayRef{-1}, true).clamp_min(1e-12);
    const at::Tensor y = wide / norm * std::sqrt(static_cast<double>(x.size(1))) * gamma.to(at::kDouble);
    return with_silu ? y * at::sigmoid(y) : y;
}

class ChannelNorm : public ::testing::TestWithParam<int> {};

// Every channel count on both sides of the vector width and of the unrolled counts, and rows past a block's edge.
TEST_P(ChannelNorm, MatchesTheFormula) {
    const int channels = GetParam();
    for (const std::int64_t rows : {std::int64_t{1}, std::int64_t{2048 / channels + 3}, std::int64_t{777}}) {
        const at::Tensor x = gaussian_noise({rows, channels}, 11, static_cast<std::uint32_t>(channels)) * 7.0;
        const at::Tensor gamma = gaussian_noise({channels}, 12, 0);
        for (const bool with_silu : {false, true}) {
            const at::Tensor want = formula(x, gamma, with_silu);
            for (const cpu::RowKernels& kernels : cpu::row_kernels()) {
                at::Tensor out = at::full_like(x, std::numeric_limits<float>::quiet_NaN());
                kernels.channel_norm({x.const_data_ptr<float>(), gamma.const_data_ptr<float>(),
                                      out.mutable_data_ptr<float>(), rows, channels, with_silu});
                const double worst = ((out.to(at::kDouble) - want).abs() / (want.abs() + 1e-3)).max().item<double>();
                EXPECT_TRUE(worst <= 1e-6) << kernels.name << ", " << channels << " channels, " << rows
                                           << " rows, silu " << with_silu << ": " << worst;
            }
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Channels, ChannelNorm, ::testing::Values(1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 32, 96, 100, 384));

TEST(ChannelNormEdges, ZeroRowsStayZeroAndExtremesStayFinite) {
    const int channels = 8;
    std::vector<float> x(3 * channels, 0.0f), gamma(channels, 1.0f), out(3 * channels, 1.0f);
    for (int c = 0; c < channels; ++c)
        x[static_cast<std::size_t>(channels + c)] = c == 0 ? 1e15f : 0.0f;
    for (int c = 0; c < channels; ++c)
        x[static_cast<std::size_t>(2 * channels + c)] = 1e-18f;
    for (auto& g : gamma)
        g = -60.0f;
    cpu::channel_norm({x.data(), gamma.data(), out.data(), 3, channels, true});
    for (int c = 0; c < channels; ++c)
        EXPECT_EQ(out[static_cast<std::size_t>(c)], 0.0f);
    for (const float value : out)
        EXPECT_TRUE(std::isfinite(value));
}

TEST(ChannelNormEdges, NanStaysNan) {
    std::vector<float> x(16, 1.0f), gamma(16, 1.0f), out(16, 0.0f);
    x[5] = std::numeric_limits<float>::quiet_NaN();
    cpu::channel_norm({x.data(), gamma.data(), out.data(), 1, 16, true});
    EXPECT_TRUE(std::isnan(out[0]));
    EXPECT_TRUE(std::isnan(out[5]));
}

}  // namespace
}  // namespace studio
