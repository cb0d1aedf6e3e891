#include <windows.h>
// windows.h comes first: the others need its types.
#include <fmt/format.h>

#include "core/file_lock.h"
#include "core/text.h"

namespace studio {
namespace fs = std::filesystem;

struct FileLock::System {
    explicit System(HANDLE handle) : file(handle) {}
    ~System() { CloseHandle(file); }
    System(const System&) = delete;
    System& operator=(const System&) = delete;
    HANDLE file;
};

FileLock::FileLock(std::unique_ptr<System> system) : system_(std::move(system)) {}
FileLock::~FileLock() = default;
FileLock::FileLock(FileLock&&) noexcept = default;
FileLock& FileLock::operator=(FileLock&&) noexcept = default;

Result<std::optional<FileLock>> FileLock::try_lock(const fs::path& path) {
    // Shared with nobody, and gone with the last handle: the system does the whole work.
    const HANDLE file = CreateFileW(path.c_str(), GENERIC_READ | GENERIC_WRITE, 0, nullptr, OPEN_ALWAYS,
                                    FILE_ATTRIBUTE_TEMPORARY | FILE_FLAG_DELETE_ON_CLOSE, nullptr);
    if (file != INVALID_HANDLE_VALUE) return std::optional<FileLock>(FileLock(std::make_unique<System>(file)));
    const DWORD number = GetLastError();
    if (number == ERROR_SHARING_VIOLATION) return std::optional<FileLock>();
    const std::string name = path_to_utf8(path);
    return Error{ErrorCode::kIo,
                 fmt::format("{} cannot be created (Windows error {}).", escape_for_display(name, 1000), number),
                 name,
                 {},
                 "Check that the folder exists and that you may write there.",
                 {}};
}

}  // namespace studio
