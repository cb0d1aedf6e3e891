// Block map and linear branch of the CPU against fp64 formulas, with every instruction set of this processor.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <random>
#include <vector>

#include "kernels/common/compare.h"
#include "kernels/sla/sla_cpu_impl.h"

namespace studio::kernels::cpu {
namespace {

struct Set {
    const char* name;
    decltype(&plain::sum_keys) sum_keys;
    decltype(&plain::join_keys) join_keys;
    decltype(&plain::add_queries) add_queries;
    decltype(&plain::sum_map_keys) sum_map_keys;
    decltype(&plain::join_map_keys) join_map_keys;
    decltype(&plain::pool_map_keys) pool_map_keys;
    decltype(&plain::select_map_blocks) select_map_blocks;
};
#define STUDIO_SET(set)                                                                               \
    Set {                                                                                             \
#set, set::sum_keys, set::join_keys, set::add_queries, set::sum_map_keys, set::join_map_keys, \
            set::pool_map_keys, set::select_map_blocks                                                \
    }

std::vector<Set> sets() {
    std::vector<Set> all{STUDIO_SET(plain)};
#if defined(__x86_64__) && defined(__GNUC__)
    if (cpu_caps().level >= CpuLevel::kAvx2) all.push_back(STUDIO_SET(avx2));
    if (cpu_caps().level >= CpuLevel::kAvx512) all.push_back(STUDIO_SET(avx512));
#endif
    return all;
}

/// One head of [rows, stride] with gaps.
struct Problem {
    Problem(std::int64_t n, std::int64_t d, unsigned seed = 5) : rows(n), dim(d), stride(d + 3) {
        std::mt19937 random(seed);
        std::normal_distribution<float> normal;
        const auto fill = [&](std::vector<float>& to, std::int64_t count, float size, float offset) {
            to.resize(std::size_t(count));
            for (float& value : to)
                value = size * normal(random) + offset;
        };
        fill(q, n * stride, 1.2f, 0.0f);
        fill(k, n * stride, 1.2f, 0.4f);
        fill(v, n * stride, 1.0f, 0.2f);
        fill(weight, d * d, 1.0f / std::sqrt(float(d)), 0.0f);
        fill(bias, d, 1.0f, 0.0f);
        fill(start, n * stride, 1.0f, 0.0f);
        out = start;
    }
    double at(const std::vector<float>& x, std::int64_t r, std::int64_t c) const {
        return double(x[std::size_t(r * stride + c)]);
    }

    LinearBranchArgs linear() {
        LinearBranchArgs a{q.data(), k.data(), v.data(), out.data(), stride, stride, stride, stride, rows, dim};
        a.proj_weight = weight.data();
        a.proj_bias = bias.data();
        const float nan = std::numeric_limits<float>::quiet_NaN();
        state.assign(std::size_t(linear_state_floats(a)), nan);
        scratch.assign(std::size_t(linear_scratch_floats(a)), nan);
        a.state = state.data();
        return a;
    }

    std::vector<double> linear_formula() const {
        std::vector<double> sums(std::size_t(dim * dim), 0), total(std::size_t(dim), 0), result;
        const auto features = [&](const std::vector<float>& x, std::int64_t r) {
            std::vector<double> f;
            double top = -1e300, sum = 0;
            for (std::int64_t c = 0; c < dim; ++c)
                top = std::max(top, at(x, r, c));
            for (std::int64_t c = 0; c < dim; ++c)
                f.push_back(std::exp(at(x, r, c) - top)), sum += f.back();
            for (double& value : f)
                value /= sum;
            return f;
        };
        for (std::int64_t r = 0; r < rows; ++r) {
            const std::vector<double> f = features(k, r);
            for (std::int64_t i = 0; i < dim; ++i) {
                total[std::size_t(i)] += f[std::size_t(i)];
                for (std::int64_t c = 0; c < dim; ++c)
                    sums[std::size_t(i * dim + c)] += f[std::size_t(i)] * at(v, r, c);
            }
        }
        for (std::int64_t r = 0; r < rows; ++r) {
            const std::vector<double> f = features(q, r);
            double below = 1e-5;
            std::vector<double> mixed(std::size_t(dim), 0);
            for (std::int64_t i = 0; i < dim; ++i) {
                below += f[std::size_t(i)] * total[std::size_t(i)];
                for (std::int64_t c = 0; c < dim; ++c)
                    mixed[std::size_t(c)] += f[std::size_t(i)] * sums[std::size_t(i * dim + c)];
            }
            for (std::int64_t o = 0; o < dim; ++o) {
                double y = double(bias[std::size_t(o)]);
                for (std::int64_t c = 0; c < dim; ++c)
                    y += double(weight[std::size_t(o * dim + c)]) * mixed[std::size_t(c)] / below;
                result.push_back(y + at(start, r, o));
            }
        }
        return result;
    }

