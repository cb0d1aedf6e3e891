// kernels/common/status.h - what a launcher answers, and the element types it may be given. Every launcher is noexcept
// and allocates nothing, so a Status carries only texts that live as long as the program.
#pragma once
#include <cstddef>
#include <cstdint>

namespace studio::kernels {

enum class DType : std::uint8_t { kF32, kF16, kBF16, kI8, kE4M3 };

constexpr std::size_t size_of(DType type) noexcept {
    return type == DType::kF32 ? 4 : type == DType::kF16 || type == DType::kBF16 ? 2 : 1;
}
constexpr const char* name_of(DType type) noexcept {
    constexpr const char* kNames[] = {"f32", "f16", "bf16", "i8", "e4m3"};
    return kNames[static_cast<int>(type)];
}

enum class StatusCode : std::uint8_t {
    kOk,
    kInvalidArgument,  // null, misaligned, zero or negative where that makes no sense, sizes that contradict each other
    kUnsupportedType,  // a DType this operation has no code for
    kTooLarge,         // past a limit that the header names
    kNoDevice,         // no driver, no device, or a build without this back end
    kNotSupported,     // the device or CPU is too old, or lacks the shared memory
    kLaunchFailed,     // the runtime refused or the host shim found a fault; `device_error` has the runtime's number
};

/// Result of a launcher. Except for kLaunchFailed, a Status that is not ok means that nothing was written.
struct [[nodiscard]] Status {
    StatusCode code = StatusCode::kOk;
    const char* reason = "";  // static text: which argument or which need, one sentence without a full stop
    int device_error = 0;     // cudaError_t where there is one

    constexpr bool ok() const noexcept { return code == StatusCode::kOk; }
    constexpr explicit operator bool() const noexcept { return ok(); }
};

constexpr Status refuse(StatusCode code, const char* reason) noexcept {
    return {code, reason, 0};
}

/// For checks in launchers: true when p is not null and lies on a multiple of `bytes`.
inline bool is_aligned(const void* p, std::size_t bytes) noexcept {
    return p != nullptr && reinterpret_cast<std::uintptr_t>(p) % bytes == 0;
}

}  // namespace studio::kernels
