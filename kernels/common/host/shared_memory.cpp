// Shared memory of one block: poisoned, carved into sub-arrays with guards between them, every wrapper access checked.
#include <cstdlib>

#include "kernels/common/host/machine.h"

namespace studio::shim {

namespace {
constexpr unsigned char kGuardByte = 0xd5;
}

void SharedMemory::allocate(std::size_t bytes, bool poison) {
    void* memory = nullptr;
    declared = bytes;
    room = bytes + kGuardBytes * (kMaxSubArrays + 1);
    if (posix_memalign(&memory, 1024, room) != 0) std::abort();
    base = static_cast<char*>(memory);
    auto* fill = static_cast<volatile unsigned char*>(memory);
    for (std::size_t i = 0; i < room; ++i)
        fill[i] = i >= bytes ? kGuardByte : poison ? 0xff : 0;
    hide(base + declared, room - declared);
    count = taken_bytes = 0;
}

void SharedMemory::release() {
    show(base, room);
    std::free(base);
    base = nullptr;
}

std::string SharedMemory::broken_guard() const {
    show(base, room);
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t end = parts[i].at + parts[i].bytes;
        const std::size_t stop = i + 1 < count ? parts[i + 1].at : end + kGuardBytes;
        for (std::size_t k = end; k < stop; ++k) {
            if (static_cast<unsigned char>(base[k]) != kGuardByte) {
                return "a kernel wrote " + std::to_string(k - end) + " bytes behind shared sub-array " +
                       std::to_string(i) + " of " + std::to_string(parts[i].bytes) + " bytes";
            }
        }
    }
    return {};
}

char* shared_take(std::size_t bytes, std::size_t align, const Loc& loc) {
    SharedMemory& shared = machine->shared;
    const std::size_t i = self->fiber->taken++;
    if (i < shared.count) {
        if (shared.parts[i].bytes != bytes) fail("threads carve shared memory differently", loc);
        return shared.base + shared.parts[i].at;
    }
    if (i == kMaxSubArrays || align > kGuardBytes) fail("too many shared sub-arrays, or an alignment over 1024", loc);
    shared.taken_bytes = (shared.taken_bytes + align - 1) / align * align + bytes;
    if (shared.taken_bytes > shared.declared) fail("sub-arrays need more shared memory than the launch asked for", loc);
    const std::size_t end = i == 0 ? 0 : shared.parts[i - 1].at + shared.parts[i - 1].bytes;
    const std::size_t at = i == 0 ? 0 : (end + kGuardBytes - 1) / kGuardBytes * kGuardBytes + kGuardBytes;
    shared.parts[i] = {at, bytes};
    shared.count = i + 1;
    show(shared.base, shared.room);
    if (i == 0) {
        for (std::size_t k = bytes; k < shared.declared; ++k)
            shared.base[k] = char(kGuardByte);
    }
    auto* fill = reinterpret_cast<volatile unsigned char*>(shared.base + at);
    if (machine->options.poison_shared) {
        for (std::size_t k = 0; k < bytes; ++k)
            fill[k] = 0xff;
    }
    hide(shared.base, shared.room);
    for (std::size_t k = 0; k <= i; ++k)
        show(shared.base + shared.parts[k].at, shared.parts[k].bytes);
    return shared.base + at;
}

void shared_check(const void* p, std::size_t bytes, const Loc& loc) {
    const SharedMemory& shared = machine->shared;
    const std::ptrdiff_t at = static_cast<const char*>(p) - shared.base;
    for (std::size_t i = 0; i < shared.count; ++i) {
        const std::ptrdiff_t begin = std::ptrdiff_t(shared.parts[i].at);
        if (at >= begin && at + std::ptrdiff_t(bytes) <= begin + std::ptrdiff_t(shared.parts[i].bytes)) return;
    }
    fail("access outside its shared sub-array", loc);
}

std::uint32_t shared_offset(const void* p, const Loc& loc) {
    shared_check(p, 1, loc);
    return std::uint32_t(static_cast<const char*>(p) - machine->shared.base);
}
char* shared_base() {
    return machine->shared.base;
}

}  // namespace studio::shim
