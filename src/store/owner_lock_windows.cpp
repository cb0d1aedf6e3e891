#include <fmt/format.h>
#include <windows.h>

#include "core/text.h"
#include "store/owner_lock.h"

namespace studio::store {

struct OwnerLock::Handle {
    HANDLE file = INVALID_HANDLE_VALUE;
    ~Handle() {
        if (file != INVALID_HANDLE_VALUE) CloseHandle(file);
    }
};

Result<OwnerLock> OwnerLock::acquire(const std::filesystem::path& folder) {
    const auto path = folder / "owner.lock";
    auto handle = std::make_unique<Handle>();
    // No sharing: the open itself is the lock.
    handle->file = CreateFileW(path.c_str(), GENERIC_READ | GENERIC_WRITE, 0, nullptr, OPEN_ALWAYS,
                               FILE_ATTRIBUTE_NORMAL, nullptr);
    if (handle->file != INVALID_HANDLE_VALUE) return OwnerLock(std::move(handle));
    Error error;
    error.code = ErrorCode::kIo;
    error.file = path_to_utf8(path);
    if (GetLastError() == ERROR_SHARING_VIOLATION) {
        error.message = "Another Turbo Studio already works with this data folder.";
        error.fix = "Use its window, close it, or start with another data folder (--data-root).";
    } else {
        error.message = fmt::format("The data folder cannot be written (Windows error {}).", GetLastError());
        error.fix = "Choose another data folder (--data-root), or give yourself the right to write there.";
    }
    return error;
}

OwnerLock::OwnerLock(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
OwnerLock::OwnerLock(OwnerLock&&) noexcept = default;
OwnerLock& OwnerLock::operator=(OwnerLock&&) noexcept = default;
OwnerLock::~OwnerLock() = default;

}  // namespace studio::store
