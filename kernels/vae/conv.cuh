// kernels/vae/conv.cuh - the kernel behind conv_frames(): a block makes 128 output pixels x 96 output channels, walking
// over (tap, channel) 64 at a time in three stages. mma.sync bf16, sm_80 and later.
#pragma once
#include "kernels/common/launch.cuh"
#include "kernels/common/mma.cuh"
#include "kernels/vae/conv.h"

namespace studio::gpu {

constexpr int kConvThreads = 256, kConvPixels = 128, kConvChannels = 96, kConvDepth = 64, kConvStages = 3;
constexpr int kConvXBytes = kConvPixels * kConvDepth * 2, kConvWBytes = kConvChannels * kConvDepth * 2;
constexpr int kConvStageBytes = kConvXBytes + kConvWBytes;
constexpr std::size_t kConvSharedBytes = std::size_t(kConvStages) * kConvStageBytes;

/// Everything of ConvArgs that the inner loops divide by, in 32 bits.
struct ConvShape32 {
    int in_channels, taps_w, taps_hw, depth;  // depth: taps * in_channels
    int out_width, out_height;
};

/// Where an output pixel's window begins: frame (history counts), row and column, which may lie outside.
struct Window {
    int frame, row, column;  // row: far outside for a pixel that does not exist
};
GPU_FN Window window_of(const kernels::ConvArgs& p, const ConvShape32& s, i64 pixel, i64 pixels) {
    const i64 line = pixel / s.out_width, frame = line / s.out_height;
    if (pixel >= pixels) return {0, -1000, 0};
    return {int(frame * p.time_stride), int(line - frame * s.out_height) * int(p.space_stride) - int(p.pad_near),
            int(pixel - line * s.out_width) * int(p.space_stride) - int(p.pad_near)};
}

/// Element `channel` of tap `tap` of a window, or null where the input is zero.
template <class T>
GPU_FN const T* input_at(const kernels::ConvArgs& p, const ConvShape32& s, const Window& at, int tap, int channel) {
    const int dt = tap / s.taps_hw, in_frame = tap - dt * s.taps_hw, dh = in_frame / s.taps_w;
    const int row = at.row + dh, column = at.column + in_frame - dh * s.taps_w;
    const int far = GPU_BUG(kBorderOffByOne) ? 1 : 0;
    if (row < 0 || row >= int(p.height) || column < 0 || column >= int(p.width) + far) return nullptr;
    i64 frame = at.frame + dt;
    const void* from = p.x;
    if (frame < p.history)
        from = GPU_BUG(kHistoryForgotten) ? nullptr : p.before;
    else
        frame -= p.history;
    if (!from) return nullptr;
    return static_cast<const T*>(from) + ((frame * p.height + row) * p.width + column) * s.in_channels + channel;
}

/// The input's part of a stage. Thread t holds the sixteen bytes t % 8 of rows t / 8 + 32 i. bf16 whose channels come
/// in eights is copied asynchronously; anything else waits in registers from fetch() to deposit().
template <class T, bool kInEights>
struct ConvInput {
    static constexpr bool kAsync = kInEights && std::is_same_v<T, bf16>;
    Window rows[4];
    u32 held[kAsync ? 1 : 4][4];

