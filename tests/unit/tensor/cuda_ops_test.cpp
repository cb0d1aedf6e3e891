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

// Sage on each kind of device: the values are f16 or fp8, and by WGMMA on the last.
TEST_F(CudaOps, SageTakesTheDevicesValues) {
    AttentionInputs in{random({1, 150, 2, 128}), random({1, 150, 2, 128}), random({1, 150, 2, 128}), {}, {}, {}};
    const at::Tensor want = attention(in.q, in.k, in.v);
    SelfAttention how;
    how.kind = AttentionKind::kSage;
    for (const int capability : {80, 89, 90, 100, 120}) {
        shim::options().capability = capability;
        for (const SagePv pv : {SagePv::kAuto, SagePv::kFp16, SagePv::kFp8}) {
            how.pv = pv;
            const bool can = pv != SagePv::kFp8 || capability == 89 || capability == 90 || capability == 120;
            ASSERT_EQ(cuda_self_attention_refusal(&kTable, in, how, false) == nullptr, can) << capability;
            if (can) {
                EXPECT_LT(difference(cuda_self_attention(kTable, in, how).flatten(2), want), 5e-2) << capability;
            }
        }
    }
    shim::options() = {};
}

// Raw q and k: the kernel's one pass against rms_norm_rope first.
TEST_F(CudaOps, PendingNormIsDoneInOnePass) {
    const at::Tensor fused = random({1, 150, 3, 2, 128});
    AttentionInputs in{
        fused.select(2, 0), fused.select(2, 1), fused.select(2, 2), random({128, 128}) * 0.09, random({128}), {}, {}};
    in.norm = {at::rand({256}) + 0.5, at::rand({256}) + 0.5, random({150, 64, 2}, at::kFloat), 1e-6};
    AttentionInputs ready = in;
    const auto turn = [&](const at::Tensor& x, const at::Tensor& w) {
        return rms_norm_rope(x.flatten(2).flatten(0, 1), w, 1e-6, in.norm.rotation);
    };
    ready.q = turn(in.q, in.norm.q_weight), ready.k = turn(in.k, in.norm.k_weight), ready.norm = {};
    SelfAttention how;
    how.topk = 0.5;
    for (const AttentionKind kind :
         {AttentionKind::kDense, AttentionKind::kSla, AttentionKind::kSageSla, AttentionKind::kSage}) {
        how.kind = kind;
        const at::Tensor want = self_attention(ready, how);
        EXPECT_TRUE(at::equal(self_attention(in, how), want)) << to_string(kind);  // on the CPU: the same operations
        if (kind == AttentionKind::kDense) continue;
        ASSERT_EQ(cuda_self_attention_refusal(&kTable, in, how, false), nullptr);
        EXPECT_LT(difference(cuda_self_attention(kTable, in, how).flatten(2), want), 6e-2) << to_string(kind);
    }
    in.norm.k_weight = at::Tensor();
    EXPECT_THROW(self_attention(in, how), Failure);
}

TEST_F(CudaOps, W8A8Linear) {
    const at::Tensor x = random({130, 256}), bias = random({72});
    const Int8Tiles weight = quantize_tiles(random({72, 256}) * 0.1);
    ASSERT_EQ(cuda_linear_refusal(&kTable, x, weight), nullptr);
    EXPECT_LT(difference(cuda_linear_w8a8(kTable, x, weight, bias), linear_w8a8(x, weight, bias)), 1e-3);
    EXPECT_LT(difference(cuda_linear_w8a8(kTable, x, weight, {}), linear_w8a8(x, weight)), 1e-3);
}

// Norm, GELU and gated residual fused with the products, against the chain of single operations.
TEST_F(CudaOps, LinearsFusedWithTheirNeighbours) {
    const at::Tensor x = random({300, 256}, at::kFloat), m = random({2, 256}, at::kFloat);
    const Int8Tiles in = quantize_tiles(random({384, 256}) * 0.06), out = quantize_tiles(random({256, 384}) * 0.05);
    const at::Tensor in_bias = random({384}), out_bias = random({256});
    const std::vector<TokenRun> two{{0, 90, 1}, {90, 300, 0}}, one{{0, 300, 1}};
    for (const at::ScalarType type : {at::kBFloat16, at::kFloat, at::kHalf}) {
        for (const auto& runs : {two, one}) {
            const at::Tensor normed = layer_norm_modulate(x, m, m, runs, 1e-6, type);
            const TiledRows rows = cuda_norm_rows(kTable, x, {{}, {}, m, m, runs, 1e-6, type});
            EXPECT_LT(difference(cuda_product(kTable, rows, in, in_bias), linear_w8a8(normed, in, in_bias)), 5e-3);
            at::Tensor hidden = linear_w8a8(normed, in, in_bias);
            gelu_tanh_(hidden);
            const TiledRows fused = cuda_product_gelu(kTable, rows, in, in_bias);
            EXPECT_EQ(fused.type, type);
            const at::Tensor want = linear_w8a8(hidden, out, out_bias);
            EXPECT_LT(difference(cuda_product(kTable, fused, out, out_bias), want), 6e-3);
            at::Tensor gated = x.clone(), plain = x.clone(), tail = x.slice(0, 128).clone();
            gate_residual_(gated, want, m, runs);
            at::Tensor got = x.clone();
            cuda_product_add_(kTable, got, fused, out, out_bias, m, runs);
            EXPECT_LT(difference(got - x, gated - x), 6e-3);
            cuda_product_add_(kTable, plain, fused, out, out_bias, {}, {});
            EXPECT_LT(difference(plain - x, want), 6e-3);
            cuda_product_add_(kTable, tail, fused.slice(128, 300), out, out_bias, {}, {});
            EXPECT_TRUE(at::equal(tail, plain.slice(0, 128)));
        }
    }
    Linear layer;
    EXPECT_STRNE(cuda_rows_refusal(nullptr, x, at::kFloat, {}), nullptr);
    const Linear* const readers[] = {&layer};
    layer.weight = at::randn({8, 256});
    EXPECT_STRNE(cuda_rows_refusal(&kTable, x, at::kFloat, readers), nullptr);
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
    shim::options().capability = 80;
    EXPECT_NE(cuda_self_attention_refusal(&kTable, in, how, false), nullptr);
    shim::options().capability = 90;
    EXPECT_EQ(cuda_self_attention_refusal(&kTable, in, how, false), nullptr);
    how = {AttentionKind::kSageSla};
    how.pv = SagePv::kFp16;
    EXPECT_NE(cuda_self_attention_refusal(&kTable, in, how, false), nullptr);
    shim::options() = {};
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
