// Flash attention: dense and by block list, bf16 and int8, both layouts, tails on every side.
#include "kernels/attention/attention_case.h"

namespace studio::kernels {
namespace {
using testing::AttentionCase;
using testing::AttentionProblem;
using testing::Buffer;

class Bf16Attention : public ::testing::TestWithParam<AttentionCase> {};
TEST_P(Bf16Attention, MatchesTheOracle) {
    AttentionProblem problem(GetParam());
    const auto want = problem.oracle();
    testing::in_every_mode([&] {
        Buffer<std::uint16_t> o(problem.q.size());
        auto args = problem.args(true);
        args.o = o.device();
        EXPECT_LAUNCHED(attention(args, nullptr));
        o.fetch();
        EXPECT_CLOSE(want, problem.in_order(o).data(), DType::kBF16, 6e-3, 6e-2);
    });
}
INSTANTIATE_TEST_SUITE_P(Shapes, Bf16Attention,
                         ::testing::Values(AttentionCase{1, 1, 1, 1, false, 0, true},
                                           AttentionCase{1, 2, 129, 65, false, 0, true},
                                           AttentionCase{2, 1, 64, 130, false, 0, false},
                                           AttentionCase{1, 1, 200, 328, false, 0.5, true},
                                           AttentionCase{1, 2, 128, 257, false, 0.2, false}));

class SageAttention : public ::testing::TestWithParam<AttentionCase> {};
TEST_P(SageAttention, IsAsGoodAsItsQuantisedInputs) {
    AttentionProblem problem(GetParam());
    const auto& c = problem.c;
    const auto exact = problem.oracle();
    const std::int64_t heads = c.batch * c.heads;
    testing::in_every_mode([&] {
        Buffer<float> mean(std::size_t(heads * 128)), q_scale(std::size_t(heads * problem.nq)),
            k_scale(std::size_t(heads * problem.nk));
        Buffer<float> workspace(std::size_t(key_mean_workspace_floats(c.batch, c.heads, c.k_tokens)));
        Buffer<std::int8_t> q8(problem.q.size()), k8(problem.k.size());
        Buffer<std::uint16_t> v16(problem.v.size()), o(problem.q.size());
        const HeadStrides q_at = problem.strides(c.q_tokens), k_at = problem.strides(c.k_tokens);
        EXPECT_LAUNCHED(key_mean(
            {problem.k.device(), k_at, c.batch, c.heads, c.k_tokens, mean.device(), workspace.device()}, nullptr));
        mean.fetch();
        EXPECT_LAUNCHED(quantize_heads(
            {problem.q.device(), q_at, nullptr, q8.device(), q_scale.device(), c.batch, c.heads, c.q_tokens, 128},
            nullptr));
        EXPECT_LAUNCHED(quantize_heads(
            {problem.k.device(), k_at, mean.device(), k8.device(), k_scale.device(), c.batch, c.heads, c.k_tokens, 64},
            nullptr));
        EXPECT_LAUNCHED(heads_to_f16({problem.v.device(), k_at, v16.device(), c.batch, c.heads, c.k_tokens}, nullptr));
        q8.fetch(), k8.fetch(), q_scale.fetch(), k_scale.fetch(), v16.fetch();

        AttentionArgs args = problem.args(true);
        args.type = DType::kI8;
        args.q_at = {c.heads * c.q_tokens * 128, 128, c.q_tokens * 128};
        args.k_at = args.v_at = {c.heads * c.k_tokens * 128, 128, c.k_tokens * 128};
        AttentionArgs host = args;
        args.q = q8.device(), args.k = k8.device(), args.v = v16.device(), args.o = o.device();
        args.q_scale = q_scale.device(), args.k_scale = k_scale.device();
        EXPECT_LAUNCHED(attention(args, nullptr));
        o.fetch();
        host.q = q8.host(), host.k = k8.host(), host.v = v16.host();
        host.q_scale = q_scale.host(), host.k_scale = k_scale.host();
        if (host.block_list) host.block_list = problem.list.host(), host.block_count = problem.count.host();
        std::vector<double> want(exact.size());
        attention_reference(host, want.data());
        const auto got = problem.in_order(o);
        EXPECT_CLOSE(want, got.data(), DType::kBF16, 3e-3, 5e-2);
        // Against the unquantised truth: no worse than what the quantised inputs cost in fp64.
        std::vector<float> quantised(want.begin(), want.end());
        const double cost = compare(exact, quantised.data(), DType::kF32).relative_l2;
        EXPECT_LE(compare(exact, got.data(), DType::kBF16).relative_l2, 1.1 * cost + 2e-3);
        EXPECT_LE(cost, 3e-2);
    });
}
INSTANTIATE_TEST_SUITE_P(Shapes, SageAttention,
                         ::testing::Values(AttentionCase{1, 1, 1, 3, true, 0, true},
                                           AttentionCase{1, 2, 129, 130, true, 0, true},
                                           AttentionCase{2, 1, 70, 257, true, 0.5, false}));

TEST(SagePrepare, EqualsTheOracles) {
    AttentionProblem problem({2, 3, 1, 1100, true, 0, true});
    const auto& c = problem.c;
    const HeadStrides at = problem.strides(c.k_tokens);
    Buffer<float> mean(6 * 128), want_mean(6 * 128), workspace(std::size_t(key_mean_workspace_floats(2, 3, 1100)));
    EXPECT_LAUNCHED(key_mean({problem.k.device(), at, 2, 3, 1100, mean.device(), workspace.device()}, nullptr));
    mean.fetch();
    key_mean_reference({problem.k.host(), at, 2, 3, 1100, want_mean.host(), nullptr});
    for (std::size_t i = 0; i < mean.size(); ++i)
        EXPECT_NEAR(mean[i], want_mean[i], 4e-3f * std::fabs(want_mean[i]) + 1e-4f);
    for (std::int64_t block : {128, 64}) {
        const std::size_t blocks = std::size_t(6 * ((1100 + block - 1) / block));
        Buffer<std::int8_t> q(problem.k.size()), want_q(problem.k.size());
        Buffer<float> scale(blocks), want_scale(blocks);
        EXPECT_LAUNCHED(quantize_heads(
            {problem.k.device(), at, want_mean.device(), q.device(), scale.device(), 2, 3, 1100, block}, nullptr));
        q.fetch(), scale.fetch();
        quantize_heads_reference(
            {problem.k.host(), at, want_mean.host(), want_q.host(), want_scale.host(), 2, 3, 1100, block});
        EXPECT_EQ(scale.values(), want_scale.values());
        EXPECT_EQ(q.values(), want_q.values());
    }
}

TEST(SagePrepare, ValuesOfTheSpecification) {
    Buffer<std::uint16_t> x(128);
    for (std::size_t i = 0; i < 128; ++i)
        x[i] = 0;
    x[0] = float_to_bf16(4.0f), x[1] = float_to_bf16(-4.0f), x[2] = float_to_bf16(1.0f);
    Buffer<std::int8_t> q(128);
    Buffer<float> scale(1);
    EXPECT_LAUNCHED(
        quantize_heads({x.device(), {128, 128, 128}, nullptr, q.device(), scale.device(), 1, 1, 1, 64}, nullptr));
    q.fetch(), scale.fetch();
    EXPECT_FLOAT_EQ(scale[0], 0.0314961635f);
    EXPECT_EQ(q[0], 127);
    EXPECT_EQ(q[1], -127);
    EXPECT_EQ(q[2], 32);
}

TEST(Attention, NanReachesTheRowsThatSeeIt) {
    AttentionProblem problem({1, 1, 130, 70, false, 0, true});
    problem.q[3 * 128] = 0x7fc0;
    Buffer<std::uint16_t> o(problem.q.size());
    auto args = problem.args(true);
    args.o = o.device();
    EXPECT_LAUNCHED(attention(args, nullptr));
    o.fetch();
    for (std::size_t i = 0; i < o.size(); ++i)
        EXPECT_EQ(std::isnan(bf16_to_float(o[i])), i / 128 == 3) << i;
    problem.k[69 * 128] = 0x7fc0;
    args = problem.args(true);
    args.o = o.device();
    EXPECT_LAUNCHED(attention(args, nullptr));
    o.fetch();
    for (std::size_t i = 0; i < o.size(); ++i)
        EXPECT_TRUE(std::isnan(bf16_to_float(o[i]))) << i;
}

TEST(Attention, ListEntriesOutsideAreIgnored) {
    AttentionProblem problem({1, 1, 20, 130, false, 1.0, true});
    const auto want = problem.oracle();
    Buffer<std::int32_t> list{0, 99, 2, -7, 1}, count{5};
    Buffer<std::uint16_t> o(problem.q.size());
    auto args = problem.args(true);
    args.o = o.device(), args.block_list = list.device(), args.block_count = count.device(), args.list_stride = 5;
    EXPECT_LAUNCHED(attention(args, nullptr));
    o.fetch();
    EXPECT_CLOSE(want, o.host(), DType::kBF16, 6e-3, 6e-2);
}

TEST(Attention, RefusesBadArguments) {
    AttentionProblem problem({1, 1, 8, 8, false, 0, true});
    Buffer<std::uint16_t> o(problem.q.size());
    Buffer<float> scale(4);
    auto with = [&](auto change) {
        AttentionArgs a = problem.args(true);
        a.o = o.device();
        change(a);
        return attention(a, nullptr);
    };
    EXPECT_TRUE(with([](auto&) {}).ok());
    EXPECT_TRUE(with([](auto& a) { a.q_tokens = 0; }).ok());
    EXPECT_REFUSED(with([](auto& a) { a.q = nullptr; }), kInvalidArgument);
    EXPECT_REFUSED(with([](auto& a) { a.o = nullptr; }), kInvalidArgument);
    EXPECT_REFUSED(with([](auto& a) { a.v = static_cast<const char*>(a.v) + 2; }), kInvalidArgument);
    EXPECT_REFUSED(with([](auto& a) { a.k_tokens = 0; }), kInvalidArgument);
    EXPECT_REFUSED(with([](auto& a) { a.heads = -1; }), kInvalidArgument);
    EXPECT_REFUSED(with([](auto& a) { a.k_at.token = 129; }), kInvalidArgument);
    EXPECT_REFUSED(with([](auto& a) { a.type = DType::kF16; }), kUnsupportedType);
    EXPECT_REFUSED(with([](auto& a) { a.type = DType::kI8; }), kInvalidArgument);
    EXPECT_REFUSED(with([](auto& a) { a.k_tokens = std::int64_t(1) << 31; }), kTooLarge);
    EXPECT_REFUSED(with([](auto& a) { a.batch = 70000; }), kTooLarge);
    EXPECT_REFUSED(with([&](auto& a) { a.block_list = problem.list.device(); }), kInvalidArgument);
    EXPECT_REFUSED(key_mean({problem.k.device(), {}, 1, 1, 0, scale.device(), scale.device()}, nullptr),
                   kInvalidArgument);
    EXPECT_REFUSED(quantize_heads({problem.k.device(), {}, nullptr, nullptr, scale.device(), 1, 1, 8, 128}, nullptr),
                   kInvalidArgument);
    EXPECT_REFUSED(heads_to_f16({nullptr, {}, o.device(), 1, 1, 8}, nullptr), kInvalidArgument);
}

}  // namespace
}  // namespace studio::kernels