    GPU_FN void begin(const kernels::ConvArgs& p, const ConvShape32& s, i64 first, i64 pixels) {
#pragma unroll
        for (int i = 0; i < 4; ++i)
            rows[i] = window_of(p, s, first + int(threadIdx.x) / 8 + 32 * i, pixels);
    }
    GPU_FN static char* place(char* stage, int i) {
        const int row = int(threadIdx.x) / 8 + 32 * i;
        return stage + row * 128 + swizzled(row, int(threadIdx.x) % 8) * 16;
    }
    GPU_FN void fetch(const kernels::ConvArgs& p, const ConvShape32& s, int block, char* stage) {
        const int k = block * kConvDepth + int(threadIdx.x) % 8 * 8;
        if constexpr (kInEights) {
            const int tap = k / s.in_channels, channel = k - tap * s.in_channels;
#pragma unroll
            for (int i = 0; i < 4; ++i) {
                const T* from = k < s.depth ? input_at<T>(p, s, rows[i], tap, channel) : nullptr;
                if constexpr (kAsync) {
                    cp_async16(place(stage, i), from ? from : static_cast<const T*>(p.x), from != nullptr);
                } else {
                    float v[8] = {};
                    if (from) load8(v, from);
                    pack(i, v);
                }
            }
        } else {
#pragma unroll
            for (int i = 0; i < 4; ++i) {
                float v[8] = {};
#pragma unroll
                for (int e = 0; e < 8; ++e) {
                    const int tap = (k + e) / s.in_channels;
                    const T* from =
                        k + e < s.depth ? input_at<T>(p, s, rows[i], tap, k + e - tap * s.in_channels) : nullptr;
                    if (from) v[e] = to_float(*from);
                }
                pack(i, v);
            }
        }
    }
    GPU_FN void pack(int i, const float (&v)[8]) {
#pragma unroll
        for (int e = 0; e < 4; ++e)
            held[i][e] = pack_bf16(v[2 * e], v[2 * e + 1]);
    }
    GPU_FN void deposit(char* stage) {
        if constexpr (!kAsync) {
#pragma unroll
            for (int i = 0; i < 4; ++i)
                *reinterpret_cast<uint4*>(place(stage, i)) = uint4{held[i][0], held[i][1], held[i][2], held[i][3]};
        }
    }
};

GPU_FN void fetch_weights(const kernels::ConvArgs& p, i64 first, int block, char* stage) {
    const int k = block * kConvDepth + int(threadIdx.x) % 8 * 8;
#pragma unroll
    for (int i = 0; i < 3; ++i) {
        const int row = int(threadIdx.x) / 8 + 32 * i;
        const bool valid = first + row < p.out_channels && k < p.w_stride;
        const bf16* from = static_cast<const bf16*>(p.w) + (valid ? (first + row) * p.w_stride + k : 0);
        cp_async16(stage + kConvXBytes + row * 128 + swizzled(row, int(threadIdx.x) % 8) * 16, from, valid);
    }
}

/// This warp's 32 pixels x 48 channels over one stage.
GPU_FN void conv_products(float (&acc)[2][6][4], const char* stage) {
    const int lane = int(threadIdx.x) & 31, warp = int(threadIdx.x) >> 5;
    const int row0 = (warp >> 1) * 32, column0 = (warp & 1) * 48;
    const char* weights = stage + kConvXBytes;
#pragma unroll
    for (int step = 0; step < kConvDepth / 16; ++step) {
        u32 a[2][4];
#pragma unroll
        for (int i = 0; i < 2; ++i) {
            const int row = row0 + i * 16 + (lane & 15);
            ldmatrix4<false>(a[i], stage + row * 128 + swizzled(row, step * 2 + (lane >> 4)) * 16);
        }
#pragma unroll
        for (int j = 0; j < 3; ++j) {
            const int row = column0 + j * 16 + (lane & 7) + (lane >> 4) * 8;
            u32 b[4];
            ldmatrix4<false>(b, weights + row * 128 + swizzled(row, step * 2 + ((lane >> 3) & 1)) * 16);
            const u32 b0[2] = {b[0], b[1]}, b1[2] = {b[2], b[3]};
#pragma unroll
            for (int i = 0; i < 2; ++i) {
                mma_bf16(acc[i][2 * j], a[i], b0);
                mma_bf16(acc[i][2 * j + 1], a[i], b1);
            }
        }
    }
}

/// Two neighbouring channels of one pixel, or one where the second does not exist.
template <class T>
GPU_FN void finish2(const kernels::ConvArgs& p, i64 pixel, i64 channel, float v0, float v1) {
    const i64 at = pixel * p.out_channels + channel;
    const bool has_two = channel + 1 < p.out_channels;
    const T* residual = static_cast<const T*>(p.residual);
    if (p.bias) v0 += p.bias[channel], v1 += has_two ? p.bias[channel + 1] : 0.0f;
    if (residual) v0 += to_float(residual[at]), v1 += has_two ? to_float(residual[at + 1]) : 0.0f;
    T* y = static_cast<T*>(p.y) + at;
    if (has_two && p.out_channels % 2 == 0) {
        if constexpr (sizeof(T) == 4)
            *reinterpret_cast<float2*>(y) = float2{v0, v1};
        else
            *reinterpret_cast<u32*>(y) = pack_bf16(v0, v1);
        return;
    }
    y[0] = from_float<T>(v0);
    if (has_two) y[1] = from_float<T>(v1);
}

template <class T>
GPU_FN void write_pixels(const kernels::ConvArgs& p, const float (&acc)[2][6][4], i64 pixel0, i64 channel0,
                         i64 pixels) {
    const int lane = int(threadIdx.x) & 31, warp = int(threadIdx.x) >> 5;
#pragma unroll
    for (int i = 0; i < 2; ++i) {
#pragma unroll
        for (int half = 0; half < 2; ++half) {
            const i64 pixel = pixel0 + (warp >> 1) * 32 + i * 16 + lane / 4 + 8 * half;
            if (pixel >= pixels && !GPU_BUG(kTailStoredUnguarded)) continue;
#pragma unroll
            for (int j = 0; j < 6; ++j) {
                const i64 channel = channel0 + (warp & 1) * 48 + j * 8 + lane % 4 * 2;
                if (channel < p.out_channels)
                    finish2<T>(p, pixel, channel, acc[i][j][2 * half], acc[i][j][2 * half + 1]);
            }
        }
    }
}

template <class T, bool kInEights, int kMinBlocks>
__global__ void __launch_bounds__(kConvThreads, kMinBlocks)
    conv_kernel(kernels::ConvArgs p, ConvShape32 s, i64 pixels) {
    SharedCarver carve;
    char* shared = carve.take<char>(int(kConvSharedBytes), 1024);
    // Channel tiles are fastest: blocks that run together share the pixels they read.
    const i64 channel_tiles = (p.out_channels + kConvChannels - 1) / kConvChannels;
    const i64 pixel0 = i64(blockIdx.x) / channel_tiles * kConvPixels;
    const i64 channel0 = i64(blockIdx.x) % channel_tiles * kConvChannels;
    const int blocks = (s.depth + kConvDepth - 1) / kConvDepth;
    ConvInput<T, kInEights> input;
    input.begin(p, s, pixel0, pixels);
#pragma unroll
    for (int b = 0; b < kConvStages - 1; ++b) {
        if (b < blocks) {
            input.fetch(p, s, b, shared + b * kConvStageBytes);
            fetch_weights(p, channel0, b, shared + b * kConvStageBytes);
            input.deposit(shared + b * kConvStageBytes);
        }
        cp_async_commit();
    }
    float acc[2][6][4] = {};
    for (int b = 0; b < blocks; ++b) {
        if (GPU_BUG(kWaitTooWeak))
            cp_async_wait<kConvStages - 1>();
        else
            cp_async_wait<kConvStages - 2>();
        if (!GPU_BUG(kNoBarrierAfterLoads)) __syncthreads();  // stage b is there, and nobody reads stage b - 1 any more
        const int next = b + kConvStages - 1;
        char* to = shared + next % kConvStages * kConvStageBytes;
        if (next < blocks) {
            input.fetch(p, s, next, to);
            fetch_weights(p, channel0, next, to);
        }
        cp_async_commit();
        conv_products(acc, shared + b % kConvStages * kConvStageBytes);
        if (next < blocks) input.deposit(to);
    }
    cp_async_wait<0>();
    if (p.y_type == kernels::DType::kF32)
        write_pixels<float>(p, acc, pixel0, channel0, pixels);
    else
        write_pixels<bf16>(p, acc, pixel0, channel0, pixels);
}

template <class T, bool kInEights>
kernels::Status run_conv(const kernels::ConvArgs& a, kernels::Stream stream) noexcept {
    const kernels::ConvOutput out = kernels::conv_output(a);
    const i64 pixels = out.frames * out.height * out.width;
    const ConvShape32 s{int(a.in_channels),
                        int(a.kernel_w),
                        int(a.kernel_w * a.kernel_h),
                        int(a.kernel_t * a.kernel_h * a.kernel_w * a.in_channels),
                        int(out.width),
                        int(out.height)};
    const dim3 grid(
        unsigned(kernels::ceil_div(pixels, kConvPixels) * kernels::ceil_div(a.out_channels, kConvChannels)));
    return kernels::launch(conv_kernel < T, kInEights, std::is_same_v<T, bf16> && kInEights ? 2 : 1 >, grid,
                           dim3(kConvThreads), kConvSharedBytes, stream, a, s, pixels);
}

}  // namespace studio::gpu
