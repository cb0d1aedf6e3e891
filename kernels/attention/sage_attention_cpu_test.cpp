// The int8 attention kernel of the CPU against the formula in fp64 on the same integers, with every instruction set of
// this processor. What differs is the rounding of softmax numerators to fp16 and fp32 sums.
#include "kernels/attention/sage_attention_cpu.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <random>
#include <vector>

#include "kernels/common/compare.h"
#include "kernels/common/float_types.h"

namespace studio::kernels::cpu {
namespace {

struct Shape {
    std::int64_t query_rows, key_rows, dim, query_block, key_block, kept;  // kept 0: every block
    std::int64_t query_group;
    bool is_sla, has_mean, rounds;
};
void PrintTo(const Shape& s, std::ostream* out) {
    *out << s.query_rows << "x" << s.key_rows << "x" << s.dim << " blocks " << s.query_block << "x" << s.key_block
         << " kept " << s.kept << " group " << s.query_group << (s.is_sla ? " sla" : "");
}

std::int64_t blocks_of(std::int64_t rows, std::int64_t block) {
    return (rows + block - 1) / block;
}

struct Problem {
    explicit Problem(const Shape& s) : shape(s), stride(s.dim + 3) {
        std::mt19937 random(7);
        std::normal_distribution<float> normal;
        const auto fill = [&](std::vector<float>& x, std::int64_t rows, float size, float bias) {
            x.resize(std::size_t(rows * stride));
            for (float& value : x)
                value = size * normal(random) + bias;
        };
        fill(q, s.query_rows, 1.2f, 0.0f);
        fill(k, s.key_rows, 1.2f, 0.7f);
        fill(v, s.key_rows, 1.0f, 0.1f);
        out.assign(q.size(), -7.0f);
        mean.assign(std::size_t(s.dim), 0.69f);
        for (std::int64_t i = 0; i < blocks_of(s.query_rows, s.query_block) * (s.kept > 0); ++i)
            for (std::int64_t j = 0; j < s.kept; ++j)
                selected.push_back(std::int32_t((i + j * 2) % blocks_of(s.key_rows, s.key_block)));
        for (std::size_t i = 0; s.kept > 0 && i < selected.size(); i += std::size_t(s.kept))
            std::sort(selected.begin() + std::ptrdiff_t(i), selected.begin() + std::ptrdiff_t(i) + s.kept);
    }

    BlockAttentionArgs args() {
        BlockAttentionArgs a;
        a.q = q.data();
        a.k = k.data();
        a.v = v.data();
        a.out = out.data();
        a.q_stride = a.k_stride = a.v_stride = a.out_stride = stride;
        a.query_rows = shape.query_rows;
        a.key_rows = shape.key_rows;
        a.dim = shape.dim;
        a.query_block = shape.query_block;
        a.key_block = shape.key_block;
        a.scale = 1.0f / std::sqrt(float(shape.dim));
        a.selected = shape.kept > 0 ? selected.data() : nullptr;
        a.kept = shape.kept;
        packed.assign(std::size_t(packed_floats(a)), std::numeric_limits<float>::quiet_NaN());
        scratch.assign(std::size_t(attention_scratch_floats(a)), std::numeric_limits<float>::quiet_NaN());
        a.packed = packed.data();
        return a;
    }
    SageRules rules() const {
        return {shape.has_mean ? mean.data() : nullptr, shape.query_group, shape.is_sla, shape.rounds};
    }

    void run(SageSet set) {
        out.assign(out.size(), -7.0f);
        const BlockAttentionArgs a = args();
        const std::int64_t queries = blocks_of(a.query_rows, a.query_block);
        for (std::int64_t i = blocks_of(a.key_rows, a.key_block); i-- > 0;)
            ASSERT_TRUE(pack_sage_blocks(a, rules(), i, i + 1, set).ok());
        ASSERT_TRUE(attend_sage_blocks(a, rules(), queries / 2, queries, scratch.data(), set).ok());
        ASSERT_TRUE(attend_sage_blocks(a, rules(), 0, queries / 2, scratch.data(), set).ok());
    }

