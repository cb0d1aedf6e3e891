// kernels/attention/attention_case.h - one attention problem with its oracle, for the tests and the shim's self-test.
#pragma once
#include <algorithm>
#include <random>

#include "kernels/attention/attention.h"
#include "kernels/attention/sage_prepare.h"
#include "kernels/common/testing.h"

namespace studio::kernels::testing {

struct AttentionCase {
    std::int64_t batch = 1, heads = 1, q_tokens = 1, k_tokens = 1;
    bool is_int8 = false;
    double density = 0;        // 0: dense; else the share of key blocks, at least one
    bool tokens_first = true;  // [B, L, H, D] or [B, H, L, D]
};

struct AttentionProblem {
    AttentionCase c;
    std::int64_t nq, nk;
    Buffer<std::uint16_t> q, k, v;
    Buffer<std::int32_t> list, count;
    std::int64_t take;

    explicit AttentionProblem(const AttentionCase& shape)
        : c(shape),
          nq((c.q_tokens + 127) / 128),
          nk((c.k_tokens + 63) / 64),
          q(random_bf16(std::size_t(c.batch * c.heads * c.q_tokens * 128), 1)),
          k(random_bf16(std::size_t(c.batch * c.heads * c.k_tokens * 128), 2)),
          v(random_bf16(std::size_t(c.batch * c.heads * c.k_tokens * 128), 3, 1, 0.5f)),
          list(std::size_t(c.batch * c.heads * nq * nk)),
          count(std::size_t(c.batch * c.heads * nq)),
          take(c.density > 0 ? std::max<std::int64_t>(1, std::int64_t(c.density * double(nk))) : nk) {
        std::mt19937 g(4);
        std::normal_distribution<float> d;
        float bias[128];
        for (float& b : bias)
            b = 2 * d(g);  // a channel offset, so that smoothing the keys matters
        for (std::size_t i = 0; i < k.size(); ++i)
            k[i] = float_to_bf16(bf16_to_float(k[i]) + bias[i % 128]);
        for (std::int64_t row = 0; row < c.batch * c.heads * nq; ++row) {
            std::vector<std::int32_t> all(static_cast<std::size_t>(nk));
            for (std::int64_t j = 0; j < nk; ++j)
                all[std::size_t(j)] = std::int32_t(j);
            std::shuffle(all.begin(), all.end(), g);  // any order is allowed
            std::copy(all.begin(), all.end(), list.host() + row * nk);
            count[std::size_t(row)] = std::int32_t(take);
        }
    }
    HeadStrides strides(std::int64_t tokens) const {
        if (c.tokens_first) return {tokens * c.heads * 128, c.heads * 128, 128};
        return {c.heads * tokens * 128, 128, tokens * 128};
    }
    AttentionArgs args(bool device) {
        auto at = [&](auto& b) { return device ? b.device() : b.host(); };
        AttentionArgs a;
        a.q = at(q), a.k = at(k), a.v = at(v);
        a.q_at = a.o_at = strides(c.q_tokens), a.k_at = a.v_at = strides(c.k_tokens);
        a.batch = c.batch, a.heads = c.heads, a.q_tokens = c.q_tokens, a.k_tokens = c.k_tokens;
        if (c.density > 0) a.block_list = at(list), a.block_count = at(count), a.list_stride = nk;
        return a;
    }
    std::vector<double> oracle() {
        std::vector<double> o(q.size());
        attention_reference(args(false), o.data());
        return o;
    }
    /// bf16 [B, H, L, D] values of an output that lies in the case's layout.
    std::vector<std::uint16_t> in_order(const Buffer<std::uint16_t>& o) const {
        std::vector<std::uint16_t> out;
        const HeadStrides s = strides(c.q_tokens);
        for (std::int64_t bh = 0; bh < c.batch * c.heads; ++bh) {
            for (std::int64_t i = 0; i < c.q_tokens * 128; ++i) {
                const std::int64_t at = bh / c.heads * s.batch + bh % c.heads * s.head + i / 128 * s.token + i % 128;
                out.push_back(o[std::size_t(at)]);
            }
        }
        return out;
    }
};

}  // namespace studio::kernels::testing
