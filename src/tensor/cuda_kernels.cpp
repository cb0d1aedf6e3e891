#include "tensor/cuda_kernels.h"

#include <fmt/format.h>

#include <cstdlib>

#include "core/platform.h"
#include "core/text.h"
#include "tensor/cuda_library.h"

#ifdef _WIN32
#include <windows.h>
#else
#include <dlfcn.h>
#endif

namespace studio {
namespace fs = std::filesystem;
namespace {

#ifdef _WIN32
constexpr const char* kPluginFile = "studio_cuda.dll";
void* open_library(const fs::path& path, std::string& why) {
    HMODULE library = LoadLibraryW(path.c_str());
    if (!library) why = "Windows error " + std::to_string(GetLastError());
    return library;
}
void* find_symbol(void* library, const char* name) {
    return reinterpret_cast<void*>(GetProcAddress(static_cast<HMODULE>(library), name));
}
#else
constexpr const char* kPluginFile = "libstudio_cuda.so";
void* open_library(const fs::path& path, std::string& why) {
    void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        const char* text = dlerror();
        why = text ? text : "unknown reason";
    }
    return library;
}
void* find_symbol(void* library, const char* name) {
    return dlsym(library, name);
}
#endif

constexpr const char* kFix =
    "Install the CUDA plugin that belongs to this program; without it LibTorch's own kernels are used.";

Error unusable(const fs::path& path, std::string message) {
    Error error{ErrorCode::kUnsupported, std::move(message), {}, {}, kFix, {}};
    return error.in_file(path_to_utf8(path));
}

CudaKernels find_kernels() {
    CudaKernels kernels;
    if (const CudaState& state = cuda_state(); !state.usable) {
        kernels.reason = state.reason;
        return kernels;
    }
    auto opened = open_cuda_plugin(cuda_plugin_path());
    if (!opened) {
        kernels.reason = opened.error().message;
        return kernels;
    }
    const kernels::DeviceCaps caps = (*opened)->device_caps();
    if (!caps.usable) {
        kernels.reason = fmt::format("the CUDA runtime reports: {}", caps.reason);
    } else if (caps.capability < 80) {
        kernels.reason = fmt::format("the device is sm_{}; our kernels need sm_80 or later", caps.capability);
    } else {
        kernels.table = *opened;
    }
    return kernels;
}

}  // namespace

fs::path cuda_plugin_path() {
    if (const char* wanted = std::getenv("STUDIO_CUDA_PLUGIN"); wanted && *wanted) return path_from_utf8(wanted);
    const fs::path folder = platform::executable_path().parent_path();
    const fs::path installed = folder.parent_path() / "lib" / "turbo-studio" / kPluginFile;
    std::error_code ignored;
    return fs::exists(folder / kPluginFile, ignored) || !fs::exists(installed, ignored) ? folder / kPluginFile
                                                                                        : installed;
}

Result<const CudaTable*> open_cuda_plugin(const fs::path& path) {
    std::error_code failed;
    if (!fs::is_regular_file(path, failed)) {
        Error error{ErrorCode::kNotFound, "the CUDA plugin is not there", {}, {}, kFix, {}};
        return error.in_file(path_to_utf8(path));
    }
    std::string why;
    void* library = open_library(path, why);
    if (!library) return unusable(path, fmt::format("the CUDA plugin cannot be opened: {}", why));
    const auto entry = reinterpret_cast<CudaTableFunction>(find_symbol(library, kCudaTableSymbol));
    if (!entry) return unusable(path, fmt::format("the library is no CUDA plugin: it has no {}", kCudaTableSymbol));
    const CudaTable* table = entry(kCudaTableVersion);
    if (!table) return unusable(path, fmt::format("the CUDA plugin is of another version than {}", kCudaTableVersion));
    if (table->version != kCudaTableVersion || table->size_bytes != sizeof(CudaTable)) {
        return unusable(path,
                        fmt::format("the CUDA plugin is of version {} ({} bytes), this program wants {} ({} bytes)",
                                    table->version, table->size_bytes, kCudaTableVersion, sizeof(CudaTable)));
    }
    return table;
}

const CudaKernels& cuda_kernels() {
    static const CudaKernels kernels = find_kernels();
    return kernels;
}

std::string describe_cuda_kernels() {
    auto opened = open_cuda_plugin(cuda_plugin_path());
    if (!opened) return opened.error().message;
    const CudaKernels& kernels = cuda_kernels();
    if (kernels.table) return fmt::format("in use ({})", kernels.table->build);
    return fmt::format("installed ({}), not in use: {}", (*opened)->build, kernels.reason);
}

}  // namespace studio
