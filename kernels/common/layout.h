// kernels/common/layout.h - cutting a caller's workspace into parts, each on a multiple of 256 bytes.
#pragma once
#include <cstdint>

namespace studio::kernels {

/// With base null it only counts.
struct Layout {
    char* base = nullptr;
    std::int64_t used = 0;
    template <class T>
    T* take(std::int64_t count) noexcept {
        T* p = base ? reinterpret_cast<T*>(base + used) : nullptr;
        used += (count * std::int64_t(sizeof(T)) + 255) / 256 * 256;
        return p;
    }
};

}  // namespace studio::kernels
