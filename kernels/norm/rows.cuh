// kernels/norm/rows.cuh - one block holds one row in registers: block-wide sums and the launch checks the norms share.
#pragma once
#include "kernels/common/launch.cuh"

namespace studio::gpu {

constexpr int kRowVectors = 8;  // 8-element vectors a thread can hold: 64 registers

/// Sum over the block. `partial` has one float per warp; a second call needs another `partial`.
GPU_FN float block_sum(float v, float* partial GPU_LOC) {
#if GPU_HOST
    if (GPU_BUG(kDivergentCollective) && (threadIdx.x & 31) == 31) {
        v += 0.0f;
    } else {
        v = warp_sum(v, loc);
    }
#else
    v = warp_sum(v);
#endif
    if ((threadIdx.x & 31) == 0) partial[threadIdx.x >> 5] = v;
    if (!GPU_BUG(kNoBarrierBeforePartials)) __syncthreads();
    float total = 0;
    for (int i = 0; i < int(blockDim.x) / 32; ++i)
        total += partial[i];
    return total;
}

/// Mean and 1 / sqrt(variance + eps) of a row whose vectors lie in registers.
template <int kVectors>
GPU_FN float2 row_statistics(const float (&v)[kVectors][8], int dim, float eps, float variance_excess, float* partial) {
    const int vectors = dim / 8;
    float sum = 0;
#pragma unroll
    for (int k = 0; k < kVectors; ++k) {
        if (int(threadIdx.x) + k * int(blockDim.x) >= vectors) break;
#pragma unroll
        for (int e = 0; e < 8; ++e)
            sum += v[k][e];
    }
    const float mean = block_sum(sum, partial) / float(dim);
    float squares = 0;
#pragma unroll
    for (int k = 0; k < kVectors; ++k) {
        if (int(threadIdx.x) + k * int(blockDim.x) >= vectors) break;
#pragma unroll
        for (int e = 0; e < 8; ++e)
            squares += (v[k][e] - mean) * (v[k][e] - mean);
    }
    const float variance = block_sum(squares, partial + 32) / float(dim) + variance_excess * mean * mean;
    return float2{mean, rsqrt_fast(variance + eps)};
}

}  // namespace studio::gpu

namespace studio::kernels {

constexpr std::int64_t kMaxRowDim = 16384;
constexpr std::size_t kRowSharedBytes = 256;  // two arrays of 32 partial sums

inline int row_threads(std::int64_t dim) noexcept {
    return dim <= 4096 ? 128 : 256;
}

inline Status check_rows(std::int64_t rows, std::int64_t dim) noexcept {
    if (rows < 0 || dim < 8 || dim % 8 != 0) {
        return refuse(StatusCode::kInvalidArgument, "rows must be >= 0 and dim a positive multiple of 8");
    }
    if (dim > kMaxRowDim) return refuse(StatusCode::kTooLarge, "dim is over 16384");
    if (rows > kMaxGridX) return refuse(StatusCode::kTooLarge, "more than 2^31 - 1 rows");
    return require_device(80);
}
inline Status check_modulation(const void* shift, const void* scale, const void* of_row) noexcept {
    if (of_row && !is_aligned(of_row, 4)) {
        return refuse(StatusCode::kInvalidArgument, "modulation_of_row must be 4-byte aligned");
    }
    if ((shift == nullptr) != (scale == nullptr)) {
        return refuse(StatusCode::kInvalidArgument, "shift and scale come together or not at all");
    }
    if (shift && (!is_aligned(shift, 16) || !is_aligned(scale, 16))) {
        return refuse(StatusCode::kInvalidArgument, "shift and scale must be 16-byte aligned");
    }
    return {};
}
inline bool is_float_type(DType t) noexcept {
    return t == DType::kF32 || t == DType::kBF16 || t == DType::kF16;
}

}  // namespace studio::kernels
