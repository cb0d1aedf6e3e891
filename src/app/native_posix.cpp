#include <dlfcn.h>
#include <link.h>

#include <system_error>

#include "app/native.h"

namespace studio::native {
namespace fs = std::filesystem;

const char* const kCudaDriverLibrary = "libcuda.so.1";

std::vector<fs::path> loaded_libraries() {
    std::vector<fs::path> paths;
    const auto collect = [](dl_phdr_info* info, std::size_t, void* out) -> int {
        if (info->dlpi_name == nullptr || info->dlpi_name[0] != '/') return 0;
        std::error_code failed;
        fs::path path = fs::canonical(info->dlpi_name, failed);
        if (!failed) static_cast<std::vector<fs::path>*>(out)->push_back(std::move(path));
        return 0;
    };
    ::dl_iterate_phdr(collect, &paths);
    return paths;
}

OptionalLibrary::OptionalLibrary(const char* name) : handle_(::dlopen(name, RTLD_NOW | RTLD_LOCAL)) {
    if (handle_ != nullptr) return;
    const char* const why = ::dlerror();
    reason_ = why != nullptr ? why : "unknown reason";
}

OptionalLibrary::~OptionalLibrary() {
    if (handle_ != nullptr) ::dlclose(handle_);
}

void* OptionalLibrary::symbol(const char* name) const noexcept {
    return handle_ == nullptr ? nullptr : ::dlsym(handle_, name);
}

}  // namespace studio::native