    std::int64_t rows, dim, stride;
    std::vector<float> q, k, v, weight, bias, start, out, state, scratch;
};

struct Shape {
    std::int64_t rows, dim;
};
void PrintTo(const Shape& s, std::ostream* out) {
    *out << s.rows << "x" << s.dim;
}
class LinearBranch : public testing::TestWithParam<Shape> {};

TEST_P(LinearBranch, EqualsTheFormula) {
    Problem problem(GetParam().rows, GetParam().dim);
    const std::vector<double> want = problem.linear_formula();
    for (const Set& set : sets()) {
        problem.out = problem.start;
        const LinearBranchArgs a = problem.linear();
        for (std::int64_t slice = blocks_of(a.rows, kKeySlice); slice-- > 0;)
            set.sum_keys(a, slice, slice + 1, problem.scratch.data());
        set.join_keys(a, problem.scratch.data());
        set.add_queries(a, 0, blocks_of(a.rows, kQueryRows), problem.scratch.data());
        std::vector<float> got;
        for (std::int64_t r = 0; r < a.rows; ++r) {
            const float* row = problem.out.data() + r * problem.stride;
            got.insert(got.end(), row, row + a.dim);
            for (std::int64_t c = a.dim; c < problem.stride; ++c)
                ASSERT_EQ(row[c], problem.start[std::size_t(r * problem.stride + c)]) << "between the heads";
        }
        const Difference d = compare(want, got.data(), DType::kF32);
        EXPECT_TRUE(d.relative_l2 <= 4e-7) << set.name << ": " << d.text();
    }
}
INSTANTIATE_TEST_SUITE_P(Shapes, LinearBranch,
                         testing::Values(Shape{1, 1}, Shape{1, 128}, Shape{63, 12}, Shape{64, 16}, Shape{65, 17},
                                         Shape{127, 64}, Shape{129, 128}, Shape{200, 256}, Shape{1024, 24},
                                         Shape{1025, 32}, Shape{2049, 40}));

TEST(LinearBranchNaN, OfAKeyReachesEveryRowAndOfAQueryItsOwn) {
    for (const bool is_key : {true, false}) {
        Problem problem(130, 20);
        (is_key ? problem.k : problem.q)[std::size_t(7 * problem.stride)] = std::numeric_limits<float>::quiet_NaN();
        const LinearBranchArgs a = problem.linear();
        ASSERT_TRUE(sum_keys(a, 0, 1, problem.scratch.data()).ok());
        ASSERT_TRUE(join_keys(a, problem.scratch.data()).ok());
        ASSERT_TRUE(add_queries(a, 0, 2, problem.scratch.data()).ok());
        EXPECT_TRUE(std::isnan(problem.out[std::size_t(7 * problem.stride)]));
        EXPECT_EQ(std::isnan(problem.out[std::size_t(129 * problem.stride)]), is_key);
    }
}

struct MapShape {
    std::int64_t rows, dim, query_block, key_block, kept;
};
void PrintTo(const MapShape& s, std::ostream* out) {
    *out << s.rows << "x" << s.dim << " blocks " << s.query_block << "x" << s.key_block << " kept " << s.kept;
}
class BlockMap : public testing::TestWithParam<MapShape> {};

/// Scores in fp64, with the rounding points of bf16 when asked for.
std::vector<std::vector<double>> scores(const Problem& p, const MapShape& s, bool rounds) {
    const auto round = [rounds](double x) { return rounds ? round_to(DType::kBF16, x) : x; };
    const auto pooled = [&](const std::vector<float>& x, std::int64_t block, const std::vector<double>& minus) {
        std::vector<std::vector<double>> rows;
        for (std::int64_t begin = 0; begin < s.rows; begin += block) {
            const std::int64_t end = std::min(s.rows, begin + block);
            std::vector<double> row;
            for (std::int64_t c = 0; c < s.dim; ++c) {
                double sum = 0;
                for (std::int64_t r = begin; r < end; ++r)
                    sum += minus.empty() ? p.at(x, r, c) : round(p.at(x, r, c) - minus[std::size_t(c)]);
                row.push_back(round(sum / double(end - begin)));
            }
            rows.push_back(row);
        }
        return rows;
    };
    std::vector<double> mean;
    for (std::int64_t c = 0; c < s.dim; ++c) {
        double sum = 0;
        for (std::int64_t r = 0; r < s.rows; ++r)
            sum += p.at(p.k, r, c);
        mean.push_back(round(sum / double(s.rows)));
    }
    const auto queries = pooled(p.q, s.query_block, {}), keys = pooled(p.k, s.key_block, mean);
    std::vector<std::vector<double>> result;
    for (const auto& q : queries) {
        std::vector<double> row;
        for (const auto& k : keys) {
            double sum = 0;
            for (std::size_t c = 0; c < q.size(); ++c)
                sum += q[c] * k[c];
            row.push_back(round(sum));
        }
        result.push_back(row);
    }
    return result;
}

TEST_P(BlockMap, KeepsTheHighestScores) {
    const MapShape s = GetParam();
    Problem problem(s.rows, s.dim);
    const std::int64_t queries = blocks_of(s.rows, s.query_block), keys = blocks_of(s.rows, s.key_block);
    for (const bool rounds : {false, true}) {
        if (rounds)
            for (std::vector<float>* x : {&problem.q, &problem.k})
                for (float& value : *x)
                    value = bf16_to_float(float_to_bf16(value));
        const auto want = scores(problem, s, rounds);
        for (const Set& set : sets()) {
            std::vector<std::int32_t> selected(std::size_t(queries * s.kept + 16), -5);
            BlockMapArgs a{problem.q.data(), problem.k.data(), problem.stride, problem.stride, s.rows, s.dim};
            a.query_block = s.query_block;
            a.key_block = s.key_block;
            a.kept = s.kept;
            a.rounds_to_bf16 = rounds;
            a.selected = selected.data();
            std::vector<float> state(std::size_t(map_state_floats(a)), std::numeric_limits<float>::quiet_NaN());
            std::vector<float> scratch(std::size_t(map_scratch_floats(a)), std::numeric_limits<float>::quiet_NaN());
            a.state = state.data();
            set.sum_map_keys(a, 0, blocks_of(s.rows, kKeySlice));
            set.join_map_keys(a);
            set.pool_map_keys(a, 0, keys);
            set.select_map_blocks(a, 0, queries, scratch.data());
            EXPECT_EQ(selected[std::size_t(queries * s.kept)], -5) << "written behind the end";
            for (std::int64_t i = 0; i < queries; ++i) {
                const auto first = selected.begin() + i * s.kept, last = first + s.kept;
                ASSERT_TRUE(std::is_sorted(first, last) && std::adjacent_find(first, last) == last) << set.name;
                ASSERT_TRUE(*first >= 0 && *(last - 1) < keys);
                double lowest = 1e300, highest = -1e300;
                for (std::int64_t j = 0; j < keys; ++j) {
                    const double score = want[std::size_t(i)][std::size_t(j)];
                    if (std::binary_search(first, last, std::int32_t(j)))
                        lowest = std::min(lowest, score);
                    else
                        highest = std::max(highest, score);
                }
                // What differs must tie within rounding.
                const double slack = rounds ? std::fabs(highest) / 64 + 1e-3 : 1e-5;
                EXPECT_GE(lowest + slack, highest) << set.name << ", query block " << i;
            }
        }
    }
}
INSTANTIATE_TEST_SUITE_P(Shapes, BlockMap,
                         testing::Values(MapShape{1, 1, 128, 64, 1}, MapShape{64, 20, 128, 64, 1},
                                         MapShape{65, 128, 64, 64, 1}, MapShape{450, 128, 128, 64, 3},
                                         MapShape{333, 17, 64, 128, 2}, MapShape{1030, 64, 128, 64, 17},
                                         MapShape{2050, 32, 128, 128, 5}));

TEST(SelectGreatest, TiesNaNAndSigns) {
    const float nan = std::numeric_limits<float>::quiet_NaN(), inf = std::numeric_limits<float>::infinity();
    const auto select = [](const std::vector<float>& x, std::int64_t kept) {
        std::vector<std::int32_t> selected(std::size_t(kept), -1);
        std::vector<std::uint32_t> keys(x.size());
        select_greatest(x.data(), std::int64_t(x.size()), kept, selected.data(), keys.data());
        return selected;
    };
    using Blocks = std::vector<std::int32_t>;
    EXPECT_EQ(select({1, 1, 1, 1}, 2), (Blocks{0, 1}));
    EXPECT_EQ(select({1, 2, 1, 1}, 2), (Blocks{0, 1}));
    EXPECT_EQ(select({1, 1, 1, 2}, 2), (Blocks{0, 3}));
    EXPECT_EQ(select({-3, -1, -2}, 2), (Blocks{1, 2}));
    EXPECT_EQ(select({-0.0f, 0.0f, -1}, 1), (Blocks{0}));
    EXPECT_EQ(select({5, nan, inf, -inf}, 1), (Blocks{1}));
    EXPECT_EQ(select({5, nan, inf, -inf}, 4), (Blocks{0, 1, 2, 3}));
    EXPECT_EQ(select({-inf, -inf, nan, nan, nan}, 2), (Blocks{2, 3}));
}

TEST(SlaLaunchers, RefuseAndWriteNothing) {
    Problem problem(70, 20);
    std::vector<std::int32_t> selected(8, -5);
    const LinearBranchArgs good = problem.linear();
    BlockMapArgs map{problem.q.data(), problem.k.data(),    problem.stride, problem.stride, 70, 20, 128, 64, 1, false,
                     selected.data(),  problem.state.data()};
    const std::vector<std::function<void(LinearBranchArgs&)>> linear_changes{
        [](auto& a) { a.q = nullptr; },
        [](auto& a) { a.k = nullptr; },
        [](auto& a) { a.v = nullptr; },
        [](auto& a) { a.out = nullptr; },
        [](auto& a) { a.proj_weight = nullptr; },
        [](auto& a) { a.proj_bias = nullptr; },
        [](auto& a) { a.state = nullptr; },
        [](auto& a) { a.rows = 0; },
        [](auto& a) { a.dim = 257; },
        [](auto& a) { a.v_stride = 19; },
        [](auto& a) { a.rows = std::int64_t(1) << 40; },
    };
    for (std::size_t i = 0; i < linear_changes.size(); ++i) {
        LinearBranchArgs a = good;
        linear_changes[i](a);
        EXPECT_FALSE(sum_keys(a, 0, 1, problem.scratch.data()).ok()) << i;
        EXPECT_FALSE(join_keys(a, problem.scratch.data()).ok()) << i;
        EXPECT_FALSE(add_queries(a, 0, 1, problem.scratch.data()).ok()) << i;
    }
    EXPECT_FALSE(sum_keys(good, 0, 2, problem.scratch.data()).ok());
    EXPECT_FALSE(add_queries(good, -1, 1, problem.scratch.data()).ok());
    EXPECT_FALSE(join_keys(good, nullptr).ok());
    const std::vector<std::function<void(BlockMapArgs&)>> map_changes{
        [](auto& a) { a.q = nullptr; },
        [](auto& a) { a.k = nullptr; },
        [](auto& a) { a.selected = nullptr; },
        [](auto& a) { a.state = nullptr; },
        [](auto& a) { a.kept = 0; },
        [](auto& a) { a.kept = 3; },
        [](auto& a) { a.key_block = 0; },
        [](auto& a) { a.query_block = 2000; },
        [](auto& a) { a.dim = 0; },
        [](auto& a) { a.k_stride = 1; },
    };
    for (std::size_t i = 0; i < map_changes.size(); ++i) {
        BlockMapArgs a = map;
        map_changes[i](a);
        EXPECT_FALSE(sum_map_keys(a, 0, 1).ok()) << i;
        EXPECT_FALSE(join_map_keys(a).ok()) << i;
        EXPECT_FALSE(pool_map_keys(a, 0, 1).ok()) << i;
        EXPECT_FALSE(select_map_blocks(a, 0, 1, problem.scratch.data()).ok()) << i;
    }
    EXPECT_FALSE(select_map_blocks(map, 0, 1, nullptr).ok());
    EXPECT_FALSE(pool_map_keys(map, 0, 3).ok());
    EXPECT_EQ(problem.out, problem.start);
    EXPECT_TRUE(std::all_of(selected.begin(), selected.end(), [](std::int32_t x) { return x == -5; }));
}

}  // namespace
}  // namespace studio::kernels::cpu
