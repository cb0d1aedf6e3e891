// kernels/attention/sage_prepare.h - bf16 q, k, v to what attention() takes with int8: keys without their mean, one
// scale per block of 128 queries or 64 keys, v in f16.
#pragma once
#include "kernels/attention/heads_prepare.h"

namespace studio::kernels {

struct KeyMeanArgs {
    const void* k = nullptr;  // bf16
    HeadStrides at;
    std::int64_t batch = 0, heads = 0, tokens = 0;
    float* mean = nullptr;       // [batch, heads, 128], rounded to bf16
    float* workspace = nullptr;  // key_mean_workspace_floats()
    HeadNorm norm = {};          // applied to k first
};
/// Mean of k over the tokens; fp32 sums in a fixed order.
/// Limits    tokens >= 1, batch * heads <= 65535; pointers and strides as in attention().
/// Errors, threads   as attention().
Status key_mean(const KeyMeanArgs& args, Stream stream) noexcept;
std::int64_t key_mean_workspace_floats(std::int64_t batch, std::int64_t heads, std::int64_t tokens) noexcept;

struct QuantizeHeadsArgs {
    const void* x = nullptr;  // bf16
    HeadStrides at;
    const float* mean = nullptr;  // [batch, heads, 128] or null; x - mean is rounded to bf16
    std::int8_t* q = nullptr;     // [batch, heads, tokens, 128]
    float* scale = nullptr;       // [batch, heads, ceil(tokens / block)]
    std::int64_t batch = 0, heads = 0, tokens = 0;
    std::int64_t block = kQueryBlock;  // 128 or 64 tokens
};
/// scale = amax / 127 + 1e-7, q = trunc(x / scale + 0.5 sign(x)): halves away from zero.
/// NaN       a block with a NaN or an infinity gets the scale NaN, so that its scores are NaN.
Status quantize_heads(const QuantizeHeadsArgs& args, Stream stream) noexcept;

struct ToF16Args {
    const void* x = nullptr;  // bf16
    HeadStrides at;
    void* y = nullptr;  // f16 [batch, heads, tokens, 128]; finite values past 65504 are clamped to it
    std::int64_t batch = 0, heads = 0, tokens = 0;
};
Status heads_to_f16(const ToF16Args& args, Stream stream) noexcept;

// Oracles; the first two are exact copies of the arithmetic.
void key_mean_reference(const KeyMeanArgs& args);
void quantize_heads_reference(const QuantizeHeadsArgs& args);

}  // namespace studio::kernels
