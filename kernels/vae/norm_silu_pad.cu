#include "kernels/vae/norm_silu_pad.h"

#include "kernels/common/launch.cuh"

namespace studio::kernels {
namespace {
using namespace gpu;
constexpr int kThreads = 256, kPixelsPerBlock = kThreads / 32, kMaxVectors = 4;  // 4 x 32 lanes x 8 = 1024 channels

/// One warp makes one pixel of the padded output.
template <class T>
__global__ void __launch_bounds__(kThreads) norm_silu_pad_kernel(NormSiluPadArgs p, i64 pixels) {
    const int lane = int(threadIdx.x) & 31, vectors = int(p.channels) / 8;
    const i64 pixel = i64(blockIdx.x) * kPixelsPerBlock + int(threadIdx.x) / 32;
    if (pixel >= pixels) return;
    const i64 border = p.has_border ? 1 : 0;
    const i64 padded_width = p.width + 2 * border, padded_frame = (p.height + 2 * border) * padded_width;
    const i64 frame = pixel / padded_frame - p.history, row = pixel % padded_frame / padded_width - border,
              column = pixel % padded_width - border;
    const bool is_border = row < 0 || row >= p.height || column < 0 || column >= p.width;
    T* y = static_cast<T*>(p.y) + pixel * p.channels;
    const T* from = nullptr;
    if (frame < 0 && p.before) from = static_cast<const T*>(p.before) + pixel * p.channels;
    if (frame >= 0 && !is_border) {
        from = static_cast<const T*>(p.x) + ((frame * p.height + row) * p.width + column) * p.channels;
    }
    float v[kMaxVectors][8] = {}, squares = 0;
#pragma unroll
    for (int k = 0; k < kMaxVectors; ++k) {
        const int i = lane + 32 * k;
        if (i >= vectors || !from) break;
        load8(v[k], from + i * 8);
#pragma unroll
        for (int e = 0; e < 8; ++e)
            squares += v[k][e] * v[k][e];
    }
    const bool is_new = frame >= 0 && !is_border;  // the same for the whole warp
    const float factor = sqrtf(float(p.channels)) / fmaxf(sqrtf(warp_sum(squares)), 1e-12f);
#pragma unroll
    for (int k = 0; k < kMaxVectors; ++k) {
        const int i = lane + 32 * k;
        if (i >= vectors) break;
        if (is_new) {
            float gamma[8];
            load8(gamma, p.gamma + i * 8);
#pragma unroll
            for (int e = 0; e < 8; ++e) {
                const float n = v[k][e] * factor * gamma[e];
                v[k][e] = p.has_silu ? n / (1.0f + exp2_fast(-1.4426950408889634f * n)) : n;
            }
        }
        store8(y + i * 8, v[k]);
    }
}

Status check_sizes(const NormSiluPadArgs& args) noexcept {
    if (args.frames < 0 || args.height < 0 || args.width < 0 || args.channels < 8 || args.channels % 8 != 0 ||
        args.history < 0 || args.history > 2) {
        return refuse(StatusCode::kInvalidArgument,
                      "sizes must be >= 0, channels a positive multiple of 8, history 0, 1 or 2");
    }
    if (args.channels > 1024 || args.height > 65536 || args.width > 65536 || args.frames > (1 << 20)) {
        return refuse(StatusCode::kTooLarge, "more than 1024 channels, a side over 65536 or over 2^20 frames");
    }
    const double pixels = double(args.frames + args.history) * double(args.height + 2) * double(args.width + 2);
    if (pixels > double(kMaxGridX) * kPixelsPerBlock) return refuse(StatusCode::kTooLarge, "more than 2^34 pixels");
    return {};
}
}  // namespace

Status norm_silu_pad(const NormSiluPadArgs& args, Stream stream) noexcept {
    if (args.type != DType::kF32 && args.type != DType::kBF16 && args.type != DType::kF16) {
        return refuse(StatusCode::kUnsupportedType, "norm_silu_pad takes f32, bf16 and f16");
    }
    if (const Status s = check_sizes(args); !s) return s;
    if (!is_aligned(args.x, 16) || !is_aligned(args.y, 16) || !is_aligned(args.gamma, 16) ||
        (args.before && !is_aligned(args.before, 16))) {
        return refuse(StatusCode::kInvalidArgument, "x, y, gamma and before must be 16-byte aligned, only before null");
    }
    if (args.x == args.y && (args.has_border || args.history > 0))
        return refuse(StatusCode::kInvalidArgument, "y may be x only without border and history");
    if (const Status s = require_device(80); !s) return s;
    if (args.frames == 0 || args.height == 0 || args.width == 0) return {};
    const std::int64_t border = args.has_border ? 2 : 0;
    const std::int64_t pixels = (args.frames + args.history) * (args.height + border) * (args.width + border);
    const dim3 grid(unsigned(ceil_div(pixels, kPixelsPerBlock)));
    if (args.type == DType::kF32)
        return launch(norm_silu_pad_kernel<float>, grid, dim3(kThreads), 0, stream, args, pixels);
    if (args.type == DType::kBF16)
        return launch(norm_silu_pad_kernel<bf16>, grid, dim3(kThreads), 0, stream, args, pixels);
    return launch(norm_silu_pad_kernel<f16>, grid, dim3(kThreads), 0, stream, args, pixels);
}

}  // namespace studio::kernels
