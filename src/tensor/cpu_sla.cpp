// `sla` and `sagesla` on the CPU.
#include "kernels/attention/sage_attention_cpu.h"
#include "kernels/sla/block_map_cpu.h"
#include "kernels/sla/linear_branch_cpu.h"
#include "tensor/cpu_attention.h"
#include "tensor/cpu_heads.h"

namespace studio::ops {
namespace {

constexpr std::int64_t kLinearRows = 128;  // of a block of cpu::add_queries

/// The rounds of one group of heads. Every buffer is indexed by the head's place in the group.
class SlaRounds {
  public:
    SlaRounds(const AttentionInputs& in, const SelfAttention& how, at::Tensor& out)
        : how_(how),
          q_(in.q.to(at::kFloat).contiguous()),
          k_(in.k.to(at::kFloat).contiguous()),
          v_(in.v.to(at::kFloat).contiguous()),
          weight_(in.proj_weight.to(q_.options()).contiguous()),
          bias_(in.proj_bias.to(q_.options()).contiguous()),
          is_sage_(how.kind == AttentionKind::kSageSla),
          rounds_(in.stored_type.value_or(in.q.scalar_type()) == at::kBFloat16),
          tokens_(in.q.size(1)),
          heads_(in.q.size(0) * in.q.size(2)),
          query_blocks_(blocks_of(tokens_, how.query_block)),
          key_blocks_(blocks_of(tokens_, how.key_block)),
          out_(out) {
        const auto share = static_cast<std::int64_t>(how.topk * static_cast<double>(key_blocks_));
        kept_ = std::clamp<std::int64_t>(share, 1, key_blocks_);
        packed_floats_ = cpu::packed_floats(attention(0, 0));
        state_floats_ = cpu::linear_state_floats(linear(0, 0));
        map_floats_ = cpu::map_state_floats(map(0, 0));
        group_ = heads_at_once(heads_, packed_floats_ + state_floats_ + map_floats_);
        packed_ = at::empty({group_ * packed_floats_}, at::kFloat);
        state_ = at::empty({group_ * state_floats_}, at::kFloat);
        map_ = at::empty({group_ * map_floats_}, at::kFloat);
        selected_ = at::empty({group_, query_blocks_, kept_}, at::kInt);
    }

    void run(AttentionTrace* trace) {
        Scratch scratch(std::max({cpu::attention_scratch_floats(attention(0, 0)),
                                  cpu::linear_scratch_floats(linear(0, 0)), cpu::map_scratch_floats(map(0, 0))}));
        for (std::int64_t first = 0; first < heads_; first += group_) {
            const std::int64_t count = std::min(group_, heads_ - first);
            keys(first, count, scratch);
            queries(first, count, scratch, trace);
        }
    }

  private:
    // What one call reads is still in the cache when the next one wants it: a slice of keys here, 128 queries below.
    void keys(std::int64_t first, std::int64_t count, Scratch& scratch) {
        const std::int64_t per_slice = cpu::kKeySlice / how_.key_block;
        for_all(count, blocks_of(tokens_, cpu::kKeySlice), [&](std::int64_t i, std::int64_t slice) {
            require(cpu::sum_map_keys(map(first, i), slice, slice + 1));
            require(cpu::sum_keys(linear(first, i), slice, slice + 1, scratch.mine()));
            if (is_sage_) return;  // needs the mean of all keys
            require(cpu::pack_key_blocks(attention(first, i), slice * per_slice,
                                         std::min(key_blocks_, (slice + 1) * per_slice)));
        });
        for_all(count, 1, [&](std::int64_t i, std::int64_t) {
            require(cpu::join_map_keys(map(first, i)));
            require(cpu::join_keys(linear(first, i), scratch.mine()));
        });
        for_all(count, key_blocks_, [&](std::int64_t i, std::int64_t block) {
            require(cpu::pool_map_keys(map(first, i), block, block + 1));
            if (is_sage_)
                require(cpu::pack_sage_blocks(attention(first, i), sage(first, i), block, block + 1, sage_set_));
        });
    }

    void queries(std::int64_t first, std::int64_t count, Scratch& scratch, AttentionTrace* trace) {
        const std::int64_t parts = blocks_of(tokens_, kLinearRows), per_part = kLinearRows / how_.query_block;
        const auto add = [&](std::int64_t i, std::int64_t part) {
            require(cpu::add_queries(linear(first, i), part, part + 1, scratch.mine()));
        };
        for_all(count, parts, [&](std::int64_t i, std::int64_t part) {
            const std::int64_t begin = part * per_part, end = std::min(query_blocks_, begin + per_part);
            require(cpu::select_map_blocks(map(first, i), begin, end, scratch.mine()));
            const cpu::BlockAttentionArgs args = attention(first, i);
            if (is_sage_)
                require(cpu::attend_sage_blocks(args, sage(first, i), begin, end, scratch.mine(), sage_set_));
            else
                require(cpu::attend_query_blocks(args, begin, end, scratch.mine()));
            if (trace == nullptr) add(i, part);
        });
        if (trace == nullptr) return;
        record(first, count, *trace);
        for_all(count, parts, add);
    }

