// Norm, modulation and quantiser in one: the dequantised result against the two oracles in a row.
#include "kernels/norm/layer_norm_quantize.h"
#include "kernels/common/testing.h"
#include "kernels/norm/gate_residual.h"

namespace studio::kernels {
namespace {
using testing::Buffer;
using testing::random_f32;

struct Case {
    std::int64_t rows, dim;
    DType x, y;
    bool affine, given_statistics;
};
class LayerNormQuantize : public ::testing::TestWithParam<Case> {};

TEST_P(LayerNormQuantize, MatchesTheOracles) {
    const auto& c = GetParam();
    const std::size_t n = std::size_t(c.rows * c.dim), d = std::size_t(c.dim);
    const std::size_t blocks = std::size_t((c.rows + 127) / 128 * ((c.dim + 127) / 128));
    auto x = testing::random_any(c.x, n, 1, 1.5f, 0.4f);
    auto weight = random_f32(d, 2, 0.2f, 1), bias = random_f32(d, 3), scale = random_f32(2 * d, 4, 0.3f),
         shift = random_f32(2 * d, 5);
    Buffer<std::int32_t> of_row(std::size_t(c.rows));
    for (std::size_t r = 0; r < of_row.size(); ++r)
        of_row[r] = std::int32_t(r % 2);
    auto norm = [&](bool device) {
        auto at = [&](auto& b) { return device ? b.device() : b.host(); };
        LayerNormArgs a;
        a.x = at(x), a.rows = c.rows, a.dim = c.dim, a.x_type = c.x, a.y_type = c.y;
        a.scale = at(scale), a.shift = at(shift), a.modulation_of_row = at(of_row);
        if (c.affine) a.weight = at(weight), a.bias = at(bias);
        return a;
    };
    std::vector<double> want(n);
    layer_norm_reference(norm(false), want.data());
    // The quantiser's own error, for the bound: half a step of each block's scale.
    std::vector<float> exact(n);
    for (std::size_t i = 0; i < n; ++i)
        exact[i] = float(round_to(c.y, want[i]));
    std::vector<std::int8_t> want_q(n);
    std::vector<float> want_scale(blocks);
    quantize_reference({exact.data(), want_q.data(), want_scale.data(), c.rows, c.dim, c.dim, DType::kF32});
    testing::in_every_mode([&] {
        Buffer<std::int8_t> q(n);
        Buffer<float> scales(blocks), statistics(std::size_t(2 * c.rows));
        LayerNormQuantizeArgs a{norm(true), q.device(), scales.device(), statistics.device(), c.given_statistics};
        if (c.given_statistics) {
            Buffer<float> stream(n), zeros(n);
            for (std::size_t i = 0; i < n; ++i)
                stream[i] = float(read_element(x.host(), c.x, i)), zeros[i] = 0;
            GateResidualArgs g;
            g.x = stream.device(), g.y = zeros.device(), g.rows = c.rows, g.dim = c.dim, g.y_type = DType::kF32;
            g.statistics = a.statistics;
            EXPECT_LAUNCHED(gate_residual(g, nullptr));
        }
        EXPECT_LAUNCHED(layer_norm_quantize(a, nullptr));
        q.fetch(), scales.fetch(), statistics.fetch();
        std::size_t off_by_one = 0;
        for (std::size_t i = 0; i < n; ++i) {
            ASSERT_LE(std::abs(q[i] - want_q[i]), 1) << i;
            off_by_one += q[i] != want_q[i];
        }
        EXPECT_LE(off_by_one, n / 50 + 1);  // values that lie at a rounding edge
        for (std::size_t b = 0; b < blocks; ++b)
            EXPECT_NEAR(scales[b], want_scale[b], 8e-3f * want_scale[b]);
    });
}
INSTANTIATE_TEST_SUITE_P(Shapes, LayerNormQuantize,
                         ::testing::Values(Case{1, 8, DType::kF32, DType::kF32, false, false},
                                           Case{130, 136, DType::kBF16, DType::kBF16, true, false},
                                           Case{129, 1536, DType::kF32, DType::kBF16, false, true},
                                           Case{3, 5120, DType::kBF16, DType::kF16, true, false}));

TEST(LayerNormQuantizeLauncher, RefusesBadArguments) {
    Buffer<float> x(64), s(8), statistics(8);
    Buffer<std::int8_t> q(64);
    LayerNormQuantizeArgs good;
    good.norm.x = x.device(), good.norm.rows = 4, good.norm.dim = 16;
    good.q = q.device(), good.scale = s.device(), good.statistics = statistics.device();
    auto with = [&](auto change) {
        LayerNormQuantizeArgs a = good;
        change(a);
        return layer_norm_quantize(a, nullptr);
    };
    EXPECT_TRUE(layer_norm_quantize(good, nullptr).ok());
    EXPECT_REFUSED(with([](auto& a) { a.norm.x = nullptr; }), kInvalidArgument);
    EXPECT_REFUSED(with([](auto& a) { a.statistics = nullptr; }), kInvalidArgument);
    EXPECT_REFUSED(with([](auto& a) { a.norm.dim = 4; }), kInvalidArgument);
    EXPECT_REFUSED(with([](auto& a) { a.norm.x_type = DType::kE4M3; }), kUnsupportedType);
}

}  // namespace
}  // namespace studio::kernels
