#include "core/file_lock.h"

#include <fmt/format.h>

#include <thread>

#include "core/text.h"

namespace studio {

Result<FileLock> FileLock::lock_beside(const std::filesystem::path& file, std::chrono::milliseconds longest) {
    std::error_code ignored;  // what cannot be made is reported by try_lock
    std::filesystem::create_directories(file.parent_path(), ignored);
    std::filesystem::path lock_path = file;
    lock_path += ".lock";
    const auto end = std::chrono::steady_clock::now() + longest;
    for (;;) {
        STUDIO_TRY(lock, try_lock(lock_path));
        if (lock) return *std::move(lock);
        if (std::chrono::steady_clock::now() > end) {
            const std::string shown = escape_for_display(path_to_utf8(file), 1000);
            return Error{ErrorCode::kIo,           fmt::format("Another program is changing {}.", shown),
                         path_to_utf8(file),       "lock",
                         "Try again in a moment.", {}};
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
}

}  // namespace studio
