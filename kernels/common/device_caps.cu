// Device queries; on the host shim the pretended device of its options.
#include "kernels/common/device_caps.h"

#include "kernels/common/gpu.cuh"

namespace studio::kernels {

#if GPU_HOST
DeviceCaps device_caps() noexcept {
    return {true, "", shim::options().capability, 4, shim::options().max_shared};
}
#else
DeviceCaps device_caps() noexcept {
    DeviceCaps caps;
    int device = 0, major = 0, minor = 0, shared = 0;
    cudaError_t error = cudaGetDevice(&device);
    auto ask = [&](int& value, cudaDeviceAttr what) {
        if (error == cudaSuccess) error = cudaDeviceGetAttribute(&value, what, device);
    };
    ask(major, cudaDevAttrComputeCapabilityMajor);
    ask(minor, cudaDevAttrComputeCapabilityMinor);
    ask(caps.multiprocessors, cudaDevAttrMultiProcessorCount);
    ask(shared, cudaDevAttrMaxSharedMemoryPerBlockOptin);
    if (error != cudaSuccess) {
        cudaGetLastError();
        caps.reason = cudaGetErrorString(error);
        return caps;
    }
    caps.usable = true;
    caps.reason = "";
    caps.capability = 10 * major + minor;
    caps.shared_per_block = std::size_t(shared);
    return caps;
}
#endif

}  // namespace studio::kernels