    void record(std::int64_t first, std::int64_t count, AttentionTrace& trace) const {
        const at::Tensor selected = selected_.narrow(0, 0, count).to(at::kLong);
        at::Tensor mask = at::zeros({count, query_blocks_, key_blocks_}, at::kChar);
        trace.mask.flatten(0, 1).narrow(0, first, count).copy_(mask.scatter_(2, selected, 1));
        for (std::int64_t i = first; i < first + count; ++i) {
            const std::int64_t per_batch = out_.size(2);
            trace.sparse[i / per_batch].select(1, i % per_batch).copy_(out_[i / per_batch].select(1, i % per_batch));
        }
    }

    cpu::BlockAttentionArgs attention(std::int64_t first, std::int64_t i) {
        const double scale = 1.0 / std::sqrt(static_cast<double>(q_.size(3)));
        cpu::BlockAttentionArgs a = attention_args(HeadView(q_), HeadView(k_), HeadView(v_), out_, first + i, scale);
        a.query_block = how_.query_block;
        a.key_block = how_.key_block;
        if (selected_.defined()) {
            a.selected = selected_.const_data_ptr<int>() + i * query_blocks_ * kept_;
            a.packed = packed_.mutable_data_ptr<float>() + i * packed_floats_;
        }
        a.kept = kept_;
        return a;
    }

    cpu::SageRules sage(std::int64_t first, std::int64_t i) {
        cpu::SageRules rules;
        if (how_.smooth_k) rules.key_mean = cpu::map_mean(map(first, i));
        rules.query_group = how_.query_block;
        rules.is_half_away = true;
        rules.rounds_keys_to_bf16 = how_.smooth_k && rounds_;
        return rules;
    }

    cpu::LinearBranchArgs linear(std::int64_t first, std::int64_t i) {
        const cpu::BlockAttentionArgs a = attention(first, i);
        cpu::LinearBranchArgs l{a.q, a.k, a.v, a.out, a.q_stride, a.k_stride, a.v_stride, a.out_stride, tokens_, a.dim};
        l.proj_weight = weight_.const_data_ptr<float>();
        l.proj_bias = bias_.const_data_ptr<float>();
        if (state_.defined()) l.state = state_.mutable_data_ptr<float>() + i * state_floats_;
        return l;
    }

    cpu::BlockMapArgs map(std::int64_t first, std::int64_t i) {
        const cpu::BlockAttentionArgs a = attention(first, i);
        cpu::BlockMapArgs m;
        m.q = a.q;
        m.k = a.k;
        m.q_stride = a.q_stride;
        m.k_stride = a.k_stride;
        m.rows = tokens_;
        m.dim = a.dim;
        m.query_block = how_.query_block;
        m.key_block = how_.key_block;
        m.kept = kept_;
        m.rounds_to_bf16 = rounds_;
        if (selected_.defined()) {
            m.selected = selected_.mutable_data_ptr<int>() + i * query_blocks_ * kept_;
            m.state = map_.mutable_data_ptr<float>() + i * map_floats_;
        }
        return m;
    }

    const SelfAttention& how_;
    at::Tensor q_, k_, v_, weight_, bias_;
    bool is_sage_, rounds_;
    cpu::SageSet sage_set_ = cpu::best_sage_set();
    std::int64_t tokens_, heads_, query_blocks_, key_blocks_;
    at::Tensor& out_;
    std::int64_t kept_ = 1, packed_floats_ = 0, state_floats_ = 0, map_floats_ = 0, group_ = 1;
    at::Tensor packed_, state_, map_, selected_;
};

}  // namespace

const char* cpu_sla_refusal(const AttentionInputs& in, const SelfAttention& how) noexcept {
    if (!in.q.is_cpu()) return "the tensors are not on the CPU";
    if (how.kind == AttentionKind::kSageSla && how.pv == SagePv::kFp8) return "fp8 values have no CPU kernel";
    const at::ScalarType type = in.q.scalar_type(), stored = in.stored_type.value_or(type);
    for (const at::ScalarType t : {type, stored})
        if (t != at::kFloat && t != at::kBFloat16) return "neither fp32 nor bf16";
    if (in.q.size(3) > kMaxHeadWidth) return "heads wider than 256";
    if ((how.query_block != 64 && how.query_block != 128) || (how.key_block != 64 && how.key_block != 128))
        return "blocks of other than 64 or 128 rows";
    return nullptr;
}

at::Tensor cpu_sla(const AttentionInputs& in, const SelfAttention& how, AttentionTrace* trace) {
    at::Tensor out = at::empty(in.q.sizes(), in.q.options().dtype(at::kFloat));
    if (trace != nullptr) {
        trace->sparse = at::empty_like(in.q, at::MemoryFormat::Contiguous);
        trace->mask = at::empty({in.q.size(0), in.q.size(2), blocks_of(in.q.size(1), how.query_block),
                                 blocks_of(in.q.size(1), how.key_block)},
                                in.q.options().dtype(at::kChar));
    }
    SlaRounds(in, how, out).run(trace);
    return out.to(in.q.scalar_type());
}

}  // namespace studio::ops