    /// [rows, dim] as integers times scales, one scale per `group` rows.
    std::vector<double> quantised(const std::vector<float>& x, std::int64_t rows, std::int64_t group,
                                  bool is_key) const {
        std::vector<float> y;
        for (std::int64_t r = 0; r < rows; ++r)
            for (std::int64_t c = 0; c < shape.dim; ++c) {
                float value = x[std::size_t(r * stride + c)];
                if (is_key && shape.has_mean) value -= mean[std::size_t(c)];
                if (is_key && shape.rounds) value = bf16_to_float(float_to_bf16(value));
                y.push_back(value);
            }
        std::vector<double> result;
        for (std::int64_t begin = 0; begin < rows; begin += group) {
            const auto first = std::size_t(begin * shape.dim);
            const auto last = std::size_t(std::min(rows, begin + group) * shape.dim);
            float amax = 0;
            for (std::size_t i = first; i < last; ++i)
                amax = std::max(amax, std::fabs(y[i]));
            const float scale = shape.is_sla ? amax / 127.0f + 1e-7f : std::max(amax, 1e-7f) / 127.0f;
            for (std::size_t i = first; i < last; ++i) {
                const float t = y[i] / scale;
                const float whole = shape.is_sla ? std::trunc(t + std::copysign(0.5f, t)) : std::nearbyint(t);
                result.push_back(double(whole) * double(scale));
            }
        }
        return result;
    }

    std::vector<double> formula() const {
        const auto queries = quantised(q, shape.query_rows, shape.query_group, false);
        const auto keys = quantised(k, shape.key_rows, shape.key_block, true);
        std::vector<double> result;
        for (std::int64_t i = 0; i < shape.query_rows; ++i) {
            std::vector<double> p;
            double top = -1e300, sum = 0;
            for (std::int64_t j = 0; j < shape.key_rows; ++j) {
                double s = 0;
                for (std::int64_t c = 0; c < shape.dim; ++c)
                    s += queries[std::size_t(i * shape.dim + c)] * keys[std::size_t(j * shape.dim + c)];
                p.push_back(sees(i, j) ? s / std::sqrt(double(shape.dim)) : -1e300);
                top = std::max(top, p.back());
            }
            for (double& value : p)
                sum += value = value < -1e200 ? 0.0 : std::exp(value - top);
            for (std::int64_t c = 0; c < shape.dim; ++c) {
                double o = 0;
                for (std::int64_t j = 0; j < shape.key_rows; ++j)
                    o += p[std::size_t(j)] * round_to(DType::kF16, double(v[std::size_t(j * stride + c)]));
                result.push_back(o / sum);
            }
        }
        return result;
    }
    bool sees(std::int64_t row, std::int64_t column) const {
        if (shape.kept == 0) return true;
        const auto first = selected.begin() + row / shape.query_block * shape.kept;
        return std::find(first, first + shape.kept, std::int32_t(column / shape.key_block)) != first + shape.kept;
    }
    std::vector<float> heads() const {
        std::vector<float> result;
        for (std::int64_t i = 0; i < shape.query_rows; ++i)
            result.insert(result.end(), out.begin() + i * stride, out.begin() + i * stride + shape.dim);
        return result;
    }

