// kernels/vae/to_rgb8.h - decoded video to 8-bit frames on the device: a quarter of the bytes to copy to the host.
#pragma once
#include <cstdint>

#include "kernels/common/status.h"
#include "kernels/common/stream.h"

namespace studio::kernels {

struct ToRgb8Args {
    const void* x = nullptr;              // [3, frames, height, width], values in [-1, 1]
    std::uint8_t* rgb = nullptr;          // [frames, height, width, 3]
    std::uint32_t* not_finite = nullptr;  // one counter, increased by the values that are NaN or infinite; or null
    std::int64_t frames = 0, height = 0, width = 0;
    std::int64_t channel_stride = 0;  // in elements, from one colour to the next; at least frames * height * width
    DType type = DType::kF32;         // kF32, kBF16 or kF16
};

/// byte = trunc((clamp(x, -1, 1) + 1) / 2 * 255 + 0.5); NaN becomes 0.
/// Limits    sizes >= 0 (0 is a no-op), frames * height * width < 2^40; x and rgb aligned to their elements.
/// Errors    kInvalidArgument, kUnsupportedType, kTooLarge, kNoDevice, kNotSupported (older than sm_80), kLaunchFailed.
/// Threads   asynchronous on `stream`.     Source  spec/turbodiffusion.md 1.7. Oracle: vae_reference.cpp, equal in
/// fp32.
Status to_rgb8(const ToRgb8Args& args, Stream stream) noexcept;
void to_rgb8_reference(const ToRgb8Args& args);

}  // namespace studio::kernels
