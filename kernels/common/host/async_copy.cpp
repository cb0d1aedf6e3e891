// cp.async: copies of one thread, grouped by commits, taking effect early, late or at random.
#include "kernels/common/host/machine.h"

namespace studio::shim {

bool async_happens_now() {
    const Async policy = machine->options.async;
    return policy == Async::kEarly || (policy == Async::kRandom && (next_random() >> 33 & 1));
}

namespace {
void run(Copy& copy) {
    if (copy.done) return;
    copy.done = true;
    visible_copy_function(copy.dst, copy.src, copy.valid, copy.total);
}
}  // namespace

void async_push(void* dst, const void* src, std::uint32_t valid, std::uint32_t total, const Loc& loc) {
    if (std::uintptr_t(dst) % total != 0 || (valid != 0 && std::uintptr_t(src) % total != 0)) {
        fail("misaligned asynchronous copy", loc);
    }
    shared_check(dst, total, loc);
    Fiber& fiber = *self->fiber;
    if (fiber.copies.size() == fiber.copies.capacity() || fiber.first_copy == fiber.copies.size()) {
        const std::size_t open = fiber.copies.size() - fiber.first_copy;
        for (std::size_t i = 0; i < open; ++i)
            fiber.copies[i] = fiber.copies[fiber.first_copy + i];
        fiber.copies.resize(open);  // smaller: nothing moves
        fiber.first_copy = 0;
    }
    if (fiber.copies.size() == fiber.copies.capacity()) fail("too many asynchronous copies in flight", loc);
    fiber.copies.push_back({dst, src, valid, total, fiber.group, false});
    if (async_happens_now()) run(fiber.copies.back());
}
void async_commit() {
    ++self->fiber->group;
}
void async_wait(int groups_still_allowed) {
    Fiber& fiber = *self->fiber;
    while (fiber.first_copy < fiber.copies.size() &&
           fiber.copies[fiber.first_copy].group + std::uint64_t(groups_still_allowed) < fiber.group) {
        run(fiber.copies[fiber.first_copy++]);
    }
}

}  // namespace studio::shim
