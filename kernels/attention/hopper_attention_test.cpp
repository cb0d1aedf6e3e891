// 8-bit attention for Hopper: preparation undone on the CPU, then the product against fp64.
#include "kernels/attention/hopper_attention.h"
#include "kernels/attention/attention_case.h"

namespace studio::kernels {
namespace {
using testing::AttentionCase;
using testing::AttentionProblem;
using testing::Buffer;

struct Blocks {
    Buffer<std::int8_t> q, k;
    Buffer<std::uint8_t> v;
    Buffer<float> q_scale, k_scale, v_scale, mean, mean_work, work;
    explicit Blocks(const AttentionProblem& p)
        : q(aligned(rows(p) * p.nq * 128 * 128)),
          k(aligned(rows(p) * p.nk * 64 * 128)),
          v(aligned(rows(p) * p.nk * 64 * 128)),
          q_scale(aligned(rows(p) * p.nq)),
          k_scale(aligned(rows(p) * p.nk)),
          v_scale(aligned(rows(p) * 128)),
          mean(aligned(rows(p) * 128)),
          mean_work(aligned(key_mean_workspace_floats(p.c.batch, p.c.heads, p.c.k_tokens))),
          work(aligned(hopper_workspace_floats(p.c.batch, p.c.heads, p.c.k_tokens))) {}
    static std::size_t aligned(std::int64_t n) { return std::size_t(n) + 128; }
    static std::int64_t rows(const AttentionProblem& p) { return p.c.batch * p.c.heads; }
    // The blocks begin at the next multiple of 128 bytes.
    template <class T>
    static T* start(T* p) {
        return reinterpret_cast<T*>((reinterpret_cast<std::uintptr_t>(p) + 127) / 128 * 128);
    }
    HopperBlocks device() {
        return {start(q.device()), start(k.device()), start(v.device()),
                q_scale.device(),  k_scale.device(),  v_scale.device()};
    }
    HopperBlocks host() {  // after a fetch; offsets are those of the device addresses
        HopperBlocks d = device();
        auto same = [](auto& b, auto* at) { return b.host() + (at - b.device()); };
        return {same(q, d.q), same(k, d.k), same(v, d.v), q_scale.host(), k_scale.host(), v_scale.host()};
    }
};

// What the blocks say, as int8 q and k and f16-free values in [B, H, L, D]: the inverse of the layout in the header.
struct Unpacked {
    std::vector<std::int8_t> q, k;
    std::vector<double> v;
};
Unpacked unpack(const HopperBlocks& b, const AttentionProblem& p) {
    const std::int64_t rows = p.c.batch * p.c.heads, lq = p.c.q_tokens, lk = p.c.k_tokens;
    Unpacked u{std::vector<std::int8_t>(std::size_t(rows * lq * 128)),
               std::vector<std::int8_t>(std::size_t(rows * lk * 128)),
               std::vector<double>(std::size_t(rows * lk * 128))};
    const int order[16] = {0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15};
    auto swizzled_row = [](std::int64_t row, std::int64_t d) {
        return row * 128 + ((d / 16) ^ (row & 7)) * 16 + d % 16;
    };
    for (std::int64_t h = 0; h < rows; ++h) {
        for (std::int64_t t = 0; t < std::max(lq, lk); ++t) {
            for (std::int64_t d = 0; d < 128; ++d) {
                if (t < lq)
                    u.q[std::size_t((h * lq + t) * 128 + d)] =
                        b.q[(h * p.nq + t / 128) * 16384 + swizzled_row(t % 128, d)];
                if (t < lk)
                    u.k[std::size_t((h * lk + t) * 128 + d)] =
                        b.k[(h * p.nk + t / 64) * 8192 + swizzled_row(t % 64, d)];
            }
        }
        for (std::int64_t block = 0; block < p.nk; ++block) {
            for (std::int64_t d = 0; d < 128; ++d) {
                for (std::int64_t i = 0; i < 64; ++i) {
                    const std::int64_t key = block * 64 + i / 16 * 16 + order[i % 16];
                    std::int64_t at = d * 64 + i;
                    at ^= (at >> 7 & 3) << 4;
                    if (key >= lk) continue;
                    u.v[std::size_t((h * lk + key) * 128 + d)] =
                        double(e4m3_to_float(b.v[(h * p.nk + block) * 8192 + at])) * double(b.v_scale[h * 128 + d]);
                }
            }
        }
    }
    return u;
}

// The two kernels over these blocks, each on its devices (on the shim: on the pretended one).
struct Path {
    const char* name;
    int capability;
    Status (*prepare)(const HopperPrepareArgs&, Stream) noexcept;
    Status (*attend)(const HopperAttentionArgs&, Stream) noexcept;
    bool runs_here() const {
#ifdef STUDIO_KERNEL_TEST_ON_DEVICE
        return device_caps().capability == capability || (capability == 89 && device_caps().capability == 120);
#else
        shim::options().capability = capability;
        return true;
#endif
    }
};
const Path kPaths[] = {{"wgmma", 90, &hopper_prepare, &hopper_attention}, {"mma", 89, &fp8_prepare, &fp8_attention}};

Status prepare(AttentionProblem& p, Blocks& blocks, const Path& path) {
    const AttentionArgs a = p.args(true);
    const Status s =
        key_mean({a.k, a.k_at, a.batch, a.heads, a.k_tokens, blocks.mean.device(), blocks.mean_work.device()}, nullptr);
    if (!s) return s;
    return path.prepare({a.q, a.k, a.v, a.q_at, a.k_at, a.v_at, blocks.mean.device(), blocks.device(),
                         blocks.work.device(), a.batch, a.heads, a.q_tokens, a.k_tokens},
                        nullptr);
}

class EightBitAttention : public ::testing::TestWithParam<std::tuple<int, AttentionCase>> {};
TEST_P(EightBitAttention, IsAsGoodAsItsQuantisedInputs) {
    const Path& path = kPaths[std::get<0>(GetParam())];
    if (!path.runs_here()) GTEST_SKIP() << path.name << " needs sm_" << path.capability;
    AttentionProblem problem(std::get<1>(GetParam()));
    const auto exact = problem.oracle();
    testing::in_every_mode([&] {
        Blocks blocks(problem);
        EXPECT_LAUNCHED(prepare(problem, blocks, path));
        Buffer<std::uint16_t> o(problem.q.size());
        const AttentionArgs a = problem.args(true);
        EXPECT_LAUNCHED(path.attend({blocks.device(), o.device(), a.o_at, a.batch, a.heads, a.q_tokens, a.k_tokens,
                                     a.scale, a.block_list, a.block_count, a.list_stride},
                                    nullptr));
        o.fetch(), blocks.q.fetch(), blocks.k.fetch(), blocks.v.fetch();
        blocks.q_scale.fetch(), blocks.k_scale.fetch(), blocks.v_scale.fetch();
        // fp64 attention over the quantised operands.
        const Unpacked u = unpack(blocks.host(), problem);
        std::vector<std::uint16_t> v16(u.v.size());
        for (std::size_t i = 0; i < v16.size(); ++i)
            v16[i] = float_to_f16(float(u.v[i]));
        AttentionArgs q = problem.args(false);
        q.q = u.q.data(), q.k = u.k.data(), q.v = v16.data(), q.type = DType::kI8;
        q.q_scale = blocks.q_scale.host(), q.k_scale = blocks.k_scale.host();
        q.q_at = {a.heads * a.q_tokens * 128, 128, a.q_tokens * 128};
        q.k_at = q.v_at = {a.heads * a.k_tokens * 128, 128, a.k_tokens * 128};
        std::vector<double> want(exact.size());
        attention_reference(q, want.data());
        const auto got = problem.in_order(o);
        EXPECT_CLOSE(want, got.data(), DType::kBF16, 3e-2, 0.3);  // the weights are e4m3: 2^-4 each, averaged
        EXPECT_CLOSE(exact, got.data(), DType::kBF16, 5e-2, 0.4);
    });
}
INSTANTIATE_TEST_SUITE_P(Shapes, EightBitAttention,
                         ::testing::Combine(::testing::Values(0, 1),
                                            ::testing::Values(AttentionCase{1, 1, 1, 1, true, 0, true},
                                                              AttentionCase{1, 2, 129, 65, true, 0, true},
                                                              AttentionCase{1, 1, 100, 700, true, 0, false},
                                                              AttentionCase{2, 1, 70, 330, true, 0.5, true})));

TEST(HopperPrepare, ValuesOfTheSpecification) {
    const Path& path = kPaths[0].runs_here() ? kPaths[0] : kPaths[1];
    if (!path.runs_here()) GTEST_SKIP() << "needs sm_89, 90 or 120";
    AttentionProblem problem({1, 1, 1, 5, true, 0, true});
    const float in[5] = {3.0f, -1.5f, 1.0f, 0.1f, 0.0f};
    for (std::size_t t = 0; t < 5; ++t)
        problem.v[t * 128] = float_to_bf16(in[t]), problem.v[t * 128 + 1] = 0;
    Blocks blocks(problem);
    EXPECT_LAUNCHED(prepare(problem, blocks, path));
    blocks.v.fetch(), blocks.v_scale.fetch(), blocks.q.fetch(), blocks.k.fetch();
    const Unpacked u = unpack(blocks.host(), problem);
    EXPECT_EQ(blocks.v_scale[0], 3.0f / 448);
    EXPECT_EQ(blocks.v_scale[1], 1e-8f / 448);  // a channel of zeros stays finite
    EXPECT_NEAR(u.v[0], 3.0, 1e-6);
    EXPECT_NEAR(u.v[128], -1.5, 1e-6);
    EXPECT_NEAR(u.v[2 * 128], 1.0, 1.0 / 16);
    EXPECT_NEAR(u.v[3 * 128], 0.1, 0.1 / 16);
    EXPECT_EQ(u.v[4 * 128 + 1], 0.0);
}

TEST(HopperLaunchers, RefuseBadArguments) {
    if (!kPaths[0].runs_here()) GTEST_SKIP() << "needs sm_90";
    AttentionProblem problem({1, 1, 8, 8, true, 0, true});
    Blocks blocks(problem);
    Buffer<std::uint16_t> o(problem.q.size());
    const AttentionArgs a = problem.args(true);
    HopperAttentionArgs good{blocks.device(), o.device(), a.o_at, 1, 1, 8, 8, 0.1f, nullptr, nullptr, 0};
    auto with = [&](auto change) {
        HopperAttentionArgs args = good;
        change(args);
        return hopper_attention(args, nullptr);
    };
    EXPECT_TRUE(with([](auto& p) { p.q_tokens = 0; }).ok());
    EXPECT_REFUSED(with([](auto& p) { p.o = nullptr; }), kInvalidArgument);
    EXPECT_REFUSED(with([](auto& p) { p.blocks.q += 16; }), kInvalidArgument);
    EXPECT_REFUSED(with([](auto& p) { p.k_tokens = 0; }), kInvalidArgument);
    EXPECT_REFUSED(with([](auto& p) { p.heads = 70000; }), kTooLarge);
    EXPECT_REFUSED(with([](auto& p) { p.list_stride = 1, p.block_count = reinterpret_cast<const std::int32_t*>(p.o); }),
                   kInvalidArgument);
    HopperPrepareArgs prepare_args{
        a.q, a.k, nullptr, a.q_at, a.k_at, a.v_at, nullptr, blocks.device(), blocks.work.device(), 1, 1, 8, 8};
    EXPECT_REFUSED(hopper_prepare(prepare_args, nullptr), kInvalidArgument);
    prepare_args.v = a.v, prepare_args.k_tokens = 0;
    EXPECT_REFUSED(hopper_prepare(prepare_args, nullptr), kInvalidArgument);
#ifndef STUDIO_KERNEL_TEST_ON_DEVICE
    EXPECT_REFUSED(fp8_attention(good, nullptr), kNotSupported);  // on sm_90 it would be emulated
    shim::options().capability = 89;
    EXPECT_REFUSED(hopper_attention(good, nullptr), kNotSupported);
    shim::options() = {};
#endif
}

}  // namespace
}  // namespace studio::kernels
