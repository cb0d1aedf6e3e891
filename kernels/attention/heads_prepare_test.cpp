// The one pass over q and k: norm and rotation against fp64, then int8, scales and means exactly from what came out.
#include <algorithm>

#include "kernels/attention/attention_case.h"
#include "kernels/attention/sage.h"

namespace studio::kernels {
namespace {
using testing::Buffer;

struct Shape {
    std::int64_t batch, heads, tokens, block;
    HeadLayout layout;
    bool rotates, smooths, rounds;
};
/// Raw q or k as a fused product lays it: [batch, tokens, heads * 128], wider rows than needed.
struct Raw {
    std::int64_t batch, heads, tokens, pitch;
    Buffer<std::uint16_t> x;
    Buffer<float> weight, rotation, factor, mean;
    explicit Raw(std::int64_t b, std::int64_t h, std::int64_t t, unsigned seed = 1)
        : batch(b),
          heads(h),
          tokens(t),
          pitch(h * 128 + 64),
          x(testing::random_bf16(std::size_t(b * t * (h * 128 + 64)), seed, 3, 0.5f)),
          weight(testing::random_f32(std::size_t(h * 128), seed + 1, 0.3f, 1)),
          rotation(std::size_t(t * 128)),
          factor(std::size_t(b * t)),
          mean(testing::random_f32(std::size_t(b * h * 128), seed + 2, 0.2f)) {
        for (std::int64_t i = 0; i < t * 64; ++i) {
            rotation[std::size_t(2 * i)] = std::cos(0.37f * float(i));
            rotation[std::size_t(2 * i + 1)] = std::sin(0.37f * float(i));
        }
    }
    HeadStrides at() const { return {tokens * pitch, pitch, 128}; }
    HeadStrides out() const { return {heads * tokens * 128, 128, tokens * 128}; }
    std::size_t values() const { return std::size_t(batch * heads * tokens * 128); }
};

TEST(HeadFactors, AreTheRootsOfTheMeanSquares) {
    Raw raw(2, 3, 37);
    testing::in_every_mode([&] {
        raw.factor.poison();
        EXPECT_LAUNCHED(head_factors({raw.x.device(), raw.at(), raw.factor.device(), 2, 3, 37, 1e-6f}, nullptr));
        raw.factor.fetch();
        for (std::int64_t t = 0; t < 2 * 37; ++t) {
            double squares = 0;
            for (std::int64_t i = 0; i < 3 * 128; ++i) {
                const double v = bf16_to_float(raw.x[std::size_t(t * raw.pitch + i)]);
                squares += v * v;
            }
            const double want = 1 / std::sqrt(squares / (3 * 128) + 1e-6);
            EXPECT_NEAR(raw.factor[std::size_t(t)], want, 2e-6 * want);
        }
    });
}

class PrepareHeads : public ::testing::TestWithParam<Shape> {};
TEST_P(PrepareHeads, IsNormThenPoolThenQuantise) {
    const Shape& c = GetParam();
    Raw raw(c.batch, c.heads, c.tokens);
    EXPECT_LAUNCHED(
        head_factors({raw.x.device(), raw.at(), raw.factor.device(), c.batch, c.heads, c.tokens, 1e-6f}, nullptr));
    raw.factor.fetch();
    const std::int64_t blocks = (c.tokens + c.block - 1) / c.block, rows = c.batch * c.heads;
    const bool is_blocks = c.layout == HeadLayout::kBlocks;
    const std::size_t q_bytes = std::size_t(rows * 128 * (is_blocks ? blocks * c.block : c.tokens));
    PrepareHeadsArgs a;
    a.at = raw.at(), a.y_at = raw.out(), a.batch = c.batch, a.heads = c.heads, a.tokens = c.tokens, a.block = c.block;
    a.layout = c.layout, a.x = raw.x.host();
    a.norm = {raw.factor.host(), raw.weight.host(), c.rotates ? raw.rotation.host() : nullptr, c.rounds};
    std::vector<double> want(raw.values());
    head_norm_reference(a, want.data());
    testing::in_every_mode([&] {
        Buffer<std::uint16_t> y(raw.values()), pooled(std::size_t(rows * blocks * 128));
        Buffer<std::int8_t> q(q_bytes + 128), want_q(q_bytes);
        Buffer<float> scale(std::size_t(rows * blocks)), want_scale(scale.size());
        auto* q_at = q.device() + (128 - reinterpret_cast<std::uintptr_t>(q.device()) % 128) % 128;
        a.x = raw.x.device(), a.y = y.device(), a.pooled = pooled.device(), a.q = q_at, a.scale = scale.device();
        a.mean = c.smooths ? raw.mean.device() : nullptr;
        a.norm = {raw.factor.device(), raw.weight.device(), c.rotates ? raw.rotation.device() : nullptr, c.rounds};
        const std::ptrdiff_t offset = q_at - q.device();
        EXPECT_LAUNCHED(prepare_heads(a, nullptr));
        y.fetch(), pooled.fetch(), q.fetch(), scale.fetch();
        EXPECT_CLOSE(want, y.host(), DType::kBF16, 4e-3, 4e-2);
        PrepareHeadsArgs r;  // from y, without a norm
        r.x = y.host(), r.at = raw.out(), r.mean = c.smooths ? raw.mean.host() : nullptr, r.q = want_q.host();
        r.scale = want_scale.host(), r.batch = c.batch, r.heads = c.heads, r.tokens = c.tokens, r.block = c.block;
        r.layout = c.layout;
        prepare_heads_reference(r);
        EXPECT_EQ(scale.values(), want_scale.values());
        EXPECT_TRUE(std::equal(want_q.host(), want_q.host() + q_bytes, q.host() + offset));
        std::vector<double> means(pooled.size());
        for (std::size_t i = 0; i < means.size(); ++i) {
            const std::int64_t d = std::int64_t(i) % 128, block = std::int64_t(i) / 128 % blocks;
            const std::int64_t row = std::int64_t(i) / 128 / blocks, last = std::min(c.tokens, (block + 1) * c.block);
            for (std::int64_t t = block * c.block; t < last; ++t) {
                const float v = bf16_to_float(y[std::size_t((row * c.tokens + t) * 128 + d)]);
                const float m = c.smooths ? raw.mean[std::size_t(row * 128 + d)] : 0;
                means[i] += (c.smooths ? bf16_to_float(float_to_bf16(v - m)) : v) / double(last - block * c.block);
            }
        }
        EXPECT_CLOSE(means, pooled.host(), DType::kBF16, 3e-3, 2e-2);
    });
}
INSTANTIATE_TEST_SUITE_P(Shapes, PrepareHeads,
                         ::testing::Values(Shape{1, 1, 1, 128, HeadLayout::kRows, true, false, true},
                                           Shape{2, 3, 129, 128, HeadLayout::kRows, true, false, true},
                                           Shape{1, 2, 65, 64, HeadLayout::kRows, true, true, false},
                                           Shape{1, 12, 200, 64, HeadLayout::kBlocks, true, true, true},
                                           Shape{2, 1, 130, 128, HeadLayout::kBlocks, false, false, true}));

TEST(PrepareHeadsInPlace, YMayBeX) {
    Raw raw(1, 2, 70);
    EXPECT_LAUNCHED(head_factors({raw.x.device(), raw.at(), raw.factor.device(), 1, 2, 70, 1e-6f}, nullptr));
    raw.factor.fetch();
    Buffer<std::uint16_t> y(raw.values());
    PrepareHeadsArgs a;
    a.x = raw.x.device(), a.at = raw.at(), a.y = y.device(), a.y_at = raw.out(), a.batch = 1, a.heads = 2,
    a.tokens = 70;
    a.norm = {raw.factor.device(), raw.weight.device(), raw.rotation.device(), true};
    EXPECT_LAUNCHED(prepare_heads(a, nullptr));
    y.fetch();
    testing::in_every_mode([&] {
        Buffer<std::uint16_t> x(raw.x.values());
        a.x = a.y = x.device(), a.y_at = raw.at();
        EXPECT_LAUNCHED(prepare_heads(a, nullptr));
        x.fetch();
        for (std::size_t i = 0; i < y.size(); ++i)
            ASSERT_EQ(x[i / 128 % 70 * std::size_t(raw.pitch) + i / 128 / 70 * 128 + i % 128], y[i]) << i;
    });
}

// The whole operator from raw q and k is the operator on what the norm gives, to the last bit.
class RawSage : public ::testing::TestWithParam<int> {};
TEST_P(RawSage, EqualsNormThenSage) {
#ifdef STUDIO_KERNEL_TEST_ON_DEVICE
    if (device_caps().capability != GetParam()) GTEST_SKIP() << "needs sm_" << GetParam();
#else
    shim::options().capability = GetParam();
#endif
    constexpr std::int64_t kTokens = 150, kHeads = 2;
    Raw q(1, kHeads, kTokens, 1), k(1, kHeads, kTokens, 5), v(1, kHeads, kTokens, 9);
    testing::in_one_mode(unsigned(GetParam()), [&] {
        SageArgs a;
        a.q = q.x.device(), a.k = k.x.device(), a.v = v.x.device(), a.q_at = a.k_at = a.v_at = q.at(), a.o_at = q.out();
        a.norms = {q.weight.device(), k.weight.device(), q.rotation.device(), 1e-6f, true};
        a.batch = 1, a.heads = kHeads, a.tokens = kTokens;
        Buffer<unsigned char> work(std::size_t(sage_workspace_bytes(a)) + 256);
        a.workspace = work.device() + (256 - reinterpret_cast<std::uintptr_t>(work.device()) % 256) % 256;
        Buffer<std::uint16_t> o(q.values()), again(q.values()), q_out(q.values()), k_out(q.values());
        a.o = o.device();
        EXPECT_LAUNCHED(sage_attention(a, nullptr));
        PrepareQkArgs p;
        p.q = a.q, p.k = a.k, p.q_at = p.k_at = q.at(), p.norms = a.norms, p.batch = 1, p.heads = kHeads;
        p.tokens = kTokens, p.q_factor = q.factor.device(), p.k_factor = k.factor.device();
        p.q_out = q_out.device(), p.k_out = k_out.device(), p.out_at = q.out();
        EXPECT_LAUNCHED(prepare_qk(p, nullptr));
        a.q = q_out.device(), a.k = k_out.device(), a.q_at = a.k_at = q.out(), a.norms = {}, a.o = again.device();
        EXPECT_LAUNCHED(sage_attention(a, nullptr));
        o.fetch(), again.fetch(), q_out.fetch(), k_out.fetch();
        EXPECT_EQ(o.values(), again.values());
        // And it is attention: fp64 over the normed heads.
        AttentionArgs t;
        t.q = q_out.host(), t.k = k_out.host(), t.v = v.x.host(), t.q_at = t.k_at = q.out(), t.v_at = q.at();
        t.batch = 1, t.heads = kHeads, t.q_tokens = t.k_tokens = kTokens;
        std::vector<double> want(q.values());
        attention_reference(t, want.data());
        EXPECT_CLOSE(want, o.host(), DType::kBF16, 6e-2, 0.5);
    });
#ifndef STUDIO_KERNEL_TEST_ON_DEVICE
    shim::options() = {};
#endif
}
INSTANTIATE_TEST_SUITE_P(Devices, RawSage, ::testing::Values(80, 89, 90));

TEST(PrepareHeadsLauncher, RefusesBadArguments) {
    Raw raw(1, 1, 8);
    Buffer<std::int8_t> q(8 * 128);
    Buffer<float> scale(4);
    PrepareHeadsArgs good;
    good.x = raw.x.device(), good.at = raw.at(), good.q = q.device(), good.scale = scale.device();
    good.batch = good.heads = 1, good.tokens = 8;
    auto with = [&](auto change) {
        PrepareHeadsArgs a = good;
        change(a);
        return prepare_heads(a, nullptr);
    };
    EXPECT_TRUE(with([](auto&) {}).ok());
    EXPECT_REFUSED(with([](auto& a) { a.x = nullptr; }), kInvalidArgument);
    EXPECT_REFUSED(with([](auto& a) { a.q = nullptr; }), kInvalidArgument);  // nothing is asked for
    EXPECT_REFUSED(with([](auto& a) { a.scale = nullptr; }), kInvalidArgument);
    EXPECT_REFUSED(with([](auto& a) { a.block = 32; }), kInvalidArgument);
    EXPECT_REFUSED(with([](auto& a) { a.at.token = 4; }), kInvalidArgument);
    EXPECT_REFUSED(with([](auto& a) { a.tokens = 0; }), kInvalidArgument);
    EXPECT_REFUSED(with([](auto& a) { a.heads = 70000; }), kTooLarge);
    EXPECT_REFUSED(with([&](auto& a) { a.norm.factor = scale.device(); }), kInvalidArgument);  // no weight
    EXPECT_REFUSED(with([](auto& a) { a.q += 8, a.layout = HeadLayout::kBlocks; }), kInvalidArgument);
    HeadFactorsArgs f{raw.x.device(), raw.at(), scale.device(), 1, 1, 8, 1e-6f};
    f.at.head = 256;
    EXPECT_REFUSED(head_factors(f, nullptr), kInvalidArgument);
}

}  // namespace
}  // namespace studio::kernels
