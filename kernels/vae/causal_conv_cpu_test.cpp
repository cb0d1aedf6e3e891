// The convolution of the video VAE on the CPU against the sum over its window in fp64: every edge of tiles, parts,
// groups of channels and time.
#include "kernels/vae/causal_conv_cpu.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <random>
#include <vector>

#include "kernels/common/compare.h"
#include "kernels/common/cpu_caps.h"
#include "kernels/vae/causal_conv_cpu_impl.h"

namespace studio::kernels::cpu {
namespace {

struct Shape {
    std::int64_t frames, height, width, inputs, outputs;
};
void PrintTo(const Shape& s, std::ostream* out) {
    *out << s.frames << "x" << s.height << "x" << s.width << ", " << s.inputs << " to " << s.outputs;
}

struct Problem {
    explicit Problem(const Shape& s) : shape(s) {
        std::mt19937 random(5);
        std::normal_distribution<float> normal;
        const auto fill = [&](std::vector<float>& to, std::int64_t count, float factor) {
            to.resize(std::size_t(count));
            for (float& value : to)
                value = normal(random) * factor;
        };
        const std::int64_t pixels = s.height * s.width;
        fill(x, s.frames * pixels * s.inputs, 1.0f);
        fill(before, 2 * pixels * s.inputs, 1.0f);
        fill(weight, s.outputs * 27 * s.inputs, 1.0f / std::sqrt(27.0f * float(s.inputs)));
        fill(bias, s.outputs, 1.0f);
        fill(residual, s.frames * pixels * s.outputs, 1.0f);
        out.assign(residual.size() + 64, -7.0f);  // with a guard behind
    }

    CausalConvArgs args() {
        turned.assign(std::size_t(conv_weight_floats(shape.inputs, shape.outputs)), std::nanf(""));
        for (std::int64_t group = conv_weight_groups(shape.outputs); group-- > 0;)
            EXPECT_TRUE(
                turn_conv_weight(weight.data(), shape.inputs, shape.outputs, group, group + 1, turned.data()).ok());
        CausalConvArgs a;
        a.before = has_before ? before.data() : nullptr;
        a.x = x.data();
        a.weight = turned.data();
        a.bias = has_bias ? bias.data() : nullptr;
        a.residual = has_residual ? residual.data() : nullptr;
        a.out = out.data();
        a.frames = shape.frames;
        a.height = shape.height;
        a.width = shape.width;
        a.inputs = shape.inputs;
        a.outputs = shape.outputs;
        scratch.assign(std::size_t(causal_conv_scratch_bytes(a) / 4), std::nanf(""));
        return a;
    }

    void run() {
        const CausalConvArgs a = args();
        const std::int64_t parts = causal_conv_parts(a);
#ifdef STUDIO_CPU_X86
        if (by_avx2) {
            avx2::turn_conv_weight(weight.data(), shape.inputs, shape.outputs, 0, conv_weight_groups(shape.outputs),
                                   turned.data());
            avx2::causal_conv(a, 0, parts, scratch.data());
            return;
        }
#endif
        ASSERT_TRUE(causal_conv(a, parts / 2, parts, scratch.data()).ok());
        ASSERT_TRUE(causal_conv(a, 0, parts / 2, scratch.data()).ok());
    }

    // Inputs of the frame `t - 2 + tap`; null: zeros.
    const float* frame(std::int64_t index) const {
        const std::int64_t size = shape.height * shape.width * shape.inputs;
        if (index >= 0) return x.data() + index * size;
        return has_before ? before.data() + (index + 2) * size : nullptr;
    }

    double exact(std::int64_t t, std::int64_t y, std::int64_t c, std::int64_t o) const {
        double sum = has_bias ? double(bias[std::size_t(o)]) : 0.0;
        for (std::int64_t tap = 0; tap < 3; ++tap) {
            const float* from = frame(t - 2 + tap);
            for (std::int64_t r = -1; from && r <= 1; ++r) {
                for (std::int64_t k = -1; k <= 1; ++k) {
                    if (y + r < 0 || y + r >= shape.height || c + k < 0 || c + k >= shape.width) continue;
                    const float* pixel = from + ((y + r) * shape.width + c + k) * shape.inputs;
                    const float* w = weight.data() + (((o * 3 + tap) * 3 + r + 1) * 3 + k + 1) * shape.inputs;
                    for (std::int64_t i = 0; i < shape.inputs; ++i)
                        sum += double(pixel[i]) * double(w[i]);
                }
            }
        }
        const std::int64_t at = ((t * shape.height + y) * shape.width + c) * shape.outputs + o;
        return has_residual ? sum + double(residual[std::size_t(at)]) : sum;
    }

    std::vector<double> exact() const {
        std::vector<double> result;
        for (std::int64_t t = 0; t < shape.frames; ++t)
            for (std::int64_t y = 0; y < shape.height; ++y)
                for (std::int64_t c = 0; c < shape.width; ++c)
                    for (std::int64_t o = 0; o < shape.outputs; ++o)
                        result.push_back(exact(t, y, c, o));
        return result;
    }

