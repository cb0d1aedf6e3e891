#include "kernels/norm/gate_residual.h"

#include "kernels/norm/rows.cuh"

namespace studio::kernels {
namespace {
using namespace gpu;

template <class X, class Y, int kVectors>
__global__ void __launch_bounds__(256) gate_residual_kernel(GateResidualArgs p) {
    SharedCarver carve;
    float* partial = carve.take<float>(64);
    const i64 row = blockIdx.x;
    const int dim = int(p.dim), vectors = dim / 8;
    X* x = static_cast<X*>(p.x) + row * dim;
    const Y* y = static_cast<const Y*>(p.y) + row * dim;
    const float* gate = p.gate ? p.gate + (p.modulation_of_row ? p.modulation_of_row[row] : 0) * i64(dim) : nullptr;
    const bool rounds = p.rounds_every_step;
    float v[kVectors][8];
#pragma unroll
    for (int k = 0; k < kVectors; ++k) {
        const int i = int(threadIdx.x) + k * int(blockDim.x);
        if (i >= vectors) break;
        float branch[8], g[8] = {1, 1, 1, 1, 1, 1, 1, 1};
        load8(v[k], x + i * 8);
        load8(branch, y + i * 8);
        if (gate) load8(g, gate + i * 8);
#pragma unroll
        for (int e = 0; e < 8; ++e) {
            if (rounds)
                v[k][e] += rounded<X>(branch[e] * rounded<X>(g[e]));
            else
                v[k][e] += branch[e] * g[e];
        }
        store8(x + i * 8, v[k]);
    }
    if (!p.statistics) return;
    const float2 stats = row_statistics(v, dim, p.eps, 0.0f, partial);
    if (threadIdx.x == 0) {
        p.statistics[2 * row] = stats.x;
        p.statistics[2 * row + 1] = stats.y;
    }
}

template <class X, class Y>
Status run(const GateResidualArgs& args, Stream stream) noexcept {
    const int threads = row_threads(args.dim);
    const auto grid = dim3(unsigned(args.rows));
    if (args.dim <= 4 * 8 * threads) {
        return launch(gate_residual_kernel<X, Y, 4>, grid, dim3(unsigned(threads)), kRowSharedBytes, stream, args);
    }
    return launch(gate_residual_kernel<X, Y, 8>, grid, dim3(unsigned(threads)), kRowSharedBytes, stream, args);
}
template <class X>
Status run(const GateResidualArgs& args, Stream stream) noexcept {
    if (args.y_type == DType::kF32) return run<X, float>(args, stream);
    if (args.y_type == DType::kBF16) return run<X, bf16>(args, stream);
    return run<X, f16>(args, stream);
}
}  // namespace

Status gate_residual(const GateResidualArgs& args, Stream stream) noexcept {
    if ((args.x_type != DType::kF32 && args.x_type != DType::kBF16) || !is_float_type(args.y_type)) {
        return refuse(StatusCode::kUnsupportedType, "the residual is f32 or bf16, the branch f32, bf16 or f16");
    }
    if (const Status s = check_rows(args.rows, args.dim); !s) return s;
    if (!is_aligned(args.x, 16) || !is_aligned(args.y, 16) || (args.gate && !is_aligned(args.gate, 16))) {
        return refuse(StatusCode::kInvalidArgument, "x, y and gate must be 16-byte aligned, x and y not null");
    }
    if (args.x == args.y) return refuse(StatusCode::kInvalidArgument, "x and y must be different arrays");
    if (args.statistics && !is_aligned(args.statistics, 8)) {
        return refuse(StatusCode::kInvalidArgument, "statistics must be 8-byte aligned");
    }
    if (const Status s = check_modulation(nullptr, nullptr, args.modulation_of_row); !s) return s;
    if (args.rows == 0) return {};
    return args.x_type == DType::kF32 ? run<float>(args, stream) : run<bf16>(args, stream);
}

}  // namespace studio::kernels
