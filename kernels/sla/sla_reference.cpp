#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "kernels/common/float_types.h"
#include "kernels/sla/block_map.h"
#include "kernels/sla/linear_branch.h"

namespace studio::kernels {

namespace {
double element(const void* x, const HeadStrides& at, std::int64_t heads, std::int64_t bh, std::int64_t t,
               std::int64_t d) {
    return read_element(x, DType::kBF16, bh / heads * at.batch + bh % heads * at.head + t * at.token + d);
}
// softmax over the channels, rounded to bf16
std::vector<double> phi(const void* x, const HeadStrides& at, std::int64_t heads, std::int64_t bh, std::int64_t t) {
    std::vector<double> v(kHeadDim);
    double top = -INFINITY, sum = 0;
    for (std::int64_t d = 0; d < kHeadDim; ++d) {
        v[std::size_t(d)] = element(x, at, heads, bh, t, d);
        top = std::max(top, v[std::size_t(d)]);
    }
    for (double& e : v)
        sum += e = std::exp(e - top);
    for (double& e : v)
        e = round_to(DType::kBF16, e / sum);
    return v;
}
}  // namespace

void pool_blocks_reference(const PoolBlocksArgs& args, double* pooled) {
    const std::int64_t blocks = (args.tokens + args.block - 1) / args.block;
    for (std::int64_t bh = 0; bh < args.batch * args.heads; ++bh) {
        for (std::int64_t b = 0; b < blocks; ++b) {
            const std::int64_t first = b * args.block, last = std::min(args.tokens, first + args.block);
            for (std::int64_t d = 0; d < kHeadDim; ++d) {
                double sum = 0;
                for (std::int64_t t = first; t < last; ++t) {
                    const double x = element(args.x, args.at, args.heads, bh, t, d);
                    sum += args.mean ? round_to(DType::kBF16, x - double(args.mean[bh * kHeadDim + d])) : x;
                }
                pooled[(bh * blocks + b) * kHeadDim + d] = sum / double(last - first);
            }
        }
    }
}

void block_map_reference(const BlockMapArgs& args) {
    std::vector<double> score(static_cast<std::size_t>(args.key_blocks));
    std::vector<std::int32_t> order(score.size());
    for (std::int64_t row = 0; row < args.heads * args.query_blocks; ++row) {
        const std::int64_t head = row / args.query_blocks;
        for (std::int64_t j = 0; j < args.key_blocks; ++j) {
            double s = 0;
            for (std::int64_t d = 0; d < kHeadDim; ++d) {
                s += read_element(args.q_pooled, DType::kBF16, row * kHeadDim + d) *
                     read_element(args.k_pooled, DType::kBF16, (head * args.key_blocks + j) * kHeadDim + d);
            }
            score[std::size_t(j)] = std::isnan(s) ? INFINITY : round_to(DType::kBF16, s);
        }
        std::iota(order.begin(), order.end(), 0);
        std::stable_sort(order.begin(), order.end(),
                         [&](std::int32_t a, std::int32_t b) { return score[std::size_t(a)] > score[std::size_t(b)]; });
        std::sort(order.begin(), order.begin() + args.keep);
        std::copy(order.begin(), order.begin() + args.keep, args.list + row * args.list_stride);
        args.count[row] = std::int32_t(args.keep);
    }
}

void key_state_reference(const KeyStateArgs& args, double* state, double* z) {
    for (std::int64_t bh = 0; bh < args.batch * args.heads; ++bh) {
        std::vector<double> kv(kHeadDim * kHeadDim, 0.0), sum(kHeadDim, 0.0);
        for (std::int64_t t = 0; t < args.tokens; ++t) {
            const auto f = phi(args.k, args.k_at, args.heads, bh, t);
            for (std::size_t d = 0; d < f.size(); ++d) {
                sum[d] += f[d];
                for (std::int64_t e = 0; e < kHeadDim; ++e) {
                    kv[d * kHeadDim + std::size_t(e)] += f[d] * element(args.v, args.v_at, args.heads, bh, t, e);
                }
            }
        }
        for (std::int64_t d = 0; d < kHeadDim; ++d) {
            z[bh * kHeadDim + d] = sum[std::size_t(d)];
            for (std::int64_t o = 0; o < kHeadDim; ++o) {
                double v = args.proj ? 0 : kv[std::size_t(d * kHeadDim + o)];
                for (std::int64_t e = 0; args.proj && e < kHeadDim; ++e) {
                    v += kv[std::size_t(d * kHeadDim + e)] * double(args.proj[o * kHeadDim + e]);
                }
                state[(bh * kHeadDim + d) * kHeadDim + o] = v;
            }
        }
    }
}

void linear_branch_reference(const LinearBranchArgs& args, const double* state, const double* z, double* addend) {
    for (std::int64_t bh = 0; bh < args.batch * args.heads; ++bh) {
        for (std::int64_t t = 0; t < args.tokens; ++t) {
            const auto f = phi(args.q, args.q_at, args.heads, bh, t);
            double norm = 1e-5;
            for (std::size_t d = 0; d < f.size(); ++d)
                norm += f[d] * z[bh * kHeadDim + std::int64_t(d)];
            for (std::int64_t e = 0; e < kHeadDim; ++e) {
                double sum = 0;
                for (std::size_t d = 0; d < f.size(); ++d)
                    sum += f[d] * state[(bh * kHeadDim + std::int64_t(d)) * kHeadDim + e];
                addend[(bh * args.tokens + t) * kHeadDim + e] = sum / norm + (args.bias ? double(args.bias[e]) : 0);
            }
        }
    }
}

}  // namespace studio::kernels
