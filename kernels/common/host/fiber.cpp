#include "kernels/common/host/fiber.h"

#include <sys/mman.h>

#include <cstdlib>
#include <vector>

#if !defined(__x86_64__) || !defined(__linux__)
#error "the host shim switches stacks with x86-64 assembly for Linux; kernels/CMakeLists.txt leaves it out elsewhere"
#endif

#ifdef SHIM_TSAN
extern "C" {
void* __tsan_create_fiber(unsigned);
void __tsan_destroy_fiber(void*);
void __tsan_switch_to_fiber(void*, unsigned);
void* __tsan_get_current_fiber();
void __tsan_acquire(void*);
void __tsan_release(void*);
}
#endif
#ifdef SHIM_ASAN
extern "C" {
void __asan_poison_memory_region(const volatile void*, std::size_t);
void __asan_unpoison_memory_region(const volatile void*, std::size_t);
void __sanitizer_start_switch_fiber(void**, const void*, std::size_t);
void __sanitizer_finish_switch_fiber(void*, const void**, std::size_t*);
}
#endif

// Save the callee-saved registers, store the old stack pointer, load the new one. rdi = &old_sp, rsi = new_sp.
extern "C" void studio_shim_switch(void** old_sp, void* new_sp);
asm(R"(
.text
.globl studio_shim_switch
.type studio_shim_switch,@function
studio_shim_switch:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size studio_shim_switch,.-studio_shim_switch
.section .note.GNU-stack,"",@progbits
.text
)");

namespace studio::shim {
namespace {
constexpr std::size_t kPage = 4096;
std::vector<char*>& spare_stacks() {
    static std::vector<char*> spare;
    return spare;
}
}  // namespace

Stack take_stack() {
    Stack stack;
    auto& spare = spare_stacks();
    if (!spare.empty()) {
        stack.bottom = spare.back();
        spare.pop_back();
    } else {
        void* memory =
            mmap(nullptr, kStackBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (memory == MAP_FAILED) std::abort();
        mprotect(memory, kPage, PROT_NONE);
        stack.bottom = static_cast<char*>(memory);
    }
#ifdef SHIM_TSAN
    stack.tsan = __tsan_create_fiber(0);
#endif
    return stack;
}

void give_stack_back(Stack stack) {
#ifdef SHIM_TSAN
    __tsan_destroy_fiber(stack.tsan);
#endif
    show(stack.bottom + kPage, kStackBytes - kPage);  // an abandoned fiber leaves the marks of its frames
    spare_stacks().push_back(stack.bottom);
}

void prepare(Stack& stack, void (*entry)()) {
    auto** top = reinterpret_cast<void**>(stack.bottom + kStackBytes - 64);
    *--top = nullptr;  // keeps the stack 16-byte aligned at entry
    *--top = reinterpret_cast<void*>(entry);
    for (int i = 0; i < 6; ++i)
        *--top = nullptr;
    stack.sp = top;
    stack.fake_stack = nullptr;
}

Scheduler::Scheduler() {
#ifdef SHIM_TSAN
    tsan_ = __tsan_get_current_fiber();
#endif
}

void Scheduler::enter(Stack& stack) {
#ifdef SHIM_TSAN
    __tsan_switch_to_fiber(stack.tsan, 1);
#endif
#ifdef SHIM_ASAN
    __sanitizer_start_switch_fiber(&fake_stack_, stack.bottom, kStackBytes);
#endif
    studio_shim_switch(&sp_, stack.sp);
#ifdef SHIM_ASAN
    __sanitizer_finish_switch_fiber(fake_stack_, nullptr, nullptr);
#endif
}

void Scheduler::leave(Stack& stack, [[maybe_unused]] bool for_good) {
#ifdef SHIM_TSAN
    __tsan_switch_to_fiber(tsan_, 1);
#endif
#ifdef SHIM_ASAN
    __sanitizer_start_switch_fiber(for_good ? nullptr : &stack.fake_stack, bottom_, size_);
#endif
    studio_shim_switch(&stack.sp, sp_);
#ifdef SHIM_ASAN
    __sanitizer_finish_switch_fiber(stack.fake_stack, nullptr, nullptr);
#endif
}

void Scheduler::arrived() {
#ifdef SHIM_ASAN
    __sanitizer_finish_switch_fiber(nullptr, &bottom_, &size_);
#endif
}

void release([[maybe_unused]] void* token) {
#ifdef SHIM_TSAN
    __tsan_release(token);
#endif
}
void acquire([[maybe_unused]] void* token) {
#ifdef SHIM_TSAN
    __tsan_acquire(token);
#endif
}
void as_proxy(void (*f)(const void*), const void* argument) {
#ifdef SHIM_TSAN
    static void* proxy = __tsan_create_fiber(0);
    void* back = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(proxy, 1);
    f(argument);
    __tsan_switch_to_fiber(back, 1);
#else
    f(argument);
#endif
}
void hide([[maybe_unused]] const void* p, [[maybe_unused]] std::size_t bytes) {
#ifdef SHIM_ASAN
    __asan_poison_memory_region(p, bytes);
#endif
}
void show([[maybe_unused]] const void* p, [[maybe_unused]] std::size_t bytes) {
#ifdef SHIM_ASAN
    __asan_unpoison_memory_region(p, bytes);
#endif
}

}  // namespace studio::shim
