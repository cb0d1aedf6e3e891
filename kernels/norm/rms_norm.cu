#include "kernels/norm/rms_norm.h"

#include "kernels/norm/rows.cuh"

namespace studio::kernels {
namespace {
using namespace gpu;

template <class T, int kVectors>
__global__ void __launch_bounds__(256) rms_norm_kernel(RmsNormArgs p) {
    SharedCarver carve;
    float* partial = carve.take<float>(64);
    const i64 row = blockIdx.x;
    const int vectors = int(p.dim) / 8;
    const T* x = static_cast<const T*>(p.x) + row * p.x_stride;
    float v[kVectors][8], squares = 0;
#pragma unroll
    for (int k = 0; k < kVectors; ++k) {
        const int i = int(threadIdx.x) + k * int(blockDim.x);
        if (i >= vectors) break;
        load8(v[k], x + i * 8);
#pragma unroll
        for (int e = 0; e < 8; ++e)
            squares += v[k][e] * v[k][e];
    }
    const float factor = rsqrt_fast(block_sum(squares, partial) / float(p.dim) + p.eps);
    const float* turn = p.rotation ? p.rotation + (row % p.positions) * p.head_dim : nullptr;
#pragma unroll
    for (int k = 0; k < kVectors; ++k) {
        const int i = int(threadIdx.x) + k * int(blockDim.x);
        if (i >= vectors) break;
        float a[8];
#pragma unroll
        for (int e = 0; e < 8; ++e)
            v[k][e] = p.rounds_before_weight ? rounded<T>(v[k][e] * factor) : v[k][e] * factor;
        if (p.weight) {
            load8(a, p.weight + i * 8);
#pragma unroll
            for (int e = 0; e < 8; ++e)
                v[k][e] *= a[e];
        }
        if (turn) {
            load8(a, turn + i * 8 % int(p.head_dim));
#pragma unroll
            for (int e = 0; e < 8; e += 2) {
                const float even = v[k][e], odd = v[k][e + 1];
                v[k][e] = even * a[e] - odd * a[e + 1];
                v[k][e + 1] = even * a[e + 1] + odd * a[e];
            }
        }
        store8(static_cast<T*>(p.y) + row * p.y_stride + i * 8, v[k]);
    }
}

template <class T>
Status run(const RmsNormArgs& args, Stream stream) noexcept {
    const int threads = row_threads(args.dim);
    const auto grid = dim3(unsigned(args.rows));
    if (args.dim <= 4 * 8 * threads) {
        return launch(rms_norm_kernel<T, 4>, grid, dim3(unsigned(threads)), kRowSharedBytes, stream, args);
    }
    return launch(rms_norm_kernel<T, 8>, grid, dim3(unsigned(threads)), kRowSharedBytes, stream, args);
}

Status check_rotation(const RmsNormArgs& args) noexcept {
    if (!args.rotation) return {};
    if (!is_aligned(args.rotation, 16) || args.positions < 1 || args.head_dim < 8 || args.head_dim % 8 != 0 ||
        args.dim % args.head_dim != 0) {
        return refuse(StatusCode::kInvalidArgument,
                      "rotation needs a 16-byte aligned table, positions >= 1 and a head_dim that is a multiple of 8 "
                      "and divides dim");
    }
    return {};
}
}  // namespace

Status rms_norm(const RmsNormArgs& args, Stream stream) noexcept {
    if (!is_float_type(args.type)) return refuse(StatusCode::kUnsupportedType, "rms_norm takes f32, bf16 and f16");
    if (const Status s = check_rows(args.rows, args.dim); !s) return s;
    if (!is_aligned(args.x, 16) || !is_aligned(args.y, 16) || (args.weight && !is_aligned(args.weight, 16))) {
        return refuse(StatusCode::kInvalidArgument, "x, y and weight must be 16-byte aligned, x and y not null");
    }
    if (args.x_stride < args.dim || args.y_stride < args.dim || args.x_stride % 8 != 0 || args.y_stride % 8 != 0) {
        return refuse(StatusCode::kInvalidArgument, "strides must be at least dim and multiples of 8");
    }
    if (args.x == args.y && args.x_stride != args.y_stride) {
        return refuse(StatusCode::kInvalidArgument, "in place needs one stride for x and y");
    }
    if (const Status s = check_rotation(args); !s) return s;
    if (args.rows == 0) return {};
    if (args.type == DType::kF32) return run<float>(args, stream);
    if (args.type == DType::kBF16) return run<bf16>(args, stream);
    return run<f16>(args, stream);
}

}  // namespace studio::kernels
