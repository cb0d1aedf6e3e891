// kernels/attention/flash_forward.cuh - the kernel behind attention(): one block works on 128 query rows of one head,
// 16 rows a warp, and walks over key blocks of 64 with two cp.async stages. mma.sync, sm_80 and later.
#pragma once
#include "kernels/attention/attention.h"
#include "kernels/common/launch.cuh"
#include "kernels/common/mma.cuh"

namespace studio::gpu {

template <bool kInt8>
struct FlashShape {
    static constexpr int kRows = int(kernels::kQueryBlock), kKeys = int(kernels::kKeyBlock), kThreads = kRows * 2;
    static constexpr int kQkRowBytes = kInt8 ? 128 : 256, kVRowBytes = 256;
    static constexpr int kQkChunks = kQkRowBytes / 16, kVChunks = kVRowBytes / 16;
    static constexpr std::size_t kSharedBytes = std::size_t(kRows + 2 * kKeys) * kQkRowBytes + 2 * kKeys * kVRowBytes;
};

/// Rows [row0, row0 + rows) of an array whose rows lie `pitch` bytes apart into swizzled shared memory; rows outside
/// [0, total) become zeros.
template <int kThreads>
GPU_FN void load_rows(char* to, const char* from, i64 pitch, int rows, i64 row0, i64 total, int chunks) {
    for (int i = int(threadIdx.x); i < rows * chunks; i += kThreads) {
        const int r = i / chunks, c = i % chunks;
        const bool inside = row0 + r >= 0 && row0 + r < total;
        const bool valid = inside || GPU_BUG(kTailLoadedUnguarded);
        const int at = GPU_BUG(kSwizzleDiffers) ? c ^ (r & 3) : swizzled(r, c);
        cp_async16(to + (r * chunks + at) * 16, from + (valid ? row0 + r : 0) * pitch + c * 16, valid);
    }
}

/// acc[j] = q kT for this warp's 16 rows and keys 8 j .. 8 j + 7.
template <bool kInt8, class Acc>
GPU_FN void score_products(Acc (&acc)[8][4], const char* q, const char* k) {
    constexpr int kChunks = FlashShape<kInt8>::kQkChunks;
    const int lane = int(threadIdx.x) & 31, warp = int(threadIdx.x) >> 5;
#pragma unroll
    for (int step = 0; step < kChunks / 2; ++step) {
        u32 a[4];
        const int row = warp * 16 + (lane & 15);
        ldmatrix4<false>(a, q + (row * kChunks + swizzled(row, step * 2 + (lane >> 4))) * 16);
#pragma unroll
        for (int pair = 0; pair < 4; ++pair) {
            const int high = GPU_BUG(kHalvesExchanged) ? (lane >> 3) & 1 : lane >> 4;
            const int chunk = GPU_BUG(kHalvesExchanged) ? lane >> 4 : (lane >> 3) & 1;
            const int key = pair * 16 + (lane & 7) + high * 8;
            u32 b[4];
            ldmatrix4<false>(b, k + (key * kChunks + swizzled(key, step * 2 + chunk)) * 16);
            const u32 b0[2] = {b[0], b[1]}, b1[2] = {b[2], b[3]};
            if constexpr (kInt8) {
                mma_s8(acc[2 * pair], a, b0);
                mma_s8(acc[2 * pair + 1], a, b1);
            } else {
                mma_bf16(acc[2 * pair], a, b0);
                mma_bf16(acc[2 * pair + 1], a, b1);
            }
        }
    }
}

/// Scores to weights: new running maximum and sum, old output shrunk. Registers 0, 1 belong to row lane / 4, registers
/// 2, 3 to row lane / 4 + 8; four lanes share a row. Weights are 2^offset times the softmax's, as is the sum.
GPU_FN void online_softmax(float (&s)[8][4], float (&o)[16][4], float (&top)[2], float (&sum)[2], float offset = 0) {
#pragma unroll
    for (int h = 0; h < 2; ++h) {
        float m = top[h];
#pragma unroll
        for (int j = 0; j < 8; ++j)
            m = fmaxf(m, fmaxf(s[j][2 * h], s[j][2 * h + 1]));
        m = fmaxf(m, __shfl_xor_sync(~0u, m, 1));
        m = fmaxf(m, __shfl_xor_sync(~0u, m, 2));
        const float shrink = exp2_fast(top[h] - m);
        top[h] = m;
        float added = 0;
#pragma unroll
        for (int j = 0; j < 8; ++j) {
#pragma unroll
            for (int e = 0; e < 2; ++e) {
                s[j][2 * h + e] = exp2_fast(s[j][2 * h + e] - (m - offset));
                added += s[j][2 * h + e];
            }
        }
        sum[h] = sum[h] * shrink + added;
        if (GPU_BUG(kNoRescale)) continue;
#pragma unroll
        for (int j = 0; j < 16; ++j) {
            o[j][2 * h] *= shrink;
            o[j][2 * h + 1] *= shrink;
        }
    }
}

template <bool kInt8>
GPU_FN u32 pack_weights(float low, float high) {
    return kInt8 ? pack_f16(low, high) : pack_bf16(low, high);
}

/// o += s v for this warp's 16 rows.
template <bool kInt8>
GPU_FN void value_products(float (&o)[16][4], const float (&s)[8][4], const char* v) {
    constexpr int kChunks = FlashShape<kInt8>::kVChunks;
    const int lane = int(threadIdx.x) & 31;
#pragma unroll
    for (int step = 0; step < 4; ++step) {
        const u32 a[4] = {pack_weights<kInt8>(s[2 * step][0], s[2 * step][1]),
                          pack_weights<kInt8>(s[2 * step][2], s[2 * step][3]),
                          pack_weights<kInt8>(s[2 * step + 1][0], s[2 * step + 1][1]),
                          pack_weights<kInt8>(s[2 * step + 1][2], s[2 * step + 1][3])};
#pragma unroll
        for (int pair = 0; pair < 8; ++pair) {
            const int key = step * 16 + (lane & 15), chunk = pair * 2 + (lane >> 4);
            u32 b[4];
            ldmatrix4<true>(b, v + (key * kChunks + swizzled(key, chunk)) * 16);
            const u32 b0[2] = {b[0], b[1]}, b1[2] = {b[2], b[3]};
            if constexpr (kInt8) {
                mma_f16(o[2 * pair], a, b0);
                mma_f16(o[2 * pair + 1], a, b1);
            } else {
                mma_bf16(o[2 * pair], a, b0);
                mma_bf16(o[2 * pair + 1], a, b1);
            }
        }
    }
}

GPU_FN void write_rows(const kernels::AttentionArgs& p, bf16* out, float (&o)[16][4], const float (&sum)[2], i64 q0) {
    const int lane = int(threadIdx.x) & 31, warp = int(threadIdx.x) >> 5;
#pragma unroll
    for (int h = 0; h < 2; ++h) {
        float total = sum[h] + __shfl_xor_sync(~0u, sum[h], 1);
        if (!GPU_BUG(kHalfReduction)) total += __shfl_xor_sync(~0u, total, 2);
        const float factor = 1.0f / total;
        const i64 row = q0 + warp * 16 + (lane >> 2) + 8 * h;
        if (row >= p.q_tokens && !GPU_BUG(kTailStoredUnguarded)) continue;
        bf16* to = out + row * p.o_at.token + (lane & 3) * 2;
#pragma unroll
        for (int j = 0; j < 16; ++j) {
            *reinterpret_cast<u32*>(to + j * 8) = pack_bf16(o[j][2 * h] * factor, o[j][2 * h + 1] * factor);
        }
    }
}

template <bool kInt8, bool kSparse>
__global__ void __launch_bounds__(FlashShape<kInt8>::kThreads) flash_kernel(kernels::AttentionArgs p) {
    using Shape = FlashShape<kInt8>;
    using Acc = std::conditional_t<kInt8, std::int32_t, float>;
    constexpr int kRows = Shape::kRows, kKeys = Shape::kKeys, kThreads = Shape::kThreads, kElement = kInt8 ? 1 : 2;
    SharedCarver carve;
    char* sq = carve.take<char>(kRows * Shape::kQkRowBytes);
    char* sk0 = carve.take<char>(kKeys * Shape::kQkRowBytes);
    char* sk1 = carve.take<char>(kKeys * Shape::kQkRowBytes);
    char* sv0 = carve.take<char>(kKeys * Shape::kVRowBytes);
    char* sv1 = carve.take<char>(kKeys * Shape::kVRowBytes);

    const i64 b = i64(blockIdx.y) / p.heads, h = i64(blockIdx.y) % p.heads, q0 = i64(blockIdx.x) * kRows;
    const char* q = static_cast<const char*>(p.q) + (b * p.q_at.batch + h * p.q_at.head) * kElement;
    const char* k = static_cast<const char*>(p.k) + (b * p.k_at.batch + h * p.k_at.head) * kElement;
    const char* v = static_cast<const char*>(p.v) + (b * p.v_at.batch + h * p.v_at.head) * 2;
    const int key_blocks = int((p.k_tokens + kKeys - 1) / kKeys);
    const i64 query_block = i64(blockIdx.y) * gridDim.x + blockIdx.x;
    const std::int32_t* list = kSparse ? p.block_list + query_block * p.list_stride : nullptr;
    const int count = kSparse ? p.block_count[query_block] : key_blocks;

    auto load_keys = [&](int i) {
        const i64 first = i64(kSparse ? list[i] : i) * kKeys;
        load_rows<kThreads>(i & 1 ? sk1 : sk0, k, p.k_at.token * kElement, kKeys + (GPU_BUG(kRowTooMany) ? 1 : 0),
                            first, p.k_tokens, Shape::kQkChunks);
        load_rows<kThreads>(i & 1 ? sv1 : sv0, v, p.v_at.token * 2, kKeys, first, p.k_tokens, Shape::kVChunks);
    };
    load_rows<kThreads>(sq, q, p.q_at.token * kElement, kRows, q0, p.q_tokens, Shape::kQkChunks);
    if (count > 0) load_keys(0);
    cp_async_commit();

    float o[16][4] = {}, top[2] = {-5e6f, -5e6f}, sum[2] = {0, 0};
    for (int i = 0; i < count; ++i) {
        const int key_block = kSparse ? list[i] : i;
        if (i + 1 < count) load_keys(i + 1);
        cp_async_commit();
        if (GPU_BUG(kWaitTooWeak))
            cp_async_wait<2>();
        else
            cp_async_wait<1>();
        if (!GPU_BUG(kNoBarrierAfterLoads)) __syncthreads();
        Acc acc[8][4] = {};
        score_products<kInt8>(acc, sq, i & 1 ? sk1 : sk0);
        float factor = p.scale * 1.4426950408889634f;
        if constexpr (kInt8) {
            const i64 at = i64(blockIdx.y) * key_blocks + (GPU_BUG(kWrongScaleIndex) ? i : key_block);
            const bool known = key_block >= 0 && key_block < key_blocks;
            factor *= p.q_scale[query_block] * (known ? p.k_scale[at] : 0.0f);
        }
        float s[8][4];
#pragma unroll
        for (int j = 0; j < 8; ++j) {
#pragma unroll
            for (int e = 0; e < 4; ++e) {
                const i64 key = i64(key_block) * kKeys + j * 8 + (int(threadIdx.x) & 3) * 2 + (e & 1);
                const bool seen = key >= 0 && (GPU_BUG(kMaskOffByOne) ? key <= p.k_tokens : key < p.k_tokens);
                s[j][e] = seen ? float(acc[j][e]) * factor : -INFINITY;
            }
        }
        online_softmax(s, o, top, sum);
        value_products<kInt8>(o, s, i & 1 ? sv1 : sv0);
        if (!GPU_BUG(kNoBarrierBeforeReuse)) __syncthreads();  // the next iteration overwrites the other stage
    }
    cp_async_wait<0>();
    bf16* out = static_cast<bf16*>(p.o) + b * p.o_at.batch + h * p.o_at.head;
    write_rows(p, out, o, sum, q0);
}

template <bool kInt8, bool kSparse>
kernels::Status run_flash(const kernels::AttentionArgs& args, kernels::Stream stream) noexcept {
    using Shape = FlashShape<kInt8>;
    if (const auto s = kernels::require_device(80, Shape::kSharedBytes); !s) return s;
    const dim3 grid(unsigned(kernels::ceil_div(args.q_tokens, Shape::kRows)), unsigned(args.batch * args.heads));
    const std::size_t bytes = Shape::kSharedBytes - (GPU_BUG(kTooLittleShared) ? 512 : 0);
    return kernels::launch(flash_kernel<kInt8, kSparse>, grid, dim3(Shape::kThreads), bytes, stream, args);
}

}  // namespace studio::gpu
