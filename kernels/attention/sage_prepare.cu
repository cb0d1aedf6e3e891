#include "kernels/attention/sage_prepare.h"

#include "kernels/attention/hopper_attention.h"
#include "kernels/attention/operator_check.h"

namespace studio::kernels {
namespace {
using namespace gpu;

constexpr int kThreads = kHeadThreads, kMeanTokens = 1024;

template <bool kNorm>
__global__ void __launch_bounds__(kThreads) key_sum_kernel(KeyMeanArgs p) {
    SharedCarver carve;
    float* rows = carve.take<float>(16 * 128);
    const bf16* k = head_of(p.k, p.at, p.heads);
    const i64 first = i64(blockIdx.x) * kMeanTokens;
    const i64 last = first + kMeanTokens < p.tokens ? first + kMeanTokens : p.tokens;
    float sum[8] = {};
    for (i64 t = first + my_row(); t < last; t += 16) {
        float v[8];
        load_head_row<kNorm>(v, k, p.at.token, p.norm, p.heads, p.tokens, t);
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

}  // namespace

std::int64_t key_mean_workspace_floats(std::int64_t batch, std::int64_t heads, std::int64_t tokens) noexcept {
    return batch * heads * ceil_div(tokens, kMeanTokens) * 128;
}
std::int64_t hopper_workspace_floats(std::int64_t batch, std::int64_t heads, std::int64_t k_tokens) noexcept {
    return batch * heads * ceil_div(k_tokens, kValueChunkTokens) * kHeadDim;
}
Status check_key_mean(const KeyMeanArgs& args) noexcept {
    if (const Status s = check_heads(args.k, args.at, args.batch, args.heads, args.tokens); !s) return s;
    if (!is_aligned(args.mean, 16) || !is_aligned(args.workspace, 16)) {
        return refuse(StatusCode::kInvalidArgument, "mean and workspace must be given and 16-byte aligned");
    }
    return check_norm(args.norm);
}
Status key_mean(const KeyMeanArgs& args, Stream stream) noexcept {
    if (const Status s = check_key_mean(args); !s) return s;
    const std::int64_t heads = args.batch * args.heads;
    if (heads == 0) return {};
    const dim3 grid = grid_of_heads(args.tokens, kMeanTokens, heads);
    const Status s = launch(args.norm.factor ? key_sum_kernel<true> : key_sum_kernel<false>, grid, dim3(kThreads),
                            16 * 128 * 4, stream, args);
    if (!s) return s;
    return launch(key_mean_kernel, dim3(unsigned(heads)), dim3(128), 0, stream, args, int(grid.x));
}
Status quantize_heads(const QuantizeHeadsArgs& args, Stream stream) noexcept {
    PrepareHeadsArgs a;
    a.x = args.x, a.at = args.at, a.mean = args.mean, a.q = args.q, a.scale = args.scale;
    a.batch = args.batch, a.heads = args.heads, a.tokens = args.tokens, a.block = args.block;
    if (!args.q) return refuse(StatusCode::kInvalidArgument, "q must be given");
    return prepare_heads(a, stream);
}
Status heads_to_f16(const ToF16Args& args, Stream stream) noexcept {
    if (const Status s = check_heads(args.x, args.at, args.batch, args.heads, args.tokens); !s) return s;
    if (!is_aligned(args.y, 16)) return refuse(StatusCode::kInvalidArgument, "y must be given and 16-byte aligned");
    const std::int64_t heads = args.batch * args.heads;
    if (heads == 0) return {};
    return launch(to_f16_kernel, grid_of_heads(args.tokens, 16, heads), dim3(kThreads), 0, stream, args);
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
