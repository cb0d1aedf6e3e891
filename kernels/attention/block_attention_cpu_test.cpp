// The CPU attention kernel against fp64, with every instruction set of this processor. Bound: 1.1 times the error of
// the plain fp32 algorithm (all logits, then softmax, then the sum), or one unit in the last place.
#include "kernels/attention/block_attention_cpu.h"

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

struct Shape {
    std::int64_t query_rows, key_rows, dim, query_block, key_block, kept;  // kept 0: every block
};

void PrintTo(const Shape& s, std::ostream* out) {
    *out << s.query_rows << "x" << s.key_rows << "x" << s.dim << " blocks " << s.query_block << "x" << s.key_block
         << " kept " << s.kept;
}

std::int64_t blocks_of(std::int64_t rows, std::int64_t block) {
    return (rows + block - 1) / block;
}

/// One head inside rows that are wider than it, as in [L, H, D]. What lies between the heads must stay as it is.
struct Problem {
    explicit Problem(const Shape& s, unsigned seed = 1) : shape(s), stride(s.dim + 5) {
        std::mt19937 random(seed);
        std::normal_distribution<float> normal;
        const auto fill = [&](std::vector<float>& x, std::int64_t rows, float size, float bias) {
            x.resize(std::size_t(rows * stride));
            for (float& value : x)
                value = size * normal(random) + bias;
        };
        fill(q, s.query_rows, 1.5f, 0.0f);
        fill(k, s.key_rows, 1.5f, 0.7f);
        fill(v, s.key_rows, 1.0f, 0.1f);
        out.assign(q.size(), -7.0f);
        const std::int64_t key_blocks = blocks_of(s.key_rows, s.key_block);
        std::vector<std::int32_t> order(static_cast<std::size_t>(key_blocks));
        for (std::size_t i = 0; i < order.size(); ++i)
            order[i] = std::int32_t(i);
        for (std::int64_t i = 0; i < blocks_of(s.query_rows, s.query_block) * (s.kept > 0); ++i) {
            std::shuffle(order.begin(), order.end(), random);
            std::vector<std::int32_t> row(order.begin(), order.begin() + s.kept);
            std::sort(row.begin(), row.end());
            selected.insert(selected.end(), row.begin(), row.end());
        }
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
        if (shape.kept > 0) {
            a.selected = selected.data();
            a.kept = shape.kept;
        }
        packed.assign(std::size_t(packed_floats(a)), std::numeric_limits<float>::quiet_NaN());
        scratch.assign(std::size_t(attention_scratch_floats(a)), std::numeric_limits<float>::quiet_NaN());
        a.packed = packed.data();
        return a;
    }

    void run(CpuLevel level) {
        const BlockAttentionArgs a = args();
        const std::int64_t keys = blocks_of(a.key_rows, a.key_block), queries = blocks_of(a.query_rows, a.query_block);
        for (std::int64_t i = keys; i-- > 0;)  // in any order
            ASSERT_TRUE(pack_key_blocks(a, i, i + 1).ok());
        ASSERT_TRUE(attend_query_blocks(a, queries / 3, queries, scratch.data(), level).ok());
        ASSERT_TRUE(attend_query_blocks(a, 0, queries / 3, scratch.data(), level).ok());
    }

    bool sees(std::int64_t row, std::int64_t column) const {
        if (shape.kept == 0) return true;
        const auto first = selected.begin() + row / shape.query_block * shape.kept;
        return std::binary_search(first, first + shape.kept, std::int32_t(column / shape.key_block));
    }

    /// The formula with every number of type T: fp64 is the oracle, float the plain algorithm.
    template <class T>
    std::vector<double> formula() const {
        std::vector<double> result;
        std::vector<T> p(static_cast<std::size_t>(shape.key_rows));
        const T scale = T(1) / std::sqrt(T(shape.dim));
        for (std::int64_t i = 0; i < shape.query_rows; ++i) {
            T top = -std::numeric_limits<T>::infinity(), sum = 0;
            for (std::int64_t j = 0; j < shape.key_rows; ++j) {
                T s = 0;
                for (std::int64_t c = 0; c < shape.dim; ++c)
                    s += T(q[std::size_t(i * stride + c)]) * T(k[std::size_t(j * stride + c)]);
                p[std::size_t(j)] = sees(i, j) ? s * scale : -std::numeric_limits<T>::infinity();
                top = std::max(top, p[std::size_t(j)]);
            }
            for (T& value : p) {
                value = std::exp(value - top);
                sum += value;
            }
            for (std::int64_t c = 0; c < shape.dim; ++c) {
                T o = 0;
                for (std::int64_t j = 0; j < shape.key_rows; ++j)
                    o += p[std::size_t(j)] * T(v[std::size_t(j * stride + c)]);
                result.push_back(double(o / sum));
            }
        }
        return result;
    }