    Shape shape;
    bool by_avx2 = false;  // where the processor could do better
    bool has_before = true, has_bias = true, has_residual = true;
    std::vector<float> x, before, weight, bias, residual, turned, out, scratch;
};

#define SKIP_WITHOUT_KERNEL() \
    if (!has_causal_conv()) GTEST_SKIP() << "this processor lacks AVX2"

class CausalConv : public testing::TestWithParam<Shape> {};

TEST_P(CausalConv, EqualsTheSumOverTheWindow) {
    SKIP_WITHOUT_KERNEL();
    Problem problem(GetParam());
    for (const int variant : {0, 1, 2, 3, 4, 7}) {
        problem.by_avx2 = variant >= 4;
        problem.has_before = variant % 2 == 0;
        problem.has_bias = problem.has_residual = variant % 4 < 2;
        std::fill(problem.out.begin(), problem.out.end(), -7.0f);
        problem.run();
        const std::vector<double> want = problem.exact();
        const Difference d = compare(want, problem.out.data(), DType::kF32);
        EXPECT_LE(d.relative_l2, 1e-6) << variant << ": " << d.text();
        EXPECT_FALSE(d.want_is_zero);
        for (std::size_t i = want.size(); i < problem.out.size(); ++i)
            ASSERT_EQ(problem.out[i], -7.0f) << "written behind the end";
    }
}

INSTANTIATE_TEST_SUITE_P(Shapes, CausalConv,
                         testing::Values(Shape{1, 1, 1, 1, 1}, Shape{2, 1, 2, 3, 5}, Shape{3, 2, 3, 8, 7},
                                         Shape{4, 5, 7, 15, 16}, Shape{1, 3, 9, 16, 17}, Shape{5, 4, 4, 17, 31},
                                         Shape{2, 3, 63, 7, 33}, Shape{2, 2, 66, 20, 48}, Shape{1, 5, 200, 3, 4},
                                         Shape{2, 3, 150, 70, 18}, Shape{1, 2, 20, 100, 96}));

TEST(CausalConvNaN, ReachesItsWindowInTimeAndItsTilesInSpace) {
    SKIP_WITHOUT_KERNEL();
    Problem problem({4, 12, 12, 5, 3});
    const auto at = [&](std::int64_t t, std::int64_t y, std::int64_t c) {
        return problem.out[std::size_t(((t * 12 + y) * 12 + c) * 3)];
    };
    problem.x[std::size_t(((1 * 12 + 5) * 12 + 5) * 5)] = std::numeric_limits<float>::quiet_NaN();
    problem.run();
    for (const std::int64_t t : {1, 2, 3})
        EXPECT_TRUE(std::isnan(at(t, 5, 5)) && std::isnan(at(t, 4, 6)));
    EXPECT_FALSE(std::isnan(at(0, 5, 5)));
    EXPECT_FALSE(std::isnan(at(1, 5, 9)));
    EXPECT_FALSE(std::isnan(at(1, 1, 5)));
}

TEST(CausalConvLauncher, RefusesAndWritesNothing) {
    using Change = std::function<void(CausalConvArgs&)>;
    const std::vector<Change> changes{
        [](auto& a) { a.x = nullptr; },   [](auto& a) { a.weight = nullptr; },
        [](auto& a) { a.out = nullptr; }, [](auto& a) { a.frames = 0; },
        [](auto& a) { a.height = -1; },   [](auto& a) { a.width = std::int64_t(1) << 40; },
        [](auto& a) { a.inputs = 5000; }, [](auto& a) { a.outputs = 0; },
    };
    Problem problem({1, 4, 4, 2, 3});
    for (std::size_t i = 0; i < changes.size(); ++i) {
        CausalConvArgs a = problem.args();
        changes[i](a);
        const Status status = causal_conv(a, 0, 1, problem.scratch.data());
        EXPECT_FALSE(status.ok()) << i;
        EXPECT_STRNE(status.reason, "");
    }
    const CausalConvArgs a = problem.args();
    EXPECT_FALSE(causal_conv(a, 0, causal_conv_parts(a) + 1, problem.scratch.data()).ok());
    EXPECT_FALSE(causal_conv(a, -1, 1, problem.scratch.data()).ok());
    EXPECT_FALSE(causal_conv(a, 0, 1, nullptr).ok());
    EXPECT_TRUE(std::all_of(problem.out.begin(), problem.out.end(), [](float v) { return v == -7.0f; }));
    EXPECT_EQ(conv_weight_floats(0, 4), 0);
    EXPECT_EQ(conv_weight_floats(4, 5000), 0);
    EXPECT_FALSE(turn_conv_weight(nullptr, 2, 3, 0, 1, problem.turned.data()).ok());
    EXPECT_FALSE(turn_conv_weight(problem.weight.data(), 2, 3, 0, 2, problem.turned.data()).ok());
    CausalConvArgs zero = a;
    zero.frames = 0;
    EXPECT_EQ(causal_conv_parts(zero), 0);
    EXPECT_EQ(causal_conv_scratch_bytes(zero), 0);
}

}  // namespace
}  // namespace studio::kernels::cpu
