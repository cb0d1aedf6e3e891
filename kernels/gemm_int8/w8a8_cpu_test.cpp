// The W8A8 product and its quantiser on the CPU, with every instruction set of this processor, against fp64 and against
// the formula of the source.
#include "kernels/gemm_int8/w8a8_cpu.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <random>
#include <vector>

#include "kernels/common/compare.h"

namespace studio::kernels::cpu {
namespace {

std::int64_t tiles(std::int64_t size) {
    return (size + 127) / 128;
}

struct Problem {
    Problem(std::int64_t m, std::int64_t n, std::int64_t k, int largest = 127) : rows(m), outputs(n), depth(k) {
        std::mt19937 random(7);
        std::uniform_int_distribution<int> byte(-128, largest);
        std::uniform_real_distribution<float> size(0.01f, 0.1f);
        const auto bytes = [&](std::vector<std::int8_t>& to, std::int64_t count) {
            to.resize(std::size_t(count));
            for (std::int8_t& value : to)
                value = std::int8_t(byte(random));
        };
        const auto sizes = [&](std::vector<float>& to, std::int64_t count) {
            to.resize(std::size_t(count));
            for (float& value : to)
                value = size(random);
        };
        bytes(x, m * k);
        bytes(weight, n * k);
        sizes(x_scale, tiles(m) * tiles(k));
        sizes(weight_scale, tiles(n) * tiles(k));
        sizes(bias, n);
        out.assign(std::size_t(m * n + 64), -7.0f);  // with a guard behind
    }

    W8A8Args args(DotKind kind) {
        W8A8Args a;
        a.x = x.data();
        a.x_scale = x_scale.data();
        a.weight = weight.data();
        a.weight_scale = weight_scale.data();
        a.bias = bias.empty() ? nullptr : bias.data();
        a.out = out.data();
        a.rows = rows;
        a.outputs = outputs;
        a.depth = depth;
        a.kind = kind;
        packed.assign(std::size_t(w8a8_packed_bytes(rows, depth, kind)), 0xa5);
        scratch.assign(std::size_t(w8a8_scratch_bytes(a)), 0xa5);
        a.packed = packed.data();
        return a;
    }

    void run(DotKind kind) {
        const W8A8Args a = args(kind);
        ASSERT_TRUE(pack_w8a8_rows(a, rows / 2, rows).ok());
        ASSERT_TRUE(pack_w8a8_rows(a, 0, rows / 2).ok());
        run_panels(a);
    }

    // Stretches of one or two tiles of rows, the last one first.
    void run_panels(const W8A8Args& a) {
        for (std::int64_t panel = tiles(outputs); panel-- > 0;) {
            const std::int64_t step = panel % 2 == 0 ? 128 : 256;
            for (std::int64_t first = (rows - 1) / step * step; first >= 0; first -= step)
                ASSERT_TRUE(w8a8_panel(a, panel, first, std::min(first + step, rows), scratch.data()).ok());
        }
    }

    std::vector<double> exact() const {
        std::vector<double> result;
        for (std::int64_t m = 0; m < rows; ++m) {
            for (std::int64_t n = 0; n < outputs; ++n) {
                double sum = bias.empty() ? 0.0 : double(bias[std::size_t(n)]);
                for (std::int64_t b = 0; b < tiles(depth); ++b) {
                    std::int64_t dot = 0;
                    for (std::int64_t k = b * 128; k < std::min(depth, b * 128 + 128); ++k)
                        dot += x[std::size_t(m * depth + k)] * weight[std::size_t(n * depth + k)];
                    sum += double(dot) * double(x_scale[std::size_t(m / 128 * tiles(depth) + b)]) *
                           double(weight_scale[std::size_t(n / 128 * tiles(depth) + b)]);
                }
                result.push_back(sum);
            }
        }
        return result;
    }

