#include "kernels/attention/operator_check.h"
#include "kernels/norm/rows.cuh"

namespace studio::kernels {
namespace {
using namespace gpu;

__global__ void __launch_bounds__(128) head_factors_kernel(HeadFactorsArgs p) {
    SharedCarver carve;
    float* partial = carve.take<float>(32);
    const bf16* x = static_cast<const bf16*>(p.x) + i64(blockIdx.x) / p.tokens * p.at.batch +
                    i64(blockIdx.x) % p.tokens * p.at.token;
    float squares = 0;
    for (int i = int(threadIdx.x) * 8; i < int(p.heads * kHeadDim); i += 128 * 8) {
        float v[8];
        load8(v, x + i);
#pragma unroll
        for (int e = 0; e < 8; ++e)
            squares += v[e] * v[e];
    }
    const float factor = rsqrt_fast(block_sum(squares, partial) / float(p.heads * kHeadDim) + p.eps);
    if (threadIdx.x == 0) p.factor[blockIdx.x] = factor;
}

/// Sums of a block's rows to one bf16 mean a channel. rows: 16 x 128 floats of shared memory.
GPU_FN void write_pooled(const PrepareHeadsArgs& p, const float (&sum)[8], float* rows, int count) {
    store8(rows + my_row() * 128 + my_channel(), sum);
    if (!GPU_BUG(kNoBarrierBeforePartials)) __syncthreads();
    if (int(threadIdx.x) >= 128) return;
    float total = 0;
    for (int r = 0; r < 16; ++r)
        total += rows[r * 128 + int(threadIdx.x)];
    bf16* out = static_cast<bf16*>(p.pooled) + (i64(blockIdx.y) * gridDim.x + blockIdx.x) * 128;
    out[threadIdx.x] = from_float<bf16>(total / float(count));
}

template <int kRows>
GPU_FN void write_int8(const PrepareHeadsArgs& p, const float (&v)[kRows / 16][8], float scale, i64 first, int count) {
    const bool is_blocks = p.layout == HeadLayout::kBlocks;
    std::int8_t* to = is_blocks ? p.q + (i64(blockIdx.y) * gridDim.x + blockIdx.x) * kRows * 128
                                : p.q + (i64(blockIdx.y) * p.tokens + first) * 128;
#pragma unroll
    for (int i = 0; i < kRows / 16; ++i) {
        const int row = my_row() + 16 * i;
        if (row >= count && !is_blocks) break;  // finished blocks are written whole
        u32 packed[2] = {0, 0};
#pragma unroll
        for (int e = 0; e < 8; ++e) {
            const float t = v[i][e] / scale;
            const int n = t == t ? int(t + (t < 0 ? -0.5f : 0.5f)) : 0;
            packed[e / 4] |= (u32(n) & 0xffu) << (e % 4 * 8);
        }
        const int chunk = is_blocks ? (my_channel() / 16) ^ (row & 7) : my_channel() / 16;
        *reinterpret_cast<uint2*>(to + row * 128 + chunk * 16 + my_channel() % 16) = uint2{packed[0], packed[1]};
    }
}

template <int kRows, bool kNorm>
__global__ void __launch_bounds__(kHeadThreads) prepare_heads_kernel(PrepareHeadsArgs p) {
    SharedCarver carve;
    float* partial = carve.take<float>(8);
    float* rows = carve.take<float>(16 * 128);
    const bf16* x = head_of(p.x, p.at, p.heads);
    bf16* y = p.y ? const_cast<bf16*>(head_of(p.y, p.y_at, p.heads)) : nullptr;
    const i64 first = i64(blockIdx.x) * kRows;
    const int count = int(p.tokens - first < kRows ? p.tokens - first : kRows);
    float v[kRows / 16][8] = {}, mean[8] = {}, sum[8] = {}, amax = 0;
    if (p.mean) load8(mean, p.mean + i64(blockIdx.y) * kHeadDim + my_channel());
#pragma unroll
    for (int i = 0; i < kRows / 16; ++i) {
        const int row = my_row() + 16 * i;
        if (row >= count) break;
        load_head_row<kNorm>(v[i], x, p.at.token, p.norm, p.heads, p.tokens, first + row);
        if (y) store8(y + (first + row) * p.y_at.token + my_channel(), v[i]);
#pragma unroll
        for (int e = 0; e < 8; ++e) {
            const float raw = v[i][e];
            if (p.mean) v[i][e] = rounded<bf16>(raw - mean[e]);
            sum[e] += GPU_BUG(kPoolsBeforeMean) ? raw : v[i][e];
            amax = max_or_nan(amax, fabsf(v[i][e]));
        }
    }
    if (p.pooled) write_pooled(p, sum, rows, count);
    if (!p.q) return;
    amax = warp_max_or_nan(amax);
    if ((threadIdx.x & 31) == 0) partial[threadIdx.x / 32] = amax;
    __syncthreads();
#pragma unroll
    for (int w = 0; w < kHeadThreads / 32; ++w)
        amax = max_or_nan(amax, partial[w]);
    const float scale = amax < INFINITY ? amax / 127.0f + 1e-7f : NAN;
    if (threadIdx.x == 0) p.scale[i64(blockIdx.y) * gridDim.x + blockIdx.x] = scale;
    write_int8<kRows>(p, v, scale, first, count);
}

Status check_outputs(const PrepareHeadsArgs& a) noexcept {
    if (a.block != 128 && a.block != 64) return refuse(StatusCode::kInvalidArgument, "block must be 128 or 64");
    if (!a.y && !a.pooled && !a.q) return refuse(StatusCode::kInvalidArgument, "y, pooled or q must be asked for");
    if ((a.y && (!is_aligned(a.y, 16) || !has_vector_strides(a.y_at))) || (a.pooled && !is_aligned(a.pooled, 16)) ||
        (a.mean && !is_aligned(a.mean, 16))) {
        return refuse(StatusCode::kInvalidArgument, "y, pooled, mean and the strides must be multiples of 16 bytes");
    }
    const std::size_t block_bytes = a.layout == HeadLayout::kBlocks ? 128 : 8;
    if (a.q && (!is_aligned(a.q, block_bytes) || !is_aligned(a.scale, 4))) {
        return refuse(StatusCode::kInvalidArgument, "q needs its scale, both aligned");
    }
    return {};
}
}  // namespace

Status check_head_factors(const HeadFactorsArgs& args) noexcept {
    if (const Status s = check_heads(args.x, args.at, args.batch, args.heads, args.tokens); !s) return s;
    if (!is_aligned(args.factor, 4) || args.at.head != kHeadDim) {
        return refuse(StatusCode::kInvalidArgument, "factor must be given, and the heads of a token lie side by side");
    }
    if (args.batch > kMaxGridX / args.tokens) return refuse(StatusCode::kTooLarge, "more than 2^31 - 1 rows");
    return {};
}

Status check_prepare_heads(const PrepareHeadsArgs& args) noexcept {
    if (const Status s = check_heads(args.x, args.at, args.batch, args.heads, args.tokens); !s) return s;
    if (const Status s = check_norm(args.norm); !s) return s;
    return check_outputs(args);
}

Status head_factors(const HeadFactorsArgs& args, Stream stream) noexcept {
    if (const Status s = check_head_factors(args); !s) return s;
    if (args.batch * args.heads == 0) return {};
    return launch(head_factors_kernel, dim3(unsigned(args.batch * args.tokens)), dim3(128), 128, stream, args);
}

Status prepare_heads(const PrepareHeadsArgs& args, Stream stream) noexcept {
    if (const Status s = check_prepare_heads(args); !s) return s;
    const std::int64_t heads = args.batch * args.heads;
    if (heads == 0) return {};
    const bool wide = args.block == 128, norm = args.norm.factor != nullptr;
    const auto kernel = wide ? (norm ? prepare_heads_kernel<128, true> : prepare_heads_kernel<128, false>)
                             : (norm ? prepare_heads_kernel<64, true> : prepare_heads_kernel<64, false>);
    return launch(kernel, grid_of_heads(args.tokens, args.block, heads), dim3(kHeadThreads), 128 + 16 * 128 * 4, stream,
                  args);
}

}  // namespace studio::kernels
