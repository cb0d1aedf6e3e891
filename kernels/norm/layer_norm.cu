#include "kernels/norm/layer_norm.h"

#include "kernels/norm/rows.cuh"

namespace studio::kernels {
namespace {
using namespace gpu;

template <class In, class Out, int kVectors>
__global__ void __launch_bounds__(256) layer_norm_kernel(LayerNormArgs p) {
    SharedCarver carve;
    float* partial = carve.take<float>(64);
    const i64 row = blockIdx.x;
    const int dim = int(p.dim), vectors = dim / 8;
    const In* x = static_cast<const In*>(p.x) + row * dim;
    float v[kVectors][8];
#pragma unroll
    for (int k = 0; k < kVectors; ++k) {
        const int i = int(threadIdx.x) + k * int(blockDim.x);
        if (i < vectors) load8(v[k], x + i * 8);
    }
    const float2 stats = row_statistics(v, dim, p.eps, p.variance_excess, partial);
    const i64 modulation = (p.modulation_of_row ? p.modulation_of_row[row] : 0) * i64(dim);
#pragma unroll
    for (int k = 0; k < kVectors; ++k) {
        const int i = int(threadIdx.x) + k * int(blockDim.x);
        if (i >= vectors) break;
        float a[8], b[8];
#pragma unroll
        for (int e = 0; e < 8; ++e)
            v[k][e] = (v[k][e] - stats.x) * stats.y;
        if (p.weight) {
            load8(a, p.weight + i * 8);
#pragma unroll
            for (int e = 0; e < 8; ++e)
                v[k][e] *= a[e];
        }
        if (p.bias) {
            load8(b, p.bias + i * 8);
#pragma unroll
            for (int e = 0; e < 8; ++e)
                v[k][e] += b[e];
        }
        if (p.inner_type == DType::kBF16) {
#pragma unroll
            for (int e = 0; e < 8; ++e)
                v[k][e] = rounded<bf16>(v[k][e]);
        }
        if (p.scale) {
            load8(a, p.scale + modulation + i * 8);
            load8(b, p.shift + modulation + i * 8);
#pragma unroll
            for (int e = 0; e < 8; ++e)
                v[k][e] = v[k][e] * (1.0f + a[e]) + b[e];
        }
        store8(static_cast<Out*>(p.y) + row * dim + i * 8, v[k]);
    }
}

template <class In, class Out>
Status run(const LayerNormArgs& args, Stream stream) noexcept {
    const int threads = row_threads(args.dim);
    const auto grid = dim3(unsigned(args.rows));
    if (args.dim <= 4 * 8 * threads) {
        return launch(layer_norm_kernel<In, Out, 4>, grid, dim3(unsigned(threads)), kRowSharedBytes, stream, args);
    }
    return launch(layer_norm_kernel<In, Out, 8>, grid, dim3(unsigned(threads)), kRowSharedBytes, stream, args);
}
template <class In>
Status run(const LayerNormArgs& args, Stream stream) noexcept {
    if (args.y_type == DType::kF32) return run<In, float>(args, stream);
    if (args.y_type == DType::kBF16) return run<In, bf16>(args, stream);
    return run<In, f16>(args, stream);
}
}  // namespace

Status layer_norm(const LayerNormArgs& args, Stream stream) noexcept {
    if (!is_float_type(args.x_type) || !is_float_type(args.y_type) ||
        (args.inner_type != DType::kF32 && args.inner_type != DType::kBF16)) {
        return refuse(StatusCode::kUnsupportedType,
                      "layer_norm takes f32, bf16 and f16, and rounds inside to bf16 only");
    }
    if (const Status s = check_rows(args.rows, args.dim); !s) return s;
    if (!is_aligned(args.x, 16) || !is_aligned(args.y, 16)) {
        return refuse(StatusCode::kInvalidArgument, "x and y must be given and 16-byte aligned");
    }
    if ((args.weight && !is_aligned(args.weight, 16)) || (args.bias && !is_aligned(args.bias, 16))) {
        return refuse(StatusCode::kInvalidArgument, "weight and bias must be 16-byte aligned");
    }
    if (args.x == args.y && args.x_type != args.y_type) {
        return refuse(StatusCode::kInvalidArgument, "in place needs one type for x and y");
    }
    if (const Status s = check_modulation(args.shift, args.scale, args.modulation_of_row); !s) return s;
    if (args.rows == 0) return {};
    if (args.x_type == DType::kF32) return run<float>(args, stream);
    if (args.x_type == DType::kBF16) return run<bf16>(args, stream);
    return run<f16>(args, stream);
}

}  // namespace studio::kernels
