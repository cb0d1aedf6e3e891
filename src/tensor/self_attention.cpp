#include "tensor/self_attention.h"

#include <array>

#include "core/error.h"
#include "tensor/block_sparse.h"
#include "tensor/cpu_attention.h"
#include "tensor/cuda_health.h"
#include "tensor/cuda_ops.h"
#include "tensor/op_choice.h"
#include "tensor/ops.h"

namespace studio::ops {
namespace {

OpChoice sla_choice("sla");
OpChoice sage_choice("sage");

struct Name {
    AttentionKind kind;
    std::string_view name;
};
constexpr std::array<Name, 5> kNames{{{AttentionKind::kAuto, "auto"},
                                      {AttentionKind::kDense, "dense"},
                                      {AttentionKind::kSla, "sla"},
                                      {AttentionKind::kSageSla, "sagesla"},
                                      {AttentionKind::kSage, "sage"}}};

[[noreturn]] void refuse(const char* field, const std::string& message, const char* fix) {
    throw Failure(invalid_argument(field, message, fix));
}

void check(const AttentionInputs& in, const SelfAttention& how) {
    const bool is_shaped = in.q.dim() == 4 && in.q.numel() > 0 && in.q.sizes() == in.k.sizes() &&
                           in.q.sizes() == in.v.sizes() && in.q.scalar_type() == in.k.scalar_type() &&
                           in.q.scalar_type() == in.v.scalar_type();
    if (!is_shaped)
        refuse("q", "Self-attention needs queries, keys and values of one shape and type.", "Give three alike.");
    if (how.kind == AttentionKind::kAuto)
        refuse("attention", "The kind of attention was not decided.", "Choose dense, sla, sagesla or sage.");
    if (!(how.topk > 0 && how.topk <= 1))
        refuse("sla_topk", "The share of key blocks must be above 0 and at most 1.", "Use 0.1.");
    if (how.query_block < 1 || how.key_block < 1)
        refuse("query_block", "Blocks need at least one row.", "Use 128 query rows and 64 key rows.");
    const PendingNorm& n = in.norm;
    if (n.q_weight.defined() &&
        (!n.k_weight.defined() || !n.rotation.defined() || n.q_weight.numel() != in.q.size(2) * in.q.size(3) ||
         n.k_weight.numel() != n.q_weight.numel() || n.rotation.numel() != in.q.size(1) * in.q.size(3))) {
        refuse("norm", "The pending norm does not fit queries and keys.",
               "Give both weights and a rotation of all tokens.");
    }
    if (!is_block_sparse(how.kind)) return;
    const std::int64_t dim = in.q.size(3);
    const bool has_projection = in.proj_weight.defined() && in.proj_bias.defined() &&
                                in.proj_weight.sizes().equals({dim, dim}) && in.proj_bias.sizes().equals({dim});
    if (!has_projection)
        refuse("proj_l", "Sparse-linear attention needs proj_l, a square layer as wide as a head.",
               "Use a checkpoint that has it, or dense attention.");
}

// Heads are done one after the other: every intermediate is then as long as the sequence and as wide as one head.
class HeadByHead {
  public:
    explicit HeadByHead(const AttentionInputs& in) : in_(in) {}

    /// run(q, k, v) on fp32 [1, L, D] of each head; its result is stored in the type of q.
    template <class Run>
    at::Tensor operator()(const Run& run) const {
        at::Tensor out = at::empty_like(in_.q, at::MemoryFormat::Contiguous);
        for (std::int64_t batch = 0; batch < in_.q.size(0); ++batch) {
            for (std::int64_t head = 0; head < in_.q.size(2); ++head) {
                const auto part = [&](const at::Tensor& x) {
                    return x[batch].select(1, head).to(at::kFloat).contiguous().unsqueeze(0);
                };
                out[batch].select(1, head).copy_(run(part(in_.q), part(in_.k), part(in_.v), batch, head)[0]);
            }
        }
        return out;
    }

