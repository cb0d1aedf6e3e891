#include <fcntl.h>
#include <fmt/format.h>
#include <pwd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <system_error>
#include <thread>

#include "core/platform.h"
#include "core/text.h"

namespace studio::platform {
namespace fs = std::filesystem;
namespace {

constexpr const char* kAppFolder = "turbo-studio";

std::string environment(const char* name) {
    const char* const value = std::getenv(name);
    return value != nullptr ? value : "";
}

fs::path home_dir() {
    if (const std::string home = environment("HOME"); !home.empty() && home[0] == '/') return home;
    char buffer[4096];
    passwd entry{};
    passwd* found = nullptr;
    if (getpwuid_r(getuid(), &entry, buffer, sizeof buffer, &found) == 0 && found != nullptr &&
        found->pw_dir != nullptr) {
        return found->pw_dir;
    }
    return fs::path("/tmp") / fmt::format("{}-{}", kAppFolder, getuid());
}

fs::path user_dir(const char* ours, const char* xdg, const char* below_home) {
    if (const std::string all = environment("STUDIO_HOME"); !all.empty()) return fs::absolute(fs::path(all)) / ours;
    // The XDG rules: a relative path is to be ignored.
    if (const std::string base = environment(xdg); !base.empty() && base[0] == '/') return fs::path(base) / kAppFolder;
    return home_dir() / below_home / kAppFolder;
}

Error io_error(const fs::path& path, const char* what, int number) {
    const std::string name = path_to_utf8(path);
    const char* fix = "Check that the folder exists and that you may write there.";
    if (number == ENOSPC || number == EDQUOT) fix = "Free some disk space, then try again.";
    if (number == EROFS) fix = "The disk is read-only: choose another folder.";
    return {ErrorCode::kIo,
            fmt::format("{} {}: {}.", what, escape_for_display(name, 1000), std::generic_category().message(number)),
            name,
            {},
            fix,
            {}};
}

class Descriptor {
  public:
    explicit Descriptor(int fd) : fd_(fd) {}
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return fd_; }

  private:
    int fd_;
};

/// Disks without renameat2(NOREPLACE): a hard link never replaces; where links are missing too (FAT), a placeholder of
/// our own.
Result<bool> rename_by_link(const fs::path& from, const fs::path& to) {
    if (::link(from.c_str(), to.c_str()) == 0) {
        ::unlink(from.c_str());
        return true;
    }
    if (errno == EEXIST) return false;
    if (errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS) return io_error(to, "Cannot create", errno);
    const Descriptor placeholder(::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (placeholder.get() < 0) {
        if (errno == EEXIST) return false;
        return io_error(to, "Cannot create", errno);
    }
    if (::rename(from.c_str(), to.c_str()) != 0) {
        const int number = errno;
        ::unlink(to.c_str());
        return io_error(to, "Cannot create", number);
    }
    return true;
}

int g_stop_pipe[2] = {-1, -1};

extern "C" void on_stop_signal(int number) {
    const int saved = errno;
    const auto byte = static_cast<unsigned char>(number);
    [[maybe_unused]] const auto written = ::write(g_stop_pipe[1], &byte, 1);
    errno = saved;
}

}  // namespace

fs::path user_data_dir() {
    return user_dir("data", "XDG_DATA_HOME", ".local/share");
}
fs::path user_config_dir() {
    return user_dir("config", "XDG_CONFIG_HOME", ".config");
}
fs::path user_state_dir() {
    return user_dir("state", "XDG_STATE_HOME", ".local/state");
}

fs::path executable_path() {
    std::error_code failed;
    fs::path path = fs::read_symlink("/proc/self/exe", failed);
    return failed ? fs::path() : path;
}

std::string os_name() {
    std::string name = "Linux";
    std::ifstream release("/etc/os-release");
    for (std::string line; std::getline(release, line);) {
        if (line.rfind("PRETTY_NAME=", 0) != 0) continue;
        name = line.substr(12);
        std::erase(name, '"');
    }
    utsname kernel{};
    return ::uname(&kernel) == 0 ? fmt::format("{}, {} {}", name, kernel.sysname, kernel.release) : name;
}

std::FILE* create_new_file(const fs::path& path, int& error_number) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    error_number = errno;
    if (fd < 0) return nullptr;
    std::FILE* const stream = ::fdopen(fd, "wb");
    error_number = errno;
    if (stream == nullptr) ::close(fd);
    return stream;
}

int sync_stream(std::FILE* stream) {
    return ::fsync(::fileno(stream)) == 0 ? 0 : errno;
}

Result<void> sync_file(const fs::path& path) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (file.get() < 0) return io_error(path, "Cannot open", errno);
    if (::fsync(file.get()) != 0) return io_error(path, "Cannot finish writing", errno);
    return {};
}

Result<void> sync_folder(const fs::path& path) {
    const fs::path folder = path.empty() ? fs::path(".") : path;
    const Descriptor handle(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (handle.get() < 0) return io_error(folder, "Cannot open the folder", errno);
    // Network and FUSE file systems may not know fsync on a folder; the rename itself has still happened.
    if (::fsync(handle.get()) != 0 && errno != EINVAL && errno != ENOTSUP) {
        return io_error(folder, "Cannot finish writing in", errno);
    }
    return {};
}

Result<bool> rename_no_replace(const fs::path& from, const fs::path& to) {
    constexpr unsigned kNoReplace = 1;  // RENAME_NOREPLACE; the C library's wrapper is newer than some systems
    if (::syscall(SYS_renameat2, AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), kNoReplace) == 0) return true;
    if (errno == EEXIST) return false;
    if (errno == EINVAL || errno == ENOSYS) return rename_by_link(from, to);
    return io_error(to, "Cannot create", errno);
}

void on_termination(void (*on_stop)(int signal_number)) {
    if (::pipe2(g_stop_pipe, O_CLOEXEC) != 0) return;
    std::thread([on_stop] {
        unsigned char number = 0;
        for (;;) {
            const auto got = ::read(g_stop_pipe[0], &number, 1);
            if (got == 1) on_stop(number);
            if (got == 0 || (got < 0 && errno != EINTR)) return;
        }
    }).detach();
    struct sigaction action {};
    action.sa_handler = on_stop_signal;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
        struct sigaction before {};
        ::sigaction(number, nullptr, &before);
        if (number == SIGHUP && before.sa_handler == SIG_IGN) continue;  // started with nohup
        ::sigaction(number, &action, nullptr);
    }
}

void forget_pages(std::span<const std::byte> mapped) noexcept {
    const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    const auto begin = (reinterpret_cast<std::uintptr_t>(mapped.data()) + page - 1) / page * page;
    const auto end = (reinterpret_cast<std::uintptr_t>(mapped.data()) + mapped.size()) / page * page;
    if (begin < end) static_cast<void>(::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED));
}

}  // namespace studio::platform
