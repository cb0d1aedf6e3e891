#include "tensor/activation_cache.h"

#include <gtest/gtest.h>

#include <thread>

#include "tensor/guard.h"
#include "tensor/torch_compat.h"

namespace studio {
namespace {

constexpr std::int64_t kMegabyte = 1 << 20;

at::Tensor block(std::int64_t megabytes) {
    return at::empty({megabytes * kMegabyte}, at::kByte);
}

class ActivationCache : public ::testing::Test {
  protected:
    ActivationCache() {
        use_activation_cache();
        use_activation_cache();  // once is enough, twice does no harm
        release_activation_cache();
    }
};

TEST_F(ActivationCache, ReusesWhatWasFreed) {
    const void* first = nullptr;
    {
        const at::Tensor a = block(3);
        first = a.const_data_ptr();
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(first) % 64, 0u);
        EXPECT_EQ(activation_cache_bytes(), 0u);
    }
    EXPECT_GE(activation_cache_bytes(), 3u * kMegabyte);
    {
        const at::Tensor b = block(3);
        EXPECT_EQ(b.const_data_ptr(), first);
        EXPECT_EQ(activation_cache_bytes(), 0u);
        const at::Tensor c = block(3);
        EXPECT_NE(c.const_data_ptr(), first);
    }
    release_activation_cache();
    EXPECT_EQ(activation_cache_bytes(), 0u);
}

TEST_F(ActivationCache, NeverHandsOutASmallerOrMuchLargerBlock) {
    { const at::Tensor a = block(8); }
    const std::size_t kept = activation_cache_bytes();
    const at::Tensor larger = block(9), smaller = block(4);
    EXPECT_EQ(activation_cache_bytes(), kept);
}

TEST_F(ActivationCache, KeepsALimitedAmount) {
    for (std::int64_t size = 1; size < 60; ++size) {
        const at::Tensor a = block(size), b = block(size);
    }
    EXPECT_LE(activation_cache_bytes(), 40u * kMegabyte);
    EXPECT_GT(activation_cache_bytes(), 0u);
}

TEST_F(ActivationCache, BlocksAreNotShared) {
    std::vector<std::jthread> threads;
    std::atomic<int> wrong{0};
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([t, &wrong] {
            for (int round = 0; round < 50; ++round) {
                at::Tensor a = at::full({kMegabyte / 2}, t, at::kByte);
                if (!a.eq(t).all().item<bool>()) ++wrong;
            }
        });
    }
    threads.clear();
    EXPECT_EQ(wrong.load(), 0);
}

TEST_F(ActivationCache, OutOfMemoryGivesBackWhatIsKept) {
    { const at::Tensor a = block(5); }
    EXPECT_GT(activation_cache_bytes(), 0u);
    const Result<void> result = guard([] { at::empty({std::int64_t{1} << 50}, at::kByte); });
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().code, ErrorCode::kOutOfMemory);
    EXPECT_EQ(activation_cache_bytes(), 0u);
}

TEST_F(ActivationCache, EmptyTensorsWork) {
    EXPECT_EQ(at::empty({0}, at::kFloat).clone().numel(), 0);
}

}  // namespace
}  // namespace studio
