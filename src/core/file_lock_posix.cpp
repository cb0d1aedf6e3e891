#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "core/file_lock.h"
#include "core/text.h"

namespace studio {
namespace fs = std::filesystem;

struct FileLock::System {
    System(int descriptor, fs::path file) : fd(descriptor), path(std::move(file)) {}
    ~System() {
        // Removed before it is released: whoever opened this file meanwhile sees that the name is gone and tries again.
        if (is_locked) ::unlink(path.c_str());
        ::close(fd);
    }
    System(const System&) = delete;
    System& operator=(const System&) = delete;

    /// Does the name still lead to what is open?
    bool is_current() const {
        struct stat opened {
        }, named{};
        return ::fstat(fd, &opened) == 0 && ::lstat(path.c_str(), &named) == 0 && opened.st_ino == named.st_ino &&
               opened.st_dev == named.st_dev;
    }

    int fd;
    fs::path path;
    bool is_locked = false;
};

namespace {

Error cannot_lock(const fs::path& path, int number) {
    const std::string name = path_to_utf8(path);
    const char* fix = "Check that the folder exists and that you may write there.";
    if (number == ENOSPC || number == EDQUOT) fix = "Free some disk space, then try again.";
    if (number == EROFS) fix = "The disk is read-only: choose another folder.";
    return {ErrorCode::kIo,
            fmt::format("{} cannot be created: {}.", escape_for_display(name, 1000),
                        std::generic_category().message(number)),
            name,
            {},
            fix,
            {}};
}

}  // namespace

FileLock::FileLock(std::unique_ptr<System> system) : system_(std::move(system)) {}
FileLock::~FileLock() = default;
FileLock::FileLock(FileLock&&) noexcept = default;
FileLock& FileLock::operator=(FileLock&&) noexcept = default;

Result<std::optional<FileLock>> FileLock::try_lock(const fs::path& path) {
    constexpr int kAttempts = 16;  // each one lost to an owner that was just leaving
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
        const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
        if (fd < 0) return cannot_lock(path, errno);
        auto system = std::make_unique<System>(fd, path);
        if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
            if (errno == EWOULDBLOCK) return std::optional<FileLock>();
            return cannot_lock(path, errno);
        }
        if (!system->is_current()) continue;
        system->is_locked = true;
        return std::optional<FileLock>(FileLock(std::move(system)));
    }
    return std::optional<FileLock>();
}

}  // namespace studio
