// kernels/attention/sage_attention_cpu.h - softmax attention on a CPU with queries and keys as int8, over all key
// blocks or over those that a block map selects. With VNNI the first product costs a quarter of the fp32 one; without
// it the integers are multiplied as fp32.
#pragma once
#include "kernels/attention/block_attention_cpu.h"

namespace studio::kernels::cpu {

/// How numbers become int8: one scale per `query_group` query rows and one per key block.
struct SageRules {
    const float* key_mean = nullptr;   // [dim], taken from every key first; null: nothing
    std::int64_t query_group = 32;     // 16 to 192, a divisor of the query block
    bool is_half_away = false;         // SageSLA: amax / 127 + 1e-7, half away from zero. Else SageAttention:
                                       // max(amax, 1e-7) / 127, half to even
    bool rounds_keys_to_bf16 = false;  // after the mean was taken off
};

enum class SageSet : std::uint8_t { kPlain, kAvx2, kAvx512, kVnni512 };
SageSet best_sage_set() noexcept;
/// "cpu baseline", "cpu avx2", "cpu avx512", "cpu avx512-vnni".
const char* name_of(SageSet set) noexcept;

/// Key blocks [first, last) of K (int8) and V (fp16 values) into args.packed, which has the size of packed_floats(args)
/// and a layout of its own for each set. Calls for disjoint ranges may run at the same time.
Status pack_sage_blocks(const BlockAttentionArgs& args, const SageRules& rules, std::int64_t first, std::int64_t last,
                        SageSet set) noexcept;

/// out = softmax(scale * q8 k8^T, scales applied) v over the selected columns, for query blocks [first, last), after
/// all of pack_sage_blocks with the same set. Softmax numerators are rounded to fp16 before they meet v, their sum is
/// not; sums are fp32. Limits    of attend_query_blocks. Scratch: attention_scratch_floats(args). Errors
/// kInvalidArgument, kTooLarge, kNotSupported; nothing was written. NaN       and infinities in a group of query rows
/// or in a key block: NaN in every row that reads it. Source    SageAttention quant.py, csrc/fused; SpargeAttn
/// spas_sage_attn/utils.py (spec: turbodiffusion.md 4.5, 5.2).
Status attend_sage_blocks(const BlockAttentionArgs& args, const SageRules& rules, std::int64_t first, std::int64_t last,
                          float* scratch, SageSet set) noexcept;

}  // namespace studio::kernels::cpu
