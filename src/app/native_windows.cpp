#include <windows.h>
// clang-format off: psapi.h needs windows.h before it
#include <psapi.h>
// clang-format on

#include <algorithm>
#include <system_error>

#include "app/native.h"

namespace studio::native {
namespace fs = std::filesystem;

const char* const kCudaDriverLibrary = "nvcuda.dll";

std::vector<fs::path> loaded_libraries() {
    std::vector<HMODULE> modules(1024);
    DWORD needed = 0;
    if (!::EnumProcessModules(::GetCurrentProcess(), modules.data(),
                              static_cast<DWORD>(modules.size() * sizeof(HMODULE)), &needed))
        return {};
    modules.resize(std::min<std::size_t>(modules.size(), needed / sizeof(HMODULE)));
    std::vector<fs::path> paths;
    for (const HMODULE module : modules) {
        wchar_t name[4096];
        const DWORD length = ::GetModuleFileNameW(module, name, 4096);
        if (length > 0 && length < 4096) paths.emplace_back(std::wstring(name, length));
    }
    return paths;
}

OptionalLibrary::OptionalLibrary(const char* name)
    : handle_(::LoadLibraryExA(name, nullptr, LOAD_LIBRARY_SEARCH_SYSTEM32)) {
    if (handle_ == nullptr) reason_ = std::system_category().message(static_cast<int>(::GetLastError()));
}

OptionalLibrary::~OptionalLibrary() {
    if (handle_ != nullptr) ::FreeLibrary(static_cast<HMODULE>(handle_));
}

void* OptionalLibrary::symbol(const char* name) const noexcept {
    if (handle_ == nullptr) return nullptr;
    return reinterpret_cast<void*>(::GetProcAddress(static_cast<HMODULE>(handle_), name));
}

}  // namespace studio::native
