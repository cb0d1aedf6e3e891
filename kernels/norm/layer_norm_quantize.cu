#include "kernels/norm/layer_norm_quantize.h"

#include "kernels/norm/rows.cuh"
#include "kernels/quant/tile.cuh"

namespace studio::kernels {
namespace {
using namespace gpu;

template <class In, int kVectors>
__global__ void __launch_bounds__(256) statistics_kernel(LayerNormArgs p, float* statistics) {
    SharedCarver carve;
    float* partial = carve.take<float>(64);
    const i64 row = blockIdx.x;
    const In* x = static_cast<const In*>(p.x) + row * p.dim;
    float v[kVectors][8];
#pragma unroll
    for (int k = 0; k < kVectors; ++k) {
        const int i = int(threadIdx.x) + k * int(blockDim.x);
        if (i < int(p.dim) / 8) load8(v[k], x + i * 8);
    }
    const float2 stats = row_statistics(v, int(p.dim), p.eps, p.variance_excess, partial);
    if (threadIdx.x == 0) *reinterpret_cast<float2*>(statistics + 2 * row) = stats;
}

GPU_FN float round_as(DType type, float v) {
    return type == DType::kBF16 ? rounded<bf16>(v) : type == DType::kF16 ? rounded<f16>(v) : v;
}

template <class In>
__global__ void __launch_bounds__(kTileThreads, 1) normalize_tile_kernel(LayerNormQuantizeArgs p) {
    SharedCarver carve;
    float* partial = carve.take<float>(8);
    const LayerNormArgs& n = p.norm;
    const i64 row0 = i64(blockIdx.x) * kTileSide, column0 = i64(blockIdx.y) * kTileSide;
    const int rows = int(n.rows - row0 < kTileSide ? n.rows - row0 : kTileSide);
    const int columns = int(n.dim - column0 < kTileSide ? n.dim - column0 : kTileSide);
    const In* x = static_cast<const In*>(n.x) + row0 * n.dim + column0;
    float v[8][8] = {}, weight[8] = {1, 1, 1, 1, 1, 1, 1, 1}, bias[8] = {};
    const i64 column = column0 + tile_column();
    if (tile_column() < columns && n.weight) load8(weight, n.weight + column);
    if (tile_column() < columns && n.bias) load8(bias, n.bias + column);
#pragma unroll
    for (int i = 0; i < 8; ++i) {
        if (tile_row(i) >= rows || tile_column() >= columns) break;
        load8(v[i], x + tile_row(i) * n.dim + tile_column());
        const float2 stats = *reinterpret_cast<const float2*>(p.statistics + 2 * (row0 + tile_row(i)));
#pragma unroll
        for (int e = 0; e < 8; ++e) {
            v[i][e] = (v[i][e] - stats.x) * stats.y * weight[e] + bias[e];
            if (n.inner_type == DType::kBF16) v[i][e] = rounded<bf16>(v[i][e]);
        }
        if (n.scale) {
            const i64 at = (n.modulation_of_row ? n.modulation_of_row[row0 + tile_row(i)] : 0) * n.dim + column;
            float scale[8], shift[8];
            load8(scale, n.scale + at);
            load8(shift, n.shift + at);
#pragma unroll
            for (int e = 0; e < 8; ++e)
                v[i][e] = v[i][e] * (1.0f + scale[e]) + shift[e];
        }
#pragma unroll
        for (int e = 0; e < 8; ++e)
            v[i][e] = round_as(n.y_type, v[i][e]);
    }
    const TileTarget to{p.q + row0 * n.dim + column0, n.dim, rows, columns,
                        p.scale + i64(blockIdx.x) * gridDim.y + blockIdx.y};
    quantize_tile(v, to, partial);
}

template <class In>
Status run(const LayerNormQuantizeArgs& args, Stream stream) noexcept {
    const LayerNormArgs& n = args.norm;
    if (!args.has_statistics) {
        const unsigned threads = unsigned(row_threads(n.dim));
        const auto kernel = n.dim <= 32 * std::int64_t(threads) ? statistics_kernel<In, 4> : statistics_kernel<In, 8>;
        const Status s =
            launch(kernel, dim3(unsigned(n.rows)), dim3(threads), kRowSharedBytes, stream, n, args.statistics);
        if (!s) return s;
    }
    const dim3 grid(unsigned(ceil_div(n.rows, kQuantBlock)), unsigned(ceil_div(n.dim, kQuantBlock)));
    return launch(normalize_tile_kernel<In>, grid, dim3(kTileThreads), 128, stream, args);
}
}  // namespace

Status layer_norm_quantize(const LayerNormQuantizeArgs& args, Stream stream) noexcept {
    const LayerNormArgs& n = args.norm;
    if (!is_float_type(n.x_type) || !is_float_type(n.y_type) ||
        (n.inner_type != DType::kF32 && n.inner_type != DType::kBF16)) {
        return refuse(StatusCode::kUnsupportedType, "layer_norm_quantize takes f32, bf16 and f16");
    }
    if (const Status s = check_rows(n.rows, n.dim); !s) return s;
    if (!is_aligned(n.x, 16) || !is_aligned(args.q, 8) || !is_aligned(args.scale, 4) ||
        !is_aligned(args.statistics, 8)) {
        return refuse(StatusCode::kInvalidArgument, "x, q, scale and statistics must be given and aligned");
    }
    if ((n.weight && !is_aligned(n.weight, 16)) || (n.bias && !is_aligned(n.bias, 16))) {
        return refuse(StatusCode::kInvalidArgument, "weight and bias must be 16-byte aligned");
    }
    if (const Status s = check_modulation(n.shift, n.scale, n.modulation_of_row); !s) return s;
    if (n.rows == 0) return {};
    if (n.x_type == DType::kF32) return run<float>(args, stream);
    if (n.x_type == DType::kBF16) return run<bf16>(args, stream);
    return run<f16>(args, stream);
}

}  // namespace studio::kernels
