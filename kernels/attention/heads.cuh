// kernels/attention/heads.cuh - how the preparing kernels read heads: 256 threads as 16 rows x 16 vectors of 8
// channels. blockIdx.y is batch * heads + head.
#pragma once
#include "kernels/attention/heads_prepare.h"
#include "kernels/common/launch.cuh"

namespace studio::gpu {

constexpr int kHeadThreads = 256;

GPU_FN int my_row() {
    return int(threadIdx.x) / 16;
}
GPU_FN int my_channel() {
    return int(threadIdx.x) % 16 * 8;
}
GPU_FN const bf16* head_of(const void* x, const kernels::HeadStrides& at, i64 heads) {
    return static_cast<const bf16*>(x) + i64(blockIdx.y) / heads * at.batch + i64(blockIdx.y) % heads * at.head;
}

/// Eight channels of one token of this block's head; with kNorm normed, turned and rounded to bf16.
template <bool kNorm>
GPU_FN void load_head_row(float (&v)[8], const bf16* head, i64 stride, const kernels::HeadNorm& norm, i64 heads,
                          i64 tokens, i64 token) {
    load8(v, head + token * stride + my_channel());
    if constexpr (kNorm) {
        const float factor = norm.factor[i64(blockIdx.y) / heads * tokens + token];
        float a[8];
        load8(a, norm.weight + i64(blockIdx.y) % heads * kernels::kHeadDim + my_channel());
#pragma unroll
        for (int e = 0; e < 8; ++e)
            v[e] = (norm.rounds_before_weight ? rounded<bf16>(v[e] * factor) : v[e] * factor) * a[e];
        if (norm.rotation) {
            load8(a, norm.rotation + (GPU_BUG(kRotationOfBlockRow) ? i64(my_row()) : token) * kernels::kHeadDim +
                         my_channel());
#pragma unroll
            for (int e = 0; e < 8; e += 2) {
                const float even = v[e], odd = v[e + 1];
                v[e] = even * a[e] - odd * a[e + 1];
                v[e + 1] = even * a[e + 1] + odd * a[e];
            }
        }
#pragma unroll
        for (int e = 0; e < 8; ++e)
            v[e] = rounded<bf16>(v[e]);
    }
}

}  // namespace studio::gpu

namespace studio::kernels {

inline bool has_vector_strides(const HeadStrides& at) noexcept {
    return at.batch >= 0 && at.token >= 0 && at.head >= 0 && at.batch % 8 == 0 && at.token % 8 == 0 && at.head % 8 == 0;
}
/// What every preparing launcher refuses; x is bf16 [batch, heads, tokens, 128] by strides.
inline Status check_heads(const void* x, const HeadStrides& at, std::int64_t batch, std::int64_t heads,
                          std::int64_t tokens) noexcept {
    if (batch < 0 || heads < 0 || tokens < 1) {
        return refuse(StatusCode::kInvalidArgument, "batch and heads must be >= 0, tokens >= 1");
    }
    if (heads > kMaxGridY || batch > kMaxGridY || batch * heads > kMaxGridY || tokens > kMaxGridX) {
        return refuse(StatusCode::kTooLarge, "batch * heads is over 65535, or there are more than 2^31 - 1 tokens");
    }
    if (!is_aligned(x, 16) || !has_vector_strides(at)) {
        return refuse(StatusCode::kInvalidArgument, "the input and its strides must be multiples of 16 bytes");
    }
    return require_device(80);
}
inline Status check_norm(const HeadNorm& norm) noexcept {
    if (!norm.factor) return {};
    if (!is_aligned(norm.factor, 4) || !is_aligned(norm.weight, 16) ||
        (norm.rotation && !is_aligned(norm.rotation, 16))) {
        return refuse(StatusCode::kInvalidArgument, "a norm needs factor and weight, aligned like the rotation");
    }
    return {};
}
inline dim3 grid_of_heads(std::int64_t tokens, std::int64_t per_block, std::int64_t heads) noexcept {
    return dim3(unsigned(ceil_div(tokens, per_block)), unsigned(heads));
}

}  // namespace studio::kernels