    std::vector<float> heads() const {
        std::vector<float> result;
        for (std::int64_t i = 0; i < shape.query_rows; ++i)
            result.insert(result.end(), out.begin() + i * stride, out.begin() + i * stride + shape.dim);
        return result;
    }

    Shape shape;
    std::int64_t stride;
    std::vector<float> q, k, v, out, packed, scratch;
    std::vector<std::int32_t> selected;
};

std::vector<CpuLevel> levels() {
    std::vector<CpuLevel> all;
    for (const CpuLevel level : {CpuLevel::kBaseline, CpuLevel::kAvx2, CpuLevel::kAvx512})
        if (level <= cpu_caps().level) all.push_back(level);
    return all;
}

class BlockAttention : public testing::TestWithParam<Shape> {};

// Over several seeds together: the error of a few rows is a matter of luck for either side.
TEST_P(BlockAttention, IsAsExactAsThePlainAlgorithm) {
    std::vector<double> want, plain;
    std::vector<std::vector<float>> got(levels().size());
    for (unsigned seed = 1; seed <= 40 && want.size() < 6000; ++seed) {
        Problem problem(GetParam(), seed);
        const std::vector<double> exact = problem.formula<double>(), simple = problem.formula<float>();
        want.insert(want.end(), exact.begin(), exact.end());
        plain.insert(plain.end(), simple.begin(), simple.end());
        for (std::size_t i = 0; i < got.size(); ++i) {
            problem.out.assign(problem.out.size(), -7.0f);
            problem.run(levels()[i]);
            const std::vector<float> heads = problem.heads();
            got[i].insert(got[i].end(), heads.begin(), heads.end());
            for (std::int64_t row = 0; row < problem.shape.query_rows; ++row)
                for (std::int64_t c = problem.shape.dim; c < problem.stride; ++c)
                    ASSERT_EQ(problem.out[std::size_t(row * problem.stride + c)], -7.0f) << "between the heads";
        }
    }
    const std::vector<float> plain32(plain.begin(), plain.end());
    const double allowed = std::max(1.1 * compare(want, plain32.data(), DType::kF32).relative_l2, 1.2e-7);
    for (std::size_t i = 0; i < got.size(); ++i) {
        const Difference d = compare(want, got[i].data(), DType::kF32);
        EXPECT_FALSE(d.want_is_zero);
        EXPECT_TRUE(d.relative_l2 <= allowed) << name_of(levels()[i]) << ": " << d.text() << ", allowed " << allowed;
    }
}

INSTANTIATE_TEST_SUITE_P(Shapes, BlockAttention,
                         testing::Values(Shape{1, 1, 1, 128, 64, 0}, Shape{1, 1, 128, 64, 128, 1},
                                         Shape{5, 63, 16, 128, 64, 0}, Shape{7, 64, 17, 64, 64, 1},
                                         Shape{6, 65, 64, 192, 64, 0}, Shape{127, 127, 12, 128, 64, 1},
                                         Shape{128, 128, 128, 128, 64, 2}, Shape{129, 129, 128, 128, 64, 2},
                                         Shape{193, 257, 40, 192, 128, 0}, Shape{130, 300, 128, 64, 128, 2},
                                         Shape{200, 450, 128, 128, 64, 3}, Shape{65, 191, 255, 64, 64, 2},
                                         Shape{64, 320, 256, 128, 128, 1}, Shape{333, 333, 64, 128, 64, 6},
                                         Shape{3, 700, 48, 128, 64, 0}));

// A logit a thousand times the others: the online rescaling must neither overflow nor lose the rest.
TEST(BlockAttentionPeaks, LateAndEarlyPeaksSurvive) {
    for (const std::int64_t peak : {0, 100, 299}) {
        Problem problem({4, 300, 32, 64, 64, 0});
        for (std::int64_t c = 0; c < 32; ++c)
            problem.k[std::size_t(peak * problem.stride + c)] = 40.0f * problem.q[std::size_t(c)];
        const std::vector<double> want = problem.formula<double>();
        for (const CpuLevel level : levels()) {
            problem.run(level);
            EXPECT_LE(compare(want, problem.heads().data(), DType::kF32).relative_l2, 2e-5) << name_of(level);
        }
    }
}

TEST(BlockAttentionNaN, ComesOutOfTheRowsThatReadIt) {
    const float nan = std::numeric_limits<float>::quiet_NaN(), inf = std::numeric_limits<float>::infinity();
    for (const CpuLevel level : levels()) {
        for (const float bad : {nan, inf, -inf}) {
            Problem in_q({130, 200, 20, 128, 64, 0});
            in_q.q[std::size_t(in_q.stride)] = bad;  // row 1 of the first block; row 129 is row 1 of the next
            in_q.run(level);
            const std::vector<float> rows = in_q.heads();
            EXPECT_TRUE(std::isnan(rows[20])) << name_of(level) << " " << bad;
            EXPECT_FALSE(std::isnan(rows[2 * 20]) || std::isnan(rows[129 * 20])) << name_of(level);
        }
        Problem in_v({130, 200, 20, 128, 64, 0});
        in_v.v[std::size_t(150 * in_v.stride + 4)] = nan;
        in_v.run(level);
        for (std::int64_t row = 0; row < 130; ++row)
            ASSERT_TRUE(std::isnan(in_v.heads()[std::size_t(row * 20 + 4)]));
        Problem unread({64, 128, 20, 64, 64, 1});
        unread.selected = {0};
        unread.k[std::size_t(100 * unread.stride)] = nan;
        unread.run(level);
        EXPECT_FALSE(std::isnan(unread.heads()[0])) << "a block that was not selected was read";
    }
}

