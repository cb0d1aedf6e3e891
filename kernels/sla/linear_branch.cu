#include "kernels/sla/linear_branch.h"

#include "kernels/common/launch.cuh"
#include "kernels/common/mma.cuh"

namespace studio::kernels {
namespace {
using namespace gpu;

constexpr int kThreads = 256, kTileTokens = 64, kChunkTokens = 1024, kRowBytes = 256, kRowChunks = 16;

GPU_FN const bf16* head_of(const void* x, const HeadStrides& at, i64 heads) {
    return static_cast<const bf16*>(x) + i64(blockIdx.y) / heads * at.batch + i64(blockIdx.y) % heads * at.head;
}

/// Softmax over the 128 channels of one row that lies in 16 neighbouring lanes, eight channels each.
GPU_FN void feature_map(float (&v)[8]) {
    float top = v[0], sum = 0;
#pragma unroll
    for (int e = 1; e < 8; ++e)
        top = max_or_nan(top, v[e]);
#pragma unroll
    for (int s = 8; s > 0; s >>= 1)
        top = max_or_nan(top, __shfl_xor_sync(~0u, top, s));
#pragma unroll
    for (int e = 0; e < 8; ++e) {
        v[e] = exp2_fast((v[e] - top) * 1.4426950408889634f);
        sum += v[e];
    }
#pragma unroll
    for (int s = 8; s > 0; s >>= 1)
        sum += __shfl_xor_sync(~0u, sum, s);
#pragma unroll
    for (int e = 0; e < 8; ++e)
        v[e] /= sum;
}

/// phi of `rows` rows from row0 into swizzled shared memory; rows past `tokens` are zeros.
GPU_FN void load_features(char* to, const bf16* from, i64 step, int rows, i64 row0, i64 tokens) {
    const int chunk = int(threadIdx.x) % 16;
    for (int r = int(threadIdx.x) / 16; r < rows; r += kThreads / 16) {
        float v[8] = {};
        const bool valid = row0 + r < tokens;
        if (valid) load8(v, from + (row0 + r) * step + chunk * 8);
        feature_map(v);
#pragma unroll
        for (int e = 0; e < 8; ++e)
            v[e] = valid ? v[e] : 0.0f;
        store8(reinterpret_cast<bf16*>(to + r * kRowBytes + swizzled(r, chunk) * 16), v);
    }
}
GPU_FN void load_rows_async(char* to, const bf16* from, i64 step, int rows, i64 row0, i64 tokens) {
    for (int i = int(threadIdx.x); i < rows * kRowChunks; i += kThreads) {
        const int r = i / kRowChunks, c = i % kRowChunks;
        const bool valid = row0 + r < tokens;
        cp_async16(to + r * kRowBytes + swizzled(r, c) * 16, from + (valid ? row0 + r : 0) * step + c * 8, valid);
    }
}

// One block sums kChunkTokens tokens of one head; warp w owns the channels 16 w .. 16 w + 15 of phi(k).
__global__ void __launch_bounds__(kThreads) key_state_kernel(KeyStateArgs p) {
    SharedCarver carve;
    char* features = carve.take<char>(kTileTokens * kRowBytes);
    char* values = carve.take<char>(kTileTokens * kRowBytes);
    const bf16 *k = head_of(p.k, p.k_at, p.heads), *v = head_of(p.v, p.v_at, p.heads);
    const int lane = int(threadIdx.x) & 31, warp = int(threadIdx.x) >> 5, channel = int(threadIdx.x);
    const i64 first = i64(blockIdx.x) * kChunkTokens;
    const i64 last = first + kChunkTokens < p.tokens ? first + kChunkTokens : p.tokens;
    float acc[16][4] = {}, z = 0;
    for (i64 t = first; t < last; t += kTileTokens) {
        load_rows_async(values, v, p.v_at.token, kTileTokens, t, last);
        cp_async_commit();
        load_features(features, k, p.k_at.token, kTileTokens, t, last);
        cp_async_wait<0>();
        __syncthreads();
        if (channel < 128) {
            for (int r = 0; r < kTileTokens; ++r) {
                z += to_float(*reinterpret_cast<const bf16*>(features + r * kRowBytes + swizzled(r, channel / 8) * 16 +
                                                             channel % 8 * 2));
            }
        }
#pragma unroll
        for (int step = 0; step < kTileTokens / 16; ++step) {
            u32 a[4];
            const int token = step * 16 + (lane & 7) + (lane >> 4) * 8, chunk = warp * 2 + ((lane >> 3) & 1);
            ldmatrix4<true>(a, features + token * kRowBytes + swizzled(token, chunk) * 16);
#pragma unroll
            for (int pair = 0; pair < 8; ++pair) {
                const int row = step * 16 + (lane & 15);
                u32 b[4];
                ldmatrix4<true>(b, values + row * kRowBytes + swizzled(row, pair * 2 + (lane >> 4)) * 16);
                const u32 b0[2] = {b[0], b[1]}, b1[2] = {b[2], b[3]};
                mma_bf16(acc[2 * pair], a, b0);
                mma_bf16(acc[2 * pair + 1], a, b1);
            }
        }
        __syncthreads();
    }
    float* out = p.workspace + (i64(blockIdx.y) * gridDim.x + blockIdx.x) * 129 * 128;
#pragma unroll
    for (int j = 0; j < 16; ++j) {
#pragma unroll
        for (int h = 0; h < 2; ++h) {
            const int d = warp * 16 + lane / 4 + 8 * h;
            *reinterpret_cast<float2*>(out + d * 128 + j * 8 + lane % 4 * 2) = float2{acc[j][2 * h], acc[j][2 * h + 1]};
        }
    }
    if (channel < 128) out[128 * 128 + channel] = z;
}

// Adds the chunks and folds proj_l in. A block makes 16 rows of the state; thread = output channel.
__global__ void __launch_bounds__(128) fold_kernel(KeyStateArgs p, int chunks) {
    SharedCarver carve;
    float* rows = carve.take<float>(16 * 128);
    const int e = int(threadIdx.x), d0 = int(blockIdx.x) * 16;
    const float* parts = p.workspace + i64(blockIdx.y) * chunks * 129 * 128;
    for (int r = 0; r < 16; ++r) {
        float sum = 0;
        for (int c = 0; c < chunks; ++c)
            sum += parts[(i64(c) * 129 + d0 + r) * 128 + e];
        rows[r * 128 + e] = rounded<bf16>(sum);
    }
    if (blockIdx.x == 0) {
        float sum = 0;
        for (int c = 0; c < chunks; ++c)
            sum += parts[(i64(c) * 129 + 128) * 128 + e];
        p.z[i64(blockIdx.y) * 128 + e] = rounded<bf16>(sum);
    }
    __syncthreads();
    bf16* state = static_cast<bf16*>(p.state) + (i64(blockIdx.y) * 128 + d0) * 128 + e;
    float folded[16] = {};
    if (!p.proj) {
#pragma unroll
        for (int r = 0; r < 16; ++r)
            folded[r] = rows[r * 128 + e];
    } else {
        for (int i = 0; i < 128; ++i) {
            const float w = p.proj[e * 128 + i];
#pragma unroll
            for (int r = 0; r < 16; ++r)
                folded[r] += rows[r * 128 + i] * w;
        }
    }
#pragma unroll
    for (int r = 0; r < 16; ++r)
        state[r * 128] = from_float<bf16>(folded[r]);
}

constexpr std::size_t kQueryShared = 2 * 128 * kRowBytes + 128 * 4;

// 128 query rows of one head, 16 a warp.
__global__ void __launch_bounds__(kThreads) query_kernel(LinearBranchArgs p) {
    SharedCarver carve;
    char* features = carve.take<char>(128 * kRowBytes);
    char* state = carve.take<char>(128 * kRowBytes);
    float* norm = carve.take<float>(128);
    const int lane = int(threadIdx.x) & 31, warp = int(threadIdx.x) >> 5;
    const i64 row0 = i64(blockIdx.x) * 128;
    load_rows_async(state, static_cast<const bf16*>(p.state) + i64(blockIdx.y) * 128 * 128, 128, 128, 0, 128);
    cp_async_commit();
    load_features(features, head_of(p.q, p.q_at, p.heads), p.q_at.token, 128, row0, p.tokens);
    __syncthreads();
    float z[8], v[8];
    load8(z, p.z + i64(blockIdx.y) * 128 + int(threadIdx.x) % 16 * 8);
    for (int r = int(threadIdx.x) / 16; r < 128; r += kThreads / 16) {
        load8(v, reinterpret_cast<const bf16*>(features + r * kRowBytes + swizzled(r, int(threadIdx.x) % 16) * 16));
        float sum = 0;
#pragma unroll
        for (int e = 0; e < 8; ++e)
            sum += v[e] * z[e];
#pragma unroll
        for (int s = 8; s > 0; s >>= 1)
            sum += __shfl_xor_sync(~0u, sum, s);
        if (threadIdx.x % 16 == 0) norm[r] = 1.0f / (1e-5f + sum);
    }
    cp_async_wait<0>();
    __syncthreads();
    float acc[16][4] = {};
#pragma unroll
    for (int step = 0; step < 8; ++step) {
        u32 a[4];
        const int row = warp * 16 + (lane & 15);
        ldmatrix4<false>(a, features + row * kRowBytes + swizzled(row, step * 2 + (lane >> 4)) * 16);
#pragma unroll
        for (int pair = 0; pair < 8; ++pair) {
            const int d = step * 16 + (lane & 15);
            u32 b[4];
            ldmatrix4<true>(b, state + d * kRowBytes + swizzled(d, pair * 2 + (lane >> 4)) * 16);
            const u32 b0[2] = {b[0], b[1]}, b1[2] = {b[2], b[3]};
            mma_bf16(acc[2 * pair], a, b0);
            mma_bf16(acc[2 * pair + 1], a, b1);
        }
    }
    bf16* o =
        static_cast<bf16*>(p.o) + i64(blockIdx.y) / p.heads * p.o_at.batch + i64(blockIdx.y) % p.heads * p.o_at.head;
#pragma unroll
    for (int h = 0; h < 2; ++h) {
        const int local = warp * 16 + lane / 4 + 8 * h;
        if (row0 + local >= p.tokens) continue;
        const float factor = norm[local];
        bf16* to = o + (row0 + local) * p.o_at.token + lane % 4 * 2;
#pragma unroll
        for (int j = 0; j < 16; ++j) {
            const int e = j * 8 + lane % 4 * 2;
            float low = acc[j][2 * h] * factor, high = acc[j][2 * h + 1] * factor;
            if (p.bias) low += p.bias[e], high += p.bias[e + 1];
            u32* at = reinterpret_cast<u32*>(to + j * 8);
            const u32 old = *at;
            *at = pack_bf16(to_float(bf16{std::uint16_t(old)}) + rounded<bf16>(low),
                            to_float(bf16{std::uint16_t(old >> 16)}) + rounded<bf16>(high));
        }
    }
}

Status check(const void* a, const void* b, const HeadStrides& x, const HeadStrides& y, std::int64_t batch,
             std::int64_t heads, std::int64_t tokens) noexcept {
    if (batch < 0 || heads < 0 || tokens < 1) {
        return refuse(StatusCode::kInvalidArgument, "batch and heads must be >= 0, tokens >= 1");
    }
    if (heads > kMaxGridY || batch > kMaxGridY || batch * heads > kMaxGridY || tokens > 0x7fffff7f) {
        return refuse(StatusCode::kTooLarge, "batch * heads is over 65535, or there are more than 2^31 - 129 tokens");
    }
    bool fits = is_aligned(a, 16) && is_aligned(b, 16);
    for (const std::int64_t step : {x.batch, x.token, x.head, y.batch, y.token, y.head}) {
        fits = fits && step >= 0 && step % 8 == 0;
    }
    return fits ? Status{} : refuse(StatusCode::kInvalidArgument, "arrays and strides must be multiples of 16 bytes");
}
}  // namespace

std::int64_t key_state_workspace_floats(std::int64_t batch, std::int64_t heads, std::int64_t tokens) noexcept {
    return batch * heads * ceil_div(tokens, kChunkTokens) * 129 * 128;
}

Status key_state(const KeyStateArgs& args, Stream stream) noexcept {
    if (const Status s = check(args.k, args.v, args.k_at, args.v_at, args.batch, args.heads, args.tokens); !s) return s;
    if (!is_aligned(args.state, 16) || !is_aligned(args.z, 16) || !is_aligned(args.workspace, 16) ||
        (args.proj && !is_aligned(args.proj, 16))) {
        return refuse(StatusCode::kInvalidArgument, "state, z, workspace and proj must be 16-byte aligned");
    }
    if (const Status s = require_device(80); !s) return s;
    const std::int64_t heads = args.batch * args.heads;
    if (heads == 0) return {};
    const int chunks = int(ceil_div(args.tokens, kChunkTokens));
    const Status s = launch(key_state_kernel, dim3(unsigned(chunks), unsigned(heads)), dim3(kThreads),
                            2 * kTileTokens * kRowBytes, stream, args);
    if (!s) return s;
    return launch(fold_kernel, dim3(8, unsigned(heads)), dim3(128), 16 * 128 * 4, stream, args, chunks);
}

Status linear_branch(const LinearBranchArgs& args, Stream stream) noexcept {
    if (const Status s = check(args.q, args.o, args.q_at, args.o_at, args.batch, args.heads, args.tokens); !s) return s;
    if (!is_aligned(args.state, 16) || !is_aligned(args.z, 16) || (args.bias && !is_aligned(args.bias, 8))) {
        return refuse(StatusCode::kInvalidArgument, "state and z must be 16-byte aligned, bias 8-byte");
    }
    if (const Status s = require_device(80, kQueryShared); !s) return s;
    const std::int64_t heads = args.batch * args.heads;
    if (heads == 0) return {};
    const dim3 grid(unsigned(ceil_div(args.tokens, 128)), unsigned(heads));
    return launch(query_kernel, grid, dim3(kThreads), kQueryShared, stream, args);
}

}  // namespace studio::kernels
