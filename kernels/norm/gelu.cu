#include "kernels/norm/gelu.h"

#include "kernels/common/launch.cuh"
#include "kernels/norm/gelu.cuh"
#include "kernels/norm/rows.cuh"

namespace studio::kernels {
namespace {
using namespace gpu;
constexpr int kThreads = 256;

template <class T>
__global__ void __launch_bounds__(kThreads) gelu_kernel(GeluArgs p) {
    const i64 first = (i64(blockIdx.x) * kThreads + int(threadIdx.x)) * 8;
    const T* x = static_cast<const T*>(p.x);
    T* y = static_cast<T*>(p.y);
    if (first + 8 <= p.count) {
        float v[8];
        load8(v, x + first);
#pragma unroll
        for (int e = 0; e < 8; ++e)
            v[e] = gelu_value(v[e]);
        store8(y + first, v);
        return;
    }
    for (i64 i = first; i < p.count; ++i)
        y[i] = from_float<T>(gelu_value(to_float(x[i])));
}
}  // namespace

Status gelu_tanh(const GeluArgs& args, Stream stream) noexcept {
    if (!is_float_type(args.type)) return refuse(StatusCode::kUnsupportedType, "gelu_tanh takes f32, bf16 and f16");
    if (args.count < 0) return refuse(StatusCode::kInvalidArgument, "count must be >= 0");
    if (!is_aligned(args.x, 16) || !is_aligned(args.y, 16)) {
        return refuse(StatusCode::kInvalidArgument, "x and y must be given and 16-byte aligned");
    }
    if (const Status s = require_device(80); !s) return s;
    const std::int64_t blocks = ceil_div(args.count, 8 * kThreads);
    if (blocks > kMaxGridX) return refuse(StatusCode::kTooLarge, "more than 2^42 elements");
    if (args.count == 0) return {};
    const dim3 grid{unsigned(blocks)};
    if (args.type == DType::kF32) return launch(gelu_kernel<float>, grid, dim3(kThreads), 0, stream, args);
    if (args.type == DType::kBF16) return launch(gelu_kernel<bf16>, grid, dim3(kThreads), 0, stream, args);
    return launch(gelu_kernel<f16>, grid, dim3(kThreads), 0, stream, args);
}

}  // namespace studio::kernels
