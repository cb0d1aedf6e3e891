// tests/unit/model/counting_allocator.h - peak bytes of tensors, exactly, where resident memory is only roughly known.
#pragma once
#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <c10/core/impl/alloc_cpu.h>

#include <atomic>

namespace studio::test {

class CountingAllocator final : public c10::Allocator {
  public:
    static CountingAllocator& install() {
        static CountingAllocator allocator;
        c10::SetCPUAllocator(&allocator, 1);
        return allocator;
    }

    // The size stands in front of the data: LibTorch wants data and context to be one pointer.
    c10::DataPtr allocate(std::size_t bytes) override {
        auto* block = static_cast<char*>(c10::alloc_cpu(bytes + kHeader));
        std::memcpy(block, &bytes, sizeof(bytes));
        now_ += bytes;
        total_ += bytes;
        peak_ = std::max(peak_.load(), now_.load());
        return {block + kHeader, block + kHeader, &release, c10::Device(c10::kCPU)};
    }
    c10::DeleterFnPtr raw_deleter() const override { return &release; }
    void copy_data(void* to, const void* from, std::size_t count) const override { std::memcpy(to, from, count); }

    void start() {
        peak_ = now_.load();
        base_ = now_.load();
        total_ = 0;
    }
    std::size_t now() const { return now_; }
    /// All that was allocated since start(): grows with the work done, whatever was freed meanwhile.
    std::size_t total_since_start() const { return total_; }
    std::size_t peak_above_start() const { return peak_ - base_; }

  private:
    static constexpr std::size_t kHeader = 64;
    static void release(void* data) {
        char* block = static_cast<char*>(data) - kHeader;
        std::size_t bytes = 0;
        std::memcpy(&bytes, block, sizeof(bytes));
        now_ -= bytes;
        c10::free_cpu(block);
    }
    static inline std::atomic<std::size_t> now_{0}, peak_{0}, total_{0};
    std::size_t base_ = 0;
};

}  // namespace studio::test