TEST(BlockAttentionLauncher, RefusesAndWritesNothing) {
    using Change = std::function<void(BlockAttentionArgs&)>;
    const std::int64_t huge = std::int64_t(1) << 40;
    const std::vector<std::pair<StatusCode, Change>> changes{
        {StatusCode::kInvalidArgument, [](auto& a) { a.q = nullptr; }},
        {StatusCode::kInvalidArgument, [](auto& a) { a.k = nullptr; }},
        {StatusCode::kInvalidArgument, [](auto& a) { a.v = nullptr; }},
        {StatusCode::kInvalidArgument, [](auto& a) { a.out = nullptr; }},
        {StatusCode::kInvalidArgument, [](auto& a) { a.packed = nullptr; }},
        {StatusCode::kInvalidArgument, [](auto& a) { a.query_rows = 0; }},
        {StatusCode::kInvalidArgument, [](auto& a) { a.key_rows = -1; }},
        {StatusCode::kInvalidArgument, [](auto& a) { a.dim = 0; }},
        {StatusCode::kTooLarge, [](auto& a) { a.dim = 257; }},
        {StatusCode::kTooLarge, [&](auto& a) { a.query_rows = huge; }},
        {StatusCode::kTooLarge, [&](auto& a) { a.v_stride = huge; }},
        {StatusCode::kInvalidArgument, [](auto& a) { a.k_stride = a.dim - 1; }},
        {StatusCode::kInvalidArgument, [](auto& a) { a.query_block = 96; }},
        {StatusCode::kInvalidArgument, [](auto& a) { a.key_block = 0; }},
        {StatusCode::kInvalidArgument, [](auto& a) { a.kept = 0; }},
        {StatusCode::kInvalidArgument, [](auto& a) { a.kept = 4; }},
        {StatusCode::kInvalidArgument, [](auto& a) { a.scale = 0; }},
        {StatusCode::kInvalidArgument, [](auto& a) { a.scale = std::numeric_limits<float>::quiet_NaN(); }},
    };
    for (std::size_t i = 0; i < changes.size(); ++i) {
        Problem problem({70, 130, 20, 64, 64, 2});
        BlockAttentionArgs a = problem.args();
        ASSERT_TRUE(pack_key_blocks(a, 0, 3).ok());
        changes[i].second(a);
        const Status status = attend_query_blocks(a, 0, 1, problem.scratch.data());
        EXPECT_EQ(status.code, changes[i].first) << i << " " << status.reason;
        EXPECT_STRNE(status.reason, "");
        EXPECT_TRUE(std::all_of(problem.out.begin(), problem.out.end(), [](float x) { return x == -7.0f; })) << i;
    }
    Problem problem({70, 130, 20, 64, 64, 2});
    BlockAttentionArgs a = problem.args();
    EXPECT_FALSE(attend_query_blocks(a, 0, 1, nullptr).ok());
    EXPECT_FALSE(attend_query_blocks(a, 0, 3, problem.scratch.data()).ok()) << "one block past the end";
    EXPECT_FALSE(attend_query_blocks(a, -1, 1, problem.scratch.data()).ok());
    EXPECT_FALSE(pack_key_blocks(a, 2, 1).ok());
    EXPECT_FALSE(pack_key_blocks(a, 0, 4).ok());
    for (const std::int32_t wrong : {-1, 3}) {
        problem.selected[1] = wrong;
        EXPECT_EQ(attend_query_blocks(a, 0, 1, problem.scratch.data()).code, StatusCode::kInvalidArgument);
    }
    a.dim = 0;
    EXPECT_EQ(packed_floats(a), 0);
    EXPECT_EQ(attention_scratch_floats(a), 0);
}

TEST(BlockAttentionMemory, GrowsWithTheKeysAlone) {
    Problem problem({70, 130, 20, 64, 64, 0});
    BlockAttentionArgs a = problem.args();
    a.key_rows = 1 << 16;
    const std::int64_t once = packed_floats(a), scratch = attention_scratch_floats(a);
    a.key_rows = 1 << 17;
    a.query_rows = 1 << 20;
    EXPECT_EQ(packed_floats(a), 2 * once);
    EXPECT_EQ(attention_scratch_floats(a), scratch);
}

}  // namespace
}  // namespace studio::kernels::cpu
