// The norm family against its fp64 oracles, in every scheduling mode of the shim (or once on a device).
#include "kernels/common/testing.h"
#include "kernels/norm/gate_residual.h"
#include "kernels/norm/gelu.h"
#include "kernels/norm/layer_norm.h"
#include "kernels/norm/rms_norm.h"

namespace studio::kernels {
namespace {
using testing::Buffer;
using testing::random_any;
using testing::random_f32;

// One rounding of the output type, plus what fp32 sums cost.
double bound(DType type) {
    return type == DType::kF32 ? 2e-6 : type == DType::kF16 ? 3e-4 : 2.5e-3;
}
double worst_bound(DType type) {
    return 40 * bound(type);
}

Buffer<std::int32_t> every_third(std::int64_t rows, int modulations) {
    Buffer<std::int32_t> of_row(static_cast<std::size_t>(rows));
    for (std::int64_t r = 0; r < rows; ++r)
        of_row[std::size_t(r)] = std::int32_t(r / 3 % modulations);
    return of_row;
}

struct LayerNormCase {
    std::int64_t rows, dim;
    DType x, y, inner;
    bool affine, modulated;
    float excess;
};
class LayerNorm : public ::testing::TestWithParam<LayerNormCase> {};

TEST_P(LayerNorm, MatchesTheOracle) {
    const auto& c = GetParam();
    const std::size_t n = std::size_t(c.rows * c.dim), d = std::size_t(c.dim);
    auto x = random_any(c.x, n, 1, 1.5f, 0.4f);
    auto weight = random_f32(d, 2, 0.2f, 1), bias = random_f32(d, 3);
    auto scale = random_f32(2 * d, 4, 0.3f), shift = random_f32(2 * d, 5);
    auto of_row = every_third(c.rows, 2);
    auto args = [&](bool device) {
        auto at = [&](auto& b) { return device ? b.device() : b.host(); };
        LayerNormArgs a;
        a.x = at(x), a.rows = c.rows, a.dim = c.dim, a.x_type = c.x, a.y_type = c.y, a.inner_type = c.inner;
        if (c.affine) a.weight = at(weight), a.bias = at(bias);
        if (c.modulated) a.scale = at(scale), a.shift = at(shift), a.modulation_of_row = at(of_row);
        a.variance_excess = c.excess;
        return a;
    };
    std::vector<double> want(n);
    layer_norm_reference(args(false), want.data());
    testing::in_every_mode([&] {
        Buffer<unsigned char> y(n * size_of(c.y));
        auto a = args(true);
        a.y = y.device();
        EXPECT_LAUNCHED(layer_norm(a, nullptr));
        y.fetch();
        const double inner = c.inner == DType::kF32 ? 0 : 2.5e-3;  // a value near a tie may round the other way
        EXPECT_CLOSE(want, y.host(), c.y, bound(c.y) + inner, worst_bound(c.y) + 4 * inner);
    });
}
INSTANTIATE_TEST_SUITE_P(
    Shapes, LayerNorm,
    ::testing::Values(LayerNormCase{1, 8, DType::kF32, DType::kF32, DType::kF32, false, false, 0},
                      LayerNormCase{3, 40, DType::kF32, DType::kBF16, DType::kF32, true, true, 0},
                      LayerNormCase{5, 384, DType::kBF16, DType::kBF16, DType::kBF16, false, true, 512.0f / 384 - 1},
                      LayerNormCase{2, 1032, DType::kF16, DType::kF16, DType::kF32, true, false, 0},
                      LayerNormCase{7, 1536, DType::kF32, DType::kBF16, DType::kF32, false, true, 0},
                      LayerNormCase{2, 4104, DType::kF32, DType::kF16, DType::kF32, false, true, 0},
                      LayerNormCase{2, 5120, DType::kBF16, DType::kF32, DType::kF32, true, true, 0.6f},
                      LayerNormCase{1, 16384, DType::kF32, DType::kBF16, DType::kF32, true, true, 0}));

struct RmsCase {
    std::int64_t rows, dim, head_dim, positions, gap;
    DType type;
    bool weight, rounds;
};
class RmsNorm : public ::testing::TestWithParam<RmsCase> {};

TEST_P(RmsNorm, MatchesTheOracle) {
    const auto& c = GetParam();
    const std::int64_t stride = c.dim + c.gap;
    auto x = random_any(c.type, std::size_t(c.rows * stride), 11, 2.0f);
    auto weight = random_f32(std::size_t(c.dim), 12, 0.2f, 1);
    Buffer<float> rotation(std::size_t(std::max<std::int64_t>(1, c.positions * c.head_dim)));
    for (std::size_t i = 0; i + 1 < rotation.size(); i += 2) {
        rotation[i] = std::cos(0.37f * float(i)), rotation[i + 1] = std::sin(0.37f * float(i));
    }
    auto args = [&](bool device) {
        auto at = [&](auto& b) { return device ? b.device() : b.host(); };
        RmsNormArgs a;
        a.x = at(x), a.rows = c.rows, a.dim = c.dim, a.x_stride = stride, a.y_stride = c.dim, a.type = c.type;
        if (c.weight) a.weight = at(weight);
        if (c.head_dim) a.rotation = at(rotation), a.positions = c.positions, a.head_dim = c.head_dim;
        a.rounds_before_weight = c.rounds;
        return a;
    };
    std::vector<double> want(std::size_t(c.rows * c.dim));
    rms_norm_reference(args(false), want.data());
    testing::in_every_mode([&] {
        Buffer<unsigned char> y(want.size() * size_of(c.type));
        auto a = args(true);
        a.y = y.device();
        EXPECT_LAUNCHED(rms_norm(a, nullptr));
        y.fetch();
        EXPECT_CLOSE(want, y.host(), c.type, bound(c.type) + (c.rounds ? 1e-3 : 0), worst_bound(c.type));
    });
}
INSTANTIATE_TEST_SUITE_P(Shapes, RmsNorm,
                         ::testing::Values(RmsCase{1, 8, 0, 0, 0, DType::kF32, false, false},
                                           RmsCase{5, 48, 24, 3, 8, DType::kBF16, true, false},
                                           RmsCase{3, 136, 8, 2, 0, DType::kF32, true, false},
                                           RmsCase{9, 1536, 128, 4, 3072, DType::kBF16, true, false},
                                           RmsCase{2, 1536, 128, 2, 0, DType::kF16, true, true},
                                           RmsCase{3, 5120, 128, 3, 0, DType::kBF16, true, true},
                                           RmsCase{1, 16384, 128, 1, 0, DType::kF32, true, false}));

struct GateCase {
    std::int64_t rows, dim;
    DType x, y;
    bool gate, rounds;
};
class GateResidual : public ::testing::TestWithParam<GateCase> {};

TEST_P(GateResidual, MatchesTheOracleAndItsStatistics) {
    const auto& c = GetParam();
    const std::size_t n = std::size_t(c.rows * c.dim);
    const auto before = random_any(c.x, n, 21, 1.0f, 0.3f);
    auto y = random_any(c.y, n, 22);
    auto gate = random_f32(std::size_t(2 * c.dim), 23, 0.5f);
    auto of_row = every_third(c.rows, 2);
    std::vector<double> want(n), want_statistics(std::size_t(2 * c.rows));
    testing::in_every_mode([&] {
        Buffer<unsigned char> x(before.values());
        Buffer<float> statistics(want_statistics.size());
        GateResidualArgs a;
        a.x = x.host(), a.y = y.host(), a.rows = c.rows, a.dim = c.dim, a.x_type = c.x, a.y_type = c.y;
        if (c.gate) a.gate = gate.host(), a.modulation_of_row = of_row.host();
        a.rounds_every_step = c.rounds;
        gate_residual_reference(a, want.data(), want_statistics.data());
        a.x = x.device(), a.y = y.device(), a.statistics = statistics.device();
        if (c.gate) a.gate = gate.device(), a.modulation_of_row = of_row.device();
        EXPECT_LAUNCHED(gate_residual(a, nullptr));
        x.fetch(), statistics.fetch();
        EXPECT_CLOSE(want, x.host(), c.x, bound(c.x), worst_bound(c.x));
        EXPECT_CLOSE(want_statistics, statistics.host(), DType::kF32, 1e-5, 1e-4);
    });
}
INSTANTIATE_TEST_SUITE_P(Shapes, GateResidual,
                         ::testing::Values(GateCase{1, 8, DType::kF32, DType::kF32, false, false},
                                           GateCase{7, 1536, DType::kF32, DType::kBF16, true, false},
                                           GateCase{4, 1544, DType::kBF16, DType::kBF16, true, true},
                                           GateCase{2, 5120, DType::kBF16, DType::kF16, true, false}));

TEST(Gelu, MatchesTheOracleForEveryType) {
    for (DType type : {DType::kF32, DType::kBF16, DType::kF16}) {
        for (std::int64_t count : {1, 7, 2048, 2049, 5000}) {
            auto x = random_any(type, std::size_t(count), 31, 3.0f);
            std::vector<double> want(std::size_t(count), 0.0);
            gelu_tanh_reference({x.host(), nullptr, count, type}, want.data());
            testing::in_every_mode([&] {
                Buffer<unsigned char> y(want.size() * size_of(type));
                EXPECT_LAUNCHED(gelu_tanh({x.device(), y.device(), count, type}, nullptr));
                y.fetch();
                EXPECT_CLOSE(want, y.host(), type, bound(type), worst_bound(type));
            });
        }
    }
}

TEST(Norms, NanStaysInItsRow) {
    constexpr std::int64_t kRows = 3, kDim = 64;
    Buffer<float> x(kRows * kDim);
    for (std::size_t i = 0; i < x.size(); ++i)
        x[i] = float(i % 7) - 3;
    x[kDim + 5] = NAN;
    x[2 * kDim + 1] = INFINITY;
    LayerNormArgs a;
    a.rows = kRows, a.dim = kDim, a.y_type = DType::kF32;
    Buffer<float> y(x.size());
    a.x = x.device(), a.y = y.device();
    EXPECT_LAUNCHED(layer_norm(a, nullptr));
    y.fetch();
    for (std::size_t i = 0; i < x.size(); ++i)
        EXPECT_EQ(std::isnan(y[i]), i >= std::size_t(kDim)) << i;
}

TEST(Norms, NoRowsIsNoWork) {
    Buffer<float> x(8);
    LayerNormArgs a;
    a.x = a.y = x.device(), a.rows = 0, a.dim = 8, a.y_type = DType::kF32;
    EXPECT_TRUE(layer_norm(a, nullptr).ok());
}

TEST(Norms, RefuseBadArguments) {
    Buffer<float> x(64), y(64);
    LayerNormArgs good;
    good.x = x.device(), good.y = y.device(), good.rows = 4, good.dim = 16, good.y_type = DType::kF32;
    auto with = [&](auto change) {
        LayerNormArgs a = good;
        change(a);
        return layer_norm(a, nullptr);
    };
    EXPECT_REFUSED(with([](auto& a) { a.x = nullptr; }), kInvalidArgument);
    EXPECT_REFUSED(with([](auto& a) { a.y = nullptr; }), kInvalidArgument);
    EXPECT_REFUSED(with([](auto& a) { a.x = static_cast<const char*>(a.x) + 4; }), kInvalidArgument);
    EXPECT_REFUSED(with([](auto& a) { a.rows = -1; }), kInvalidArgument);
    EXPECT_REFUSED(with([](auto& a) { a.dim = 0; }), kInvalidArgument);
    EXPECT_REFUSED(with([](auto& a) { a.dim = 12; }), kInvalidArgument);
    EXPECT_REFUSED(with([](auto& a) { a.dim = 16392; }), kTooLarge);
    EXPECT_REFUSED(with([](auto& a) { a.rows = std::int64_t(1) << 31; }), kTooLarge);
    EXPECT_REFUSED(with([](auto& a) { a.y_type = DType::kI8; }), kUnsupportedType);
    EXPECT_REFUSED(with([](auto& a) { a.scale = static_cast<const float*>(a.x); }), kInvalidArgument);
    EXPECT_REFUSED(rms_norm({x.device(), y.device(), nullptr, nullptr, 4, 16, 8, 16}, nullptr), kInvalidArgument);
    RmsNormArgs turn{x.device(), y.device(), nullptr, x.device(), 4, 16, 16, 16, 0, 16};
    EXPECT_REFUSED(rms_norm(turn, nullptr), kInvalidArgument);
    EXPECT_REFUSED(gelu_tanh({x.device(), nullptr, 4, DType::kF32}, nullptr), kInvalidArgument);
    EXPECT_REFUSED(gelu_tanh({x.device(), y.device(), -4, DType::kF32}, nullptr), kInvalidArgument);
    GateResidualArgs same;
    same.x = x.device(), same.y = x.device(), same.rows = 4, same.dim = 16, same.y_type = DType::kF32;
    EXPECT_REFUSED(gate_residual(same, nullptr), kInvalidArgument);
}

#ifndef STUDIO_KERNEL_TEST_ON_DEVICE
TEST(Norms, RefuseAnOldDevice) {
    Buffer<float> x(64), y(64);
    shim::options().capability = 75;
    EXPECT_REFUSED(gelu_tanh({x.device(), y.device(), 4, DType::kF32}, nullptr), kNotSupported);
    shim::options().capability = 90;
    EXPECT_EQ(bf16_to_float(0x7fff) != bf16_to_float(0x7fff), true);
}
#endif

}  // namespace
}  // namespace studio::kernels
