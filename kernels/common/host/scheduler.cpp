// Runs a grid: creates the fibers, picks who runs next, tells a deadlock from the end.
#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "kernels/common/host/machine.h"

namespace studio::shim {

Machine* machine = nullptr;
Thread* self = nullptr;
void (*visible_copy_function)(void*, const void*, std::uint32_t, std::uint32_t) = nullptr;
static Report last;

Options& options() {
    static Options current;
    return current;
}
const Report& last_report() {
    return last;
}

std::uint64_t next_random() {
    std::uint64_t& s = machine->random;
    s ^= s << 13;
    s ^= s >> 7;
    s ^= s << 17;
    return s * 0x2545F4914F6CDD1Dull;
}
std::string describe(const Loc& loc) {
    return std::string(loc.file_name()) + ":" + std::to_string(loc.line());
}

void set_error(std::string text) {
    if (machine->failed) return;
    machine->failed = true;
    machine->report.ok = false;
    machine->report.message = std::move(text);
}
void fail(const std::string& what, const Loc& loc) {
    const Thread& t = *self;
    char who[128];
    std::snprintf(who, sizeof who, " (block %u,%u,%u thread %u,%u,%u)", t.bid.x, t.bid.y, t.bid.z, t.tid.x, t.tid.y,
                  t.tid.z);
    set_error(what + " at " + describe(loc) + who);
    release(&machine->end_token);
    machine->scheduler.leave(t.fiber->stack, false);
    std::abort();  // a failed launch never comes back here
}

void set_ready(Fiber& fiber) {
    fiber.state = State::kReady;
    machine->warps[fiber.thread.warp].ready |= 1u << fiber.thread.lane;
}
void stop_here(Fiber& fiber, State state, const char* what, const Loc& loc) {
    fiber.state = state;
    fiber.waits_in = what;
    fiber.where = loc;
    machine->warps[fiber.thread.warp].ready &= ~(1u << fiber.thread.lane);
    yield(fiber);
}
void yield(Fiber& fiber) {
    release(&machine->end_token);  // it may never run again: a failed launch abandons its fibers
    machine->scheduler.leave(fiber.stack, false);
}

void report_deadlock() {
    std::string text = "deadlock: no thread can continue;";
    int shown = 0;
    for (unsigned i = 0; i < machine->threads && shown < 3; ++i) {
        const Fiber& fiber = *machine->fibers[i];
        if (fiber.state == State::kDone) continue;
        text += " thread " + std::to_string(i) + " waits in " + fiber.waits_in + " at " + describe(fiber.where) + ";";
        ++shown;
    }
    if (machine->alive != machine->threads) {
        text += " " + std::to_string(machine->threads - machine->alive) + " threads have already returned";
    }
    set_error(text);
}

void note_progress() {
    machine->idle_polls = 0;
}
void poll_yield(const Loc& loc) {
    Fiber& fiber = *self->fiber;
    fiber.waits_in = "a spin loop";
    fiber.where = loc;
    if (++machine->idle_polls > 64ull * machine->threads) report_deadlock();
    machine->warps[fiber.thread.warp].priority = 0;
    machine->let_others_run = true;
    yield(fiber);
}

namespace {

void fiber_main() {
    machine->scheduler.arrived();
    acquire(&machine->start_token);
    (*machine->body)();
    Fiber& fiber = *self->fiber;
    if (fiber.first_copy < fiber.copies.size()) {
        set_error("thread " + std::to_string(fiber.thread.warp * 32 + fiber.thread.lane) +
                  " ended with an asynchronous copy that nobody waited for");
    }
    release(&machine->end_token);
    fiber.state = State::kDone;
    Warp& warp = machine->warps[fiber.thread.warp];
    warp.ready &= ~(1u << fiber.thread.lane);
    warp.alive &= ~(1u << fiber.thread.lane);
    --machine->alive;
    note_progress();
    machine->scheduler.leave(fiber.stack, true);
    std::abort();
}

int pick_warp(Order order) {
    const auto& warps = machine->warps;
    const int n = int(warps.size());
    const int start = order == Order::kRandom ? int(next_random() % unsigned(n)) : 0;
    int best = -1;
    for (int i = 0; i < n; ++i) {
        const int w = order == Order::kReverse ? n - 1 - i : (start + i) % n;
        if (!warps[std::size_t(w)].ready) continue;
        if (order != Order::kSkew) return w;
        if (best < 0 || warps[std::size_t(w)].priority > warps[std::size_t(best)].priority) best = w;
    }
    return best;
}

Fiber* pick() {
    const Order order = machine->let_others_run ? Order::kRandom : machine->options.order;
    machine->let_others_run = false;
    const int w = pick_warp(order);
    if (w < 0) return nullptr;
    const std::uint32_t ready = machine->warps[std::size_t(w)].ready;
    int lane = __builtin_ctz(ready);
    if (order == Order::kReverse) lane = 31 - __builtin_clz(ready);
    if (order == Order::kRandom || order == Order::kSkew) {
        const unsigned turn = unsigned(next_random() & 31);
        const std::uint32_t turned = (ready >> turn) | (turn ? ready << (32 - turn) : 0);
        lane = int((unsigned(__builtin_ctz(turned)) + turn) & 31);
    }
    return machine->fibers[std::size_t(w * 32 + lane)].get();
}

void start_block(Dim3 index, Dim3 grid, Dim3 block) {
    for (auto& barrier : machine->barriers) {
        barrier.expected = barrier.arrived = 0;
        barrier.waiting.fill(0);
    }
    for (unsigned i = 0; i < machine->threads; ++i) {
        Fiber& fiber = *machine->fibers[i];
        const Dim3 tid(i % block.x, i / block.x % block.y, i / (block.x * block.y));
        fiber.thread = Thread{tid, index, block, grid, i / 32, i % 32, &fiber};
        fiber.state = State::kReady;
        fiber.copies.clear();
        fiber.first_copy = fiber.taken = 0;
        fiber.group = 0;
        prepare(fiber.stack, &fiber_main);
    }
    for (unsigned w = 0; w < machine->warps.size(); ++w) {
        Warp& warp = machine->warps[w];
        const unsigned lanes = std::min(32u, machine->threads - w * 32);
        warp.ready = warp.alive = warp.all = lanes == 32 ? ~0u : (1u << lanes) - 1;
        for (auto& operation : warp.operations)
            operation.arrived = 0;
        warp.priority = unsigned(next_random());
    }
    machine->alive = machine->threads;
    machine->idle_polls = 0;
    hopper_reset();
}

void run_block(Dim3 index, Dim3 grid, Dim3 block, std::size_t shared_bytes) {
    machine->shared.allocate(shared_bytes, machine->options.poison_shared);
    start_block(index, grid, block);
    release(&machine->start_token);
    while (machine->alive && !machine->failed) {
        Fiber* fiber = pick();
        if (!fiber) {
            report_deadlock();
            break;
        }
        self = &fiber->thread;
        ++machine->report.switches;
        machine->scheduler.enter(fiber->stack);
    }
    acquire(&machine->end_token);
    const std::string broken = machine->shared.broken_guard();
    if (!broken.empty()) set_error(broken);
    machine->shared.release();
}

std::string bad_launch(Dim3 grid, Dim3 block, std::size_t shared_bytes) {
    const std::uint64_t threads = block.count();
    if (threads == 0 || threads > 1024 || block.z > 64) return "invalid launch: threads per block";
    if (grid.count() == 0 || grid.x > 0x7fffffffu || grid.y > 65535 || grid.z > 65535) return "invalid launch: grid";
    if (shared_bytes > options().max_shared) return "invalid launch: shared memory";
    return {};
}

}  // namespace

Report run_grid(Dim3 grid, Dim3 block, std::size_t shared_bytes, const std::function<void()>& body) {
    last = Report{};
    last.message = bad_launch(grid, block, shared_bytes);
    if (!last.message.empty()) {
        last.ok = false;
        return last;
    }
    auto state = std::make_unique<Machine>();
    machine = state.get();
    machine->options = options();
    machine->random = options().seed * 0x9E3779B97F4A7C15ull + 1;
    machine->body = &body;
    machine->threads = unsigned(block.count());
    machine->warps.resize((machine->threads + 31) / 32);
    for (unsigned i = 0; i < machine->threads; ++i) {
        auto fiber = std::make_unique<Fiber>();
        fiber->stack = take_stack();
        fiber->copies.reserve(512);
        machine->fibers.push_back(std::move(fiber));
    }
    const std::uint64_t blocks = grid.count();
    for (std::uint64_t b = 0; b < blocks && !machine->failed; ++b) {
        const std::uint64_t k = machine->options.order == Order::kReverse ? blocks - 1 - b : b;
        const Dim3 index(unsigned(k % grid.x), unsigned(k / grid.x % grid.y), unsigned(k / grid.x / grid.y));
        run_block(index, grid, block, shared_bytes);
    }
    for (auto& fiber : machine->fibers)
        give_stack_back(fiber->stack);
    last = machine->report;
    machine = nullptr;
    self = nullptr;
    return last;
}

}  // namespace studio::shim
