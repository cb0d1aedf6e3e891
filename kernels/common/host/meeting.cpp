// Where threads meet: lanes of a warp in warp-wide instructions, threads of a block at barriers.
#include <cstring>

#include "kernels/common/host/machine.h"

namespace studio::shim {

void plain_copy(void* dst, const void* src, std::size_t bytes) {
    auto* d = static_cast<volatile unsigned char*>(dst);
    const auto* s = static_cast<const unsigned char*>(src);
    if (((bytes | std::uintptr_t(dst) | std::uintptr_t(src)) & 3) == 0) {
        auto* x = static_cast<volatile std::uint32_t*>(dst);
        const auto* y = static_cast<const std::uint32_t*>(src);
        for (std::size_t i = 0; i < bytes / 4; ++i)
            x[i] = y[i];
        return;
    }
    for (std::size_t i = 0; i < bytes; ++i)
        d[i] = s[i];
}

namespace {

bool same_place(const Loc& a, const Loc& b) {
    return a.line() == b.line() && a.column() == b.column() && std::strcmp(a.file_name(), b.file_name()) == 0;
}

WarpOperation& join(Warp& warp, const Meeting& meeting, std::uint32_t lanes, const Loc& loc) {
    WarpOperation* unused = nullptr;
    for (auto& operation : warp.operations) {
        if (!operation.arrived) {
            unused = unused ? unused : &operation;
            continue;
        }
        if (operation.slots.mask == lanes) {
            if (!same_place(operation.where, loc) || std::strcmp(operation.kind, meeting.kind) != 0) {
                fail(std::string("diverged warp: ") + meeting.kind + " here, " + operation.kind + " at " +
                         describe(operation.where),
                     loc);
            }
            return operation;
        }
        if (operation.slots.mask & lanes) {
            fail(std::string("lanes of one warp are in different operations: ") + meeting.kind + " and " +
                     operation.kind + " at " + describe(operation.where),
                 loc);
        }
    }
    if (!unused) fail("more than eight groups of one warp are in operations of their own", loc);
    unused->kind = meeting.kind;
    unused->where = loc;
    unused->slots.mask = lanes;
    return *unused;
}

}  // namespace

void meet(const Meeting& meeting, const void* in, std::size_t in_size, void* out, std::size_t out_size,
          const Loc& loc) {
    Fiber& fiber = *self->fiber;
    Warp& warp = machine->warps[fiber.thread.warp];
    const std::uint32_t bit = 1u << fiber.thread.lane;
    const std::uint32_t lanes = meeting.mask & warp.all;
    if (!(meeting.mask & bit)) fail(std::string(meeting.kind) + " with a mask that omits the calling lane", loc);
    if (lanes & ~warp.alive) fail(std::string(meeting.kind) + " waits for a lane that has returned", loc);
    WarpOperation& operation = join(warp, meeting, lanes, loc);
    plain_copy(operation.slots.in[fiber.thread.lane], in, in_size);
    if (meeting.orders_memory) release(&warp.token);
    operation.arrived |= bit;
    if (operation.arrived != lanes) {
        stop_here(fiber, State::kInWarpOperation, meeting.kind, loc);
        // Still there: a slot is rewritten only after this lane has come again.
        plain_copy(out, operation.slots.out[fiber.thread.lane], out_size);
    } else {
        ++machine->report.collectives;
        note_progress();
        meeting.combine(operation.slots);
        operation.arrived = 0;
        for (std::uint32_t rest = lanes & ~bit; rest; rest &= rest - 1) {
            set_ready(*machine->fibers[fiber.thread.warp * 32 + unsigned(__builtin_ctz(rest))]);
        }
        plain_copy(out, operation.slots.out[fiber.thread.lane], out_size);
        if (machine->options.order != Order::kForward) yield(fiber);
    }
    if (meeting.orders_memory) acquire(&warp.token);
}

namespace {

void barrier_join(int id, int threads, bool wait, const Loc& loc) {
    if (id < 0 || id > 15) fail("barrier number outside 0..15", loc);
    if (threads % 32 != 0) fail("a named barrier counts whole warps", loc);
    Barrier& barrier = machine->barriers[std::size_t(id)];
    Fiber& fiber = *self->fiber;
    const int expected = threads ? threads : int(machine->threads);
    if (barrier.arrived == 0) {
        barrier.expected = expected;
        barrier.where = loc;
    } else if (barrier.expected != expected) {
        fail("barrier joined with two different thread counts", loc);
    } else if (id == 0 && !same_place(barrier.where, loc)) {
        fail("__syncthreads reached at two places, the other is " + describe(barrier.where), loc);
    }
    release(&barrier.token);
    ++barrier.arrived;
    if (barrier.arrived < barrier.expected) {
        if (!wait) return;
        barrier.waiting[fiber.thread.warp] |= 1u << fiber.thread.lane;
        stop_here(fiber, State::kAtBarrier, id == 0 ? "__syncthreads" : "a named barrier", loc);
        acquire(&barrier.token);
        return;
    }
    ++machine->report.barriers;
    note_progress();
    barrier.arrived = 0;
    for (unsigned w = 0; w < machine->warps.size(); ++w) {
        for (std::uint32_t rest = barrier.waiting[w]; rest; rest &= rest - 1) {
            set_ready(*machine->fibers[w * 32 + unsigned(__builtin_ctz(rest))]);
        }
        barrier.waiting[w] = 0;
        machine->warps[w].priority = unsigned(next_random());
    }
    if (!wait) return;
    acquire(&barrier.token);
    yield(fiber);
}

}  // namespace

void barrier_sync(int id, int threads, const Loc& loc) {
    barrier_join(id, threads, true, loc);
}
void barrier_arrive(int id, int threads, const Loc& loc) {
    barrier_join(id, threads, false, loc);
}

}  // namespace studio::shim
