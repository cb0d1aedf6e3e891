#include "tensor/cpu_attention.h"

#include "core/error.h"
#include "kernels/attention/block_attention_cpu.h"
#include "kernels/sla/block_map_cpu.h"
#include "kernels/sla/linear_branch_cpu.h"

namespace studio::ops {
namespace {

namespace cpu = kernels::cpu;

// Packed keys and values that exist at one time, in floats: 32 MiB, or one head.
constexpr std::int64_t kPackedFloats = 8 << 20;
constexpr std::int64_t kDenseQueryBlock = 192, kMaxDim = 256;
constexpr std::int64_t kLinearRows = 128;  // of a block of cpu::add_queries

void require(kernels::Status status) {
    if (!status.ok()) throw Failure(internal_error(std::string("An attention kernel refused: ") + status.reason + "."));
}

std::int64_t blocks_of(std::int64_t rows, std::int64_t block) {
    return (rows + block - 1) / block;
}

/// Buffers that every thread has its own piece of.
class Scratch {
  public:
    explicit Scratch(std::int64_t floats)
        : floats_((floats + 15) / 16 * 16), memory_(at::empty({floats_ * at::get_num_threads()}, at::kFloat)) {}
    float* mine() { return memory_.mutable_data_ptr<float>() + floats_ * at::get_thread_num(); }

  private:
    std::int64_t floats_;
    at::Tensor memory_;
};

/// run(head, part) for every part of every head, on all threads.
template <class Run>
void for_all(std::int64_t heads, std::int64_t parts, const Run& run) {
    at::parallel_for(0, heads * parts, 1, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i)
            run(i / parts, i % parts);
    });
}

/// One head of a contiguous [B, L, H, D].
struct HeadView {
    explicit HeadView(const at::Tensor& x)
        : data(x.const_data_ptr<float>()), tokens(x.size(1)), heads(x.size(2)), dim(x.size(3)) {}
    const float* head(std::int64_t i) const { return data + i / heads * tokens * heads * dim + i % heads * dim; }
    std::int64_t stride() const { return heads * dim; }
    const float* data;
    std::int64_t tokens, heads, dim;
};

float* head_of(at::Tensor& x, std::int64_t i) {
    return x.mutable_data_ptr<float>() + (HeadView(x).head(i) - x.const_data_ptr<float>());
}

std::int64_t heads_at_once(std::int64_t heads, std::int64_t floats) {
    return std::clamp<std::int64_t>(kPackedFloats / std::max<std::int64_t>(1, floats), 1, heads);
}

cpu::BlockAttentionArgs attention_args(const HeadView& q, const HeadView& k, const HeadView& v, at::Tensor& out,
                                       std::int64_t head, double scale) {
    cpu::BlockAttentionArgs args;
    args.q = q.head(head);
    args.k = k.head(head);
    args.v = v.head(head);
    args.out = head_of(out, head);
    args.q_stride = q.stride();
    args.k_stride = k.stride();
    args.v_stride = v.stride();
    args.out_stride = out.size(2) * out.size(3);
    args.query_rows = q.tokens;
    args.key_rows = k.tokens;
    args.dim = q.dim;
    args.scale = static_cast<float>(scale);
    return args;
}

}  // namespace

const char* cpu_attention_refusal(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                  const at::Tensor& bias) noexcept {
    if (!q.is_cpu()) return "the tensors are not on the CPU";
    if (q.scalar_type() != at::kFloat) return "not fp32";
    if (bias.defined()) return "the logits have a bias";
    if (q.size(3) > kMaxDim) return "heads wider than 256";
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

namespace {

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
            require(cpu::pack_key_blocks(attention(first, i), slice * per_slice,
                                         std::min(key_blocks_, (slice + 1) * per_slice)));
        });
        for_all(count, 1, [&](std::int64_t i, std::int64_t) {
            require(cpu::join_map_keys(map(first, i)));
            require(cpu::join_keys(linear(first, i), scratch.mine()));
        });
        for_all(count, key_blocks_, [&](std::int64_t i, std::int64_t block) {
            require(cpu::pool_map_keys(map(first, i), block, block + 1));
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
            require(cpu::attend_query_blocks(attention(first, i), begin, end, scratch.mine()));
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
    bool rounds_;
    std::int64_t tokens_, heads_, query_blocks_, key_blocks_;
    at::Tensor& out_;
    std::int64_t kept_ = 1, packed_floats_ = 0, state_floats_ = 0, map_floats_ = 0, group_ = 1;
    at::Tensor packed_, state_, map_, selected_;
};

}  // namespace

const char* cpu_sla_refusal(const AttentionInputs& in, const SelfAttention& how) noexcept {
    if (!in.q.is_cpu()) return "the tensors are not on the CPU";
    if (how.kind != AttentionKind::kSla) return "the quantised kind has no CPU kernel";
    const at::ScalarType type = in.q.scalar_type(), stored = in.stored_type.value_or(type);
    for (const at::ScalarType t : {type, stored})
        if (t != at::kFloat && t != at::kBFloat16) return "neither fp32 nor bf16";
    if (in.q.size(3) > kMaxDim) return "heads wider than 256";
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
