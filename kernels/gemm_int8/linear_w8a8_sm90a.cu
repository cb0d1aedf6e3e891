// W8A8 for sm_90a: one TMA producer warp group, two consumer warp groups of 64 rows each with int8 WGMMA, four stages.
#include "kernels/common/hopper.cuh"
#include "kernels/common/launch.cuh"
#include "kernels/common/tensor_map.cuh"
#include "kernels/gemm_int8/epilogue.cuh"
#include "kernels/gemm_int8/linear_check.h"

namespace studio::kernels {
namespace {
using namespace gpu;

constexpr int kThreads = 384, kConsumers = 256, kStages = 4, kTileBytes = 128 * 128;
constexpr std::size_t kSharedBytes = std::size_t(kStages) * 2 * kTileBytes + kStages * 16;

struct Pipeline {
    char* tiles;  // stage s: A at 2 s, B at 2 s + 1
    u64* full;    // filled by TMA
    u64* empty;   // freed by the eight consumer warps
};

GPU_FN void produce(const Pipeline& pipe, const TensorMap* a, const TensorMap* w, int m0, int n0, int blocks) {
    for (int kb = 0; kb < blocks; ++kb) {
        const int s = kb % kStages;
        const unsigned round = unsigned(kb / kStages);
        if (!GPU_BUG(kNoWaitForFreeStage))
            mbarrier_wait(&pipe.empty[s], (round & 1) ^ (GPU_BUG(kWrongPhase) ? 0u : 1u));
        mbarrier_arrive_expect(&pipe.full[s], GPU_BUG(kHalfTheBytes) ? kTileBytes : 2 * kTileBytes);
        char* stage = pipe.tiles + s * 2 * kTileBytes;
        tma_load_2d(stage, a, &pipe.full[s], kb * 128, m0);
        tma_load_2d(stage + kTileBytes, w, &pipe.full[s], kb * 128, n0);
    }
}

/// 64 x 128 sums of one warp group; row0 is 0 or 64.
GPU_FN void consume(float (&sums)[64], const Pipeline& pipe, const LinearW8A8Args& p, TileIndex tile, int row0,
                    int blocks) {
    const int lane = int(threadIdx.x) & 31;
    std::int32_t acc[64];
    for (int kb = 0; kb < blocks; ++kb) {
        const int s = kb % kStages;
        mbarrier_wait(&pipe.full[s], unsigned(kb / kStages) & 1);
        const char* stage = pipe.tiles + s * 2 * kTileBytes;
        const u64 a = descriptor_k128(stage + row0 * (GPU_BUG(kDescriptorOff) ? 64 : 128));
        const u64 b = descriptor_k128(stage + kTileBytes);
        wgmma_fence();
#pragma unroll
        for (int step = 0; step < 4; ++step)
            wgmma_s8_n128(acc, a + u64(step) * 2, b + u64(step) * 2, step > 0);
        wgmma_commit();
        const float scale = p.a_scale[tile.row * blocks + kb] * p.w_scale[tile.column * blocks + kb];
#if GPU_HOST
        if (GPU_BUG(kProductReadEarly))
            wgmma_wait<1>();
        else
            wgmma_wait<0>();
#else
        wgmma_wait<0>();
#endif
        const bool frees = GPU_BUG(kEmptyCountTooSmall) ? int(threadIdx.x) % 128 == 0 : lane == 0;
        if (frees) mbarrier_arrive(&pipe.empty[s]);
#pragma unroll
        for (int i = 0; i < 64; ++i)
            sums[i] = fmaf(float(acc[i]), scale, sums[i]);
    }
}

__global__ void __launch_bounds__(kThreads, 1)
    linear_kernel(const __grid_constant__ TensorMap a, const __grid_constant__ TensorMap w, LinearW8A8Args p) {
    SharedCarver carve;
    Pipeline pipe;
    pipe.tiles = carve.take<char>(kStages * 2 * kTileBytes, 1024);
    pipe.full = carve.take<u64>(kStages, 8);
    pipe.empty = carve.take<u64>(kStages, 8);
    const TileIndex tile = tile_of_block(p.m, p.n);
    const int blocks = int(p.k / 128), tid = int(threadIdx.x), group = tid / 128;
    if (tid == 0) {
        for (int s = 0; s < kStages; ++s) {
            mbarrier_init(&pipe.full[s], 1);
            mbarrier_init(&pipe.empty[s], GPU_BUG(kEmptyCountTooSmall) ? 2 : kConsumers / 32);
        }
        fence_mbarrier_init();
    }
    if (!GPU_BUG(kNoBarrierAfterInit)) __syncthreads();
    if (group == 0) {
        registers_decrease<40>();
        if (tid == 0) produce(pipe, &a, &w, int(tile.row * 128), int(tile.column * 128), blocks);
        return;
    }
    registers_increase<232>();
    const int row0 = (group - 1) * 64, lane = tid & 31, warp = tid / 32 & 3;
    float sums[64] = {};
    consume(sums, pipe, p, tile, row0, blocks);
    named_barrier_sync(1, kConsumers);  // all products are done: the stages become the tile of sums
    float* out = reinterpret_cast<float*>(pipe.tiles);
#pragma unroll
    for (int i = 0; i < 64; i += 2) {
        const int row = row0 + warp * 16 + lane / 4 + 8 * (i >> 1 & 1), column = (i >> 2) * 8 + lane % 4 * 2;
        *reinterpret_cast<float2*>(out + row * kSumPitch + column) = float2{sums[i], sums[i + 1]};
    }
    named_barrier_sync(1, kConsumers);
    write_tile(p, out, tile.row * 128, tile.column * 128, tid - 128, kConsumers);
}
}  // namespace

Status linear_w8a8_sm90a(const LinearW8A8Args& args, Stream stream) noexcept {
    if (const Status s = check_linear(args); !s) return s;
    if (const Status s = require_device(90, kSharedBytes); !s) return s;
    if (device_caps().capability != 90) {
        return refuse(StatusCode::kNotSupported, "this code was compiled for sm_90a and runs on no other device");
    }
    if (args.m == 0) return {};
    if (args.m > kMaxTensorMapSide || args.n > kMaxTensorMapSide) {
        return refuse(StatusCode::kTooLarge, "a tensor map has at most 2^31 - 256 rows");
    }
    TensorMap a, w;
    if (const Status s = make_tensor_map(a, args.a, args.k, args.m, 128, 128); !s) return s;
    if (const Status s = make_tensor_map(w, args.w, args.k, args.n, 128, 128); !s) return s;
    const dim3 grid(unsigned(ceil_div(args.m, 128) * ceil_div(args.n, 128)));
    return launch(linear_kernel, grid, dim3(kThreads), kSharedBytes, stream, a, w, args);
}

}  // namespace studio::kernels
