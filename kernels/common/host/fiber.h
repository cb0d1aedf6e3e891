// kernels/common/host/fiber.h - switching stacks, with the calls that AddressSanitizer and ThreadSanitizer want to
// hear. x86-64 Linux only. The shim itself is compiled without sanitizers; SHIM_ASAN and SHIM_TSAN say what the test
// has.
#pragma once
#include <cstddef>

namespace studio::shim {

struct Stack {
    char* bottom = nullptr;
    void* sp = nullptr;          // where it stopped
    void* tsan = nullptr;        // ThreadSanitizer's name for it
    void* fake_stack = nullptr;  // AddressSanitizer's
};
constexpr std::size_t kStackBytes = 256 * 1024;

/// One stack of kStackBytes with a guard page; kept for the next launch when given back.
Stack take_stack();
void give_stack_back(Stack stack);
/// Make the next switch to it start at `entry`.
void prepare(Stack& stack, void (*entry)());

/// The stack of the scheduler; constructed on it.
struct Scheduler {
    Scheduler();
    void enter(Stack& stack);                 // returns when the fiber leaves
    void leave(Stack& stack, bool for_good);  // called on the fiber
    void arrived();                           // first call on a new fiber

  private:
    void* sp_ = nullptr;
    void* tsan_ = nullptr;
    void* fake_stack_ = nullptr;
    const void* bottom_ = nullptr;
    std::size_t size_ = 0;
};

/// Order memory for ThreadSanitizer: everything before release(token) happens before what follows acquire(token).
void release(void* token);
void acquire(void* token);
/// Run f as a participant of its own: what an engine beside the threads (TMA) reads and writes.
void as_proxy(void (*f)(const void*), const void* argument);

/// Tell AddressSanitizer what may be touched.
void hide(const void* p, std::size_t bytes);
void show(const void* p, std::size_t bytes);

}  // namespace studio::shim
