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

enum class SagePv { kFp16, kFp8 };

/// How a network's self-attention is computed. kAuto: sla where the checkpoint has proj_l, else dense.
struct SelfAttention {
    AttentionKind kind = AttentionKind::kAuto;
    double topk = 0.1;  // share of key blocks kept, in (0, 1]; at least one block
    SagePv pv = SagePv::kFp16;
    bool smooth_k = true;
    /// Rows of a query block and of a key block: 128 x 64 everywhere, 64 x 128 as the original does on sm_90.
    std::int64_t query_block = 128, key_block = 64;
    bool operator==(const SelfAttention&) const = default;
};

}  // namespace studio::ops
