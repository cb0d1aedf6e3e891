// kernels/attention/block_prepare.cuh - bf16 v to the finished fp8 blocks of the 8-bit kernels, compiled once for every
// architecture that has such a kernel; q and k by prepare_heads().
#pragma once
#include "kernels/attention/heads.cuh"
#include "kernels/attention/hopper_attention.h"

namespace studio::kernels {
namespace {
using namespace gpu;

constexpr int kThreads = kHeadThreads, kAmaxTokens = int(kValueChunkTokens), kHead = int(kHeadDim),
              kKeys = int(kKeyBlock);
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
    bool fits = (!args.q || is_aligned(args.q, 16)) && (!args.k || is_aligned(args.k, 16)) && is_aligned(args.v, 16);
    fits = fits && (args.q != nullptr) == (args.k != nullptr);
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

Status prepare_values(const HopperPrepareArgs& args, Stream stream) noexcept {
    const unsigned heads = unsigned(args.batch * args.heads);
    if (heads == 0) return {};
    const unsigned nk = unsigned(ceil_div(args.k_tokens, kKeyBlock)),
                   parts = unsigned(ceil_div(args.k_tokens, kAmaxTokens));
    Status s = launch(value_amax_kernel, dim3(parts, heads), dim3(kThreads), 16 * kHead * 4, stream, args);
    if (s) s = launch(value_scale_kernel, dim3(heads), dim3(128), 0, stream, args, int(parts));
    if (s) s = launch(value_block_kernel, dim3(nk, heads), dim3(kThreads), kKeys * (kHead + 1) * 4, stream, args);
    return s;
}
/// q and k first, when they are given.
Status prepare_blocks(const HopperPrepareArgs& args, Stream stream) noexcept {
    PrepareHeadsArgs a;
    a.batch = args.batch, a.heads = args.heads, a.layout = HeadLayout::kBlocks;
    Status s;
    if (args.q) {
        a.x = args.q, a.at = args.q_at, a.q = args.blocks.q, a.scale = args.blocks.q_scale;
        a.tokens = args.q_tokens, a.block = kQueryBlock;
        s = prepare_heads(a, stream);
    }
    if (s && args.k) {
        a.x = args.k, a.at = args.k_at, a.mean = args.k_mean, a.q = args.blocks.k, a.scale = args.blocks.k_scale;
        a.tokens = args.k_tokens, a.block = kKeyBlock;
        s = prepare_heads(a, stream);
    }
    return s ? prepare_values(args, stream) : s;
}
}  // namespace

}  // namespace studio::kernels
