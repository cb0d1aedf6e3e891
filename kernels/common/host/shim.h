// kernels/common/host/shim.h - runs the source of a CUDA kernel on the CPU: every CUDA thread is a fiber, warp-wide
// instructions are meeting points, barriers and asynchronous copies behave as the programming model says and nothing
// stronger. For tests: slow, exactly repeatable from (order, async, seed), strict where hardware is lenient.
// What it proves and what it cannot: kernels/README.md.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <source_location>
#include <string>
#include <type_traits>

namespace studio::shim {

using Loc = std::source_location;

struct Dim3 {
    unsigned x = 1, y = 1, z = 1;
    constexpr Dim3(unsigned a = 1, unsigned b = 1, unsigned c = 1) : x(a), y(b), z(c) {}
    constexpr std::uint64_t count() const { return std::uint64_t(x) * y * z; }
};

/// Which ready thread runs next. kSkew lets one warp run as far ahead as it can; reshuffled at every barrier.
enum class Order : std::uint8_t { kForward, kReverse, kRandom, kSkew };
/// When an asynchronous copy or matrix product takes effect: at its issue, at the wait, or anywhere between.
enum class Async : std::uint8_t { kEarly, kLate, kRandom };

struct Options {
    Order order = Order::kForward;
    Async async = Async::kLate;
    std::uint64_t seed = 1;
    bool poison_shared = true;            // shared memory starts as 0xff bytes: NaN in every float format
    std::size_t max_shared = 227 * 1024;  // what the pretended device offers a block
    int capability = 90;                  // 80, 86, 89, 90, 120: what launchers are told
};
/// Used by the next launches of this thread.
Options& options();

struct Report {
    bool ok = true;
    std::string message;  // what, file:line, block and thread
    std::uint64_t switches = 0, collectives = 0, barriers = 0;
    std::uint64_t bank_conflicts = 0;  // extra shared-memory passes of ldmatrix; 0 for a right swizzle
};
/// Run body once per CUDA thread. Also kept as last_report().
Report run_grid(Dim3 grid, Dim3 block, std::size_t shared_bytes, const std::function<void()>& body);
const Report& last_report();

// --- what the wrappers in gpu.cuh and sm90.cuh call from inside a kernel
// ----------------------------------------------

struct Fiber;
struct Thread {
    Dim3 tid, bid, bdim, gdim;
    unsigned warp = 0, lane = 0;
    Fiber* fiber = nullptr;
};
extern Thread* self;  // the CUDA thread that runs now

/// Stop the launch with this error. Does not return to the kernel.
[[noreturn]] void fail(const std::string& what, const Loc& loc);

/// The block's next shared sub-array, guarded on both sides; every thread must take the same sequence.
char* shared_take(std::size_t bytes, std::size_t align, const Loc& loc);
/// Fails unless [p, p + bytes) lies inside one sub-array.
void shared_check(const void* p, std::size_t bytes, const Loc& loc);
/// The emulated 32-bit shared address of p.
std::uint32_t shared_offset(const void* p, const Loc& loc);
char* shared_base();

/// threads = 0: the whole block. id 0 is __syncthreads and must be reached at one place.
void barrier_sync(int id, int threads, const Loc& loc);
void barrier_arrive(int id, int threads, const Loc& loc);
/// Called by spin loops: lets others run and finds a spin that nobody can end.
void poll_yield(const Loc& loc);
void note_progress();
/// Whether an asynchronous operation issued now takes effect at once.
bool async_happens_now();

// Warp meetings: every lane of the mask brings `in`, the last one runs `combine`, each leaves with its `out`.
constexpr std::size_t kSlotBytes = 64;
struct Slots {
    alignas(16) unsigned char in[32][kSlotBytes];
    alignas(16) unsigned char out[32][kSlotBytes];
    std::uint32_t mask;
};
using Combine = void (*)(Slots&);
struct Meeting {
    const char* kind;
    std::uint32_t mask;
    Combine combine;
    bool orders_memory;  // whether it is a memory barrier for the lanes (only __syncwarp and waits are)
};
void meet(const Meeting& meeting, const void* in, std::size_t in_size, void* out, std::size_t out_size, const Loc& loc);

void combine_nothing(Slots& slots);
void combine_gather(Slots& slots);    // in: {u32 value, u32 source lane}; out: u32
void combine_ballot(Slots& slots);    // in: u32; out: u32
void combine_ldmatrix(Slots& slots);  // in: LdmatrixIn; out: u32[4]
void combine_mma_bf16(Slots& slots);  // in: {u32 a[4], u32 b[2], acc c[4]}; out: acc[4]
void combine_mma_f16(Slots& slots);
void combine_mma_s8(Slots& slots);
void combine_mma_e4m3(Slots& slots);
struct LdmatrixIn {
    std::uint32_t row[4];  // the 16 bytes that this lane's address points at
    std::uint32_t transposed;
    std::uint32_t at;  // shared address, for the bank count
};

// cp.async of one thread: queued, then done early, late or anywhere between.
void async_push(void* dst, const void* src, std::uint32_t valid, std::uint32_t total, const Loc& loc);
void async_commit();
void async_wait(int groups_still_allowed);

// The shim is compiled without sanitizers; copies on behalf of a kernel go through this function, which is compiled
// into the (perhaps sanitized) test, so that address and race checkers see them.
inline void visible_copy(void* dst, const void* src, std::uint32_t valid, std::uint32_t total) {
    auto* d = static_cast<unsigned char*>(dst);
    const auto* s = static_cast<const unsigned char*>(src);
    for (std::uint32_t i = 0; i < valid; ++i)
        d[i] = s[i];
    for (std::uint32_t i = valid; i < total; ++i)
        d[i] = 0;
}
extern void (*visible_copy_function)(void*, const void*, std::uint32_t, std::uint32_t);
struct InstallVisibleCopy {
    InstallVisibleCopy() { visible_copy_function = &visible_copy; }
};
inline const InstallVisibleCopy install_visible_copy;

template <class T>
T shuffle(std::uint32_t mask, T value, unsigned source, const char* kind, const Loc& loc) {
    static_assert(sizeof(T) == 4 && std::is_trivially_copyable_v<T>, "shuffles move 32 bits");
    struct {
        T value;
        std::uint32_t source;
    } in{value, source};
    T out;
    meet({kind, mask, combine_gather, false}, &in, sizeof in, &out, sizeof out, loc);
    return out;
}

}  // namespace studio::shim
