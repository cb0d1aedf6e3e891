// kernels/gemm_int8/epilogue.cuh - from a 128 x 128 tile of fp32 sums in shared memory to the output: bias, GELU, gate.
#pragma once
#include "kernels/common/gpu.cuh"
#include "kernels/gemm_int8/linear_w8a8.h"
#include "kernels/norm/gelu.cuh"

namespace studio::gpu {

constexpr int kSumPitch = 132;  // floats; four more than a row, so that rows start in different banks
constexpr int kSumBytes = 128 * kSumPitch * 4;

GPU_FN float round_as(kernels::DType type, float v) {
    return type == kernels::DType::kBF16 ? rounded<bf16>(v) : type == kernels::DType::kF16 ? rounded<f16>(v) : v;
}
GPU_FN void load8_as(kernels::DType type, float (&v)[8], const void* p, i64 at) {
    if (type == kernels::DType::kF32)
        load8(v, static_cast<const float*>(p) + at);
    else
        load8(v, static_cast<const bf16*>(p) + at);
}
GPU_FN void store8_as(kernels::DType type, void* p, i64 at, const float (&v)[8]) {
    if (type == kernels::DType::kF32)
        store8(static_cast<float*>(p) + at, v);
    else if (type == kernels::DType::kBF16)
        store8(static_cast<bf16*>(p) + at, v);
    else
        store8(static_cast<f16*>(p) + at, v);
}

/// One row's eight columns, from sums to out.
GPU_FN void finish8(const kernels::LinearW8A8Args& p, i64 row, i64 column, const float* sums) {
    float v[8], x[8];
    load8(v, sums);
#pragma unroll
    for (int e = 0; e < 8; ++e)
        v[e] = round_as(p.result_type, v[e]);
    if (p.bias) {
        load8(x, p.bias + column);
#pragma unroll
        for (int e = 0; e < 8; ++e)
            v[e] = round_as(p.result_type, v[e] + x[e]);
    }
    const i64 at = row * p.n + column;
    if (p.epilogue == kernels::Epilogue::kGeluTanh) {
#pragma unroll
        for (int e = 0; e < 8; ++e)
            v[e] = gelu_value(v[e]);
    } else if (p.epilogue == kernels::Epilogue::kGatedResidual) {
        if (p.gate) {
            load8(x, p.gate + (p.modulation_of_row ? p.modulation_of_row[row] : 0) * p.n + column);
#pragma unroll
            for (int e = 0; e < 8; ++e)
                v[e] *= x[e];
        }
        load8_as(p.out_type, x, p.out, at);
#pragma unroll
        for (int e = 0; e < 8; ++e)
            v[e] += x[e];
    }
    store8_as(p.out_type, p.out, at, v);
}

/// All `threads` threads, numbered `thread`, write the tile whose first element is (row0, column0).
GPU_FN void write_tile(const kernels::LinearW8A8Args& p, const float* sums, i64 row0, i64 column0, int thread,
                       int threads) {
#pragma unroll 1
    for (int i = thread; i < 128 * 16; i += threads) {
        const int row = i / 16, column = i % 16 * 8;
        if (row0 + row < p.m && column0 + column < p.n) {
            finish8(p, row0 + row, column0 + column, sums + row * kSumPitch + column);
        }
    }
}

struct TileIndex {
    i64 row, column;
};
/// Which tile a block works on: column-major inside groups of 16 tile rows, so that blocks that run together share both
/// operands in the second-level cache.
GPU_FN TileIndex tile_of_block(i64 m, i64 n) {
    constexpr i64 kGroup = 16;
    const i64 tile_rows = (m + 127) / 128, tile_columns = (n + 127) / 128, block = blockIdx.x;
    const i64 first = block / (kGroup * tile_columns) * kGroup;
    const i64 rows_here = tile_rows - first < kGroup ? tile_rows - first : kGroup;
    const i64 inside = block - first * tile_columns;
    return {first + inside % rows_here, inside / rows_here};
}

}  // namespace studio::gpu
