// `sage` on the CPU.
#include "kernels/attention/sage_attention_cpu.h"
#include "kernels/sla/block_map_cpu.h"
#include "kernels/sla/linear_branch_cpu.h"
#include "tensor/cpu_attention.h"
#include "tensor/cpu_heads.h"

namespace studio::ops {
namespace {

/// `sage` of one group of heads after the other.
class SageRounds {
  public:
    SageRounds(const AttentionInputs& in, const SelfAttention& how, at::Tensor& out)
        : how_(how),
          q_(in.q.to(at::kFloat).contiguous()),
          k_(in.k.to(at::kFloat).contiguous()),
          v_(in.v.to(at::kFloat).contiguous()),
          rounds_(in.stored_type.value_or(in.q.scalar_type()) == at::kBFloat16),
          tokens_(in.q.size(1)),
          // 16 rows share a scale where query blocks have 64 rows, else 32; both divide the kernel's own query block.
          rows_per_scale_(how.query_block == 64 ? 16 : 32),
          out_(out),
          packed_floats_(cpu::packed_floats(attention(0, 0))),
          map_floats_(cpu::map_state_floats(map(0, 0))) {}

    void run() {
        const std::int64_t heads = q_.size(0) * q_.size(2), key_blocks = blocks_of(tokens_, how_.key_block);
        const std::int64_t group = heads_at_once(heads, packed_floats_ + map_floats_);
        packed_ = at::empty({group * packed_floats_}, at::kFloat);
        map_ = at::empty({group * map_floats_}, at::kFloat);
        Scratch scratch(cpu::attention_scratch_floats(attention(0, 0)));
        for (std::int64_t first = 0; first < heads; first += group) {
            const std::int64_t count = std::min(group, heads - first);
            if (how_.smooth_k) find_means(first, count);
            for_all(count, key_blocks, [&](std::int64_t i, std::int64_t block) {
                require(cpu::pack_sage_blocks(attention(first, i), rules(first, i), block, block + 1, set_));
            });
            for_all(count, blocks_of(tokens_, kDenseQueryBlock), [&](std::int64_t i, std::int64_t block) {
                require(cpu::attend_sage_blocks(attention(first, i), rules(first, i), block, block + 1, scratch.mine(),
                                                set_));
            });
        }
    }

  private:
    void find_means(std::int64_t first, std::int64_t count) {
        for_all(count, blocks_of(tokens_, cpu::kKeySlice), [&](std::int64_t i, std::int64_t slice) {
            require(cpu::sum_map_keys(map(first, i), slice, slice + 1));
        });
        for (std::int64_t i = 0; i < count; ++i)
            require(cpu::join_map_keys(map(first, i)));
    }

    cpu::BlockAttentionArgs attention(std::int64_t first, std::int64_t i) {
        const double scale = 1.0 / std::sqrt(static_cast<double>(q_.size(3)));
        cpu::BlockAttentionArgs a = attention_args(HeadView(q_), HeadView(k_), HeadView(v_), out_, first + i, scale);
        a.query_block = kDenseQueryBlock;
        a.key_block = how_.key_block;
        if (packed_.defined()) a.packed = packed_.mutable_data_ptr<float>() + i * packed_floats_;
        return a;
    }

    /// The part of the block map that finds the mean of the keys; nothing is selected.
    cpu::BlockMapArgs map(std::int64_t first, std::int64_t i) {
        const cpu::BlockAttentionArgs a = attention(first, i);
        cpu::BlockMapArgs m;
        m.q = a.q;
        m.k = a.k;
        m.q_stride = a.q_stride;
        m.k_stride = a.k_stride;
        m.rows = tokens_;
        m.dim = a.dim;
        m.kept = 1;
        m.rounds_to_bf16 = rounds_;
        m.selected = &none_;
        if (map_.defined()) m.state = map_.mutable_data_ptr<float>() + i * map_floats_;
        return m;
    }

    cpu::SageRules rules(std::int64_t first, std::int64_t i) {
        cpu::SageRules rules;
        if (how_.smooth_k) rules.key_mean = cpu::map_mean(map(first, i));
        rules.query_group = rows_per_scale_;
        return rules;
    }

    const SelfAttention& how_;
    at::Tensor q_, k_, v_;
    bool rounds_;
    std::int64_t tokens_, rows_per_scale_;
    at::Tensor& out_;
    at::Tensor packed_, map_;
    std::int32_t none_ = 0;
    std::int64_t packed_floats_ = 0, map_floats_ = 0;  // after what attention() and map() read
    cpu::SageSet set_ = cpu::best_sage_set();
};

}  // namespace

const char* cpu_sage_refusal(const AttentionInputs& in, const SelfAttention& how) noexcept {
    if (!in.q.is_cpu()) return "the tensors are not on the CPU";
    if (how.pv == SagePv::kFp8) return "fp8 values have no CPU kernel";
    const at::ScalarType type = in.q.scalar_type(), stored = in.stored_type.value_or(type);
    for (const at::ScalarType t : {type, stored})
        if (t != at::kFloat && t != at::kBFloat16) return "neither fp32 nor bf16";
    if (in.q.size(3) > kMaxHeadWidth) return "heads wider than 256";
    if (how.key_block != 64 && how.key_block != 128) return "key blocks of other than 64 or 128 rows";
    return nullptr;
}

const char* cpu_sage_name() noexcept {
    return cpu::name_of(cpu::best_sage_set());
}

at::Tensor cpu_sage(const AttentionInputs& in, const SelfAttention& how) {
    at::Tensor out = at::empty(in.q.sizes(), in.q.options().dtype(at::kFloat));
    SageRounds(in, how, out).run();
    return out.to(in.q.scalar_type());
}

}  // namespace studio::ops
