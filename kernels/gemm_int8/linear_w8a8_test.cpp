// The W8A8 product on both code paths: every epilogue and type, tails on every side, real depths.
#include "kernels/gemm_int8/linear_w8a8.h"
#include "kernels/common/testing.h"

namespace studio::kernels {
namespace {
using testing::Buffer;
using testing::random_f32;

struct Case {
    std::int64_t m, n, k;
    DType out, result;
    Epilogue epilogue;
    bool bias, gate, is_big;
};
using Path = Status (*)(const LinearW8A8Args&, Stream) noexcept;

struct Problem {
    Case c;
    Buffer<std::int8_t> a, w;
    Buffer<float> a_scale, w_scale, bias, gate;
    Buffer<std::int32_t> of_row;
    Buffer<unsigned char> before;

    explicit Problem(const Case& shape)
        : c(shape),
          a(testing::random_s8(std::size_t(c.m * c.k), 1)),
          w(testing::random_s8(std::size_t(c.n * c.k), 2)),
          a_scale(scales(c.m, 3)),
          w_scale(scales(c.n, 4)),
          bias(random_f32(std::size_t(c.n), 5)),
          gate(random_f32(std::size_t(2 * c.n), 6, 0.5f)),
          of_row(std::size_t(c.m)),
          before(testing::random_any(c.out, std::size_t(c.m * c.n), 7)) {
        for (std::size_t i = 0; i < of_row.size(); ++i)
            of_row[i] = std::int32_t(i % 2);
    }
    // Different for every block, so that a wrong index shows; results of about unit size.
    Buffer<float> scales(std::int64_t rows, unsigned seed) const {
        auto s = random_f32(std::size_t((rows + 127) / 128 * (c.k / 128)), seed);
        for (std::size_t i = 0; i < s.size(); ++i) {
            s[i] = (0.5f + std::fabs(s[i])) / (74.0f * std::sqrt(std::sqrt(float(c.k))));
        }
        return s;
    }
    LinearW8A8Args args(bool device, Buffer<unsigned char>& out) {
        auto at = [&](auto& b) { return device ? b.device() : b.host(); };
        LinearW8A8Args p;
        p.a = at(a), p.a_scale = at(a_scale), p.w = at(w), p.w_scale = at(w_scale), p.out = at(out);
        p.m = c.m, p.n = c.n, p.k = c.k, p.out_type = c.out, p.result_type = c.result, p.epilogue = c.epilogue;
        if (c.bias) p.bias = at(bias);
        if (c.gate) p.gate = at(gate), p.modulation_of_row = at(of_row);
        return p;
    }
};

void check(const Case& c, Path path) {
    Problem problem(c);
    std::vector<double> want(std::size_t(c.m * c.n));
    linear_w8a8_reference(problem.args(false, problem.before), want.data());
    auto body = [&] {
        Buffer<unsigned char> out(want.size() * size_of(c.out));
        if (c.epilogue == Epilogue::kGatedResidual) std::memcpy(out.host(), problem.before.host(), out.bytes());
        const Status s = path(problem.args(true, out), nullptr);
        if (s.code == StatusCode::kNotSupported) GTEST_SKIP() << s.reason;
        EXPECT_LAUNCHED(s);
        out.fetch();
        const bool narrow = c.out != DType::kF32 || c.result != DType::kF32;
        EXPECT_CLOSE(want, out.host(), c.out, narrow ? 3e-3 : 2e-6, narrow ? 3e-2 : 2e-5);
    };
    if (c.is_big)
        testing::in_one_mode(unsigned(c.k), body);
    else
        testing::in_every_mode(body);
}

class LinearW8A8 : public ::testing::TestWithParam<Case> {};
TEST_P(LinearW8A8, Sm80MatchesTheOracle) {
    check(GetParam(), linear_w8a8_sm80);
}
TEST_P(LinearW8A8, Sm90aMatchesTheOracle) {
    check(GetParam(), linear_w8a8_sm90a);
}

constexpr auto kF32 = DType::kF32, kBF16 = DType::kBF16, kF16 = DType::kF16;
INSTANTIATE_TEST_SUITE_P(
    Shapes, LinearW8A8,
    ::testing::Values(Case{1, 8, 128, kF32, kF32, Epilogue::kStore, false, false, false},
                      Case{129, 136, 256, kBF16, kBF16, Epilogue::kStore, true, false, false},
                      Case{130, 256, 640, kF32, kF32, Epilogue::kStore, true, false, false},
                      Case{64, 128, 384, kF16, kF16, Epilogue::kStore, true, false, false},
                      Case{100, 264, 256, kBF16, kBF16, Epilogue::kGeluTanh, true, false, false},
                      Case{131, 128, 512, kF32, kBF16, Epilogue::kGatedResidual, true, true, false},
                      Case{40, 128, 128, kBF16, kBF16, Epilogue::kGatedResidual, false, true, false},
                      Case{140, 264, 1536, kBF16, kBF16, Epilogue::kStore, true, false, true},
                      Case{72, 128, 8960, kF32, kBF16, Epilogue::kGatedResidual, true, true, true},
                      // 17 x 2 tiles: one row of tiles past the raster group
                      Case{2050, 136, 128, kBF16, kBF16, Epilogue::kStore, true, false, true}));

TEST(LinearW8A8Launcher, ExtremeProductsAreExact) {
    // Every element -128: 128 products of 2^14 are 2^21 in a block, exact in int32 and in fp32.
    Buffer<std::int8_t> a(std::vector<std::int8_t>(128 * 256, -128)), w(std::vector<std::int8_t>(8 * 256, -128));
    Buffer<float> one{1.0f, 1.0f};
    Buffer<float> out(128 * 8);
    LinearW8A8Args p;
    p.a = a.device(), p.w = w.device(), p.a_scale = one.device(), p.w_scale = one.device(), p.out = out.device();
    p.m = 128, p.n = 8, p.k = 256, p.out_type = p.result_type = DType::kF32;
    EXPECT_LAUNCHED(linear_w8a8(p, nullptr));
    out.fetch();
    for (std::size_t i = 0; i < out.size(); ++i)
        ASSERT_EQ(out[i], 2.0f * 2097152.0f);
}

TEST(LinearW8A8Launcher, NanScaleMakesItsBlockNan) {
    Buffer<std::int8_t> a(std::vector<std::int8_t>(256 * 128, 1)), w(std::vector<std::int8_t>(8 * 128, 1));
    Buffer<float> a_scale{1.0f, NAN}, w_scale{1.0f}, out(256 * 8);
    LinearW8A8Args p;
    p.a = a.device(), p.w = w.device(), p.a_scale = a_scale.device(), p.w_scale = w_scale.device();
    p.out = out.device(), p.m = 256, p.n = 8, p.k = 128, p.out_type = p.result_type = DType::kF32;
    EXPECT_LAUNCHED(linear_w8a8(p, nullptr));
    out.fetch();
    EXPECT_EQ(out[0], 128.0f);
    EXPECT_TRUE(std::isnan(out[128 * 8]));
}

TEST(LinearW8A8Launcher, RefusesBadArguments) {
    Buffer<std::int8_t> a(128 * 128), w(128 * 128);
    Buffer<float> scale{1.0f}, out(128 * 128);
    LinearW8A8Args good;
    good.a = a.device(), good.w = w.device(), good.a_scale = scale.device(), good.w_scale = scale.device();
    good.out = out.device(), good.m = 8, good.n = 8, good.k = 128, good.out_type = DType::kF32;
    auto with = [&](auto change) {
        LinearW8A8Args p = good;
        change(p);
        return linear_w8a8(p, nullptr);
    };
    EXPECT_TRUE(linear_w8a8(good, nullptr).ok());
    EXPECT_TRUE(with([](auto& p) { p.m = 0; }).ok());
    EXPECT_REFUSED(with([](auto& p) { p.a = nullptr; }), kInvalidArgument);
    EXPECT_REFUSED(with([](auto& p) { p.w += 1; }), kInvalidArgument);
    EXPECT_REFUSED(with([](auto& p) { p.out = nullptr; }), kInvalidArgument);
    EXPECT_REFUSED(with([](auto& p) { p.w_scale = nullptr; }), kInvalidArgument);
    EXPECT_REFUSED(with([](auto& p) { p.m = -1; }), kInvalidArgument);
    EXPECT_REFUSED(with([](auto& p) { p.n = 12; }), kInvalidArgument);
    EXPECT_REFUSED(with([](auto& p) { p.k = 192; }), kInvalidArgument);
    EXPECT_REFUSED(with([](auto& p) { p.k = 0; }), kInvalidArgument);
    EXPECT_REFUSED(with([](auto& p) { p.k = 1 << 23; }), kTooLarge);
    EXPECT_REFUSED(with([](auto& p) { p.m = std::int64_t(1) << 40; }), kTooLarge);
    EXPECT_REFUSED(with([](auto& p) { p.out_type = DType::kI8; }), kUnsupportedType);
    EXPECT_REFUSED(with([](auto& p) { p.out_type = DType::kF16, p.epilogue = Epilogue::kGatedResidual; }),
                   kUnsupportedType);
}

#ifndef STUDIO_KERNEL_TEST_ON_DEVICE
TEST(LinearW8A8Launcher, TakesTheCommonPathWhereHopperCodeCannotRun) {
    Buffer<std::int8_t> a(std::vector<std::int8_t>(8 * 128, 1)), w(std::vector<std::int8_t>(8 * 128, 1));
    Buffer<float> scale{1.0f}, out(64);
    LinearW8A8Args p;
    p.a = a.device(), p.w = w.device(), p.a_scale = scale.device(), p.w_scale = scale.device();
    p.out = out.device(), p.m = 8, p.n = 8, p.k = 128, p.out_type = DType::kF32;
    for (int capability : {80, 86, 89, 100, 120}) {
        shim::options().capability = capability;
        shim::options().max_shared = capability == 80 ? 163 * 1024 : 99 * 1024;
        EXPECT_REFUSED(linear_w8a8_sm90a(p, nullptr), kNotSupported);
        EXPECT_TRUE(linear_w8a8(p, nullptr).ok());
    }
    shim::options().max_shared = 64 * 1024;
    EXPECT_REFUSED(linear_w8a8(p, nullptr), kNotSupported);
    shim::options() = {};
}
#endif

}  // namespace
}  // namespace studio::kernels
