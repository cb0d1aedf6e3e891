#include "app/gpu_driver.h"

#include <fmt/format.h>

#include "app/native.h"
#include "core/log.h"

#ifdef _WIN32
#define STUDIO_CUDA_CALL __stdcall
#else
#define STUDIO_CUDA_CALL
#endif

namespace studio {
namespace {

// The few driver calls that a report needs, declared here: the program builds without any CUDA header.
using Init = int(STUDIO_CUDA_CALL*)(unsigned);
using GetInt = int(STUDIO_CUDA_CALL*)(int*);
using GetDevice = int(STUDIO_CUDA_CALL*)(int*, int);
using GetName = int(STUDIO_CUDA_CALL*)(char*, int, int);
using TotalMem = int(STUDIO_CUDA_CALL*)(std::size_t*, int);
using GetAttribute = int(STUDIO_CUDA_CALL*)(int*, int, int);
constexpr int kCapabilityMajor = 75;
constexpr int kCapabilityMinor = 76;

template <class F>
F function(const native::OptionalLibrary& library, const char* name) {
    return reinterpret_cast<F>(library.symbol(name));
}

GpuDriver::Device read_device(const native::OptionalLibrary& library, int ordinal) {
    GpuDriver::Device device;
    int handle = 0;
    const auto get = function<GetDevice>(library, "cuDeviceGet");
    if (get == nullptr || get(&handle, ordinal) != 0) return device;
    char name[256] = {};
    if (const auto call = function<GetName>(library, "cuDeviceGetName");
        call != nullptr && call(name, sizeof name - 1, handle) == 0) {
        device.name = name;
    }
    std::size_t bytes = 0;
    if (const auto call = function<TotalMem>(library, "cuDeviceTotalMem_v2");
        call != nullptr && call(&bytes, handle) == 0) {
        device.memory_bytes = bytes;
    }
    int major = 0, minor = 0;
    if (const auto call = function<GetAttribute>(library, "cuDeviceGetAttribute");
        call != nullptr && call(&major, kCapabilityMajor, handle) == 0 && call(&minor, kCapabilityMinor, handle) == 0) {
        device.compute_capability = fmt::format("{}.{}", major, minor);
    }
    return device;
}

}  // namespace

GpuDriver look_for_gpu_driver() {
    GpuDriver driver;
    const native::OptionalLibrary library(native::kCudaDriverLibrary);
    if (!library.is_open()) {
        // The loader names a file of its own that was never there; that would send people looking for it.
        driver.reason = "no NVIDIA driver is installed";
        log::debug("no NVIDIA driver: {}", library.reason());
        return driver;
    }
    const auto init = function<Init>(library, "cuInit");
    const auto version = function<GetInt>(library, "cuDriverGetVersion");
    const auto count = function<GetInt>(library, "cuDeviceGetCount");
    if (init == nullptr || version == nullptr || count == nullptr) {
        driver.reason = fmt::format("{} is not NVIDIA's driver library", native::kCudaDriverLibrary);
        return driver;
    }
    driver.is_present = true;
    int number = 0;
    if (version(&number) == 0) driver.version = fmt::format("{}.{}", number / 1000, number % 1000 / 10);
    if (const int failed = init(0); failed != 0) {
        driver.reason = fmt::format("the driver is installed but does not start (CUDA error {})", failed);
        return driver;
    }
    int devices = 0;
    if (count(&devices) != 0 || devices == 0) {
        driver.reason = "the driver is installed but offers no GPU";
        return driver;
    }
    for (int i = 0; i < devices; ++i)
        driver.devices.push_back(read_device(library, i));
    return driver;
}

}  // namespace studio
