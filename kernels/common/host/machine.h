// kernels/common/host/machine.h - the state of one launch; private to the shim's own sources.
#pragma once
#include <array>
#include <memory>
#include <vector>

#include "kernels/common/host/fiber.h"
#include "kernels/common/host/shim.h"

namespace studio::shim {

struct Copy {
    void* dst = nullptr;
    const void* src = nullptr;
    std::uint32_t valid = 0, total = 0;
    std::uint64_t group = 0;
    bool done = false;
};
enum class State : unsigned char { kReady, kInWarpOperation, kAtBarrier, kDone };

struct Fiber {
    Thread thread;
    Stack stack;
    State state = State::kReady;
    const char* waits_in = "";
    Loc where;
    std::vector<Copy> copies;  // capacity fixed: growing inside a fiber would call an intercepted memmove
    std::size_t first_copy = 0;
    std::uint64_t group = 0;  // cp.async groups committed
    std::size_t taken = 0;    // shared sub-arrays taken
};

struct WarpOperation {
    const char* kind = nullptr;
    Loc where;
    std::uint32_t arrived = 0;
    Slots slots;
};
struct Warp {
    std::uint32_t ready = 0, alive = 0, all = 0;
    std::array<WarpOperation, 8> operations;  // lanes may split into groups with disjoint masks
    unsigned priority = 0;
    char token = 0;
};
struct Barrier {
    int expected = 0, arrived = 0;
    std::array<std::uint32_t, 32> waiting{};
    Loc where;
    char token = 0;
};
struct SubArray {
    std::size_t at = 0, bytes = 0;
};
constexpr std::size_t kMaxSubArrays = 24;
constexpr std::size_t kGuardBytes = 1024;  // a multiple of every alignment

struct SharedMemory {
    char* base = nullptr;
    std::size_t declared = 0, room = 0, taken_bytes = 0;
    std::array<SubArray, kMaxSubArrays> parts{};
    std::size_t count = 0;

    void allocate(std::size_t bytes, bool poison);
    void release();
    /// The first guard byte that somebody changed, or an empty text.
    std::string broken_guard() const;
};

struct Machine {
    Options options;
    Report report;
    Scheduler scheduler;
    std::vector<std::unique_ptr<Fiber>> fibers;
    std::vector<Warp> warps;
    std::array<Barrier, 16> barriers;
    SharedMemory shared;
    const std::function<void()>* body = nullptr;
    std::uint64_t random = 1;
    std::uint64_t idle_polls = 0;
    unsigned alive = 0, threads = 0;
    bool failed = false, let_others_run = false;
    // Two tokens, or a finished thread would be ordered before one that has not yet begun.
    char start_token = 0, end_token = 0;
};
extern Machine* machine;

std::uint64_t next_random();
std::string describe(const Loc& loc);
void set_error(std::string text);
void set_ready(Fiber& fiber);
void stop_here(Fiber& fiber, State state, const char* what, const Loc& loc);  // until somebody sets it ready
void yield(Fiber& fiber);                                                     // stays ready
void report_deadlock();
void hopper_reset();

/// Copies that no sanitizer intercepts.
void plain_copy(void* dst, const void* src, std::size_t bytes);

}  // namespace studio::shim
