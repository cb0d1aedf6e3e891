// One producer warp group copies finished blocks, two consumer warp groups take 64 query rows each and 128 keys a step.
#include "kernels/attention/hopper_attention.h"
#include "kernels/common/hopper.cuh"
#include "kernels/common/launch.cuh"

namespace studio::kernels {
namespace {
using namespace gpu;

constexpr int kThreads = 384, kStages = 4, kQBytes = 128 * 128, kBlockBytes = 64 * 128, kStageBytes = 4 * kBlockBytes;
constexpr std::size_t kSharedBytes = kQBytes + std::size_t(kStages) * kStageBytes + (2 * kStages + 1) * 8;
constexpr float kWeightOffset = 8.807354922f;  // log2 448: weights reach the greatest e4m3 value

struct Shared {
    char* q;
    char* stages;  // a stage: key blocks 0 and 1, then value blocks 0 and 1
    u64 *q_full, *full, *empty;
};
/// What a block visits: its list, or every key block. Two blocks a step; an odd last step repeats its block, masked.
struct Visit {
    const std::int32_t* list;
    int count;
    GPU_FN int block(int i) const {
        const int at = i < count ? i : count - 1;
        return list ? list[at] : at;
    }
    GPU_FN int steps() const { return (count + 1) / 2; }
};

GPU_FN void produce(const HopperAttentionArgs& p, const Shared& s, const Visit& visit, i64 query_block,
                    i64 key_blocks) {
    mbarrier_arrive_expect(s.q_full, kQBytes);
    bulk_copy(s.q, p.blocks.q + query_block * kQBytes, kQBytes, s.q_full);
    for (int step = 0; step < visit.steps(); ++step) {
        const int stage = step % kStages;
        mbarrier_wait(&s.empty[stage], (unsigned(step / kStages) & 1) ^ 1);
        mbarrier_arrive_expect(&s.full[stage], kStageBytes);
        char* to = s.stages + stage * kStageBytes;
#pragma unroll
        for (int half = 0; half < 2; ++half) {
            const i64 from = (i64(blockIdx.y) * key_blocks + visit.block(2 * step + half)) * kBlockBytes;
            bulk_copy(to + half * kBlockBytes, p.blocks.k + from, kBlockBytes, &s.full[stage]);
            bulk_copy(to + (2 + half) * kBlockBytes, p.blocks.v + from, kBlockBytes, &s.full[stage]);
        }
    }
}

/// Scores of 128 keys to weights; registers with bit 1 set belong to the row eight below.
GPU_FN void soften(float (&x)[64], float (&o)[64], float (&top)[2], float (&sum)[2]) {
#pragma unroll
    for (int h = 0; h < 2; ++h) {
        float m = top[h];
#pragma unroll
        for (int j = 0; j < 32; ++j)
            m = fmaxf(m, x[(j >> 1) * 4 + h * 2 + (j & 1)]);
        m = fmaxf(m, __shfl_xor_sync(~0u, m, 1));
        m = fmaxf(m, __shfl_xor_sync(~0u, m, 2));
        const float shrink = exp2_fast(top[h] - m), offset = kWeightOffset - m;
        top[h] = m;
        float added = 0;
#pragma unroll
        for (int j = 0; j < 32; ++j) {
            float& w = x[(j >> 1) * 4 + h * 2 + (j & 1)];
            w = exp2_fast(w + offset);
            added += w;
            o[(j >> 1) * 4 + h * 2 + (j & 1)] *= shrink;
        }
        sum[h] = sum[h] * shrink + added;
    }
}

GPU_FN void scores(float (&x)[64], const HopperAttentionArgs& p, const Visit& visit, const char* q, const char* keys,
                   int step, i64 query_block, i64 key_blocks) {
    std::int32_t acc[64];
    const u64 a = descriptor_k128(q), b = descriptor_k128(keys);
    wgmma_fence();
#pragma unroll
    for (int k = 0; k < 4; ++k)
        wgmma_s8_n128(acc, a + u64(k) * 2, b + u64(k) * 2, k > 0);
    wgmma_commit();
    const int first = visit.block(2 * step), second = visit.block(2 * step + 1);
    const float common = p.scale * 1.4426950408889634f * p.blocks.q_scale[query_block];
    const float f0 = common * p.blocks.k_scale[i64(blockIdx.y) * key_blocks + first];
    const float f1 = common * p.blocks.k_scale[i64(blockIdx.y) * key_blocks + second];
    wgmma_wait<0>();
#pragma unroll
    for (int i = 0; i < 64; ++i)
        x[i] = float(acc[i]) * (i < 32 ? f0 : f1);
    const bool is_odd_end = 2 * step + 1 >= visit.count;
    if (first == key_blocks - 1 || second == key_blocks - 1 || is_odd_end) {
#pragma unroll
        for (int i = 0; i < 64; ++i) {
            const int column = (i >> 2) * 8 + (int(threadIdx.x) & 3) * 2 + (i & 1);
            const i64 key = i < 32 ? i64(first) * 64 + column : i64(second) * 64 + column - 64;
            if (key >= p.k_tokens || (i >= 32 && is_odd_end)) x[i] = -INFINITY;
        }
    }
}

/// o += x v, the weights in registers as e4m3.
GPU_FN void add_values(float (&o)[64], const float (&x)[64], const char* values) {
    u32 a[4][4];
#pragma unroll
    for (int k = 0; k < 4; ++k) {
#pragma unroll
        for (int r = 0; r < 4; ++r) {
            const int tile = k * 4 + (r >> 1) * 2, h = (r & 1) * 2;
            a[k][r] = pack_e4m3(x[tile * 4 + h], x[tile * 4 + h + 1], x[tile * 4 + 4 + h], x[tile * 4 + 5 + h]);
        }
    }
    wgmma_fence();
#pragma unroll
    for (int k = 0; k < 4; ++k) {
        const u64 b = descriptor_k64(values + (k >> 1) * kBlockBytes) + u64(k & 1) * 2;
        wgmma_e4m3_n128_registers(o, a[k], b);
    }
    wgmma_commit();
    wgmma_wait<0>();
}

GPU_FN void write_rows(const HopperAttentionArgs& p, float (&o)[64], const float (&sum)[2], i64 row0) {
    const int lane = int(threadIdx.x) & 31;
    const float* v_scale = p.blocks.v_scale + i64(blockIdx.y) * 128;
    bf16* out =
        static_cast<bf16*>(p.o) + i64(blockIdx.y) / p.heads * p.o_at.batch + i64(blockIdx.y) % p.heads * p.o_at.head;
#pragma unroll
    for (int h = 0; h < 2; ++h) {
        float total = sum[h] + __shfl_xor_sync(~0u, sum[h], 1);
        total += __shfl_xor_sync(~0u, total, 2);
        const i64 row = row0 + lane / 4 + 8 * h;
        if (row >= p.q_tokens) continue;
        const float factor = 1.0f / total;
#pragma unroll
        for (int j = 0; j < 16; ++j) {
            const int channel = j * 8 + lane % 4 * 2;
            *reinterpret_cast<u32*>(out + row * p.o_at.token + channel) = pack_bf16(
                o[j * 4 + h * 2] * factor * v_scale[channel], o[j * 4 + h * 2 + 1] * factor * v_scale[channel + 1]);
        }
    }
}

__global__ void __launch_bounds__(kThreads, 1) hopper_attention_kernel(HopperAttentionArgs p) {
    SharedCarver carve;
    Shared s;
    s.q = carve.take<char>(kQBytes, 1024);
    s.stages = carve.take<char>(kStages * kStageBytes, 1024);
    s.q_full = carve.take<u64>(1, 8);
    s.full = carve.take<u64>(kStages, 8);
    s.empty = carve.take<u64>(kStages, 8);
    const i64 query_block = i64(blockIdx.y) * gridDim.x + blockIdx.x, key_blocks = (p.k_tokens + 63) / 64;
    const Visit visit{p.block_list ? p.block_list + query_block * p.list_stride : nullptr,
                      p.block_list ? p.block_count[query_block] : int(key_blocks)};
    const int tid = int(threadIdx.x), group = tid / 128, warp = tid / 32 & 3;
    if (tid == 0) {
        mbarrier_init(s.q_full, 1);
        for (int i = 0; i < kStages; ++i) {
            mbarrier_init(&s.full[i], 1);
            mbarrier_init(&s.empty[i], 8);
        }
        fence_mbarrier_init();
    }
    __syncthreads();
    if (group == 0) {
        registers_decrease<24>();
        if (tid == 0) produce(p, s, visit, query_block, key_blocks);
        return;
    }
    registers_increase<240>();
    const char* q = s.q + (group - 1) * 64 * 128;
    float o[64] = {}, top[2] = {-5e6f, -5e6f}, sum[2] = {0, 0};
    mbarrier_wait(s.q_full, 0);
    for (int step = 0; step < visit.steps(); ++step) {
        const int stage = step % kStages;
        mbarrier_wait(&s.full[stage], unsigned(step / kStages) & 1);
        const char* keys = s.stages + stage * kStageBytes;
        float x[64];
        scores(x, p, visit, q, keys, step, query_block, key_blocks);
        soften(x, o, top, sum);
        add_values(o, x, keys + 2 * kBlockBytes);
        if ((tid & 31) == 0) mbarrier_arrive(&s.empty[stage]);
    }
    write_rows(p, o, sum, i64(blockIdx.x) * 128 + (group - 1) * 64 + warp * 16);
}

}  // namespace

Status hopper_attention(const HopperAttentionArgs& args, Stream stream) noexcept {
    if (const Status s = check_blocks(args); !s) return s;
    if (const Status s = require_device(90, kSharedBytes); !s) return s;
    if (device_caps().capability != 90) return refuse(StatusCode::kNotSupported, "this code was compiled for sm_90a");
    if (args.batch == 0 || args.heads == 0 || args.q_tokens == 0) return {};
    const dim3 grid(unsigned(ceil_div(args.q_tokens, kQueryBlock)), unsigned(args.batch * args.heads));
    return launch(hopper_attention_kernel, grid, dim3(kThreads), kSharedBytes, stream, args);
}

}  // namespace studio::kernels