  private:
    const AttentionInputs& in_;
};

at::Tensor sparse_linear(const AttentionInputs& in, const SelfAttention& how, AttentionTrace* trace) {
    const at::ScalarType type = in.q.scalar_type(), stored = in.stored_type.value_or(type);
    const std::int64_t rows = in.q.size(1);
    const auto blocks = [rows](std::int64_t block) { return (rows + block - 1) / block; };
    if (trace != nullptr) {
        trace->sparse = at::empty_like(in.q, at::MemoryFormat::Contiguous);
        trace->mask = at::empty({in.q.size(0), in.q.size(2), blocks(how.query_block), blocks(how.key_block)},
                                in.q.options().dtype(at::kChar));
    }
    return HeadByHead(in)(
        [&](const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, std::int64_t batch, std::int64_t head) {
            const at::Tensor selected = select_blocks(q, k, stored, how);
            const SoftmaxOperands operands = how.kind == AttentionKind::kSageSla
                                                 ? quantised(q, k, v, stored, how, true)
                                                 : SoftmaxOperands{q, k, v, {}, {}, {}, type};
            const at::Tensor sparse = rounded(attend_selected(operands, selected, how), type);
            if (trace != nullptr) {
                trace->mask[batch][head].copy_(block_mask(selected, blocks(how.key_block))[0]);
                trace->sparse[batch].select(1, head).copy_(sparse[0]);
            }
            return sparse + linear_branch(q, k, v, in.proj_weight, in.proj_bias, type);
        });
}

at::Tensor sage(const AttentionInputs& in, const SelfAttention& how) {
    const at::ScalarType stored = in.stored_type.value_or(in.q.scalar_type());
    return HeadByHead(in)([&](const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, std::int64_t,
                              std::int64_t) { return attend_all(quantised(q, k, v, stored, how, false)); });
}

CudaOp cuda_op(AttentionKind kind) {
    if (kind == AttentionKind::kSage) return CudaOp::kSage;
    return kind == AttentionKind::kSla ? CudaOp::kSla : CudaOp::kSageSla;
}

// q and k as the paths without a fused preparation take them.
AttentionInputs normed(const AttentionInputs& in) {
    if (!in.norm.q_weight.defined()) return in;
    const auto turn = [&](const at::Tensor& x, const at::Tensor& weight) {
        return rms_norm_rope(x.flatten(2).flatten(0, 1), weight, in.norm.eps, in.norm.rotation);
    };
    AttentionInputs ready = in;
    ready.q = turn(in.q, in.norm.q_weight), ready.k = turn(in.k, in.norm.k_weight), ready.norm = {};
    return ready;
}

at::Tensor on_cuda(const AttentionInputs& in, const SelfAttention& how, AttentionTrace* trace) {
    const CudaTable* table = cuda_table_for(in.q);
    OpChoice& choice = is_block_sparse(how.kind) ? sla_choice : sage_choice;
    const char* refusal = cuda_self_attention_refusal(table, in, how, trace != nullptr);
    if (choice.takes("cuda", cuda_ready(cuda_op(how.kind), refusal))) return cuda_self_attention(*table, in, how);
    const AttentionInputs ready = normed(in);
    return is_block_sparse(how.kind) ? sparse_linear(ready, how, trace) : sage(ready, how);
}

}  // namespace

std::optional<AttentionKind> attention_kind(std::string_view name) {
    for (const Name& entry : kNames)
        if (entry.name == name) return entry.kind;
    return std::nullopt;
}

std::string_view to_string(AttentionKind kind) noexcept {
    for (const Name& entry : kNames)
        if (entry.kind == kind) return entry.name;
    return "?";
}

at::Tensor self_attention(const AttentionInputs& given, const SelfAttention& how, AttentionTrace* trace) {
    check(given, how);
    if (given.q.is_cuda() && how.kind != AttentionKind::kDense) return on_cuda(given, how, trace).flatten(2);
    const AttentionInputs in = normed(given);
    if (how.kind == AttentionKind::kDense) return attention(in.q, in.k, in.v);
    if (!is_block_sparse(how.kind)) {
        const bool has_kernel = sage_choice.takes(cpu_sage_name(), cpu_sage_refusal(in, how));
        return (has_kernel ? cpu_sage(in, how) : sage(in, how)).flatten(2);
    }
    const char* kernel = how.kind == AttentionKind::kSageSla ? cpu_sage_name() : cpu_kernel_name();
    const bool has_kernel = sla_choice.takes(kernel, cpu_sla_refusal(in, how));
    return (has_kernel ? cpu_sla(in, how, trace) : sparse_linear(in, how, trace)).flatten(2);
}

}  // namespace studio::ops
