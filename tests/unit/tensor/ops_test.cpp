#include "tensor/ops.h"

#include <gtest/gtest.h>

#include "tensor/noise.h"
#include "tensor/ops_video.h"

namespace studio {
namespace {

at::Tensor randn(at::IntArrayRef shape, std::uint32_t stream) {
    return gaussian_noise(shape, 5, stream);
}

double error(const at::Tensor& got, const at::Tensor& want) {
    if (got.sizes() != want.sizes()) return std::numeric_limits<double>::infinity();
    const at::Tensor w = want.to(at::kDouble);
    return (at::linalg_vector_norm(got.to(at::kDouble) - w) / at::linalg_vector_norm(w)).item<double>();
}

TEST(RmsNorm, MatchesTheFormula) {
    const at::Tensor x = randn({5, 24}, 0) * 3.0, weight = randn({24}, 1);
    const at::Tensor wide = x.to(at::kDouble);
    const at::Tensor want = wide * (wide.square().mean(-1, true) + 0.5).rsqrt() * weight.to(at::kDouble);
    EXPECT_LE(error(ops::rms_norm(x, weight, 0.5), want), 1e-6);
    EXPECT_LE(error(ops::rms_norm(x.to(at::kBFloat16), weight, 0.5), want), 1e-2);
}

TEST(LayerNormModulate, UsesTheRowOfEachRun) {
    const at::Tensor x = randn({7, 16}, 0), shift = randn({2, 16}, 1), scale = randn({2, 16}, 2);
    const std::vector<ops::TokenRun> runs{{0, 2, 1}, {2, 5, 0}, {5, 7, 1}};
    const at::Tensor rows = at::tensor({1, 1, 0, 0, 0, 1, 1}, at::kLong);
    const at::Tensor wide = x.to(at::kDouble);
    const at::Tensor centred = wide - wide.mean(-1, true);
    const at::Tensor normed = centred * (centred.square().mean(-1, true) + 1e-2).rsqrt();
    const at::Tensor want = normed * (1 + scale.index_select(0, rows)) + shift.index_select(0, rows);
    EXPECT_LE(error(ops::layer_norm_modulate(x, shift, scale, runs, 1e-2, at::kFloat), want), 1e-6);

    at::Tensor residual = x.clone();
    ops::gate_residual_(residual, randn({7, 16}, 3), scale, runs);
    EXPECT_LE(error(residual, x + randn({7, 16}, 3) * scale.index_select(0, rows)), 1e-6);
}

// Two batch rows, two heads: norm over both heads jointly, then each head's interleaved pairs turned by its token's
// angle.
TEST(RmsNormRope, NormsTheRowAndTurnsThePairs) {
    const std::int64_t tokens = 3, head_dim = 6;
    const at::Tensor x = randn({2 * tokens, 2 * head_dim}, 0), weight = randn({2 * head_dim}, 1);
    const at::Tensor angle = randn({tokens, head_dim / 2}, 2).to(at::kDouble) * 3.0;
    const at::Tensor table = at::stack({angle.cos(), angle.sin()}, -1).to(at::kFloat).contiguous();
    const at::Tensor wide = x.to(at::kDouble);
    const at::Tensor normed = (wide * (wide.square().mean(-1, true) + 0.5).rsqrt() * weight.to(at::kDouble))
                                  .view({2, tokens, 2, head_dim / 2, 2});
    const at::Tensor a = normed.select(-1, 0), b = normed.select(-1, 1);
    const at::Tensor c = angle.cos().unsqueeze(1), s = angle.sin().unsqueeze(1);
    const at::Tensor want = at::stack({a * c - b * s, a * s + b * c}, -1).flatten(-2);
    EXPECT_LE(error(ops::rms_norm_rope(x.clone(), weight, 0.5, table), want), 1e-6);
    EXPECT_LE(error(ops::rms_norm_rope(x.to(at::kBFloat16), weight, 0.5, table), want), 1e-2);
}

class Attention : public ::testing::TestWithParam<int> {};

TEST_P(Attention, MatchesTheFormulaWithBias) {
    const int width = GetParam();
    const at::Tensor q = randn({2, 9, 3, width}, 0), k = randn({2, 5, 3, width}, 1), v = randn({2, 5, 3, width}, 2);
    const auto formula = [&](const at::Tensor& bias, double scale) {
        const auto heads = [](const at::Tensor& t) { return t.to(at::kDouble).transpose(1, 2); };
        const at::Tensor logits = at::matmul(heads(q), heads(k).transpose(2, 3)) * scale + bias;
        return at::matmul(at::softmax(logits, -1), heads(v)).transpose(1, 2).reshape({2, 9, 3 * width});
    };
    const double scale = 1 / std::sqrt(static_cast<double>(width));
    EXPECT_LE(error(ops::attention(q, k, v), formula(at::zeros({1}, at::kDouble), scale)), 2e-6);
    const at::Tensor key_bias = randn({1, 1, 1, 5}, 3) * 4.0;
    EXPECT_LE(error(ops::attention(q, k, v, key_bias), formula(key_bias, scale)), 2e-6);
    const at::Tensor full_bias = randn({1, 3, 9, 5}, 4);
    EXPECT_LE(error(ops::attention(q, k, v, full_bias, 1.0), formula(full_bias, 1.0)), 2e-6);
}

INSTANTIATE_TEST_SUITE_P(HeadWidths, Attention, ::testing::Values(8, 12, 24, 64, 128));

TEST(ConvFrames, MatchesAtenOverTimeAndPerFrame) {
    const at::Tensor x = randn({5, 6, 7, 4}, 0), weight = randn({3, 4, 3, 3, 3}, 1), bias = randn({3}, 2);
    const at::Tensor plain = x.permute({3, 0, 1, 2}).unsqueeze(0).contiguous();
    const at::Tensor want = at::conv3d(plain, weight, bias, 1, {0, 1, 1})[0].permute({1, 2, 3, 0});
    EXPECT_LE(error(ops::conv_frames(x, ops::conv_weight(weight), bias, {.space_padding = 1}), want), 1e-6);
    const at::Tensor flat = weight.select(2, 1).contiguous();
    const at::Tensor strided = at::conv2d(x.permute({0, 3, 1, 2}).contiguous(), flat, bias, 2).permute({0, 2, 3, 1});
    EXPECT_LE(error(ops::conv_frames(x, ops::conv_weight(flat), bias, {.space_stride = 2}), strided), 1e-6);
}

TEST(GeluTanh, MatchesTheFormula) {
    at::Tensor half = (randn({100}, 0) * 3.0).to(at::kBFloat16);
    at::Tensor x = randn({100}, 0) * 3.0;
    const at::Tensor wide = x.to(at::kDouble);
    const at::Tensor want =
        0.5 * wide * (1 + at::tanh(std::sqrt(2 / 3.14159265358979323846) * (wide + 0.044715 * wide.pow(3))));
    ops::gelu_tanh_(x);
    EXPECT_LE(error(x, want), 1e-6);
    ops::gelu_tanh_(half);
    EXPECT_LE(error(half, want), 1e-2);
}

}  // namespace
}  // namespace studio
