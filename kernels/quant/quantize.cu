#include "kernels/quant/quantize.h"

#include "kernels/common/launch.cuh"
#include "kernels/norm/gelu.cuh"
#include "kernels/quant/tile.cuh"

namespace studio::kernels {
namespace {
using namespace gpu;

template <class T, bool kGelu>
__global__ void __launch_bounds__(kTileThreads) quantize_kernel(QuantizeArgs p) {
    SharedCarver carve;
    float* partial = carve.take<float>(8);
    const i64 row0 = i64(blockIdx.x) * kTileSide, column0 = i64(blockIdx.y) * kTileSide;
    const int rows = int(p.rows - row0 < kTileSide ? p.rows - row0 : kTileSide);
    const int columns = int(p.dim - column0 < kTileSide ? p.dim - column0 : kTileSide);
    const T* x = static_cast<const T*>(p.x) + row0 * p.x_stride + column0;
    float v[8][8] = {};
#pragma unroll
    for (int i = 0; i < 8; ++i) {
        if (tile_row(i) >= rows || tile_column() >= columns) break;
        load8(v[i], x + tile_row(i) * p.x_stride + tile_column());
        if constexpr (kGelu) {
#pragma unroll
            for (int e = 0; e < 8; ++e)
                v[i][e] = rounded<T>(gelu_value(v[i][e]));
        }
    }
    const TileTarget to{p.q + row0 * p.dim + column0, p.dim, rows, columns,
                        p.scale + i64(blockIdx.x) * gridDim.y + blockIdx.y};
    quantize_tile(v, to, partial);
}

template <class T>
Status run(const QuantizeArgs& args, Stream stream) noexcept {
    const dim3 grid(unsigned(ceil_div(args.rows, kQuantBlock)), unsigned(ceil_div(args.dim, kQuantBlock)));
    if (args.activation == Activation::kGeluTanh) {
        return launch(quantize_kernel<T, true>, grid, dim3(kTileThreads), 128, stream, args);
    }
    return launch(quantize_kernel<T, false>, grid, dim3(kTileThreads), 128, stream, args);
}
}  // namespace

Status quantize(const QuantizeArgs& args, Stream stream) noexcept {
    if (args.type != DType::kF32 && args.type != DType::kBF16 && args.type != DType::kF16) {
        return refuse(StatusCode::kUnsupportedType, "quantize takes f32, bf16 and f16");
    }
    if (args.rows < 0 || args.dim < 8 || args.dim % 8 != 0 || args.x_stride < args.dim || args.x_stride % 8 != 0) {
        return refuse(StatusCode::kInvalidArgument,
                      "rows must be >= 0, dim a positive multiple of 8, x_stride at least dim and a multiple of 8");
    }
    if (args.dim > (std::int64_t(1) << 22) || ceil_div(args.rows, kQuantBlock) > kMaxGridX) {
        return refuse(StatusCode::kTooLarge, "dim is over 2^22, or there are more than 2^38 rows");
    }
    if (!is_aligned(args.x, 16) || !is_aligned(args.q, 8) || !is_aligned(args.scale, 4)) {
        return refuse(StatusCode::kInvalidArgument, "x must be 16-byte aligned, q 8-byte, scale 4-byte, none null");
    }
    if (const Status s = require_device(80); !s) return s;
    if (args.rows == 0) return {};
    if (args.type == DType::kF32) return run<float>(args, stream);
    if (args.type == DType::kBF16) return run<bf16>(args, stream);
    return run<f16>(args, stream);
}

}  // namespace studio::kernels
