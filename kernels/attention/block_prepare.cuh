// kernels/attention/block_prepare.cuh - bf16 q, k, v to the finished blocks of the 8-bit kernels; compiled once for
// every architecture that has such a kernel.
#pragma once
#include "kernels/attention/hopper_attention.h"
#include "kernels/common/gpu.cuh"
#include "kernels/common/launch.cuh"

namespace studio::kernels {
namespace {
using namespace gpu;

constexpr int kThreads = 256, kAmaxTokens = int(kValueChunkTokens), kHead = int(kHeadDim), kKeys = int(kKeyBlock);
GPU_FN int my_row() {
    return int(threadIdx.x) / 16;
}
GPU_FN int my_channel() {
    return int(threadIdx.x) % 16 * 8;
}
GPU_FN const bf16* head_of(const void* x, const HeadStrides& at, i64 heads) {
    return static_cast<const bf16*>(x) + i64(blockIdx.y) / heads * at.batch + i64(blockIdx.y) % heads * at.head;
}

struct Rows {
    const void* x;
    HeadStrides at;
    const float* mean;
    std::int8_t* blocks;
    float* scale;
    i64 heads, tokens;
};

/// kRows rows of 128 bytes with the 128-byte swizzle; rows past the end are zeros.
template <int kRows>
__global__ void __launch_bounds__(kThreads) quantize_block_kernel(Rows p) {
    SharedCarver carve;
    float* partial = carve.take<float>(8);
    const bf16* x = head_of(p.x, p.at, p.heads);
    const i64 first = i64(blockIdx.x) * kRows;
    float v[kRows / 16][8] = {}, mean[8] = {}, amax = 0;
    if (p.mean) load8(mean, p.mean + i64(blockIdx.y) * kHead + my_channel());
#pragma unroll
    for (int i = 0; i < kRows / 16; ++i) {
        const i64 token = first + my_row() + 16 * i;
        if (token >= p.tokens) break;
        load8(v[i], x + token * p.at.token + my_channel());
#pragma unroll
        for (int e = 0; e < 8; ++e) {
            if (p.mean) v[i][e] = rounded<bf16>(v[i][e] - mean[e]);
            amax = max_or_nan(amax, fabsf(v[i][e]));
        }
    }
    amax = warp_max_or_nan(amax);
    if ((threadIdx.x & 31) == 0) partial[threadIdx.x / 32] = amax;
    __syncthreads();
#pragma unroll
    for (int w = 0; w < kThreads / 32; ++w)
        amax = max_or_nan(amax, partial[w]);
    const float scale = amax < INFINITY ? amax / 127.0f + 1e-7f : NAN;
    const i64 block = i64(blockIdx.y) * gridDim.x + blockIdx.x;
    if (threadIdx.x == 0) p.scale[block] = scale;
    std::int8_t* to = p.blocks + block * kRows * kHead;
#pragma unroll
    for (int i = 0; i < kRows / 16; ++i) {
        const int row = my_row() + 16 * i;
        u32 packed[2] = {0, 0};
#pragma unroll
        for (int e = 0; e < 8; ++e) {
            const float t = v[i][e] / scale;
            const int n = t == t ? int(t + (t < 0 ? -0.5f : 0.5f)) : 0;
            packed[e / 4] |= (u32(n) & 0xffu) << (e % 4 * 8);
        }
        const int at = row * kHead + ((my_channel() / 16) ^ (row & 7)) * 16 + my_channel() % 16;
        *reinterpret_cast<uint2*>(to + at) = uint2{packed[0], packed[1]};
    }
}

__global__ void __launch_bounds__(kThreads) value_amax_kernel(HopperPrepareArgs p) {
    SharedCarver carve;
    float* rows = carve.take<float>(16 * kHead);
    const bf16* v = head_of(p.v, p.v_at, p.heads);
    const i64 first = i64(blockIdx.x) * kAmaxTokens;
    const i64 last = first + kAmaxTokens < p.k_tokens ? first + kAmaxTokens : p.k_tokens;
    float amax[8] = {};
    for (i64 t = first + my_row(); t < last; t += 16) {
        float x[8];
        load8(x, v + t * p.v_at.token + my_channel());
#pragma unroll
        for (int e = 0; e < 8; ++e)
            amax[e] = max_or_nan(amax[e], fabsf(x[e]));
    }
    store8(rows + my_row() * kHead + my_channel(), amax);
    __syncthreads();
    if (int(threadIdx.x) >= kHead) return;
    float most = 0;
    for (int r = 0; r < 16; ++r)
        most = max_or_nan(most, rows[r * kHead + int(threadIdx.x)]);
    p.workspace[(i64(blockIdx.y) * gridDim.x + blockIdx.x) * kHead + int(threadIdx.x)] = most;
}

__global__ void __launch_bounds__(128) value_scale_kernel(HopperPrepareArgs p, int parts) {
    float amax = 1e-8f;
    for (int i = 0; i < parts; ++i) {
        amax = max_or_nan(amax, p.workspace[(i64(blockIdx.x) * parts + i) * kHead + int(threadIdx.x)]);
    }
    p.blocks.v_scale[i64(blockIdx.x) * kHead + int(threadIdx.x)] = amax < INFINITY ? amax / 448.0f : NAN;
}

/// Which of sixteen keys is stored at position i: the accumulator columns of one lane become neighbours.
GPU_FN int stored_key(int i) {
    return i / 4 * 2 + (i % 4 < 2 ? i % 4 : 6 + i % 4);
}

__global__ void __launch_bounds__(kThreads) value_block_kernel(HopperPrepareArgs p) {
    SharedCarver carve;
    float* tile = carve.take<float>(kKeys * (kHead + 1));
    const bf16* v = head_of(p.v, p.v_at, p.heads);
    const i64 first = i64(blockIdx.x) * kKeys;
    for (int r = my_row(); r < kKeys; r += 16) {
        float x[8] = {};
        if (first + r < p.k_tokens) load8(x, v + (first + r) * p.v_at.token + my_channel());
#pragma unroll
        for (int e = 0; e < 8; ++e)
            tile[r * (kHead + 1) + my_channel() + e] = x[e];
    }
    __syncthreads();
    const int channel = int(threadIdx.x) / 2, half = int(threadIdx.x) % 2;
    const float scale = p.blocks.v_scale[i64(blockIdx.y) * kHead + channel];
    std::uint8_t* to = p.blocks.v + (i64(blockIdx.y) * gridDim.x + blockIdx.x) * kKeys * kHead;
#pragma unroll
    for (int group = half * 2; group < half * 2 + 2; ++group) {
        u32 packed[4];
#pragma unroll
        for (int quad = 0; quad < 4; ++quad) {
            float x[4];
#pragma unroll
            for (int e = 0; e < 4; ++e) {
                x[e] = tile[(group * 16 + stored_key(quad * 4 + e)) * (kHead + 1) + channel] / scale;
            }
            packed[quad] = pack_e4m3(x[0], x[1], x[2], x[3]);
        }
        int at = channel * kKeys + group * 16;
        at ^= (at >> 7 & 3) << 4;  // 64-byte swizzle
        *reinterpret_cast<uint4*>(to + at) = uint4{packed[0], packed[1], packed[2], packed[3]};
    }
}

Status check_prepare(const HopperPrepareArgs& args) noexcept {
    if (args.batch < 0 || args.heads < 0 || args.q_tokens < 1 || args.k_tokens < 1) {
        return refuse(StatusCode::kInvalidArgument, "batch and heads must be >= 0, tokens >= 1");
    }
    if (args.heads > kMaxGridY || args.batch > kMaxGridY || args.batch * args.heads > kMaxGridY ||
        args.q_tokens > 0x7fffff7f || args.k_tokens > 0x7fffff7f) {
        return refuse(StatusCode::kTooLarge, "batch * heads is over 65535, or there are more than 2^31 - 129 tokens");
    }
    bool fits = is_aligned(args.q, 16) && is_aligned(args.k, 16) && is_aligned(args.v, 16);
    for (const HeadStrides& at : {args.q_at, args.k_at, args.v_at}) {
        fits = fits && at.batch >= 0 && at.token >= 0 && at.head >= 0 && at.batch % 8 == 0 && at.token % 8 == 0 &&
               at.head % 8 == 0;
    }
    const HopperBlocks& b = args.blocks;
    fits = fits && is_aligned(b.q, 128) && is_aligned(b.k, 128) && is_aligned(b.v, 128) && is_aligned(b.q_scale, 4) &&
           is_aligned(b.k_scale, 4) && is_aligned(b.v_scale, 4) && is_aligned(args.workspace, 16);
    if (!fits || (args.k_mean && !is_aligned(args.k_mean, 16))) {
        return refuse(StatusCode::kInvalidArgument, "q, k, v, blocks and workspace must be given and aligned");
    }
    return {};
}

Status prepare_blocks(const HopperPrepareArgs& args, Stream stream) noexcept {
    const unsigned heads = unsigned(args.batch * args.heads);
    if (heads == 0) return {};
    const HopperBlocks& b = args.blocks;
    const unsigned nq = unsigned(ceil_div(args.q_tokens, kQueryBlock)),
                   nk = unsigned(ceil_div(args.k_tokens, kKeyBlock));
    const Rows q{args.q, args.q_at, nullptr, b.q, b.q_scale, args.heads, args.q_tokens};
    const Rows k{args.k, args.k_at, args.k_mean, b.k, b.k_scale, args.heads, args.k_tokens};
    Status s = launch(quantize_block_kernel<128>, dim3(nq, heads), dim3(kThreads), 128, stream, q);
    if (s) s = launch(quantize_block_kernel<64>, dim3(nk, heads), dim3(kThreads), 128, stream, k);
    const unsigned parts = unsigned(ceil_div(args.k_tokens, kAmaxTokens));
    if (s) s = launch(value_amax_kernel, dim3(parts, heads), dim3(kThreads), 16 * kHead * 4, stream, args);
    if (s) s = launch(value_scale_kernel, dim3(heads), dim3(128), 0, stream, args, int(parts));
    if (s) s = launch(value_block_kernel, dim3(nk, heads), dim3(kThreads), kKeys * (kHead + 1) * 4, stream, args);
    return s;
}
}  // namespace

}  // namespace studio::kernels
