#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <mutex>
#include <system_error>

#include "core/files.h"
#include "core/text.h"
#include "io/mapped_file.h"

namespace studio::io {
namespace {

// The handler may take no lock, so mappings stand in a fixed table of atomics. A mapping that finds no room is still
// mapped; it only lacks the protection.
struct Slot {
    std::atomic<std::uintptr_t> begin{0};  // 0: free
    std::atomic<std::uintptr_t> end{0};
    std::atomic<bool> is_damaged{false};
};
std::array<Slot, 1024> g_slots;
std::mutex g_slots_mutex;  // for taking a free slot only
std::uintptr_t g_page_size = 4096;
struct sigaction g_previous {};

Slot* find_slot(std::uintptr_t address) noexcept {
    for (Slot& slot : g_slots) {
        const std::uintptr_t begin = slot.begin.load(std::memory_order_acquire);
        if (begin != 0 && address >= begin && address < slot.end.load(std::memory_order_acquire)) return &slot;
    }
    return nullptr;
}

extern "C" void on_sigbus(int number, siginfo_t* info, void*) {
    const int saved = errno;
    const auto address = reinterpret_cast<std::uintptr_t>(info->si_addr);
    Slot* const slot = info->si_code > 0 ? find_slot(address) : nullptr;  // > 0: from the kernel, not from kill()
    if (slot != nullptr) {
        void* const page = reinterpret_cast<void*>(address & ~(g_page_size - 1));
        if (::mmap(page, g_page_size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == page) {
            slot->is_damaged.store(true, std::memory_order_release);
            errno = saved;
            return;
        }
    }
    // Not ours: for a fault the instruction runs again and meets the earlier handler; a sent signal is sent again.
    ::sigaction(number, &g_previous, nullptr);
    if (info->si_code <= 0) ::raise(number);
    errno = saved;
}

Slot* take_slot(const void* data, std::size_t size) {
    static std::once_flag once;
    std::call_once(once, [] {
        g_page_size = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
        struct sigaction action {};
        action.sa_sigaction = on_sigbus;
        action.sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK;
        sigemptyset(&action.sa_mask);
        ::sigaction(SIGBUS, &action, &g_previous);
    });
    std::lock_guard lock(g_slots_mutex);
    for (Slot& slot : g_slots) {
        if (slot.begin.load() != 0) continue;
        const auto begin = reinterpret_cast<std::uintptr_t>(data);
        slot.is_damaged.store(false);
        slot.end.store(begin + size, std::memory_order_release);
        slot.begin.store(begin, std::memory_order_release);
        return &slot;
    }
    return nullptr;
}

bool same_file_state(const struct stat& a, const struct stat& b) {
    return a.st_size == b.st_size && a.st_mtim.tv_sec == b.st_mtim.tv_sec && a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

Error cannot_open(const std::string& name, int number) {
    return {ErrorCode::kIo,
            fmt::format("{} cannot be opened: {}.", escape_for_display(name, 1000),
                        std::generic_category().message(number)),
            name,
            {},
            "Check the permissions of the file and that its disk is there.",
            {}};
}

}  // namespace

struct MappedFile::System {
    int fd = -1;
    struct stat at_open {};
    Slot* slot = nullptr;
    std::atomic<std::uint64_t> asked_until{0};  // end of the last prefetch
};

MappedFile::MappedFile() : system_(std::make_unique<System>()) {}

MappedFile::~MappedFile() {
    if (system_->slot != nullptr) system_->slot->begin.store(0);
    if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
    if (system_->fd >= 0) ::close(system_->fd);
}

Result<std::shared_ptr<const MappedFile>> MappedFile::open(const std::filesystem::path& path) {
    STUDIO_TRY_VOID(require_regular_file(path));
    const std::string name = path_to_utf8(path);
    std::shared_ptr<MappedFile> file(new MappedFile);
    file->path_ = path;
    System& system = *file->system_;
    system.fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);  // never waits on a pipe
    if (system.fd < 0 || ::fstat(system.fd, &system.at_open) != 0) return cannot_open(name, errno);
    if (!S_ISREG(system.at_open.st_mode)) return cannot_open(name, EINVAL);
    const auto size = static_cast<std::size_t>(system.at_open.st_size);
    if (size == 0) return std::shared_ptr<const MappedFile>(std::move(file));
    void* const data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, system.fd, 0);
    if (data == MAP_FAILED) return cannot_open(name, errno);
    file->bytes_ = {static_cast<const std::byte*>(data), size};
    system.slot = take_slot(data, size);
    return std::shared_ptr<const MappedFile>(std::move(file));
}

Result<void> MappedFile::verify_unchanged() const {
    struct stat now {};
    const bool is_damaged = system_->slot != nullptr && system_->slot->is_damaged.load();
    if (!is_damaged && ::fstat(system_->fd, &now) == 0 && same_file_state(now, system_->at_open)) return {};
    const std::string name = path_to_utf8(path_);
    return Error{
        ErrorCode::kIo,
        fmt::format("{} was changed by another program while it was being read.", escape_for_display(name, 1000)),
        name,
        {},
        "Wait until the download or copy has finished, then open the model again.",
        {}};
}

void MappedFile::prefetch(std::uint64_t offset, std::uint64_t nbytes) const noexcept {
    if (offset >= bytes_.size()) return;
    const std::uint64_t end = std::min<std::uint64_t>(bytes_.size(), offset + std::min(nbytes, bytes_.size() - offset));
    // Each request costs a look at every page of it, so what the last one covers is not asked for again.
    const std::uint64_t asked = system_->asked_until.load(std::memory_order_relaxed);
    std::uint64_t begin = offset;
    if (asked > offset && asked <= end) {
        if (asked == bytes_.size() || asked - offset >= nbytes / 2) return;
        begin = asked;
    }
    system_->asked_until.store(end, std::memory_order_relaxed);
    begin &= ~std::uint64_t{g_page_size - 1};
    ::madvise(const_cast<std::byte*>(bytes_.data()) + begin, static_cast<std::size_t>(end - begin), MADV_WILLNEED);
}

}  // namespace studio::io
