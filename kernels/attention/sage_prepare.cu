#include "kernels/attention/sage_prepare.h"

#include "kernels/attention/hopper_attention.h"

#include "kernels/common/launch.cuh"

namespace studio::kernels {
namespace {
using namespace gpu;

// 256 threads as 16 rows x 16 vectors of 8 channels.
constexpr int kThreads = 256, kMeanTokens = 1024;
GPU_FN int my_row() {
    return int(threadIdx.x) / 16;
}
GPU_FN int my_channel() {
    return int(threadIdx.x) % 16 * 8;
}

GPU_FN const bf16* head_of(const void* x, const HeadStrides& at, i64 heads) {
    return static_cast<const bf16*>(x) + i64(blockIdx.y) / heads * at.batch + i64(blockIdx.y) % heads * at.head;
}

__global__ void __launch_bounds__(kThreads) key_sum_kernel(KeyMeanArgs p) {
    SharedCarver carve;
    float* rows = carve.take<float>(16 * 128);
    const bf16* k = head_of(p.k, p.at, p.heads);
    const i64 first = i64(blockIdx.x) * kMeanTokens;
    const i64 last = first + kMeanTokens < p.tokens ? first + kMeanTokens : p.tokens;
    float sum[8] = {};
    for (i64 t = first + my_row(); t < last; t += 16) {
        float v[8];
        load8(v, k + t * p.at.token + my_channel());
#pragma unroll
        for (int e = 0; e < 8; ++e)
            sum[e] += v[e];
    }
    store8(rows + my_row() * 128 + my_channel(), sum);
    __syncthreads();
    if (int(threadIdx.x) >= 128) return;
    float total = 0;
    for (int r = 0; r < 16; ++r)
        total += rows[r * 128 + int(threadIdx.x)];
    p.workspace[(i64(blockIdx.y) * gridDim.x + blockIdx.x) * 128 + int(threadIdx.x)] = total;
}
__global__ void __launch_bounds__(128) key_mean_kernel(KeyMeanArgs p, int parts) {
    float total = 0;
    for (int i = 0; i < parts; ++i)
        total += p.workspace[(i64(blockIdx.x) * parts + i) * 128 + int(threadIdx.x)];
    p.mean[i64(blockIdx.x) * 128 + int(threadIdx.x)] = rounded<bf16>(total / float(p.tokens));
}

template <int kRows>
__global__ void __launch_bounds__(kThreads) quantize_heads_kernel(QuantizeHeadsArgs p) {
    SharedCarver carve;
    float* partial = carve.take<float>(8);
    const bf16* x = head_of(p.x, p.at, p.heads);
    const i64 first = i64(blockIdx.x) * kRows;
    const int rows = int(p.tokens - first < kRows ? p.tokens - first : kRows);
    float v[kRows / 16][8] = {}, mean[8] = {}, amax = 0;
    if (p.mean) load8(mean, p.mean + i64(blockIdx.y) * 128 + my_channel());
#pragma unroll
    for (int i = 0; i < kRows / 16; ++i) {
        if (my_row() + 16 * i >= rows) break;
        load8(v[i], x + (first + my_row() + 16 * i) * p.at.token + my_channel());
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
    if (threadIdx.x == 0) p.scale[i64(blockIdx.y) * gridDim.x + blockIdx.x] = scale;
    std::int8_t* q = p.q + (i64(blockIdx.y) * p.tokens + first) * 128;
#pragma unroll
    for (int i = 0; i < kRows / 16; ++i) {
        if (my_row() + 16 * i >= rows) break;
        u32 packed[2] = {0, 0};
#pragma unroll
        for (int e = 0; e < 8; ++e) {
            const float t = v[i][e] / scale;
            const int n = t == t ? int(t + (t < 0 ? -0.5f : 0.5f)) : 0;
            packed[e / 4] |= (u32(n) & 0xffu) << (e % 4 * 8);
        }
        *reinterpret_cast<uint2*>(q + (my_row() + 16 * i) * 128 + my_channel()) = uint2{packed[0], packed[1]};
    }
}

__global__ void __launch_bounds__(kThreads) to_f16_kernel(ToF16Args p) {
    const i64 token = i64(blockIdx.x) * 16 + my_row();
    if (token >= p.tokens) return;
    float v[8];
    load8(v, head_of(p.x, p.at, p.heads) + token * p.at.token + my_channel());
#pragma unroll
    for (int e = 0; e < 8; ++e) {
        if (fabsf(v[e]) < INFINITY) v[e] = fminf(fmaxf(v[e], -65504.0f), 65504.0f);
    }
    store8(static_cast<f16*>(p.y) + (i64(blockIdx.y) * p.tokens + token) * 128 + my_channel(), v);
}

Status check(const void* x, const HeadStrides& at, std::int64_t batch, std::int64_t heads,
             std::int64_t tokens) noexcept {
    if (batch < 0 || heads < 0 || tokens < 1) {
        return refuse(StatusCode::kInvalidArgument, "batch and heads must be >= 0, tokens >= 1");
    }
    if (heads > kMaxGridY || batch > kMaxGridY || batch * heads > kMaxGridY || tokens > kMaxGridX) {
        return refuse(StatusCode::kTooLarge, "batch * heads is over 65535, or there are more than 2^31 - 1 tokens");
    }
    if (!is_aligned(x, 16) || at.batch % 8 != 0 || at.token % 8 != 0 || at.head % 8 != 0 || at.batch < 0 ||
        at.token < 0 || at.head < 0) {
        return refuse(StatusCode::kInvalidArgument, "the input and its strides must be multiples of 16 bytes");
    }
    return require_device(80);
}
dim3 grid_of(std::int64_t tokens, std::int64_t per_block, std::int64_t heads) noexcept {
    return dim3(unsigned(ceil_div(tokens, per_block)), unsigned(heads));
}
}  // namespace

std::int64_t key_mean_workspace_floats(std::int64_t batch, std::int64_t heads, std::int64_t tokens) noexcept {
    return batch * heads * ceil_div(tokens, kMeanTokens) * 128;
}
std::int64_t hopper_workspace_floats(std::int64_t batch, std::int64_t heads, std::int64_t k_tokens) noexcept {
    return batch * heads * ceil_div(k_tokens, kValueChunkTokens) * kHeadDim;
}
Status key_mean(const KeyMeanArgs& args, Stream stream) noexcept {
    if (const Status s = check(args.k, args.at, args.batch, args.heads, args.tokens); !s) return s;
    if (!is_aligned(args.mean, 16) || !is_aligned(args.workspace, 16)) {
        return refuse(StatusCode::kInvalidArgument, "mean and workspace must be given and 16-byte aligned");
    }
    const std::int64_t heads = args.batch * args.heads;
    if (heads == 0) return {};
    const dim3 grid = grid_of(args.tokens, kMeanTokens, heads);
    const Status s = launch(key_sum_kernel, grid, dim3(kThreads), 16 * 128 * 4, stream, args);
    if (!s) return s;
    return launch(key_mean_kernel, dim3(unsigned(heads)), dim3(128), 0, stream, args, int(grid.x));
}
Status quantize_heads(const QuantizeHeadsArgs& args, Stream stream) noexcept {
    if (const Status s = check(args.x, args.at, args.batch, args.heads, args.tokens); !s) return s;
    if (args.block != 128 && args.block != 64) return refuse(StatusCode::kInvalidArgument, "block must be 128 or 64");
    if (!is_aligned(args.q, 8) || !is_aligned(args.scale, 4) || (args.mean && !is_aligned(args.mean, 16))) {
        return refuse(StatusCode::kInvalidArgument, "q, scale and mean must be aligned, q and scale not null");
    }
    const std::int64_t heads = args.batch * args.heads;
    if (heads == 0) return {};
    const dim3 grid = grid_of(args.tokens, args.block, heads);
    const auto kernel = args.block == 128 ? quantize_heads_kernel<128> : quantize_heads_kernel<64>;
    return launch(kernel, grid, dim3(kThreads), 128, stream, args);
}
Status heads_to_f16(const ToF16Args& args, Stream stream) noexcept {
    if (const Status s = check(args.x, args.at, args.batch, args.heads, args.tokens); !s) return s;
    if (!is_aligned(args.y, 16)) return refuse(StatusCode::kInvalidArgument, "y must be given and 16-byte aligned");
    const std::int64_t heads = args.batch * args.heads;
    if (heads == 0) return {};
    return launch(to_f16_kernel, grid_of(args.tokens, 16, heads), dim3(kThreads), 0, stream, args);
}

Status check_blocks(const HopperAttentionArgs& args) noexcept {
    if (args.batch < 0 || args.heads < 0 || args.q_tokens < 0 || args.k_tokens < 1) {
        return refuse(StatusCode::kInvalidArgument, "sizes must be >= 0, and there must be at least one key");
    }
    if (args.heads > kMaxGridY || args.batch > kMaxGridY || args.batch * args.heads > kMaxGridY ||
        args.q_tokens > 0x7fffff7f || args.k_tokens > 0x7fffff7f) {
        return refuse(StatusCode::kTooLarge, "batch * heads is over 65535, or there are more than 2^31 - 129 tokens");
    }
    const HopperBlocks& b = args.blocks;
    if (!is_aligned(b.q, 128) || !is_aligned(b.k, 128) || !is_aligned(b.v, 128) || !is_aligned(b.q_scale, 4) ||
        !is_aligned(b.k_scale, 4) || !is_aligned(b.v_scale, 4) || !is_aligned(args.o, 16) || args.o_at.batch % 8 != 0 ||
        args.o_at.token % 8 != 0 || args.o_at.head % 8 != 0 || args.o_at.batch < 0 || args.o_at.token < 0 ||
        args.o_at.head < 0) {
        return refuse(StatusCode::kInvalidArgument, "blocks, scales and o must be given and aligned");
    }
    if ((args.block_list != nullptr) != (args.block_count != nullptr) || (args.block_list && args.list_stride < 1)) {
        return refuse(StatusCode::kInvalidArgument,
                      "block_list, block_count and list_stride come together or not at all");
    }
    return {};
}

}  // namespace studio::kernels
