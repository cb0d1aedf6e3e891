#include "tensor/block_sparse.h"

namespace studio::ops {
namespace {

// Scores that exist at one time, in values: 16 MiB.
constexpr std::int64_t kScoreValues = 4 << 20;
constexpr double kLog2E = 1.4426950408889634;
// log2(448) as the source writes it: the largest softmax numerator lands on the largest e4m3 value.
constexpr double kE4m3Offset = 8.807;
constexpr double kLinearEps = 1e-5;

std::int64_t blocks_of(std::int64_t rows, std::int64_t block) {
    return (rows + block - 1) / block;
}

// [N, L, ...] with zero rows up to a whole number of blocks -> [N, blocks, block, ...]
at::Tensor in_blocks(const at::Tensor& x, std::int64_t block) {
    const std::int64_t missing = blocks_of(x.size(1), block) * block - x.size(1);
    std::vector<std::int64_t> pad(static_cast<std::size_t>(2 * (x.dim() - 1)), 0);
    pad.back() = missing;
    return (missing > 0 ? at::constant_pad_nd(x, pad) : x).unflatten(1, {-1, block});
}

at::Tensor mean_pool(const at::Tensor& x, std::int64_t block) {
    const std::int64_t rows = x.size(1), blocks = blocks_of(rows, block);
    at::Tensor counts = at::full({blocks, 1}, static_cast<double>(block), x.options());
    counts[blocks - 1].fill_(static_cast<double>(rows - (blocks - 1) * block));
    return in_blocks(x, block).sum(2).div_(counts);
}

// Softmax numerators over base-2 logits s [..., rows, columns], rounded, times v [..., columns, D]. s is overwritten.
at::Tensor weigh(at::Tensor s, const at::Tensor& v, at::ScalarType weights) {
    s.sub_(s.amax(-1, true));
    if (weights == at::kFloat8_e4m3fn) s.add_(kE4m3Offset);
    s.exp2_();
    const at::Tensor sum = s.sum(-1, true);  // of the unrounded numerators
    return at::matmul(rounded(s, weights), v).div_(sum);
}

// q [..., rows, D] and k [..., columns, D] with optional scales per row -> base-2 logits.
at::Tensor logits(const at::Tensor& q, const at::Tensor& k, const at::Tensor& q_scale, const at::Tensor& k_scale) {
    const double factor = kLog2E / std::sqrt(static_cast<double>(q.size(-1)));
    at::Tensor s = at::matmul(q, k.transpose(-1, -2));
    if (!q_scale.defined()) return s.mul_(factor);
    return s.mul_(q_scale.unsqueeze(-1)).mul_(k_scale.unsqueeze(-2)).mul_(factor);
}

at::Tensor part(const at::Tensor& x, std::int64_t head) {
    return x.defined() ? x[head] : at::Tensor();
}

}  // namespace

at::Tensor rounded(const at::Tensor& x, at::ScalarType type) {
    return type == at::kFloat ? x : x.to(type).to(at::kFloat);
}

at::Tensor select_blocks(const at::Tensor& q, const at::Tensor& k, at::ScalarType type, const SelfAttention& how) {
    const at::Tensor smooth = rounded(k - rounded(k.mean(1, true), type), type);
    const at::Tensor pooled_q = rounded(mean_pool(q, how.query_block), type);
    const at::Tensor pooled_k = rounded(mean_pool(smooth, how.key_block), type);
    const std::int64_t key_blocks = pooled_k.size(1);
    // The source truncates, which can keep nothing at all on short sequences.
    const auto share = static_cast<std::int64_t>(how.topk * static_cast<double>(key_blocks));
    const std::int64_t kept = std::clamp<std::int64_t>(share, 1, key_blocks);
    at::Tensor selected = at::empty({q.size(0), pooled_q.size(1), kept}, q.options().dtype(at::kLong));
    for (std::int64_t head = 0; head < q.size(0); ++head) {
        const at::Tensor scores = rounded(at::matmul(pooled_q[head], pooled_k[head].t()), type);
        const at::Tensor order = std::get<1>(scores.sort(/*stable=*/true, -1, /*descending=*/true));
        selected[head].copy_(std::get<0>(order.narrow(1, 0, kept).sort(-1)));
    }
    return selected;
}

at::Tensor block_mask(const at::Tensor& selected, std::int64_t key_blocks) {
    at::Tensor mask = at::zeros({selected.size(0), selected.size(1), key_blocks}, selected.options().dtype(at::kChar));
    return mask.scatter_(2, selected, 1);
}

at::Tensor attend_selected(const SoftmaxOperands& x, const at::Tensor& selected, const SelfAttention& how) {
    const std::int64_t heads = x.q.size(0), rows = x.q.size(1), dim = x.q.size(2);
    const std::int64_t query_blocks = selected.size(1), kept = selected.size(2), columns = kept * how.key_block;
    const std::int64_t values = columns * std::max(how.query_block, 2 * dim);
    const std::int64_t step = std::max<std::int64_t>(1, kScoreValues / values);
    at::Tensor out = at::empty({heads, rows, dim}, x.q.options());
    const at::Tensor offsets = at::arange(how.key_block, selected.options());
    for (std::int64_t head = 0; head < heads; ++head) {
        const auto blocked = [&](const at::Tensor& t, std::int64_t block) {
            return t.defined() ? in_blocks(t.narrow(0, head, 1), block)[0] : at::Tensor();
        };
        const at::Tensor q = blocked(x.q, how.query_block), k = blocked(x.k, how.key_block);
        const at::Tensor v = blocked(x.v, how.key_block);
        const at::Tensor q_scale = blocked(x.q_scale, how.query_block), k_scale = blocked(x.k_scale, how.key_block);
        for (std::int64_t begin = 0; begin < query_blocks; begin += step) {
            const std::int64_t count = std::min(step, query_blocks - begin);
            const at::Tensor index = selected[head].narrow(0, begin, count);
            const auto gathered = [&](const at::Tensor& t) {
                return t.defined() ? t.index_select(0, index.flatten()).unflatten(0, {count, kept}).flatten(1, 2)
                                   : at::Tensor();
            };
            const at::Tensor q_scales = q_scale.defined() ? q_scale.narrow(0, begin, count) : at::Tensor();
            at::Tensor s = logits(q.narrow(0, begin, count), gathered(k), q_scales, gathered(k_scale));
            if (rows % how.key_block != 0) {
                const at::Tensor position = (index.unsqueeze(-1) * how.key_block + offsets).flatten(1);
                s.masked_fill_(position.ge(rows).unsqueeze(1), -std::numeric_limits<double>::infinity());
            }
            const std::int64_t first = begin * how.query_block;
            const std::int64_t last = std::min(rows, first + count * how.query_block);
            out[head]
                .slice(0, first, last)
                .copy_(weigh(s, gathered(v), x.weights).flatten(0, 1).narrow(0, 0, last - first));
        }
    }
    return x.v_scale.defined() ? out.mul_(x.v_scale) : out;
}

at::Tensor attend_all(const SoftmaxOperands& x) {
    const std::int64_t rows = x.q.size(1);
    const std::int64_t step = std::max<std::int64_t>(1, kScoreValues / std::max<std::int64_t>(1, rows));
    at::Tensor out = at::empty_like(x.q);
    for (std::int64_t head = 0; head < x.q.size(0); ++head) {
        for (std::int64_t begin = 0; begin < rows; begin += step) {
            const std::int64_t count = std::min(step, rows - begin);
            const at::Tensor q_scale = x.q_scale.defined() ? x.q_scale[head].narrow(0, begin, count) : at::Tensor();
            const at::Tensor s = logits(x.q[head].narrow(0, begin, count), x.k[head], q_scale, part(x.k_scale, head));
            out[head].narrow(0, begin, count).copy_(weigh(s, x.v[head], x.weights));
        }
    }
    return x.v_scale.defined() ? out.mul_(x.v_scale) : out;
}

at::Tensor linear_branch(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const at::Tensor& proj_weight,
                         const at::Tensor& proj_bias, at::ScalarType type) {
    const auto round = [type](const at::Tensor& x) { return rounded(x, type); };
    const at::Tensor query = round(q.softmax(-1)), key = round(k.softmax(-1));
    const at::Tensor state = round(at::matmul(key.transpose(1, 2), v));  // [N, D, D]
    const at::Tensor total = round(key.sum(1, true));                    // [N, 1, D]
    const at::Tensor numerator = round(at::matmul(query, state));
    const at::Tensor weight = round(round(round(query * total).sum(-1, true)) + kLinearEps);
    const at::Tensor mixed = round(numerator / weight);
    return round(at::linear(mixed, rounded(proj_weight.to(at::kFloat), type), rounded(proj_bias.to(at::kFloat), type)));
}

}  // namespace studio::ops
