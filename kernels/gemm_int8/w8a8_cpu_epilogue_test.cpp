// What the W8A8 product of the CPU does with its sums, with every instruction set: GELU, gated addition, and
// quantisation for the next product, which must equal the quantiser run on the same values.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "kernels/common/compare.h"
#include "kernels/gemm_int8/w8a8_cpu.h"

namespace studio::kernels::cpu {
namespace {

std::int64_t tiles(std::int64_t size) {
    return (size + 127) / 128;
}

std::vector<DotKind> kinds() {
    std::vector<DotKind> all;
    for (const DotKind kind : {DotKind::kPlain, DotKind::kAvx2, DotKind::kAvxVnni, DotKind::kAvx512, DotKind::kVnni512})
        if (has_dot(kind)) all.push_back(kind);
    return all;
}

struct Layer {
    Layer(std::int64_t m, std::int64_t n, std::int64_t k, DotKind dot) : rows(m), outputs(n), depth(k), kind(dot) {
        std::mt19937 random(11);
        std::uniform_int_distribution<int> byte(-128, 127);
        std::normal_distribution<float> normal;
        weight.resize(std::size_t(n * k));
        for (std::int8_t& value : weight)
            value = std::int8_t(byte(random));
        weight_scale.assign(std::size_t(tiles(n) * tiles(k)), 0.01f / std::sqrt(float(k)));
        for (std::int64_t i = 0; i < n; ++i)
            bias.push_back(normal(random));
        for (std::int64_t i = 0; i < m * k; ++i)
            x.push_back(normal(random));
        packed.assign(std::size_t(w8a8_packed_bytes(m, k, dot)), 0xa5);
        scale.resize(std::size_t(tiles(m) * tiles(k)));
        QuantizeTilesArgs q{x.data(), nullptr, scale.data(), m, k, true, packed.data(), dot};
        EXPECT_TRUE(quantize_tile_rows(q, 0, tiles(m)).ok());
    }

    W8A8Args args() {
        W8A8Args a;
        a.x_scale = scale.data();
        a.weight = weight.data();
        a.weight_scale = weight_scale.data();
        a.bias = bias.data();
        a.rows = rows;
        a.outputs = outputs;
        a.depth = depth;
        a.packed = packed.data();
        a.kind = kind;
        scratch.assign(std::size_t(w8a8_scratch_bytes(a)), 0xa5);
        return a;
    }

    void run(const W8A8Args& a) {
        for (std::int64_t panel = 0; panel < tiles(outputs); ++panel)
            ASSERT_TRUE(w8a8_panel(a, panel, 0, rows, scratch.data()).ok());
    }

    std::vector<float> plain() {
        std::vector<float> out(std::size_t(rows * outputs), -7.0f);
        W8A8Args a = args();
        a.out = out.data();
        run(a);
        return out;
    }