    std::int64_t rows, outputs, depth;
    std::vector<std::int8_t> x, weight;
    std::vector<float> x_scale, weight_scale, bias, out;
    std::vector<std::uint8_t> packed, scratch;
};

std::vector<DotKind> kinds() {
    std::vector<DotKind> all;
    for (const DotKind kind : {DotKind::kPlain, DotKind::kAvx2, DotKind::kAvxVnni, DotKind::kAvx512, DotKind::kVnni512})
        if (has_dot(kind)) all.push_back(kind);
    return all;
}

struct Shape {
    std::int64_t rows, outputs, depth;
};
void PrintTo(const Shape& s, std::ostream* out) {
    *out << s.rows << "x" << s.outputs << "x" << s.depth;
}
class W8A8 : public testing::TestWithParam<Shape> {};

TEST_P(W8A8, EqualsTheWholeNumberSum) {
    const Shape s = GetParam();
    Problem problem(s.rows, s.outputs, s.depth);
    for (const bool has_bias : {true, false}) {
        if (!has_bias) problem.bias.clear();
        const std::vector<double> want = problem.exact();
        for (const DotKind kind : kinds()) {
            problem.out.assign(problem.out.size(), -7.0f);
            problem.run(kind);
            const Difference d = compare(want, problem.out.data(), DType::kF32);
            EXPECT_FALSE(d.want_is_zero);
            EXPECT_TRUE(d.relative_l2 <= 1e-6) << name_of(kind) << ": " << d.text();
            for (std::size_t i = want.size(); i < problem.out.size(); ++i)
                ASSERT_EQ(problem.out[i], -7.0f) << name_of(kind) << ": written behind the end";
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Shapes, W8A8,
                         testing::Values(Shape{1, 1, 1}, Shape{1, 64, 128}, Shape{2, 63, 2}, Shape{3, 65, 3},
                                         Shape{5, 130, 127}, Shape{6, 200, 129}, Shape{7, 128, 130}, Shape{48, 64, 256},
                                         Shape{49, 70, 384}, Shape{127, 129, 131}, Shape{129, 136, 128},
                                         Shape{150, 200, 257}, Shape{769, 65, 140}));

// The extremes that overflow 16-bit sums of byte products, and offsets of a whole block.
TEST(W8A8Extremes, AreExact) {
    for (const int value : {-128, 127}) {
        Problem problem(9, 66, 384);
        std::fill(problem.x.begin(), problem.x.end(), std::int8_t(-128));
        std::fill(problem.weight.begin(), problem.weight.end(), std::int8_t(value));
        const std::vector<double> want = problem.exact();
        for (const DotKind kind : kinds()) {
            problem.run(kind);
            EXPECT_LE(compare(want, problem.out.data(), DType::kF32).relative_l2, 2e-7)
                << name_of(kind) << " " << value;
        }
    }
}

TEST(W8A8NaN, OfAScaleComesOut) {
    for (const DotKind kind : kinds()) {
        Problem problem(130, 5, 130);
        problem.x_scale[2] = std::numeric_limits<float>::quiet_NaN();  // rows 128 and 129, first block
        problem.run(kind);
        EXPECT_TRUE(std::isnan(problem.out[128 * 5]) && std::isnan(problem.out[129 * 5 + 4]));
        EXPECT_FALSE(std::isnan(problem.out[127 * 5]));
    }
}

TEST(W8A8Launcher, RefusesAndWritesNothing) {
    using Change = std::function<void(W8A8Args&)>;
    const std::vector<Change> changes{
        [](auto& a) { a.out = nullptr; },
        [](auto& a) { a.next = a.packed; },  // two targets
        [](auto& a) { a.x_scale = nullptr; },
        [](auto& a) { a.weight = nullptr; },
        [](auto& a) { a.weight_scale = nullptr; },
        [](auto& a) { a.packed = nullptr; },
        [](auto& a) { a.packed += 1; },
        [](auto& a) { a.rows = 0; },
        [](auto& a) { a.outputs = -3; },
        [](auto& a) { a.depth = 0; },
        [](auto& a) { a.depth = std::int64_t(1) << 40; },
    };
    for (std::size_t i = 0; i < changes.size(); ++i) {
        Problem problem(5, 6, 7);
        W8A8Args a = problem.args(best_dot());
        changes[i](a);
        if (i > 1) {
            EXPECT_FALSE(pack_w8a8_rows(a, 0, 1).ok()) << i;
        }
        const Status status = w8a8_panel(a, 0, 0, 5, problem.scratch.data());
        EXPECT_FALSE(status.ok()) << i;
        EXPECT_STRNE(status.reason, "");
        EXPECT_TRUE(std::all_of(problem.out.begin(), problem.out.end(), [](float x) { return x == -7.0f; })) << i;
    }
    Problem problem(5, 6, 7);
    const W8A8Args a = problem.args(best_dot());
    EXPECT_FALSE(pack_w8a8_rows(a, 0, 6).ok());
    EXPECT_FALSE(pack_w8a8_rows(a, 3, 2).ok());
    EXPECT_FALSE(w8a8_panel(a, 1, 0, 5, problem.scratch.data()).ok());
    EXPECT_FALSE(w8a8_panel(a, 0, 0, 6, problem.scratch.data()).ok());
    EXPECT_FALSE(w8a8_panel(a, 0, 0, 4, problem.scratch.data()).ok());  // neither whole tiles nor the end
    EXPECT_FALSE(w8a8_panel(a, 0, 5, 5, problem.scratch.data()).ok());
    EXPECT_FALSE(w8a8_panel(a, 0, 0, 5, nullptr).ok());
    W8A8Args next = a;
    next.out = nullptr;
    next.next = problem.packed.data();
    EXPECT_FALSE(w8a8_panel(next, 0, 0, 5, problem.scratch.data()).ok());  // no room for its scales
    W8A8Args unpacked = a;
    unpacked.x = nullptr;
    EXPECT_FALSE(pack_w8a8_rows(unpacked, 0, 1).ok());
    W8A8Args zero = a;
    zero.rows = 0;
    EXPECT_EQ(w8a8_packed_bytes(0, 7, best_dot()), 0);
    EXPECT_EQ(w8a8_scratch_bytes(zero), 0);
}

TEST(QuantizeTiles, TheVectorsOfTheSpecification) {
    std::vector<float> x{4.0f, -4.0f, 3.96875f, 1.0f, 0.046875f, 0.078125f, -0.046875f, -0.015625f};
    std::vector<std::int8_t> values(x.size());
    float scale = 0;
    ASSERT_TRUE(quantize_tile_rows({x.data(), values.data(), &scale, 1, 8}, 0, 1).ok());
    EXPECT_EQ(scale, 0.03125f);
    EXPECT_EQ(values, (std::vector<std::int8_t>{127, -128, 127, 32, 2, 2, -2, 0}));
}

TEST(QuantizeTiles, FollowsTheFormulaAtEveryEdge) {
    std::mt19937 random(3);
    std::normal_distribution<float> normal;
    for (const auto& [rows, columns] : {std::pair{1, 1}, std::pair{3, 127}, std::pair{128, 129}, std::pair{130, 300}}) {
        for (const bool rounds : {false, true}) {
            std::vector<float> x(std::size_t(rows * columns));
            for (float& value : x)
                value = normal(random);
            std::vector<std::int8_t> values(x.size() + 64, 99);
            std::vector<float> scale(std::size_t(tiles(rows) * tiles(columns)), -1.0f);
            ASSERT_TRUE(
                quantize_tile_rows({x.data(), values.data(), scale.data(), rows, columns, rounds}, 0, tiles(rows))
                    .ok());
            const auto input = [&](int r, int c) {
                const float v = x[std::size_t(r * columns + c)];
                return rounds ? bf16_to_float(float_to_bf16(v)) : v;
            };
            for (int r = 0; r < rows; ++r) {
                for (int c = 0; c < columns; ++c) {
                    float amax = 1e-8f;
                    for (int i = r / 128 * 128; i < std::min(rows, r / 128 * 128 + 128); ++i)
                        for (int j = c / 128 * 128;
                             (r % 97 == 0 && c % 61 == 0) && j < std::min(columns, c / 128 * 128 + 128); ++j)
                            amax = std::max(amax, std::fabs(input(i, j)));
                    if (r % 97 != 0 || c % 61 != 0) continue;
                    const float q = std::clamp(std::nearbyint(input(r, c) * (128.0f / amax)), -128.0f, 127.0f);
                    EXPECT_EQ(values[std::size_t(r * columns + c)], std::int8_t(q)) << r << " " << c;
                    EXPECT_EQ(scale[std::size_t(r / 128 * tiles(columns) + c / 128)], amax / 128.0f);
                }
            }
            for (std::size_t i = x.size(); i < values.size(); ++i)
                ASSERT_EQ(values[i], 99) << "written behind the end";
        }
    }
}

TEST(QuantizeTiles, NaNBecomesTheScaleAndZerosStayZero) {
    std::vector<float> x(4 * 130, 0.0f);
    x[129] = std::numeric_limits<float>::quiet_NaN();
    std::vector<std::int8_t> values(x.size(), 9);
    std::vector<float> scale(2);
    ASSERT_TRUE(quantize_tile_rows({x.data(), values.data(), scale.data(), 4, 130, true}, 0, 1).ok());
    EXPECT_EQ(scale[0], 1e-8f / 128.0f);
    EXPECT_TRUE(std::isnan(scale[1]));
    EXPECT_EQ(values[0], 0);
    EXPECT_FALSE(quantize_tile_rows({nullptr, values.data(), scale.data(), 4, 130, true}, 0, 1).ok());
    EXPECT_FALSE(quantize_tile_rows({x.data(), values.data(), scale.data(), 0, 130, true}, 0, 0).ok());
    EXPECT_FALSE(quantize_tile_rows({x.data(), values.data(), scale.data(), 4, 130, true}, 0, 2).ok());
}

}  // namespace
}  // namespace studio::kernels::cpu
