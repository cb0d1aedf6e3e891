#include "kernels/sla/block_map.h"

#include "kernels/attention/heads_prepare.h"
#include "kernels/common/launch.cuh"
#include "kernels/common/mma.cuh"

namespace studio::kernels {
namespace {
using namespace gpu;

constexpr int kMapThreads = 128, kMapRows = 16;

/// 16-bit key with the order of the bf16 score; NaN is highest, -0 equals 0.
GPU_FN unsigned order_key(float score) {
    unsigned bits = pack_bf16(score, 0.0f) & 0xffffu;
    if ((bits & 0x7fffu) > 0x7f80u) return 0xffffu;
    if (bits == 0x8000u) bits = 0;
    return bits & 0x8000u ? bits ^ 0xffffu : bits | 0x8000u;
}

/// Keys of 16 query blocks against all key blocks; each warp takes every fourth group of eight key blocks.
GPU_FN void score_rows(const BlockMapArgs& p, std::uint16_t* keys, int pitch) {
    const int lane = int(threadIdx.x) & 31, warp = int(threadIdx.x) >> 5, group = lane >> 2, pair = (lane & 3) * 2;
    const i64 q0 = i64(blockIdx.x) * kMapRows;
    auto row_of = [&](const void* base, i64 rows, i64 row) {
        return static_cast<const bf16*>(base) + (i64(blockIdx.y) * rows + (row < rows ? row : rows - 1)) * 128 + pair;
    };
    auto two = [](const bf16* at) { return *reinterpret_cast<const u32*>(at); };
    const bf16 *qa = row_of(p.q_pooled, p.query_blocks, q0 + group),
               *qb = row_of(p.q_pooled, p.query_blocks, q0 + group + 8);
    u32 a[8][4];
#pragma unroll
    for (int step = 0; step < 8; ++step) {
        a[step][0] = two(qa + step * 16), a[step][1] = two(qb + step * 16);
        a[step][2] = two(qa + step * 16 + 8), a[step][3] = two(qb + step * 16 + 8);
    }
    const int groups = int((p.key_blocks + 7) / 8);
    for (int n = warp; n < groups; n += kMapThreads / 32) {
        const bf16* kb = row_of(p.k_pooled, p.key_blocks, i64(n) * 8 + group);
        float d[4] = {};
#pragma unroll
        for (int step = 0; step < 8; ++step) {
            const u32 b[2] = {two(kb + step * 16), two(kb + step * 16 + 8)};
            mma_bf16(d, a[step], b);
        }
#pragma unroll
        for (int e = 0; e < 4; ++e) {
            keys[(group + 8 * (e >> 1)) * pitch + n * 8 + pair + (e & 1)] = std::uint16_t(order_key(d[e]));
        }
    }
}

/// How many of a row's keys are at least `bound`; the whole warp gets it.
GPU_FN int count_at_least(const std::uint16_t* keys, int n, unsigned bound) {
    int mine = 0;
    for (int i = int(threadIdx.x) & 31; i < n; i += 32)
        mine += keys[i] >= bound;
#pragma unroll
    for (int s = 16; s > 0; s >>= 1)
        mine += __shfl_xor_sync(~0u, mine, s);
    return mine;
}

/// One warp writes the indices of the row's `keep` highest keys, ascending.
GPU_FN void select_row(const std::uint16_t* keys, int n, int keep, std::int32_t* list) {
    const int lane = int(threadIdx.x) & 31;
    unsigned bound = 0;  // the highest key that at least `keep` keys reach
    for (unsigned bit = 0x8000u; bit; bit >>= 1) {
        if (count_at_least(keys, n, bound | bit) >= keep) bound |= bit;
    }
    int ties_left = keep - count_at_least(keys, n, bound + 1), written = 0;
    const unsigned before = (1u << lane) - 1;
    for (int first = 0; first < n; first += 32) {
        const int i = first + lane;
        const unsigned key = i < n ? keys[i] : 0u;
        const unsigned ties = __ballot_sync(~0u, i < n && key == bound);
        const bool tie_taken = (ties >> lane & 1) && __popc(ties & before) < ties_left;
        const unsigned taken = __ballot_sync(~0u, (i < n && key > bound) || tie_taken);
        if (taken >> lane & 1) list[written + __popc(taken & before)] = i;
        written += __popc(taken);
        ties_left -= min(ties_left, __popc(ties));
    }
}

__global__ void __launch_bounds__(kMapThreads) block_map_kernel(BlockMapArgs p, int pitch) {
    SharedCarver carve;
    std::uint16_t* keys = carve.take<std::uint16_t>(kMapRows * pitch);
    score_rows(p, keys, pitch);
    __syncthreads();
    const int warp = int(threadIdx.x) >> 5;
    for (int r = warp; r < kMapRows; r += kMapThreads / 32) {
        const i64 row = i64(blockIdx.x) * kMapRows + r;
        if (row >= p.query_blocks) break;
        const i64 at = i64(blockIdx.y) * p.query_blocks + row;
        select_row(keys + r * pitch, int(p.key_blocks), int(p.keep), p.list + at * p.list_stride);
        if ((threadIdx.x & 31) == 0) p.count[at] = std::int32_t(p.keep);
    }
}
int map_pitch(std::int64_t key_blocks) noexcept {
    return int(ceil_div(key_blocks, 8) * 8);
}
std::size_t map_bytes(std::int64_t key_blocks) noexcept {
    return std::size_t(kMapRows) * std::size_t(map_pitch(key_blocks)) * 2;
}
}  // namespace

Status pool_blocks(const PoolBlocksArgs& args, Stream stream) noexcept {
    PrepareHeadsArgs a;
    a.x = args.x, a.at = args.at, a.mean = args.mean, a.pooled = args.pooled;
    a.batch = args.batch, a.heads = args.heads, a.tokens = args.tokens, a.block = args.block;
    if (!args.pooled) return refuse(StatusCode::kInvalidArgument, "pooled must be given");
    return prepare_heads(a, stream);
}

std::int64_t blocks_kept(double ratio, std::int64_t key_blocks) noexcept {
    const double wanted = ratio * double(key_blocks);
    if (!(wanted >= 1)) return 1;
    return wanted >= double(key_blocks) ? key_blocks : std::int64_t(wanted);
}

Status check_block_map(const BlockMapArgs& args) noexcept {
    if (args.heads < 0 || args.query_blocks < 0 || args.key_blocks < 1 || args.keep < 1 ||
        args.keep > args.key_blocks || args.list_stride < args.keep) {
        return refuse(StatusCode::kInvalidArgument, "keep must be in 1..key_blocks, list_stride at least keep");
    }
    if (args.heads > kMaxGridY || args.key_blocks > 100000 || args.query_blocks > kMaxGridX) {
        return refuse(StatusCode::kTooLarge, "more than 65535 heads or 100000 key blocks");
    }
    if (!is_aligned(args.q_pooled, 16) || !is_aligned(args.k_pooled, 16) || !is_aligned(args.list, 4) ||
        !is_aligned(args.count, 4)) {
        return refuse(StatusCode::kInvalidArgument, "the pooled arrays must be 16-byte aligned, list and count given");
    }
    return require_device(80, map_bytes(args.key_blocks));
}

Status block_map(const BlockMapArgs& args, Stream stream) noexcept {
    if (const Status s = check_block_map(args); !s) return s;
    const int pitch = map_pitch(args.key_blocks);
    const std::size_t bytes = map_bytes(args.key_blocks);
    if (args.heads == 0 || args.query_blocks == 0) return {};
    const dim3 grid(unsigned(ceil_div(args.query_blocks, kMapRows)), unsigned(args.heads));
    return launch(block_map_kernel, grid, dim3(kMapThreads), bytes, stream, args, pitch);
}

}  // namespace studio::kernels
