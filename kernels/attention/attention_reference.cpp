#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/attention/attention.h"
#include "kernels/attention/sage_prepare.h"
#include "kernels/common/float_types.h"

namespace studio::kernels {

namespace {
std::int64_t blocks_of(std::int64_t tokens, std::int64_t block) {
    return (tokens + block - 1) / block;
}

// Which keys the query block of a head sees.
std::vector<char> seen_blocks(const AttentionArgs& args, std::int64_t head, std::int64_t query_block) {
    const std::int64_t key_blocks = blocks_of(args.k_tokens, kKeyBlock);
    std::vector<char> seen(std::size_t(key_blocks), args.block_list ? 0 : 1);
    if (!args.block_list) return seen;
    const std::int64_t row = head * blocks_of(args.q_tokens, kQueryBlock) + query_block;
    for (std::int64_t i = 0; i < args.block_count[row]; ++i) {
        const std::int32_t block = args.block_list[row * args.list_stride + i];
        if (block >= 0 && block < key_blocks) seen[std::size_t(block)] = 1;
    }
    return seen;
}
}  // namespace

void attention_reference(const AttentionArgs& args, double* o) {
    const bool is_int8 = args.type == DType::kI8;
    const DType v_type = is_int8 ? DType::kF16 : DType::kBF16;
    const std::int64_t nq = blocks_of(args.q_tokens, kQueryBlock), nk = blocks_of(args.k_tokens, kKeyBlock);
    std::vector<double> weight(static_cast<std::size_t>(args.k_tokens));
    for (std::int64_t bh = 0; bh < args.batch * args.heads; ++bh) {
        const std::int64_t b = bh / args.heads, h = bh % args.heads;
        auto at = [&](const void* x, DType type, const HeadStrides& s, std::int64_t token, std::int64_t d) {
            return read_element(x, type, b * s.batch + token * s.token + h * s.head + d);
        };
        for (std::int64_t i = 0; i < args.q_tokens; ++i) {
            const auto seen = seen_blocks(args, bh, i / kQueryBlock);
            double top = -INFINITY, sum = 0;
            for (std::int64_t j = 0; j < args.k_tokens; ++j) {
                if (!seen[std::size_t(j / kKeyBlock)]) continue;
                double s = 0;
                for (std::int64_t d = 0; d < kHeadDim; ++d) {
                    s += at(args.q, args.type, args.q_at, i, d) * at(args.k, args.type, args.k_at, j, d);
                }
                if (is_int8)
                    s *=
                        double(args.q_scale[bh * nq + i / kQueryBlock]) * double(args.k_scale[bh * nk + j / kKeyBlock]);
                weight[std::size_t(j)] = s * double(args.scale);
                top = std::max(top, weight[std::size_t(j)]);
            }
            double* out = o + (bh * args.q_tokens + i) * kHeadDim;
            std::fill(out, out + kHeadDim, 0.0);
            for (std::int64_t j = 0; j < args.k_tokens; ++j) {
                if (!seen[std::size_t(j / kKeyBlock)]) continue;
                const double w = std::exp(weight[std::size_t(j)] - top);
                sum += w;
                for (std::int64_t d = 0; d < kHeadDim; ++d)
                    out[d] += w * at(args.v, v_type, args.v_at, j, d);
            }
            for (std::int64_t d = 0; d < kHeadDim; ++d)
                out[d] /= sum;
        }
    }
}

void key_mean_reference(const KeyMeanArgs& args) {
    for (std::int64_t bh = 0; bh < args.batch * args.heads; ++bh) {
        for (std::int64_t d = 0; d < kHeadDim; ++d) {
            double sum = 0;
            for (std::int64_t t = 0; t < args.tokens; ++t) {
                sum += read_element(
                    args.k, DType::kBF16,
                    bh / args.heads * args.at.batch + t * args.at.token + bh % args.heads * args.at.head + d);
            }
            args.mean[bh * kHeadDim + d] = float(round_to(DType::kBF16, sum / double(args.tokens)));
        }
    }
}

void quantize_heads_reference(const QuantizeHeadsArgs& args) {
    PrepareHeadsArgs a;
    a.x = args.x, a.at = args.at, a.mean = args.mean, a.q = args.q, a.scale = args.scale;
    a.batch = args.batch, a.heads = args.heads, a.tokens = args.tokens, a.block = args.block;
    prepare_heads_reference(a);
}

void prepare_heads_reference(const PrepareHeadsArgs& args) {
    const std::int64_t blocks = blocks_of(args.tokens, args.block);
    const bool is_blocks = args.layout == HeadLayout::kBlocks;
    for (std::int64_t bh = 0; bh < args.batch * args.heads; ++bh) {
        auto value = [&](std::int64_t t, std::int64_t d) {
            const float x = float(
                read_element(args.x, DType::kBF16,
                             bh / args.heads * args.at.batch + t * args.at.token + bh % args.heads * args.at.head + d));
            return args.mean ? bf16_to_float(float_to_bf16(x - args.mean[bh * kHeadDim + d])) : x;
        };
        for (std::int64_t block = 0; block < blocks; ++block) {
            const std::int64_t first = block * args.block, last = std::min(args.tokens, first + args.block);
            float amax = 0;
            for (std::int64_t t = first; t < last; ++t) {
                for (std::int64_t d = 0; d < kHeadDim; ++d)
                    amax = std::max(amax, std::fabs(value(t, d)));
            }
            const float scale = amax / 127.0f + 1e-7f;
            args.scale[bh * blocks + block] = scale;
            for (std::int64_t row = 0; row < (is_blocks ? args.block : last - first); ++row) {
                for (std::int64_t d = 0; d < kHeadDim; ++d) {
                    const float x = first + row < last ? value(first + row, d) / scale : 0.0f;
                    const auto q = std::int8_t(std::trunc(x + (x < 0 ? -0.5f : 0.5f)));
                    if (is_blocks)
                        args.q[((bh * blocks + block) * args.block + row) * 128 + ((d / 16) ^ (row & 7)) * 16 +
                               d % 16] = q;
                    else
                        args.q[(bh * args.tokens + first + row) * kHeadDim + d] = q;
                }
            }
        }
    }
}

void head_norm_reference(const PrepareHeadsArgs& args, double* y) {
    const HeadNorm& n = args.norm;
    for (std::int64_t bh = 0; bh < args.batch * args.heads; ++bh) {
        const std::int64_t batch = bh / args.heads, head = bh % args.heads;
        for (std::int64_t t = 0; t < args.tokens; ++t) {
            double v[kHeadDim];
            for (std::int64_t d = 0; d < kHeadDim; ++d) {
                const double x = read_element(args.x, DType::kBF16,
                                              batch * args.at.batch + t * args.at.token + head * args.at.head + d) *
                                 double(n.factor[batch * args.tokens + t]);
                v[d] = (n.rounds_before_weight ? round_to(DType::kBF16, x) : x) * double(n.weight[head * kHeadDim + d]);
            }
            double* to = y + (bh * args.tokens + t) * kHeadDim;
            for (std::int64_t d = 0; d < kHeadDim; d += 2) {
                const double c = n.rotation ? double(n.rotation[t * kHeadDim + d]) : 1;
                const double s = n.rotation ? double(n.rotation[t * kHeadDim + d + 1]) : 0;
                to[d] = v[d] * c - v[d + 1] * s;
                to[d + 1] = v[d] * s + v[d + 1] * c;
            }
        }
    }
}

}  // namespace studio::kernels
