// kernels/common/launch.cuh - the one way to start a kernel: on the device by the runtime, in the tests by the shim.
#pragma once
#include "kernels/common/device_caps.h"
#include "kernels/common/gpu.cuh"
#include "kernels/common/status.h"
#include "kernels/common/stream.h"

namespace studio::kernels {

#if GPU_HOST
inline Status launched_on_host() noexcept {
    return shim::last_report().ok ? Status{}
                                  : refuse(StatusCode::kLaunchFailed, "the host shim found a fault; see its report");
}
template <class... P, class... A>
Status launch(void (*kernel)(P...), dim3 grid, dim3 block, std::size_t shared_bytes, Stream, A... arguments) noexcept {
    shim::run_grid(grid, block, shared_bytes, [&] { kernel(arguments...); });
    return launched_on_host();
}
#else
template <class... P, class... A>
Status launch(void (*kernel)(P...), dim3 grid, dim3 block, std::size_t shared_bytes, Stream stream,
              A... arguments) noexcept {
    if (shared_bytes > 48 * 1024) {
        const cudaError_t error =
            cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, int(shared_bytes));
        if (error != cudaSuccess) {
            cudaGetLastError();  // refusing is not a device fault: leave no error behind
            return {StatusCode::kNotSupported, "the device cannot give a block that much shared memory", int(error)};
        }
    }
    kernel<<<grid, block, shared_bytes, stream>>>(arguments...);
    const cudaError_t error = cudaGetLastError();
    if (error != cudaSuccess) return {StatusCode::kLaunchFailed, cudaGetErrorString(error), int(error)};
    return {};
}
#endif

/// Whether the current device has at least this compute capability (80 = sm_80) and shared memory per block.
inline Status require_device(int capability, std::size_t shared_bytes = 0) noexcept {
    const DeviceCaps caps = device_caps();
    if (!caps.usable) return refuse(StatusCode::kNoDevice, "no CUDA device");
    if (caps.capability < capability) return refuse(StatusCode::kNotSupported, "the device is too old for this kernel");
    if (caps.shared_per_block < shared_bytes) {
        return refuse(StatusCode::kNotSupported, "the device has too little shared memory for this kernel");
    }
    return {};
}

/// ceil(a / b) for launch sizes; a >= 0, and no a overflows.
constexpr std::int64_t ceil_div(std::int64_t a, std::int64_t b) noexcept {
    return a / b + (a % b != 0);
}
constexpr std::int64_t kMaxGridX = 0x7fffffff, kMaxGridY = 65535;

}  // namespace studio::kernels
