// W8A8 for sm_80 and later: 128 x 128 x 128 tiles, 8 warps as 4 x 2, mma.sync s8, three cp.async stages.
#include "kernels/common/launch.cuh"
#include "kernels/common/mma.cuh"
#include "kernels/gemm_int8/epilogue.cuh"
#include "kernels/gemm_int8/linear_check.h"

namespace studio::kernels {
namespace {
using namespace gpu;

constexpr int kThreads = 256, kStages = 3, kTileBytes = 128 * 128;
constexpr std::size_t kSharedBytes = std::size_t(kStages) * 2 * kTileBytes;
static_assert(kSharedBytes >= kSumBytes && kSharedBytes <= 99 * 1024, "sm_86, 89 and 120 give a block 99 KiB");

/// 128 rows x 128 bytes of an int8 matrix into swizzled shared memory; rows past the end become zeros.
GPU_FN void load_tile(char* to, const std::int8_t* from, i64 row0, i64 rows, i64 pitch, i64 column) {
#pragma unroll
    for (int i = 0; i < 4; ++i) {
        const int row = int(threadIdx.x) / 8 + 32 * i, chunk = int(threadIdx.x) % 8;
        const bool valid = row0 + row < rows;
        const std::int8_t* src = from + (valid ? row0 + row : 0) * pitch + column + chunk * 16;
        cp_async16(to + row * 128 + swizzled(row, chunk) * 16, src, valid);
    }
}

/// The product of this warp's 32 rows and 64 columns over one 128-deep block.
GPU_FN void multiply(std::int32_t (&acc)[2][8][4], const char* a, const char* b) {
    const int lane = int(threadIdx.x) & 31, warp = int(threadIdx.x) >> 5;
    const int row0 = (warp >> 1) * 32, column0 = (warp & 1) * 64;
#pragma unroll
    for (int step = 0; step < 4; ++step) {
        u32 fa[2][4];
#pragma unroll
        for (int i = 0; i < 2; ++i) {
            const int row = row0 + i * 16 + (lane & 15);
            ldmatrix4<false>(fa[i], a + row * 128 + swizzled(row, step * 2 + (lane >> 4)) * 16);
        }
#pragma unroll
        for (int j = 0; j < 4; ++j) {
            const int row = column0 + j * 16 + (lane & 7) + (lane >> 4) * 8;
            u32 fb[4];
            ldmatrix4<false>(fb, b + row * 128 + swizzled(row, step * 2 + ((lane >> 3) & 1)) * 16);
            const u32 b0[2] = {fb[0], fb[1]}, b1[2] = {fb[2], fb[3]};
#pragma unroll
            for (int i = 0; i < 2; ++i) {
                mma_s8(acc[i][2 * j], fa[i], b0);
                mma_s8(acc[i][2 * j + 1], fa[i], b1);
            }
        }
    }
}

__global__ void __launch_bounds__(kThreads, 1) linear_kernel(LinearW8A8Args p) {
    SharedCarver carve;
    char* shared = carve.take<char>(int(kSharedBytes), 1024);
    const TileIndex tile = tile_of_block(p.m, p.n);
    const i64 m0 = tile.row * 128, n0 = tile.column * 128;
    const int blocks = int(p.k / 128);
    auto load = [&](int kb) {
        char* stage = shared + kb % kStages * 2 * kTileBytes;
        load_tile(stage, p.a, m0, p.m, p.k, i64(kb) * 128);
        load_tile(stage + kTileBytes, p.w, n0, p.n, p.k, i64(kb) * 128);
    };
#pragma unroll
    for (int kb = 0; kb < kStages - 1; ++kb) {
        if (kb < blocks) load(kb);
        cp_async_commit();
    }
    float sums[2][8][4] = {};
    for (int kb = 0; kb < blocks; ++kb) {
        cp_async_wait<kStages - 2>();
        __syncthreads();  // stage kb is there for all, and nobody reads stage kb - 1 any more
        if (kb + kStages - 1 < blocks) load(kb + kStages - 1);
        cp_async_commit();
        const char* stage = shared + kb % kStages * 2 * kTileBytes;
        std::int32_t acc[2][8][4] = {};
        multiply(acc, stage, stage + kTileBytes);
        const float scale = p.a_scale[tile.row * blocks + kb] * p.w_scale[tile.column * blocks + kb];
#pragma unroll
        for (int i = 0; i < 2; ++i) {
#pragma unroll
            for (int j = 0; j < 8; ++j) {
#pragma unroll
                for (int e = 0; e < 4; ++e)
                    sums[i][j][e] = fmaf(float(acc[i][j][e]), scale, sums[i][j][e]);
            }
        }
    }
    cp_async_wait<0>();
    __syncthreads();  // the stages become the tile of sums
    float* out = reinterpret_cast<float*>(shared);
    const int lane = int(threadIdx.x) & 31, warp = int(threadIdx.x) >> 5;
#pragma unroll
    for (int i = 0; i < 2; ++i) {
#pragma unroll
        for (int j = 0; j < 8; ++j) {
#pragma unroll
            for (int half = 0; half < 2; ++half) {
                const int row = (warp >> 1) * 32 + i * 16 + lane / 4 + 8 * half;
                const int column = (warp & 1) * 64 + j * 8 + lane % 4 * 2;
                *reinterpret_cast<float2*>(out + row * kSumPitch + column) =
                    float2{sums[i][j][2 * half], sums[i][j][2 * half + 1]};
            }
        }
    }
    __syncthreads();
    write_tile(p, out, m0, n0, int(threadIdx.x), kThreads);
}
}  // namespace

Status linear_w8a8_sm80(const LinearW8A8Args& args, Stream stream) noexcept {
    if (const Status s = check_linear(args); !s) return s;
    if (const Status s = require_device(80, kSharedBytes); !s) return s;
    if (args.m == 0) return {};
    const dim3 grid(unsigned(ceil_div(args.m, 128) * ceil_div(args.n, 128)));
    return launch(linear_kernel, grid, dim3(kThreads), kSharedBytes, stream, args);
}

}  // namespace studio::kernels
