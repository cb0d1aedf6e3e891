#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/text.h"
#include "store/owner_lock.h"

namespace studio::store {

struct OwnerLock::Handle {
    int fd = -1;
    ~Handle() {
        if (fd >= 0) ::close(fd);  // releases the lock
    }
};

namespace {

std::string holder(int fd) {
    char text[64] = {};
    const ssize_t size = ::pread(fd, text, sizeof text - 1, 0);
    const auto pid = size > 0 ? parse_int64(std::string_view(text, std::size_t(size))) : std::nullopt;
    return pid ? fmt::format(" (process {})", *pid) : std::string();
}

Error lock_error(const std::filesystem::path& path, std::string message, std::string fix) {
    return {ErrorCode::kIo, std::move(message), path_to_utf8(path), {}, std::move(fix), {}};
}

}  // namespace

Result<OwnerLock> OwnerLock::acquire(const std::filesystem::path& folder) {
    const auto path = folder / "owner.lock";
    auto handle = std::make_unique<Handle>();
    handle->fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (handle->fd < 0)
        return lock_error(path, fmt::format("The data folder cannot be written: {}.", std::strerror(errno)),
                          "Choose another data folder (--data-root), or give yourself the right to write there.");
    int result = 0;
    do {
        result = ::flock(handle->fd, LOCK_EX | LOCK_NB);
    } while (result != 0 && errno == EINTR);
    if (result != 0)
        return lock_error(
            path, fmt::format("Another Turbo Studio{} already works with this data folder.", holder(handle->fd)),
            "Use its window, close it, or start with another data folder (--data-root).");
    const std::string pid = fmt::format("{}", ::getpid());  // for the message above only
    if (::ftruncate(handle->fd, 0) == 0) static_cast<void>(::pwrite(handle->fd, pid.data(), pid.size(), 0));
    return OwnerLock(std::move(handle));
}

OwnerLock::OwnerLock(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
OwnerLock::OwnerLock(OwnerLock&&) noexcept = default;
OwnerLock& OwnerLock::operator=(OwnerLock&&) noexcept = default;
OwnerLock::~OwnerLock() = default;

}  // namespace studio::store