    std::int64_t rows, outputs, depth;
    DotKind kind;
    std::vector<std::int8_t> weight;
    std::vector<float> weight_scale, bias, x, scale;
    std::vector<std::uint8_t> packed, scratch;
};

double gelu(double x) {
    return 0.5 * x * (1.0 + std::tanh(0.7978845608028654 * (x + 0.044715 * x * x * x)));
}

constexpr std::int64_t kShapes[][3] = {{1, 1, 3}, {5, 64, 130}, {47, 63, 128}, {130, 129, 257}, {300, 330, 64}};

TEST(W8A8Packing, TheQuantiserPacksWhatPackRowsPacks) {
    for (const DotKind kind : kinds()) {
        for (const auto& [m, n, k] : kShapes) {
            Layer layer(m, n, k, kind);
            std::vector<std::int8_t> values(std::size_t(m * k));
            std::vector<float> scale(layer.scale.size());
            ASSERT_TRUE(
                quantize_tile_rows({layer.x.data(), values.data(), scale.data(), m, k, true}, 0, tiles(m)).ok());
            EXPECT_EQ(scale, layer.scale);
            std::vector<std::uint8_t> packed(layer.packed.size(), 0x5a);
            W8A8Args a = layer.args();
            a.x = values.data();
            a.packed = packed.data();
            ASSERT_TRUE(pack_w8a8_rows(a, 0, m).ok());
            EXPECT_EQ(packed, layer.packed) << name_of(kind) << " " << m << "x" << k;
        }
    }
}

TEST(W8A8Gelu, FollowsTheSum) {
    for (const DotKind kind : kinds()) {
        for (const auto& [m, n, k] : kShapes) {
            Layer layer(m, n, k, kind);
            std::vector<double> want;
            for (const float value : layer.plain())
                want.push_back(gelu(double(value)));
            std::vector<float> out(want.size());
            W8A8Args a = layer.args();
            a.out = out.data();
            a.with_gelu = true;
            layer.run(a);
            const Difference d = compare(want, out.data(), DType::kF32);
            EXPECT_LE(d.relative_l2, 5e-7) << name_of(kind) << ": " << d.text();
        }
    }
}

TEST(W8A8Gelu, OfGreatAndNoNumbers) {
    for (const DotKind kind : kinds()) {
        Layer layer(1, 5, 4, kind);
        const float nan = std::numeric_limits<float>::quiet_NaN();
        std::fill(layer.weight.begin(), layer.weight.end(), std::int8_t(0));
        layer.bias = {-1e30f, 1e30f, nan, -0.0f, 40.0f};
        std::vector<float> out(5);
        W8A8Args a = layer.args();
        a.out = out.data();
        a.with_gelu = true;
        layer.run(a);
        EXPECT_NEAR(out[0], 0.0f, 1e-6f) << name_of(kind);
        EXPECT_EQ(out[1], 1e30f);
        EXPECT_TRUE(std::isnan(out[2]));
        EXPECT_EQ(out[3], 0.0f);
        EXPECT_EQ(out[4], 40.0f);
    }
}

TEST(W8A8Residual, AddsTheValueTimesTheGateOfItsRow) {
    for (const DotKind kind : kinds()) {
        for (const auto& [m, n, k] : kShapes) {
            Layer layer(m, n, k, kind);
            const std::vector<float> value = layer.plain();
            std::vector<float> gate;
            for (std::int64_t i = 0; i < 3 * n; ++i)
                gate.push_back(0.01f * float(i % 91) - 0.4f);
            std::vector<std::int64_t> row_of;
            for (std::int64_t i = 0; i < m; ++i)
                row_of.push_back((i / 7) % 3);
            for (const int variant : {0, 1, 2}) {  // no gate, one row, a row each
                std::vector<float> out(value.size() + 64);
                std::vector<double> want;
                for (std::size_t i = 0; i < out.size(); ++i)
                    out[i] = float(i % 13) - 6.0f;
                for (std::size_t i = 0; i < value.size(); ++i) {
                    const std::size_t row = variant == 2 ? std::size_t(row_of[i / std::size_t(n)]) : 0;
                    const double g = variant == 0 ? 1.0 : double(gate[row * std::size_t(n) + i % std::size_t(n)]);
                    want.push_back(double(out[i]) + double(value[i]) * g);
                }
                const std::vector<float> before = out;
                W8A8Args a = layer.args();
                a.out = out.data();
                a.adds_to_out = true;
                a.gate = variant == 0 ? nullptr : gate.data();
                a.gate_rows = variant == 2 ? row_of.data() : nullptr;
                layer.run(a);
                const Difference d = compare(want, out.data(), DType::kF32);
                EXPECT_LE(d.relative_l2, 2e-7) << name_of(kind) << " " << variant << ": " << d.text();
                for (std::size_t i = value.size(); i < out.size(); ++i)
                    ASSERT_EQ(out[i], before[i]) << "written behind the end";
            }
        }
    }
}

TEST(W8A8Next, EqualsTheQuantiserOnTheSameValues) {
    for (const DotKind kind : kinds()) {
        for (const auto& [m, n, k] : kShapes) {
            for (const bool with_gelu : {false, true}) {
                Layer layer(m, n, k, kind);
                std::vector<float> value(std::size_t(m * n));
                W8A8Args a = layer.args();
                a.out = value.data();
                a.with_gelu = with_gelu;
                layer.run(a);
                std::vector<std::uint8_t> want(std::size_t(w8a8_packed_bytes(m, n, kind)), 0x11),
                    got(want.size() + 64, 0x22);
                std::vector<float> want_scale(std::size_t(tiles(m) * tiles(n))), got_scale(want_scale.size(), -1.0f);
                QuantizeTilesArgs q{value.data(), nullptr, want_scale.data(), m, n, true, want.data(), kind};
                ASSERT_TRUE(quantize_tile_rows(q, 0, tiles(m)).ok());
                a.out = nullptr;
                a.next = got.data();
                a.next_scale = got_scale.data();
                layer.run(a);
                EXPECT_EQ(got_scale, want_scale) << name_of(kind) << " " << m << "x" << n;
                EXPECT_TRUE(std::equal(want.begin(), want.end(), got.begin())) << name_of(kind) << " " << m << "x" << n;
                for (std::size_t i = want.size(); i < got.size(); ++i)
                    ASSERT_EQ(got[i], 0x22) << "written behind the end";
            }
        }
    }
}

}  // namespace
}  // namespace studio::kernels::cpu
