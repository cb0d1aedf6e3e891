#include "kernels/vae/to_rgb8.h"

#include "kernels/common/launch.cuh"

namespace studio::kernels {
namespace {
using namespace gpu;
constexpr int kThreads = 256, kPixels = 4;  // a thread writes 12 bytes

template <class T>
__global__ void __launch_bounds__(kThreads) rgb_kernel(ToRgb8Args p, i64 pixels) {
    const i64 first = (i64(blockIdx.x) * kThreads + int(threadIdx.x)) * kPixels;
    unsigned bad = 0;
#pragma unroll
    for (int i = 0; i < kPixels; ++i) {
        const i64 at = first + i;
        if (at >= pixels) break;
#pragma unroll
        for (int c = 0; c < 3; ++c) {
            const float v = to_float(static_cast<const T*>(p.x)[c * p.channel_stride + at]);
            const float unit = (fminf(fmaxf(v, -1.0f), 1.0f) + 1.0f) / 2.0f;
            p.rgb[at * 3 + c] = v == v ? std::uint8_t(times(unit, 255.0f) + 0.5f) : std::uint8_t(0);
            bad += !(fabsf(v) < INFINITY);
        }
    }
    if (bad && p.not_finite) atomicAdd(p.not_finite, bad);
}
}  // namespace

Status to_rgb8(const ToRgb8Args& args, Stream stream) noexcept {
    if (args.type != DType::kF32 && args.type != DType::kBF16 && args.type != DType::kF16) {
        return refuse(StatusCode::kUnsupportedType, "to_rgb8 takes f32, bf16 and f16");
    }
    constexpr std::int64_t kMaxSide = 1 << 20;
    if (args.frames < 0 || args.height < 0 || args.width < 0) {
        return refuse(StatusCode::kInvalidArgument, "sizes must be >= 0");
    }
    if (args.frames > kMaxSide || args.height > kMaxSide || args.width > kMaxSide ||
        double(args.frames) * double(args.height) * double(args.width) >= 1099511627776.0) {
        return refuse(StatusCode::kTooLarge, "the video has 2^40 pixels or more, or a side over 2^20");
    }
    const std::int64_t pixels = args.frames * args.height * args.width;
    if (!is_aligned(args.x, size_of(args.type)) || !args.rgb || args.channel_stride < pixels ||
        (args.not_finite && !is_aligned(args.not_finite, 4))) {
        return refuse(StatusCode::kInvalidArgument,
                      "x and rgb must be given and aligned, channel_stride hold a colour");
    }
    if (const Status s = require_device(80); !s) return s;
    if (pixels == 0) return {};
    const dim3 grid(unsigned(ceil_div(pixels, kThreads * kPixels)));
    if (args.type == DType::kF32) return launch(rgb_kernel<float>, grid, dim3(kThreads), 0, stream, args, pixels);
    if (args.type == DType::kBF16) return launch(rgb_kernel<bf16>, grid, dim3(kThreads), 0, stream, args, pixels);
    return launch(rgb_kernel<f16>, grid, dim3(kThreads), 0, stream, args, pixels);
}

}  // namespace studio::kernels
