#include "tensor/cpu_attention.h"

#include "tensor/cpu_heads.h"

namespace studio::ops {

const char* cpu_attention_refusal(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                  const at::Tensor& bias) noexcept {
    if (!q.is_cpu()) return "the tensors are not on the CPU";
    if (q.scalar_type() != at::kFloat) return "not fp32";
    if (bias.defined()) return "the logits have a bias";
    if (q.size(3) > kMaxHeadWidth) return "heads wider than 256";
    if (v.size(3) != q.size(3)) return "values as wide as queries are needed";
    if (q.numel() == 0 || k.numel() == 0) return "nothing to do";
    return nullptr;
}

at::Tensor cpu_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, double scale) {
    const at::Tensor whole_q = q.contiguous(), whole_k = k.contiguous(), whole_v = v.contiguous();
    const HeadView query(whole_q), key(whole_k), value(whole_v);
    at::Tensor out = at::empty_like(whole_q);
    const std::int64_t heads = q.size(0) * q.size(2);
    cpu::BlockAttentionArgs first = attention_args(query, key, value, out, 0, scale);
    first.query_block = kDenseQueryBlock;
    const std::int64_t floats = cpu::packed_floats(first), group = heads_at_once(heads, floats);
    at::Tensor packed = at::empty({group * floats}, at::kFloat);
    Scratch scratch(cpu::attention_scratch_floats(first));
    for (std::int64_t begin = 0; begin < heads; begin += group) {
        const auto args = [&](std::int64_t head) {
            cpu::BlockAttentionArgs a = attention_args(query, key, value, out, begin + head, scale);
            a.query_block = kDenseQueryBlock;
            a.packed = packed.mutable_data_ptr<float>() + head * floats;
            return a;
        };
        const std::int64_t count = std::min(group, heads - begin);
        for_all(count, blocks_of(key.tokens, first.key_block), [&](std::int64_t head, std::int64_t block) {
            require(cpu::pack_key_blocks(args(head), block, block + 1));
        });
        for_all(count, blocks_of(query.tokens, kDenseQueryBlock), [&](std::int64_t head, std::int64_t block) {
            require(cpu::attend_query_blocks(args(head), block, block + 1, scratch.mine()));
        });
    }
    return out;
}

}  // namespace studio::ops
