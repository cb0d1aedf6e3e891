// The bridge of the VAE's CUDA kernels, on the CPU with the launchers of the host shim.
#include "tensor/cuda_video.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "unit/tensor/shim_table.h"

namespace studio::ops {
namespace {

const CudaTable kTable = test::shim_table();

double difference(const at::Tensor& got, const at::Tensor& want) {
    const at::Tensor a = got.to(at::kDouble), b = want.to(at::kDouble);
    return ((a - b).norm() / b.norm()).item<double>();
}

struct Conv {
    std::vector<std::int64_t> x, weight;
    std::int64_t history;
    ConvShape shape;
};
class CudaVideo : public ::testing::TestWithParam<Conv> {
  protected:
    CudaVideo() { at::manual_seed(11); }
};
// Both sides see values that bf16 holds exactly, so that only the order of sums differs.
TEST_P(CudaVideo, ConvolutionIsTheLibrarys) {
    const Conv& c = GetParam();
    const auto exact = [](at::IntArrayRef sizes) { return at::randn(sizes).to(at::kBFloat16).to(at::kFloat); };
    const at::Tensor x = exact(c.x), weight = conv_weight(exact(c.weight)), bias = at::randn({c.weight[0]});
    std::vector<std::int64_t> past = c.x;
    past[0] = c.history;
    const at::Tensor before = c.history > 0 ? exact(past) : at::Tensor();
    const at::Tensor plain = causal_conv(before, x, weight, bias, c.shape);
    const at::Tensor residual = at::randn(plain.sizes());
    ASSERT_EQ(cuda_conv_refusal(&kTable, before, x, weight, c.shape, true), nullptr);
    const at::Tensor got = cuda_conv(kTable, before, x, weight, bias, c.shape, residual);
    ASSERT_EQ(got.sizes(), plain.sizes());
    EXPECT_LT(difference(got, plain + residual), 2e-6);
    EXPECT_LT(difference(causal_conv(before, x, weight, bias, c.shape, residual), plain + residual), 1e-6);
}
INSTANTIATE_TEST_SUITE_P(Shapes, CudaVideo,
                         ::testing::Values(Conv{{2, 4, 5, 16}, {24, 16, 3, 3, 3}, 2, {.space_padding = 1}},
                                           Conv{{1, 5, 3, 3}, {16, 3, 3, 3}, 0, {.space_padding = 1}},
                                           Conv{{2, 5, 7, 16}, {16, 16, 3, 3}, 0, {.space_stride = 2, .far_side = 1}},
                                           Conv{{2, 4, 3, 8}, {16, 8, 3, 1, 1}, 2, {}},
                                           Conv{{4, 4, 3, 8}, {8, 8, 3, 1, 1}, 1, {.time_stride = 2}},
                                           Conv{{1, 4, 3, 12}, {40, 12, 2, 2}, 0, {.space_padding = 1}}));

TEST(CudaVideoNorm, IsTheProcessors) {
    at::manual_seed(3);
    const at::Tensor x = at::randn({2, 3, 5, 96}), gamma = at::rand({96}) + 0.5;
    for (const bool with_silu : {false, true}) {
        at::Tensor want = at::empty_like(x), got = x.clone();
        channel_norm_into(x, gamma, with_silu, want);
        ASSERT_EQ(cuda_channel_norm_refusal(&kTable, got, gamma, got), nullptr);
        cuda_channel_norm(kTable, got, gamma, with_silu, got);
        EXPECT_LT(difference(got, want), 1e-6);
    }
}

TEST(CudaVideoBytes, AreTheProcessors) {
    at::manual_seed(4);
    const at::Tensor x = at::randn({3, 2, 5, 7});
    ASSERT_EQ(cuda_bytes_refusal(&kTable, x), nullptr);
    const at::Tensor got = cuda_bytes(kTable, x), want = frames_to_bytes(x);
    ASSERT_EQ(got.sizes(), want.sizes());
    EXPECT_LE((got.to(at::kInt) - want.to(at::kInt)).abs().max().item<int>(), 1);
    EXPECT_LT((got != want).sum().item<std::int64_t>(), 5);
}

TEST(CudaVideoRefusals, SayWhy) {
    const at::Tensor x = at::randn({2, 4, 4, 8}), w = conv_weight(at::randn({8, 8, 3, 3, 3}));
    const ConvShape same{.space_padding = 1};
    EXPECT_EQ(cuda_conv_refusal(&kTable, {}, x, w, same, true), nullptr);
    EXPECT_STRNE(cuda_conv_refusal(nullptr, {}, x, w, same, true), nullptr);
    EXPECT_STRNE(cuda_conv_refusal(&kTable, {}, x, w, same, false), nullptr);
    EXPECT_STRNE(cuda_conv_refusal(&kTable, {}, x.to(at::kHalf), w, same, true), nullptr);
    EXPECT_STRNE(cuda_conv_refusal(&kTable, {}, x.transpose(1, 2), w, same, true), nullptr);
    EXPECT_STRNE(cuda_conv_refusal(&kTable, {}, x, at::randn({8, 8, 4, 3, 3}), same, true), nullptr);
    EXPECT_STRNE(cuda_conv_refusal(&kTable, {}, x, w, {.space_stride = 3}, true), nullptr);
    shim::options().max_shared = 64 * 1024;
    EXPECT_STRNE(cuda_conv_refusal(&kTable, {}, x, w, same, true), nullptr);
    shim::options() = {};
    shim::options().capability = 75;
    EXPECT_STRNE(cuda_conv_refusal(&kTable, {}, x, w, same, true), nullptr);
    shim::options() = {};
    const at::Tensor gamma = at::ones({12});
    EXPECT_STRNE(cuda_channel_norm_refusal(&kTable, at::randn({1, 2, 2, 12}), gamma, at::randn({1, 2, 2, 12})),
                 nullptr);
    EXPECT_STRNE(cuda_bytes_refusal(&kTable, at::randn({4, 2, 2, 2})), nullptr);
}

}  // namespace
}  // namespace studio::ops
