#include "tensor/activation_cache.h"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <c10/core/impl/alloc_cpu.h>

#include <atomic>
#include <cstdint>
#include <cstring>
#include <list>
#include <mutex>
#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace studio {
namespace {

constexpr std::size_t kHeaderBytes = 64;           // keeps LibTorch's alignment
constexpr std::size_t kSmallestKept = 128u << 10;  // malloc serves smaller blocks from its heap without page faults
constexpr int kOwnMapping = 512 << 10;             // malloc: larger blocks go back to the system when freed
constexpr std::size_t kGranule = 16u << 10;
constexpr std::size_t kMostKept = 40u << 20;

class CachingAllocator final : public c10::Allocator {
  public:
    // Never destroyed: tensors in static variables may be freed after every destructor of ours has run.
    static CachingAllocator& instance() {
        static auto* const allocator = new CachingAllocator;
        return *allocator;
    }

    c10::DataPtr allocate(std::size_t bytes) override {
        std::size_t size = block_size(bytes);
        char* block = take(size);
        if (!block) {
            block = fresh(size);
            if (size >= kSmallestKept && size <= kMostKept) ++misses_;
        }
        std::memcpy(block, &size, sizeof(size));
        char* data = block + kHeaderBytes;
        return {data, data, &deallocate, c10::Device(c10::kCPU)};
    }
    c10::DeleterFnPtr raw_deleter() const override { return &deallocate; }
    void copy_data(void* to, const void* from, std::size_t bytes) const override { std::memcpy(to, from, bytes); }

    void release() noexcept {
        std::list<Kept> all;
        {
            const std::lock_guard lock(mutex_);
            all.swap(kept_);
            kept_bytes_ = 0;
        }
        for (const Kept& kept : all)
            c10::free_cpu(kept.block);
    }
    std::uint64_t misses() const noexcept { return misses_; }
    std::size_t kept_bytes() const noexcept {
        const std::lock_guard lock(mutex_);
        return kept_bytes_;
    }

  private:
    struct Kept {
        char* block;
        std::size_t size;
    };

    static std::size_t block_size(std::size_t bytes) {
        const std::size_t size = bytes + kHeaderBytes;
        return size < kSmallestKept ? size : (size + kGranule - 1) / kGranule * kGranule;
    }

    // Out of memory: what is kept goes back first, then one more try; c10 throws if that fails too.
    char* fresh(std::size_t size) {
        try {
            return static_cast<char*>(c10::alloc_cpu(size));
        } catch (const c10::Error&) {
            if (kept_bytes() == 0) throw;
        }
        release();
        return static_cast<char*>(c10::alloc_cpu(size));
    }

    // The newest kept block of this size or up to a quarter more; `size` becomes the size of the block.
    char* take(std::size_t& size) {
        if (size < kSmallestKept) return nullptr;
        const std::lock_guard lock(mutex_);
        for (auto kept = kept_.rbegin(); kept != kept_.rend(); ++kept) {
            if (kept->size < size || kept->size > size + size / 4) continue;
            char* block = kept->block;
            size = kept->size;
            kept_bytes_ -= size;
            kept_.erase(std::next(kept).base());
            return block;
        }
        return nullptr;
    }

    void keep(char* block, std::size_t size) {
        std::list<Kept> evicted;
        {
            const std::lock_guard lock(mutex_);
            kept_.push_back({block, size});
            kept_bytes_ += size;
            while (kept_bytes_ > kMostKept) {  // oldest first: sizes of an earlier stage or picture
                kept_bytes_ -= kept_.front().size;
                evicted.splice(evicted.end(), kept_, kept_.begin());
            }
        }
        for (const Kept& kept : evicted)
            c10::free_cpu(kept.block);
    }

    static void deallocate(void* data) {
        if (!data) return;
        char* block = static_cast<char*>(data) - kHeaderBytes;
        std::size_t size = 0;
        std::memcpy(&size, block, sizeof(size));
        if (size < kSmallestKept || size > kMostKept) {
            c10::free_cpu(block);
        } else {
            instance().keep(block, size);
        }
    }

    mutable std::mutex mutex_;
    std::list<Kept> kept_;
    std::size_t kept_bytes_ = 0;
    std::atomic<std::uint64_t> misses_ = 0;
};

}  // namespace

void use_activation_cache() {
    static const bool installed = [] {
#ifdef __GLIBC__
        // By itself glibc moves ever larger blocks into its heap, where a freed one leaves a hole. Reuse is our part.
        ::mallopt(M_MMAP_THRESHOLD, kOwnMapping);
#endif
        c10::SetCPUAllocator(&CachingAllocator::instance(), 1);
        return true;
    }();
    static_cast<void>(installed);
}

void release_activation_cache() noexcept {
    CachingAllocator::instance().release();
}

std::uint64_t activation_cache_misses() noexcept {
    return CachingAllocator::instance().misses();
}

std::size_t activation_cache_bytes() noexcept {
    return CachingAllocator::instance().kept_bytes();
}

}  // namespace studio
