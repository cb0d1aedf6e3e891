// The bridge between tensors and the CUDA kernels, tried on the CPU: the table is filled with the launchers of the host
// shim, which run the kernels' sources, and the answers are held against ops:: on the same tensors.
#include "tensor/cuda_ops.h"

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
class CudaOps : public ::testing::Test {
  protected:
    CudaOps() { at::manual_seed(7); }
    at::Tensor random(at::IntArrayRef shape, at::ScalarType type = at::kBFloat16) const {
        return at::randn(shape).to(type);
    }
};

TEST_F(CudaOps, NormWithAndWithoutRotation) {
    const at::Tensor weight = random({256}, at::kFloat), rotation = random({5, 64, 2}, at::kFloat);
    for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
        const at::Tensor x = random({10, 256}, type);
        ASSERT_EQ(cuda_rms_norm_refusal(&kTable, x, weight, rotation), nullptr);
        const double bound = type == at::kFloat ? 1e-6 : 5e-3;
        EXPECT_LT(difference(cuda_rms_norm(kTable, x, weight, 1e-6), rms_norm(x, weight, 1e-6)), bound);
        const at::Tensor turned = cuda_rms_norm(kTable, x, weight, 1e-6, rotation);
        const at::Tensor want = rms_norm_rope(x.clone(), weight, 1e-6, rotation);
        EXPECT_EQ(turned.sizes(), want.sizes());
        EXPECT_LT(difference(turned, want), bound);
    }
}

TEST_F(CudaOps, ModulationAndGateOverTwoRuns) {
    const at::Tensor x = random({9, 64}, at::kFloat), y = random({9, 64});
    const at::Tensor shift = random({3, 64}, at::kFloat), scale = random({3, 64}, at::kFloat);
    const std::vector<TokenRun> two{{0, 4, 2}, {4, 9, 0}}, one{{0, 9, 1}};
    for (const auto& runs : {two, one}) {
        const at::Tensor got = cuda_layer_norm_modulate(kTable, x, shift, scale, runs, 1e-6, at::kBFloat16);
        EXPECT_LT(difference(got, layer_norm_modulate(x, shift, scale, runs, 1e-6, at::kBFloat16)), 3e-3);
        at::Tensor mine = x.clone(), theirs = x.clone();
        cuda_gate_residual_(kTable, mine, y, scale, runs);
        gate_residual_(theirs, y, scale, runs);
        EXPECT_LT(difference(mine, theirs), 1e-6);
    }
}

TEST_F(CudaOps, Gelu) {
    at::Tensor mine = random({3, 100}, at::kFloat), theirs = mine.clone();
    cuda_gelu_tanh_(kTable, mine);
    gelu_tanh_(theirs);
    EXPECT_LT(difference(mine, theirs), 1e-5);
}

TEST_F(CudaOps, AttentionOfAViewIntoAFusedProduct) {
    const at::Tensor fused = random({2, 70, 3, 2, 128});
    const at::Tensor q = fused.select(2, 0), k = fused.select(2, 1), v = fused.select(2, 2);
    ASSERT_EQ(cuda_attention_refusal(&kTable, q, k, v, {}), nullptr);
    const at::Tensor got = cuda_attention(kTable, q, k, v, 0.1);
    const at::Tensor want = attention(q.to(at::kFloat), k.to(at::kFloat), v.to(at::kFloat), {}, 0.1);
    EXPECT_LT(difference(got.flatten(2), want), 5e-3);
}

TEST_F(CudaOps, EveryKindOfSelfAttention) {
    AttentionInputs in{random({1, 200, 2, 128}),
                       random({1, 200, 2, 128}),
                       random({1, 200, 2, 128}),
                       random({128, 128}) * 0.09,
                       random({128}),
                       {}};
    SelfAttention how;
    how.topk = 0.5;
    for (const AttentionKind kind : {AttentionKind::kSla, AttentionKind::kSageSla, AttentionKind::kSage}) {
        how.kind = kind;
        ASSERT_EQ(cuda_self_attention_refusal(&kTable, in, how, false), nullptr);
        const at::Tensor got = cuda_self_attention(kTable, in, how);
        EXPECT_LT(difference(got.flatten(2), self_attention(in, how)), 6e-2) << to_string(kind);
    }
}

TEST_F(CudaOps, W8A8Linear) {
    const at::Tensor x = random({130, 256}), bias = random({72});
    const Int8Tiles weight = quantize_tiles(random({72, 256}) * 0.1);
    ASSERT_EQ(cuda_linear_refusal(&kTable, x, weight), nullptr);
    EXPECT_LT(difference(cuda_linear_w8a8(kTable, x, weight, bias), linear_w8a8(x, weight, bias)), 1e-3);
    EXPECT_LT(difference(cuda_linear_w8a8(kTable, x, weight, {}), linear_w8a8(x, weight)), 1e-3);
}

TEST_F(CudaOps, SayWhyTheyCannot) {
    const at::Tensor x = random({4, 64}), narrow = random({4, 12}), heads = random({1, 4, 2, 64});
    EXPECT_STREQ(cuda_gelu_refusal(nullptr, x), "no CUDA plugin or no usable device");
    EXPECT_EQ(cuda_table_for(x), nullptr);  // a CPU tensor
    EXPECT_NE(cuda_rms_norm_refusal(&kTable, narrow, {}), nullptr);
    EXPECT_NE(cuda_rms_norm_refusal(&kTable, x.to(at::kDouble), {}), nullptr);
    EXPECT_NE(cuda_layer_norm_refusal(&kTable, x.t(), at::kFloat), nullptr);
    EXPECT_NE(cuda_gate_residual_refusal(&kTable, x, x), nullptr);  // a bf16 stream
    EXPECT_NE(cuda_attention_refusal(&kTable, heads, heads, heads, {}), nullptr);
    EXPECT_NE(cuda_attention_refusal(&kTable, heads, heads, heads, x), nullptr);
    AttentionInputs in{random({1, 4, 2, 128}), random({1, 4, 2, 128}), random({1, 4, 2, 128}), {}, {}, {}};
    SelfAttention how;
    how.kind = AttentionKind::kSage;
    EXPECT_NE(cuda_self_attention_refusal(&kTable, in, how, true), nullptr);
    how.pv = SagePv::kFp8;
    EXPECT_NE(cuda_self_attention_refusal(&kTable, in, how, false), nullptr);
    how = {AttentionKind::kSla};
    how.key_block = 128;
    EXPECT_NE(cuda_self_attention_refusal(&kTable, in, how, false), nullptr);
    const Int8Tiles weight = quantize_tiles(random({8, 64}));
    EXPECT_NE(cuda_linear_refusal(&kTable, x, weight), nullptr);  // 64 deep
}

TEST_F(CudaOps, AFailedLaunchIsAFailure) {
    shim::options().capability = 75;
    at::Tensor x = random({4, 64});
    try {
        cuda_gelu_tanh_(kTable, x);
        FAIL() << "accepted";
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.error().code, ErrorCode::kDeviceFailure);
        EXPECT_FALSE(failure.error().fix.empty());
    }
    shim::options() = {};
}

}  // namespace
}  // namespace studio::ops
