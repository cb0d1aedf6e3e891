// kernels/quant/tile.cuh - the 128 x 128 block quantiser as the end of any kernel whose 256 threads hold a tile.
// Thread t holds rows t / 16 + 16 i (i = 0..7) and columns 8 (t % 16) .. + 7 of the tile.
#pragma once
#include "kernels/common/gpu.cuh"

namespace studio::gpu {

constexpr int kTileThreads = 256, kTileSide = 128;

GPU_FN int tile_row(int i) {
    return int(threadIdx.x) / 16 + 16 * i;
}
GPU_FN int tile_column() {
    return int(threadIdx.x) % 16 * 8;
}

struct TileTarget {
    std::int8_t* q;     // first element of the tile
    i64 stride;         // elements from one row of q to the next
    int rows, columns;  // how much of the tile lies in the matrix
    float* scale;       // of this tile
};

/// v must hold zeros outside the matrix. partial: 8 floats of shared memory.
GPU_FN void quantize_tile(const float (&v)[8][8], const TileTarget& to, float* partial GPU_LOC) {
    float amax = 0;
#pragma unroll
    for (int i = 0; i < 8; ++i) {
#pragma unroll
        for (int e = 0; e < 8; ++e)
            amax = max_or_nan(amax, fabsf(v[i][e]));
    }
#if GPU_HOST
    amax = warp_max_or_nan(amax, loc);
#else
    amax = warp_max_or_nan(amax);
#endif
    if ((threadIdx.x & 31) == 0) partial[threadIdx.x / 32] = amax;
    __syncthreads();
    amax = 1e-8f;
#pragma unroll
    for (int w = 0; w < kTileThreads / 32; ++w)
        amax = max_or_nan(amax, partial[w]);
    if (threadIdx.x == 0) *to.scale = amax / 128.0f;
    const float multiplier = 128.0f / amax;
    if (tile_column() >= to.columns) return;
#pragma unroll
    for (int i = 0; i < 8; ++i) {
        if (tile_row(i) >= to.rows) break;
        u32 packed[2] = {0, 0};
#pragma unroll
        for (int e = 0; e < 8; ++e)
            packed[e / 4] |= (u32(round_to_s8(v[i][e] * multiplier)) & 0xffu) << (e % 4 * 8);
        *reinterpret_cast<uint2*>(to.q + tile_row(i) * to.stride + tile_column()) = uint2{packed[0], packed[1]};
    }
}

}  // namespace studio::gpu
