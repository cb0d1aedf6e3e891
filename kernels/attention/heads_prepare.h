// kernels/attention/heads_prepare.h - everything between the products q = x Wq, k = x Wk and 8-bit attention in one
// pass over each: RMSNorm, rotary embedding, keys without their mean, block means for the SLA map, int8 with a scale a
// block.
#pragma once
#include "kernels/attention/attention.h"

namespace studio::kernels {

/// RMSNorm over all heads of a token, then the rotary embedding, applied while a row is read. Null factor: the input
/// has had both.
struct HeadNorm {
    const float* factor = nullptr;     // [batch, tokens] of head_factors()
    const float* weight = nullptr;     // [heads * 128]
    const float* rotation = nullptr;   // [tokens, 64, 2] (cos, sin) of each interleaved pair, or null: no rotation
    bool rounds_before_weight = true;  // as RmsNormArgs
};

struct HeadFactorsArgs {
    const void* x = nullptr;  // bf16; the heads of a token lie side by side: at.head is 128
    HeadStrides at;
    float* factor = nullptr;  // [batch, tokens]: 1 / sqrt(mean square of the token's heads + eps)
    std::int64_t batch = 0, heads = 0, tokens = 0;
    float eps = 1e-6f;
};
Status head_factors(const HeadFactorsArgs& args, Stream stream) noexcept;

enum class HeadLayout : std::uint8_t {
    kRows,    // q [batch, heads, tokens, 128]
    kBlocks,  // q [batch, heads, blocks, block rows x 128 bytes], 128-byte swizzle, rows past the end zero
};

struct PrepareHeadsArgs {
    const void* x = nullptr;  // bf16
    HeadStrides at;
    HeadNorm norm = {};
    const float* mean = nullptr;  // [batch, heads, 128] or null; x - mean is rounded to bf16
    void* y = nullptr;            // bf16, x after norm and rotation, without the mean's subtraction; null; may be x
    HeadStrides y_at;
    void* pooled = nullptr;    // bf16 [batch, heads, blocks, 128]: means of each block's rows (of x - mean); or null
    std::int8_t* q = nullptr;  // or null
    float* scale = nullptr;    // [batch, heads, blocks]; with q
    std::int64_t batch = 0, heads = 0, tokens = 0;
    std::int64_t block = kQueryBlock;  // 128 or 64 tokens; the last block may be short
    HeadLayout layout = HeadLayout::kRows;
};
/// Each of y, pooled and q that is asked for, from one reading of x. scale = amax / 127 + 1e-7, q = trunc(x / scale +
/// 0.5 sign(x)): halves away from zero. Means: fp32 sums, one rounding.
///
/// Limits    batch, heads >= 0 (0 is a no-op), tokens >= 1, batch * heads <= 65535, tokens < 2^31; pointers and strides
///           multiples of 16 bytes (kBlocks: q of 128).
/// Errors    kInvalidArgument, kTooLarge, kNoDevice, kNotSupported (older than sm_80), kLaunchFailed.
/// Threads   asynchronous on `stream`.
/// NaN       a block with a NaN or an infinity gets the scale NaN, so that its scores are NaN; its mean is NaN.
/// Source    spec/turbodiffusion.md 4.2, 4.5; performance.md 2.3. Oracle: attention_reference.cpp.
Status prepare_heads(const PrepareHeadsArgs& args, Stream stream) noexcept;

/// For whole operators: norm and rotation of raw q and k. Null weights: both have been normed and turned.
struct HeadNorms {
    const float *q_weight = nullptr, *k_weight = nullptr;  // [heads * 128]
    const float* rotation = nullptr;                       // as in HeadNorm
    float eps = 1e-6f;
    bool rounds_before_weight = true;
};
struct PrepareQkArgs {
    const void *q = nullptr, *k = nullptr;  // bf16
    HeadStrides q_at, k_at;
    HeadNorms norms = {};
    std::int64_t batch = 0, heads = 0, tokens = 0;
    HeadLayout layout = HeadLayout::kRows;
    // Outputs and scratch: what is null is not made. With norms the factors are needed.
    float *mean = nullptr, *mean_work = nullptr;     // [batch, heads, 128], key_mean_workspace_floats(): smooths k
    float *q_factor = nullptr, *k_factor = nullptr;  // [batch, tokens]
    void *q_out = nullptr, *k_out = nullptr;         // bf16 after norm and rotation, strides out_at
    HeadStrides out_at;
    void *q_pooled = nullptr, *k_pooled = nullptr;  // means of 128 queries, 64 keys
    std::int8_t *q8 = nullptr, *k8 = nullptr;
    float *q_scale = nullptr, *k_scale = nullptr;
};
/// q and k for the 8-bit kernels and the SLA map: factors, mean of k, then prepare_heads() of each.
/// Limits, errors, threads, NaN   as prepare_heads().
Status prepare_qk(const PrepareQkArgs& args, Stream stream) noexcept;

/// y after norm and rotation in fp64 with the source's inner rounding, without the last one: dense [batch, heads,
/// tokens, 128].
void head_norm_reference(const PrepareHeadsArgs& args, double* y);
/// q in either layout and scale from x as it is (no norm): an exact copy of the arithmetic.
void prepare_heads_reference(const PrepareHeadsArgs& args);

}  // namespace studio::kernels