    Shape shape;
    std::int64_t stride;
    std::vector<float> q, k, v, out, mean, packed, scratch;
    std::vector<std::int32_t> selected;
};

std::vector<SageSet> sets() {
    std::vector<SageSet> all;
    for (const SageSet set : {SageSet::kPlain, SageSet::kAvx2, SageSet::kAvx512, SageSet::kVnni512})
        if (set <= best_sage_set()) all.push_back(set);
    return all;
}

class SageAttention : public testing::TestWithParam<Shape> {};

TEST_P(SageAttention, EqualsTheFormulaOnTheSameIntegers) {
    Problem problem(GetParam());
    const std::vector<double> want = problem.formula();
    for (const SageSet set : sets()) {
        problem.run(set);
        const Difference d = compare(want, problem.heads().data(), DType::kF32);
        // One softmax numerator decides a row of one key: fp16 of 1 is exact. Many: 2^-12 each, less in the mean.
        EXPECT_TRUE(d.relative_l2 <= 2e-4) << name_of(set) << ": " << d.text();
        for (std::int64_t row = 0; row < problem.shape.query_rows; ++row)
            for (std::int64_t c = problem.shape.dim; c < problem.stride; ++c)
                ASSERT_EQ(problem.out[std::size_t(row * problem.stride + c)], -7.0f) << "between the heads";
    }
}

INSTANTIATE_TEST_SUITE_P(Shapes, SageAttention,
                         testing::Values(Shape{1, 1, 1, 128, 64, 0, 32, false, false, false},
                                         Shape{5, 63, 16, 128, 64, 0, 32, false, true, false},
                                         Shape{33, 65, 17, 128, 64, 0, 32, false, true, false},
                                         Shape{193, 257, 40, 192, 64, 0, 32, false, true, false},
                                         Shape{64, 200, 128, 64, 128, 0, 16, false, true, false},
                                         Shape{130, 300, 128, 128, 64, 2, 128, true, true, false},
                                         Shape{130, 300, 128, 64, 128, 1, 64, true, true, true},
                                         Shape{129, 129, 256, 128, 64, 3, 128, true, false, true},
                                         Shape{67, 450, 64, 128, 64, 0, 32, false, true, true}));

// Without VNNI products and scales are fp32, with it the sums are integers: the same up to rounding.
TEST(SageSets, Agree) {
    Problem problem({200, 333, 64, 128, 64, 0, 32, false, true, false});
    problem.run(SageSet::kPlain);
    const std::vector<float> plain = problem.heads();
    const std::vector<double> want(plain.begin(), plain.end());
    for (const SageSet set : sets()) {
        problem.run(set);
        EXPECT_LE(compare(want, problem.heads().data(), DType::kF32).relative_l2, 3e-5) << name_of(set);
    }
}

TEST(SageNaN, ComesOutOfTheRowsThatReadIt) {
    const float nan = std::numeric_limits<float>::quiet_NaN(), inf = std::numeric_limits<float>::infinity();
    for (const SageSet set : sets()) {
        for (const float bad : {nan, inf, -inf}) {
            Problem in_q({130, 200, 20, 128, 64, 0, 32, false, false, false});
            in_q.q[std::size_t(40 * in_q.stride)] = bad;  // the group of rows 32 to 63
            in_q.run(set);
            EXPECT_TRUE(std::isnan(in_q.heads()[40 * 20])) << name_of(set) << " " << bad;
            EXPECT_FALSE(std::isnan(in_q.heads()[20 * 20]) || std::isnan(in_q.heads()[129 * 20])) << name_of(set);
            Problem in_k({64, 128, 20, 64, 64, 1, 64, true, false, false});
            in_k.selected = {1};
            in_k.k[std::size_t(100 * in_k.stride + 3)] = bad;
            in_k.run(set);
            EXPECT_TRUE(std::isnan(in_k.heads()[0])) << name_of(set) << " " << bad;
            in_k.selected = {0};
            in_k.run(set);
            EXPECT_FALSE(std::isnan(in_k.heads()[0])) << name_of(set) << ": an unselected block was read";
        }
        Problem in_v({64, 128, 20, 64, 64, 0, 64, true, false, false});
        in_v.v[std::size_t(3 * in_v.stride + 4)] = nan;
        in_v.run(set);
        EXPECT_TRUE(std::isnan(in_v.heads()[4]));
        EXPECT_FALSE(std::isnan(in_v.heads()[5]));
    }
}

TEST(SageLauncher, RefusesAndWritesNothing) {
    Problem problem({70, 70, 20, 64, 64, 1, 32, false, true, false});
    const BlockAttentionArgs good = problem.args();
    const SageRules rules = problem.rules();
    const std::vector<std::function<void(BlockAttentionArgs&, SageRules&)>> changes{
        [](auto& a, auto&) { a.q = nullptr; },       [](auto& a, auto&) { a.packed = nullptr; },
        [](auto& a, auto&) { a.dim = 257; },         [](auto& a, auto&) { a.query_block = 100; },
        [](auto& a, auto&) { a.scale = 0; },         [](auto&, auto& r) { r.query_group = 0; },
        [](auto&, auto& r) { r.query_group = 8; },   [](auto&, auto& r) { r.query_group = 48; },
        [](auto&, auto& r) { r.query_group = 128; },
    };
    for (std::size_t i = 0; i < changes.size(); ++i) {
        BlockAttentionArgs a = good;
        SageRules r = rules;
        changes[i](a, r);
        EXPECT_FALSE(pack_sage_blocks(a, r, 0, 1, SageSet::kPlain).ok()) << i;
        EXPECT_FALSE(attend_sage_blocks(a, r, 0, 1, problem.scratch.data(), SageSet::kPlain).ok()) << i;
    }
    EXPECT_FALSE(attend_sage_blocks(good, rules, 0, 3, problem.scratch.data(), SageSet::kPlain).ok());
    EXPECT_FALSE(attend_sage_blocks(good, rules, 0, 1, nullptr, SageSet::kPlain).ok());
    if (best_sage_set() < SageSet::kVnni512) {
        EXPECT_EQ(pack_sage_blocks(good, rules, 0, 1, SageSet::kVnni512).code, StatusCode::kNotSupported);
    }
    problem.selected[0] = 5;
    EXPECT_FALSE(attend_sage_blocks(good, rules, 0, 1, problem.scratch.data(), SageSet::kPlain).ok());
    EXPECT_TRUE(std::all_of(problem.out.begin(), problem.out.end(), [](float x) { return x == -7.0f; }));
}

}  // namespace
}  // namespace studio::kernels::cpu
