// What the shim says about a wrong kernel: each fault is made once, on purpose, and must be named with its place.
#include "kernels/common/hopper.cuh"
#include "kernels/common/mma.cuh"
#include "kernels/common/testing.h"

#ifdef STUDIO_TEST_ASAN
// A failed launch abandons its fibers, and with them what their frames own.
extern "C" const char* __asan_default_options() {
    return "detect_leaks=0";
}
#endif

namespace studio {
namespace {
using namespace gpu;

void expect_fault(const char* words, unsigned threads, std::size_t shared, const std::function<void()>& body) {
    const auto report = shim::run_grid(dim3(1), dim3(threads), shared, body);
    EXPECT_FALSE(report.ok);
    EXPECT_NE(report.message.find(words), std::string::npos) << "said: " << report.message;
    if (report.message.find("behind shared") == std::string::npos &&
        report.message.find("invalid") == std::string::npos && report.message.find("ended with") == std::string::npos) {
        EXPECT_NE(report.message.find("report_test.cpp:"), std::string::npos) << "no place: " << report.message;
    }
}

TEST(Reports, DivergedWarp) {
    expect_fault("diverged warp", 32, 0, [] {
        if (threadIdx.x & 1)
            __syncwarp();
        else
            __syncwarp();
    });
}
TEST(Reports, CollectiveInADivergentBranch) {
    expect_fault("have already returned", 32, 0, [] {
        if (threadIdx.x < 31) __shfl_xor_sync(~0u, 1, 1);
    });
}
TEST(Reports, MaskWithoutTheCaller) {
    expect_fault("omits the calling lane", 32, 0, [] { __ballot_sync(0xfu, 1); });
}
TEST(Reports, LanesInDifferentOperations) {
    expect_fault("different operations", 32, 0, [] {
        if (threadIdx.x < 15)
            __shfl_sync(0xffffu, 1, 0);
        else
            __shfl_sync(~0u, 1, 0);
    });
}
TEST(Reports, BarrierAtTwoPlaces) {
    expect_fault("reached at two places", 64, 0, [] {
        if (threadIdx.x < 32)
            __syncthreads();
        else
            __syncthreads();
    });
}
TEST(Reports, BarrierSomeNeverReach) {
    expect_fault("deadlock", 64, 0, [] {
        if (threadIdx.x < 32) __syncthreads();
    });
}
TEST(Reports, BarrierWithTwoCounts) {
    expect_fault("two different thread counts", 96, 0, [] { named_barrier_sync(1, threadIdx.x < 32 ? 64 : 96); });
}
TEST(Reports, SpinNobodyCanEnd) {
    expect_fault("deadlock", 32, 64, [] {
        SharedCarver carve;
        u64* barrier = carve.take<u64>(1, 8);
        if (threadIdx.x == 0) mbarrier_init(barrier, 2);
        __syncthreads();
        if (threadIdx.x == 0) mbarrier_arrive(barrier);
        mbarrier_wait(barrier, 0);
    });
}
TEST(Reports, SharedMemoryOverTheLaunch) {
    expect_fault("more shared memory than the launch asked for", 1, 64, [] {
        SharedCarver carve;
        carve.take<char>(65);
    });
}
TEST(Reports, ThreadsCarveDifferently) {
    expect_fault("carve shared memory differently", 2, 64, [] {
        SharedCarver carve;
        carve.take<char>(threadIdx.x == 0 ? 32 : 16);
    });
}
#ifndef STUDIO_TEST_ASAN  // there the checker stops the program at the write itself
TEST(Reports, WriteBehindASubArray) {
    expect_fault("behind shared sub-array 0", 1, 64, [] {
        SharedCarver carve;
        volatile char* a = carve.take<char>(32);
        carve.take<char>(32, 16);
        a[32] = 1;
    });
}
#endif
TEST(Reports, LdmatrixOutsideItsSubArray) {
    expect_fault("outside its shared sub-array", 32, 1024, [] {
        SharedCarver carve;
        char* a = carve.take<char>(256);
        carve.take<char>(256);
        u32 r[4];
        ldmatrix4<false>(r, a + threadIdx.x * 16);
    });
}
TEST(Reports, MisalignedRow) {
    expect_fault("not 16-byte aligned", 32, 2048, [] {
        SharedCarver carve;
        char* a = carve.take<char>(1024);
        u32 r[4];
        ldmatrix4<false>(r, a + threadIdx.x * 16 + 8);
    });
}
TEST(Reports, MisalignedAsynchronousCopy) {
    alignas(16) static char source[32];
    expect_fault("misaligned asynchronous copy", 1, 64, [] {
        SharedCarver carve;
        cp_async16(carve.take<char>(32), source + 4, true);
    });
}
TEST(Reports, CopyNobodyWaitedFor) {
    alignas(16) static char source[16];
    expect_fault("nobody waited for", 1, 64, [] {
        SharedCarver carve;
        cp_async16(carve.take<char>(32), source, true);
        cp_async_commit();
        cp_async_wait<1>();
    });
}
TEST(Reports, UninitialisedMbarrier) {
    expect_fault("before it was initialised", 1, 64, [] {
        SharedCarver carve;
        mbarrier_arrive(carve.take<u64>(1, 8));
    });
}
TEST(Reports, TooManyArrivals) {
    expect_fault("more arrivals than the mbarrier expects", 1, 64, [] {
        SharedCarver carve;
        u64* barrier = carve.take<u64>(1, 8);
        mbarrier_init(barrier, 1);
        mbarrier_arrive_expect(barrier, 64);
        mbarrier_arrive(barrier);
    });
}
TEST(Reports, TensorMapTheDriverWouldReject) {
    alignas(16) static char image[4096];
    const TensorMap map{image, 1, 60, 8, 60, 16, 8, 0};
    expect_fault("pitch of a tensor map", 1, 1024, [&] {
        SharedCarver carve;
        u64* barrier = carve.take<u64>(1, 8);
        char* tile = carve.take<char>(128);
        mbarrier_init(barrier, 1);
        tma_load_2d(tile, &map, barrier, 0, 0);
    });
}
TEST(Reports, LaunchesTheDeviceWouldReject) {
    expect_fault("threads per block", 1025, 0, [] {});
    expect_fault("shared memory", 32, 400 * 1024, [] {});
}
TEST(Reports, ShuffleFromOutsideTheMaskIsPoison) {
    const auto report = shim::run_grid(dim3(1), dim3(32), 0, [] {
        if (threadIdx.x < 16) {
            EXPECT_TRUE(std::isnan(__shfl_sync(0xffffu, 1.0f, 20)));
        }
    });
    EXPECT_TRUE(report.ok) << report.message;
}
#ifndef STUDIO_TEST_TSAN  // which names the race itself
TEST(Reports, NoSyncwarpInAnExchangeShows) {
    int wrong = 0, runs = 0;
    for (auto order : {shim::Order::kForward, shim::Order::kReverse, shim::Order::kRandom, shim::Order::kSkew}) {
        shim::options().order = order;
        int seen[32];
        const auto report = shim::run_grid(dim3(1), dim3(32), 256, [&] {
            SharedCarver carve;
            volatile int* box = carve.take<int>(32);
            box[threadIdx.x] = int(threadIdx.x);
            seen[threadIdx.x] = box[31 - threadIdx.x];  // the barrier between them is missing
        });
        EXPECT_TRUE(report.ok) << report.message;
        bool right = true;
        for (int i = 0; i < 32; ++i)
            right = right && seen[i] == 31 - i;
        wrong += !right, ++runs;
    }
    EXPECT_EQ(wrong, runs);
    shim::options() = {};
}
TEST(Reports, RunsAreRepeatable) {
    shim::options() = {shim::Order::kRandom, shim::Async::kRandom, 77};
    std::string first;
    for (int i = 0; i < 2; ++i) {
        std::string order;
        const auto report = shim::run_grid(dim3(2), dim3(64), 0, [&] {
            order += char('a' + threadIdx.x % 26);
            __syncthreads();
            order += char('A' + threadIdx.x % 26);
        });
        EXPECT_TRUE(report.ok);
        if (i == 0) first = order;
        EXPECT_EQ(order, first);
    }
    shim::options() = {};
}
#endif

}  // namespace
}  // namespace studio
