#include "tensor/cuda_library.h"

#include <fmt/format.h>

#include "tensor/torch_compat.h"

#ifdef _WIN32
#include <windows.h>
#else
#include <dlfcn.h>
#endif

namespace studio {
namespace {

#ifdef _WIN32
constexpr const char* kDriver = "nvcuda.dll";
constexpr const char* kTorchCuda = "torch_cuda.dll";

bool open_library(const char* name, std::string& why) {
    if (LoadLibraryA(name)) return true;
    why = "Windows error " + std::to_string(GetLastError());
    return false;
}
#else
constexpr const char* kDriver = "libcuda.so.1";
constexpr const char* kTorchCuda = "libtorch_cuda.so";

// Never closed: LibTorch registers its back end in global tables and cannot be unloaded.
bool open_library(const char* name, std::string& why) {
    if (dlopen(name, RTLD_NOW | RTLD_GLOBAL)) return true;
    // The folder of libtorch_cpu is not on our search path when the run path of the program names another one.
    Dl_info info{};
    if (dladdr(reinterpret_cast<const void*>(&at::get_num_threads), &info) && info.dli_fname) {
        const auto beside = std::filesystem::path(info.dli_fname).parent_path() / name;
        if (dlopen(beside.c_str(), RTLD_NOW | RTLD_GLOBAL)) return true;
    }
    const char* text = dlerror();
    why = text ? text : "unknown reason";
    return false;
}
#endif

CudaState find_cuda() {
    CudaState state;
    std::string why;
    if (!open_library(kDriver, why)) {
        state.reason = fmt::format("no NVIDIA driver was found ({}: {})", kDriver, why);
        return state;
    }
    if (!open_library(kTorchCuda, why)) {
        state.reason = fmt::format("the CUDA part of LibTorch cannot be opened ({}: {})", kTorchCuda, why);
        return state;
    }
    try {
        if (!at::hasCUDA()) {
            state.reason = "LibTorch was opened, but has no CUDA back end";
        } else if (at::globalContext().getAcceleratorHooksInterface(at::kCUDA).deviceCount() < 1) {
            state.reason = "the driver reports no CUDA device";
        } else {
            state.usable = true;
        }
    } catch (const std::exception& error) {
        state.reason = fmt::format("the CUDA back end failed to start: {}", error.what());
    }
    return state;
}

}  // namespace

const CudaState& cuda_state() {
    static const CudaState state = find_cuda();
    return state;
}

}  // namespace studio
