// tensor/self_attention.h - the attention kinds of the TurboDiffusion stack behind one call (spec: turbodiffusion.md 4,
// 5).
#pragma once
#include <optional>
#include <string_view>

#include "tensor/torch_compat.h"

namespace studio::ops {

enum class AttentionKind { kAuto, kDense, kSla, kSageSla, kSage };
/// "auto", "dense", "sla", "sagesla", "sage"; nothing for another word.
std::optional<AttentionKind> attention_kind(std::string_view name);
std::string_view to_string(AttentionKind kind) noexcept;
/// Kinds that select key blocks and add the linear branch, hence need proj_l.
constexpr bool is_block_sparse(AttentionKind kind) noexcept {
    return kind == AttentionKind::kSla || kind == AttentionKind::kSageSla;
}

/// Values of the 8-bit kinds. kAuto: fp8 where the device multiplies it natively, else fp16; always fp16 on a CPU.
enum class SagePv { kFp16, kFp8, kAuto };

/// How a network's self-attention is computed. kAuto: sla where the checkpoint was trained for it, else dense.
struct SelfAttention {
    AttentionKind kind = AttentionKind::kAuto;
    double topk = 0.1;  // share of key blocks kept, in (0, 1]; at least one block
    SagePv pv = SagePv::kAuto;
    bool smooth_k = true;
    /// Rows of a query block and of a key block: 128 x 64 everywhere, 64 x 128 as the original does on sm_90.
    std::int64_t query_block = 128, key_block = 64;
    bool operator==(const SelfAttention&) const = default;
};

/// RMSNorm over all heads and rotary embedding that q and k still need (rms_norm_rope): a kernel that quantises them does
/// all of it in one pass. q_weight undefined: they have had both. Raw q and k may be overwritten.
struct PendingNorm {
    at::Tensor q_weight = {}, k_weight = {};  // [H * D]
    at::Tensor rotation = {};                 // fp32 [L, D / 2, 2]
    double eps = 1e-6;
};

/// What goes into self-attention, after norm and rotation unless `norm` says otherwise.
struct AttentionInputs {
    at::Tensor q, k, v;                 // [B, L, H, D], one type
    at::Tensor proj_weight, proj_bias;  // [D, D], [D] in q's type: proj_l, shared by the heads; sla kinds only
    /// The type whose rounding points block map and K smoothing follow, when it is not q's own: values that were
    /// computed in bf16 and widened are still selected as a bf16 network selects them.
    std::optional<at::ScalarType> stored_type;
    PendingNorm norm = {};
};

/// Intermediates, for parity tests and for the block map of `component dit`.
struct AttentionTrace {
    at::Tensor mask;    // I8 [B, H, query blocks, key blocks], 1 where selected; sla kinds
    at::Tensor sparse;  // [B, L, H, D] in q's type: the softmax branch alone; sla kinds
};

/// Self-attention of one layer -> [B, L, H * D] in q's type.
///
/// dense    exact softmax attention.
/// sage     softmax attention with Q and smoothed K as int8 (a scale per 32 query rows and per key block), P and V as
///          fp16 or fp8; always quantised, on a CPU too.
/// sla      softmax over the selected key blocks plus proj_l of linear attention over all keys (softmax feature map).
/// sagesla  the same with the softmax branch quantised, one scale per query block and per key block.
///
/// Types    fp32: dot products and sums in fp32, nothing else rounded. bf16: the rounding points of the source.
/// Ties     equal block scores: the lower key block wins.
/// Cost     memory linear in L: no L x L buffer, queries are taken some blocks at a time.
/// Errors   throws Failure(InvalidArgument): shapes that do not fit, a missing proj_l, kAuto, a share outside (0, 1].
/// Source   TurboDiffusion SLA/core.py, SLA/kernel.py; SpargeAttn; SageAttention.
at::Tensor self_attention(const AttentionInputs& inputs, const SelfAttention& how, AttentionTrace* trace = nullptr);

}  // namespace studio::ops
