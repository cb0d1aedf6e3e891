// kernels/attention/attention.h - flash attention forward for head width 128: dense, or over a list of key blocks per
// query block; in bf16, or with int8 queries and keys (Sage).
#pragma once
#include <cstdint>

#include "kernels/common/status.h"
#include "kernels/common/stream.h"

namespace studio::kernels {

constexpr std::int64_t kHeadDim = 128, kQueryBlock = 128, kKeyBlock = 64;

/// Steps in elements from one batch entry, token and head to the next; the 128 channels are contiguous. [B, L, H, D]
/// and [B, H, L, D] are both such layouts.
struct HeadStrides {
    std::int64_t batch = 0, token = 0, head = 0;
};

struct AttentionArgs {
    const void* q = nullptr;  // bf16, or int8 with q_scale
    const void* k = nullptr;  // bf16, or int8 with k_scale
    const void* v = nullptr;  // bf16 beside bf16 keys, f16 beside int8 keys
    void* o = nullptr;        // bf16
    HeadStrides q_at, k_at, v_at, o_at;
    std::int64_t batch = 0, heads = 0, q_tokens = 0, k_tokens = 0;
    float scale = 0.08838834764831845f;  // of q . k
    DType type = DType::kBF16;           // of q and k: kBF16 or kI8
    const float* q_scale = nullptr;      // kI8: [batch, heads, ceil(q_tokens / 128)]
    const float* k_scale = nullptr;      // kI8: [batch, heads, ceil(k_tokens / 64)]
    /// Key blocks of 64 that each query block of 128 sees: block_list [batch, heads, query blocks, list_stride], the
    /// first block_count of each row are used, in any order, none twice. Both null: all of them (dense).
    const std::int32_t* block_list = nullptr;
    const std::int32_t* block_count = nullptr;  // [batch, heads, query blocks]
    std::int64_t list_stride = 0;
};

/// o = softmax(scale q kT) v over the visible keys; softmax in base 2 with running maximum, fp32 sums; the weights are
/// rounded to bf16 (f16 beside int8) for the product with v.
///
/// Limits    batch, heads, q_tokens >= 0 (0 is a no-op), k_tokens >= 1, tokens < 2^31 - 128, batch * heads <= 65535;
///           pointers 16-byte aligned; strides multiples of 16 bytes of their type and not negative. A list entry
///           outside the key blocks is ignored; a row with no visible key comes out as NaN.
/// Errors    kInvalidArgument, kUnsupportedType, kTooLarge, kNoDevice, kNotSupported (older than sm_80, or less than 96
///           KiB of shared memory per block for bf16, 64 KiB for int8), kLaunchFailed.
/// Threads   asynchronous on `stream`.
/// NaN       in q: that row; in k or v: every row that sees the key. A score of +infinity makes its row NaN, one of
///           -infinity has no weight.
/// Source    spec/turbodiffusion.md 4.3 and 4.5. Oracle: attention_reference.cpp.
/// Accuracy  relative L2 against fp64 below 4e-3 in bf16; with int8 at most 1.1 times the error of the quantised
/// inputs.
Status attention(const AttentionArgs& args, Stream stream) noexcept;

/// The oracle: fp64, dense storage [batch, heads, q_tokens, 128].
void attention_reference(const AttentionArgs& args, double* o);

}  // namespace studio::kernels
