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

struct Heads {
    std::int64_t heads, head_dim;
};

class RmsRope : public ::testing::TestWithParam<Heads> {};

// Head widths on both sides of the vector width; more rows than positions, started in the middle.
TEST_P(RmsRope, MatchesTheFormula) {
    const auto [heads, head_dim] = GetParam();
    const std::int64_t rows = 11, positions = 4, dim = heads * head_dim, first_row = 3;
    const at::Tensor x = gaussian_noise({rows, dim}, 21, 0), weight = gaussian_noise({dim}, 21, 1);
    const at::Tensor angle = gaussian_noise({positions, head_dim / 2}, 21, 2).to(at::kDouble) * 3.0;
    const at::Tensor table = at::stack({angle.cos(), angle.sin()}, -1).to(at::kFloat).contiguous();
    const at::Tensor wide = x.to(at::kDouble);
    const at::Tensor normed = wide * (wide.square().mean(-1, true) + 0.25).rsqrt() * weight.to(at::kDouble);
    const at::Tensor pairs = normed.view({rows, heads, head_dim / 2, 2});
    const at::Tensor turn = angle.index_select(0, at::arange(first_row, first_row + rows) % positions).unsqueeze(1);
    const at::Tensor a = pairs.select(-1, 0), b = pairs.select(-1, 1);
    const at::Tensor want =
        at::stack({a * turn.cos() - b * turn.sin(), a * turn.sin() + b * turn.cos()}, -1).view({rows, dim});
    for (const cpu::RowKernels& kernels : cpu::row_kernels()) {
        at::Tensor out = at::full_like(x, std::numeric_limits<float>::quiet_NaN());
        cpu::RmsRopeArgs args{x.const_data_ptr<float>(),
                              weight.const_data_ptr<float>(),
                              table.const_data_ptr<float>(),
                              out.mutable_data_ptr<float>(),
                              rows,
                              dim,
                              head_dim,
                              positions,
                              first_row,
                              0.25f};
        kernels.rms_rope(args);
        EXPECT_LE((out - want).abs().max().item<double>(), 2e-6) << kernels.name;
        args.table = nullptr;
        kernels.rms_rope(args);
        EXPECT_LE((out - normed).abs().max().item<double>(), 2e-6) << kernels.name << " without rotation";
    }
}

INSTANTIATE_TEST_SUITE_P(Heads, RmsRope,
                         ::testing::Values(Heads{1, 2}, Heads{2, 12}, Heads{3, 24}, Heads{1, 64}, Heads{2, 128}),
                         [](const auto& entry) { return "d" + std::to_string(entry.param.head_dim); });

class LayerNormRows : public ::testing::TestWithParam<int> {};

// Widths on both sides of the vector width, and a mean far from zero.
TEST_P(LayerNormRows, MatchTheFormula) {
    const std::int64_t dim = GetParam(), rows = 5;
    const at::Tensor x = gaussian_noise({rows, dim}, 31, 0) * 3.0 + 20.0;
    const at::Tensor weight = gaussian_noise({dim}, 31, 1), bias = gaussian_noise({dim}, 31, 2);
    const at::Tensor wide = x.to(at::kDouble), centred = wide - wide.mean(-1, true);
    const at::Tensor plain = centred * (centred.square().mean(-1, true) + 0.25).rsqrt();
    const at::Tensor want = plain * weight.to(at::kDouble) + bias.to(at::kDouble);
    for (const cpu::RowKernels& kernels : cpu::row_kernels()) {
        at::Tensor out = at::full_like(x, std::numeric_limits<float>::quiet_NaN());
        cpu::LayerNormArgs args{x.const_data_ptr<float>(),
                                weight.const_data_ptr<float>(),
                                bias.const_data_ptr<float>(),
                                out.mutable_data_ptr<float>(),
                                rows,
                                dim,
                                0.25f};
        kernels.layer_norm(args);
        EXPECT_LE((out - want).abs().max().item<double>(), 1e-5) << kernels.name;
        args.weight = args.bias = nullptr;
        kernels.layer_norm(args);
        EXPECT_LE((out - plain).abs().max().item<double>(), 4e-6) << kernels.name << " without weight and bias";
    }
}

INSTANTIATE_TEST_SUITE_P(Widths, LayerNormRows, ::testing::Values(1, 2, 15, 16, 17, 100, 1536));

TEST(GeluRows, MatchTheFormulaFarOutToo) {
    const at::Tensor x =
        at::cat({gaussian_noise({1003}, 22, 0) * 4.0, at::tensor({-1e4f, -100.f, -20.f, 0.f, 100.f, 1e4f})});
    const at::Tensor wide = x.to(at::kDouble);
    const at::Tensor want =
        0.5 * wide * (1 + at::tanh(std::sqrt(2 / 3.14159265358979323846) * (wide + 0.044715 * wide.pow(3))));
    for (const cpu::RowKernels& kernels : cpu::row_kernels()) {
        at::Tensor out = x.clone();
        kernels.gelu_tanh(out.mutable_data_ptr<float>(), out.numel());
        const double worst = ((out.to(at::kDouble) - want).abs() / (want.abs() + 1e-2)).max().item<double>();
        EXPECT_TRUE(worst <= 2e-6) << kernels.name << ": " << worst;
    }
}

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
