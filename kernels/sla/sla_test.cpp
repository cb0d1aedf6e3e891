// SLA step by step against its oracles, then the whole operator.
#include <numeric>

#include "kernels/attention/attention_case.h"
#include "kernels/sla/block_map.h"
#include "kernels/sla/linear_branch.h"
#include "kernels/sla/sla.h"

namespace studio::kernels {
namespace {
using testing::AttentionProblem;
using testing::Buffer;

TEST(PoolBlocks, MatchesTheOracle) {
    AttentionProblem problem({2, 2, 1, 300, false, 0, true});
    auto mean = testing::random_f32(4 * 128, 9);
    for (std::int64_t block : {128, 64}) {
        const std::size_t n = std::size_t(4 * ((300 + block - 1) / block) * 128);
        PoolBlocksArgs a{problem.k.host(), problem.strides(300), mean.host(), nullptr, 2, 2, 300, block};
        std::vector<double> want(n);
        pool_blocks_reference(a, want.data());
        testing::in_every_mode([&] {
            Buffer<std::uint16_t> got(n);
            a.x = problem.k.device(), a.mean = mean.device(), a.pooled = got.device();
            EXPECT_LAUNCHED(pool_blocks(a, nullptr));
            got.fetch();
            EXPECT_CLOSE(want, got.host(), DType::kBF16, 3e-3, 2e-2);
        });
    }
}

struct MapShape {
    std::int64_t heads, nq, nk, keep;
};
class BlockMap : public ::testing::TestWithParam<MapShape> {};
// Small whole numbers: scores are exact, ties are many, so the choice must equal the oracle's.
TEST_P(BlockMap, EqualsTheOracleWithManyTies) {
    const auto& c = GetParam();
    std::mt19937 g(5);
    Buffer<std::uint16_t> q(std::size_t(c.heads * c.nq * 128)), k(std::size_t(c.heads * c.nk * 128));
    for (std::size_t i = 0; i < q.size(); ++i)
        q[i] = float_to_bf16(i % 32 == 0 ? float(int(g() % 3) - 1) : 0.0f);
    for (std::size_t i = 0; i < k.size(); ++i)
        k[i] = float_to_bf16(float(int(g() % 3) - 1));
    const std::size_t rows = std::size_t(c.heads * c.nq);
    Buffer<std::int32_t> want(rows * std::size_t(c.keep)), want_count(rows);
    BlockMapArgs a{q.host(), k.host(), c.heads, c.nq, c.nk, c.keep, want.host(), want_count.host(), c.keep};
    block_map_reference(a);
    testing::in_every_mode([&] {
        Buffer<std::int32_t> list(want.size()), count(rows);
        a.q_pooled = q.device(), a.k_pooled = k.device(), a.list = list.device(), a.count = count.device();
        EXPECT_LAUNCHED(block_map(a, nullptr));
        list.fetch(), count.fetch();
        EXPECT_EQ(list.values(), want.values());
        EXPECT_EQ(count.values(), want_count.values());
    });
}
INSTANTIATE_TEST_SUITE_P(Shapes, BlockMap,
                         ::testing::Values(MapShape{1, 1, 1, 1}, MapShape{2, 17, 33, 5}, MapShape{1, 3, 100, 100},
                                           MapShape{1, 16, 512, 51}));

TEST(BlockMapScores, RealScoresGiveATopKWithinRounding) {
    constexpr std::int64_t kNq = 5, kNk = 70, kKeep = 7;
    auto q = testing::random_bf16(kNq * 128, 1), k = testing::random_bf16(kNk * 128, 2);
    Buffer<std::int32_t> list(kNq * kKeep), count(kNq);
    EXPECT_LAUNCHED(
        block_map({q.device(), k.device(), 1, kNq, kNk, kKeep, list.device(), count.device(), kKeep}, nullptr));
    list.fetch();
    for (std::int64_t i = 0; i < kNq; ++i) {
        std::vector<double> score(kNk);
        for (std::int64_t j = 0; j < kNk; ++j) {
            for (std::int64_t d = 0; d < 128; ++d) {
                score[std::size_t(j)] +=
                    double(bf16_to_float(q[std::size_t(i * 128 + d)])) * bf16_to_float(k[std::size_t(j * 128 + d)]);
            }
        }
        std::vector<char> taken(kNk, 0);
        double lowest = INFINITY, highest_left = -INFINITY;
        for (std::int64_t n = 0; n < kKeep; ++n) {
            const auto j = std::size_t(list[std::size_t(i * kKeep + n)]);
            ASSERT_LT(j, std::size_t(kNk));
            EXPECT_FALSE(taken[j]);
            taken[j] = 1;
            lowest = std::min(lowest, score[j]);
        }
        for (std::size_t j = 0; j < std::size_t(kNk); ++j)
            highest_left = std::max(highest_left, taken[j] ? -INFINITY : score[j]);
        EXPECT_GE(lowest, highest_left - std::fabs(highest_left) * 0.004);
    }
}

TEST(BlockMapScores, NanIsTakenFirstAndZerosTie) {
    Buffer<std::uint16_t> q(128), k(4 * 128);
    for (std::size_t i = 0; i < k.size(); ++i)
        k[i] = 0, q[i % 128] = 0x3f80;
    k[0] = 0x8000;        // scores -0 or 0: equal to block 1
    k[2 * 128] = 0xbf80;  // -1
    k[3 * 128] = 0x7fc0;  // NaN
    Buffer<std::int32_t> list(3), count(1);
    EXPECT_LAUNCHED(block_map({q.device(), k.device(), 1, 1, 4, 3, list.device(), count.device(), 3}, nullptr));
    list.fetch();
    EXPECT_EQ(list.values(), (std::vector<std::int32_t>{0, 1, 3}));
}

TEST(BlocksKept, FollowsTheSpecification) {
    EXPECT_EQ(blocks_kept(0.1, 512), 51);
    EXPECT_EQ(blocks_kept(0.15, 512), 76);
    EXPECT_EQ(blocks_kept(0.1, 1182), 118);
    EXPECT_EQ(blocks_kept(0.1, 9), 1);
    EXPECT_EQ(blocks_kept(1.0, 7), 7);
    EXPECT_EQ(blocks_kept(NAN, 7), 1);
}

struct LinearShape {
    std::int64_t batch, heads, tokens;
    bool proj;
};
class LinearBranch : public ::testing::TestWithParam<LinearShape> {};
TEST_P(LinearBranch, MatchesTheOracle) {
    const auto& c = GetParam();
    AttentionProblem problem({c.batch, c.heads, c.tokens, c.tokens, false, 0, true});
    const HeadStrides at = problem.strides(c.tokens);
    auto proj = testing::random_f32(128 * 128, 5, 0.09f), bias = testing::random_f32(128, 6, 0.1f);
    const auto before = testing::random_bf16(problem.q.size(), 7);
    const std::size_t heads = std::size_t(c.batch * c.heads);
    std::vector<double> state(heads * 128 * 128), z(heads * 128), addend(problem.q.size()), want(problem.q.size());
    KeyStateArgs s{problem.k.host(), problem.v.host(), at,      at,      c.proj ? proj.host() : nullptr,
                   nullptr,          nullptr,          nullptr, c.batch, c.heads,
                   c.tokens};
    key_state_reference(s, state.data(), z.data());
    LinearBranchArgs b{problem.q.host(), nullptr, at,      at, nullptr, nullptr, c.proj ? bias.host() : nullptr,
                       c.batch,          c.heads, c.tokens};
    linear_branch_reference(b, state.data(), z.data(), addend.data());
    const auto start = problem.in_order(before);
    for (std::size_t i = 0; i < want.size(); ++i)
        want[i] = addend[i] + double(bf16_to_float(start[i]));
    testing::in_every_mode([&] {
        Buffer<std::uint16_t> got_state(state.size()), o(before.values());
        Buffer<float> got_z(z.size()), work(std::size_t(key_state_workspace_floats(c.batch, c.heads, c.tokens)));
        s.k = problem.k.device(), s.v = problem.v.device(), s.state = got_state.device(), s.z = got_z.device();
        s.workspace = work.device(), s.proj = c.proj ? proj.device() : nullptr;
        EXPECT_LAUNCHED(key_state(s, nullptr));
        got_state.fetch(), got_z.fetch();
        EXPECT_CLOSE(state, got_state.host(), DType::kBF16, 5e-3, 6e-2);
        EXPECT_CLOSE(z, got_z.host(), DType::kF32, 4e-3, 2e-2);
        b.q = problem.q.device(), b.o = o.device(), b.state = got_state.device(), b.z = got_z.device();
        b.bias = c.proj ? bias.device() : nullptr;
        EXPECT_LAUNCHED(linear_branch(b, nullptr));
        o.fetch();
        EXPECT_CLOSE(want, problem.in_order(o).data(), DType::kBF16, 4e-3, 5e-2);
    });
}
INSTANTIATE_TEST_SUITE_P(Shapes, LinearBranch,
                         ::testing::Values(LinearShape{1, 1, 1, false}, LinearShape{1, 2, 130, true},
                                           LinearShape{2, 1, 65, true}));

TEST(LinearBranchChunks, MoreThanOneChunkIsAdded) {
    AttentionProblem problem({1, 1, 1100, 1100, false, 0, true});
    const HeadStrides at = problem.strides(1100);
    std::vector<double> state(128 * 128), z(128);
    KeyStateArgs s{problem.k.host(), problem.v.host(), at, at, nullptr, nullptr, nullptr, nullptr, 1, 1, 1100};
    key_state_reference(s, state.data(), z.data());
    testing::in_one_mode(3, [&] {
        Buffer<std::uint16_t> got(state.size());
        Buffer<float> got_z(128), work(std::size_t(key_state_workspace_floats(1, 1, 1100)));
        s.k = problem.k.device(), s.v = problem.v.device(), s.state = got.device(), s.z = got_z.device();
        s.workspace = work.device();
        EXPECT_LAUNCHED(key_state(s, nullptr));
        got.fetch();
        EXPECT_CLOSE(state, got.host(), DType::kBF16, 4e-3, 4e-2);
    });
}

struct Kind {
    bool is_int8;
    int capability;  // of the shim's pretended device: 90 takes the Hopper path
};
class WholeSla : public ::testing::TestWithParam<Kind> {};
TEST_P(WholeSla, IsSparsePlusLinear) {
    constexpr std::int64_t kTokens = 330;
    const auto& kind = GetParam();
#ifndef STUDIO_KERNEL_TEST_ON_DEVICE
    shim::options().capability = kind.capability;
#endif
    AttentionProblem problem({1, 2, kTokens, kTokens, kind.is_int8, 0, true});
    const HeadStrides at = problem.strides(kTokens);
    auto proj = testing::random_f32(128 * 128, 5, 0.09f), bias = testing::random_f32(128, 6, 0.1f);
    testing::in_one_mode(unsigned(kind.capability), [&] {
        Buffer<std::uint16_t> o(problem.q.size());
        SlaArgs a;
        a.q_at = a.k_at = a.v_at = a.o_at = at, a.batch = 1, a.heads = 2, a.tokens = kTokens, a.topk = 0.5;
        a.is_int8 = kind.is_int8;
        Buffer<unsigned char> work(std::size_t(sla_workspace_bytes(a)) + 256);
        auto* base = work.device();
        a.workspace = base + (256 - reinterpret_cast<std::uintptr_t>(base) % 256) % 256;
        a.q = problem.q.device(), a.k = problem.k.device(), a.v = problem.v.device(), a.o = o.device();
        a.proj = proj.device(), a.bias = bias.device();
        EXPECT_LAUNCHED(sla_attention(a, nullptr));
        o.fetch();
        // The oracle: its own map from pooled blocks, exact attention over it, plus the branch.
        Buffer<float> mean(2 * 128);
        key_mean_reference({problem.k.host(), at, 1, 2, kTokens, mean.host(), nullptr});
        auto pooled = [&](const Buffer<std::uint16_t>& x, const float* m, std::int64_t block) {
            std::vector<double> p(std::size_t(2 * ((kTokens + block - 1) / block) * 128));
            pool_blocks_reference({x.host(), at, m, nullptr, 1, 2, kTokens, block}, p.data());
            Buffer<std::uint16_t> r(p.size());
            for (std::size_t i = 0; i < p.size(); ++i)
                r[i] = float_to_bf16(float(p[i]));
            return r;
        };
        auto qp = pooled(problem.q, nullptr, 128), kp = pooled(problem.k, mean.host(), 64);
        const std::int64_t nq = 3, nk = 6, keep = 3;
        Buffer<std::int32_t> list(std::size_t(2 * nq * keep)), count(std::size_t(2 * nq));
        block_map_reference({qp.host(), kp.host(), 2, nq, nk, keep, list.host(), count.host(), keep});
        AttentionArgs t = problem.args(false);
        t.block_list = list.host(), t.block_count = count.host(), t.list_stride = keep;
        std::vector<double> want(problem.q.size()), addend(want.size()), state(2 * 128 * 128), z(2 * 128);
        attention_reference(t, want.data());
        key_state_reference(
            {problem.k.host(), problem.v.host(), at, at, proj.host(), nullptr, nullptr, nullptr, 1, 2, kTokens},
            state.data(), z.data());
        linear_branch_reference({problem.q.host(), nullptr, at, at, nullptr, nullptr, bias.host(), 1, 2, kTokens},
                                state.data(), z.data(), addend.data());
        for (std::size_t i = 0; i < want.size(); ++i)
            want[i] += addend[i];
        EXPECT_CLOSE(want, problem.in_order(o).data(), DType::kBF16, kind.is_int8 ? 5e-2 : 6e-3, 0.4);
    });
#ifndef STUDIO_KERNEL_TEST_ON_DEVICE
    shim::options() = {};
#endif
}
INSTANTIATE_TEST_SUITE_P(Kinds, WholeSla,
                         ::testing::Values(Kind{false, 80}, Kind{true, 80}, Kind{true, 89}, Kind{true, 90}));

TEST(SlaLaunchers, RefuseBadArguments) {
    AttentionProblem problem({1, 1, 8, 8, false, 0, true});
    Buffer<float> f(256);
    Buffer<std::int32_t> n(64);
    EXPECT_REFUSED(pool_blocks({problem.k.device(), {}, nullptr, nullptr, 1, 1, 8, 64}, nullptr), kInvalidArgument);
    EXPECT_REFUSED(pool_blocks({problem.k.device(), {}, nullptr, problem.q.device(), 1, 1, 8, 32}, nullptr),
                   kInvalidArgument);
    EXPECT_REFUSED(pool_blocks({problem.k.device(), {}, nullptr, problem.q.device(), 1, 1, 0, 64}, nullptr),
                   kInvalidArgument);
    auto map = [&](std::int64_t nk, std::int64_t keep, std::int64_t stride) {
        return block_map({problem.q.device(), problem.k.device(), 1, 1, nk, keep, n.device(), n.device(), stride},
                         nullptr);
    };
    EXPECT_REFUSED(map(4, 0, 4), kInvalidArgument);
    EXPECT_REFUSED(map(4, 5, 5), kInvalidArgument);
    EXPECT_REFUSED(map(4, 3, 2), kInvalidArgument);
    EXPECT_REFUSED(map(200000, 3, 3), kTooLarge);
    EXPECT_REFUSED(map(50000, 3, 3), kNotSupported);  // 1.6 MB of scores
    SlaArgs a;
    a.q = problem.q.device(), a.k = problem.k.device(), a.v = problem.v.device(), a.o = problem.q.device();
    a.batch = a.heads = 1, a.tokens = 8;
    EXPECT_REFUSED(sla_attention(a, nullptr), kInvalidArgument);
    a.topk = 0;
    EXPECT_REFUSED(sla_attention(a, nullptr), kInvalidArgument);
    EXPECT_REFUSED(
        key_state({nullptr, problem.v.device(), {}, {}, nullptr, problem.q.device(), f.device(), f.device(), 1, 1, 8},
                  nullptr),
        kInvalidArgument);
    EXPECT_REFUSED(
        linear_branch({problem.q.device(), nullptr, {}, {}, problem.k.device(), f.device(), nullptr, 1, 1, 8}, nullptr),
        kInvalidArgument);
}

}  // namespace
}  // namespace studio::kernels
