// The shim against plain loops: every emulated instruction on random inputs, in its published register layout.
#include <algorithm>
#include <random>

#include "kernels/common/float_types.h"
#include "kernels/common/hopper.cuh"
#include "kernels/common/mma.cuh"
#include "kernels/common/testing.h"

namespace studio {
namespace {
using namespace gpu;
using kernels::bf16_to_float;
using kernels::e4m3_to_float;
using kernels::f16_to_float;
using kernels::float_to_bf16;
using kernels::float_to_f16;

void run(unsigned threads, std::size_t shared, const std::function<void()>& body) {
    const auto report = shim::run_grid(dim3(1), dim3(threads), shared, body);
    ASSERT_TRUE(report.ok) << report.message;
}

// One 16 x 8 product per warp: A[row][k], B[column][k] raw elements, C[row][column].
template <class Raw, class Acc, class Mma, class Value>
void check_mma(Mma mma, Value value, double tolerance) {
    constexpr int kPer = 4 / int(sizeof(Raw)), kDepth = 8 * kPer;
    std::mt19937 g(5);
    Raw a[16][kDepth], b[8][kDepth];
    auto fill = [&](Raw& x) {
        if constexpr (sizeof(Raw) == 2)
            x = Raw(value.encode(float(int(g() % 2001) - 1000) / 500));
        else
            do
                x = Raw(g());
            while (std::isnan(double(value(x))));
    };
    for (auto& r : a)
        for (auto& x : r)
            fill(x);
    for (auto& r : b)
        for (auto& x : r)
            fill(x);
    Acc got[16][8], start[16][8];
    for (auto& r : start)
        for (auto& x : r)
            x = Acc(int(g() % 200) - 100);
    run(32, 0, [&] {
        const int lane = int(threadIdx.x), group = lane / 4, t = lane % 4;
        u32 fa[4], fb[2];
        Acc d[4];
        for (int r = 0; r < 4; ++r) {
            std::memcpy(&fa[r], &a[group + 8 * (r % 2)][t * kPer + r / 2 * kDepth / 2], 4);
            d[r] = start[group + 8 * (r / 2)][t * 2 + r % 2];
        }
        for (int r = 0; r < 2; ++r)
            std::memcpy(&fb[r], &b[group][t * kPer + r * kDepth / 2], 4);
        mma(d, fa, fb);
        for (int r = 0; r < 4; ++r)
            got[group + 8 * (r / 2)][t * 2 + r % 2] = d[r];
    });
    for (int i = 0; i < 16; ++i) {
        for (int j = 0; j < 8; ++j) {
            double want = double(start[i][j]), size = std::fabs(want);
            for (int k = 0; k < kDepth; ++k) {
                want += double(value(a[i][k])) * double(value(b[j][k]));
                size += std::fabs(double(value(a[i][k])) * double(value(b[j][k])));
            }
            EXPECT_LE(std::fabs(double(got[i][j]) - want), tolerance * size) << i << "," << j;
        }
    }
}
struct Bf16Value {
    float operator()(std::uint16_t h) const { return bf16_to_float(h); }
    std::uint16_t encode(float f) const { return float_to_bf16(f); }
};
struct F16Value {
    float operator()(std::uint16_t h) const { return f16_to_float(h); }
    std::uint16_t encode(float f) const { return float_to_f16(f); }
};
struct E4m3Value {
    float operator()(std::uint8_t b) const { return e4m3_to_float(b); }
};
struct S8Value {
    int operator()(std::int8_t b) const { return b; }
};

TEST(Instructions, MmaBf16) {
    check_mma<std::uint16_t, float>([](auto& d, auto& a, auto& b) { mma_bf16(d, a, b); }, Bf16Value{}, 1e-6);
}
TEST(Instructions, MmaF16) {
    check_mma<std::uint16_t, float>([](auto& d, auto& a, auto& b) { mma_f16(d, a, b); }, F16Value{}, 1e-6);
}
TEST(Instructions, MmaE4m3) {
    check_mma<std::uint8_t, float>([](auto& d, auto& a, auto& b) { mma_e4m3(d, a, b); }, E4m3Value{}, 1e-6);
}
TEST(Instructions, MmaS8IsExact) {
    check_mma<std::int8_t, std::int32_t>([](auto& d, auto& a, auto& b) { mma_s8(d, a, b); }, S8Value{}, 0);
}

TEST(Instructions, LdmatrixMovesEightByEightTiles) {
    for (bool transposed : {false, true}) {
        u32 got[32][4];
        run(32, 4 * 8 * 16, [&] {
            SharedCarver carve;
            auto* tile = carve.take<std::uint16_t>(4 * 64);
            const int lane = int(threadIdx.x);
            for (int i = 0; i < 8; ++i)
                tile[lane * 8 + i] = std::uint16_t(lane * 8 + i);  // row `lane`, column i
            __syncwarp();
            if (transposed)
                ldmatrix4<true>(got[lane], tile + lane * 8);
            else
                ldmatrix4<false>(got[lane], tile + lane * 8);
        });
        for (int lane = 0; lane < 32; ++lane) {
            for (int k = 0; k < 4; ++k) {
                const int r = lane / 4, c = lane % 4 * 2;
                const u32 first = u32(transposed ? k * 64 + c * 8 + r : k * 64 + r * 8 + c);
                const u32 second = u32(transposed ? k * 64 + (c + 1) * 8 + r : k * 64 + r * 8 + c + 1);
                EXPECT_EQ(got[lane][k], first | second << 16) << lane << " matrix " << k;
            }
        }
    }
}

TEST(Instructions, ShufflesAndVotes) {
    run(64, 0, [] {
        const int lane = int(threadIdx.x) & 31, base = int(threadIdx.x) & 32;
        EXPECT_EQ(__shfl_sync(~0u, base + lane, 5), base + 5);
        EXPECT_EQ(__shfl_xor_sync(~0u, base + lane, 3), base + (lane ^ 3));
        EXPECT_EQ(__shfl_down_sync(~0u, lane, 1, 8), lane % 8 == 7 ? lane : lane + 1);
        EXPECT_EQ(__shfl_up_sync(~0u, lane, 2), lane < 2 ? lane : lane - 2);
        EXPECT_EQ(__ballot_sync(~0u, lane % 3 == 0), 0x49249249u);
        EXPECT_TRUE(__any_sync(~0u, lane == 31));
        EXPECT_FALSE(__all_sync(~0u, lane == 31));
        EXPECT_EQ(warp_sum(1.0f), 32.0f);
        EXPECT_TRUE(std::isnan(warp_max_or_nan(lane == 7 ? NAN : float(lane))));
    });
}

TEST(Instructions, NamedBarriersHandOver) {
    for (const auto& mode : kernels::testing::modes()) {
        shim::options().order = mode.order;
        shim::options().seed = mode.seed;
        int box = 0, seen[32];
        run(64, 0, [&] {
            if (threadIdx.x < 32) {
                if (threadIdx.x == 9) box = 42;
                named_barrier_arrive(3, 64);
            } else {
                named_barrier_sync(3, 64);
                seen[threadIdx.x - 32] = box;
            }
        });
        for (int v : seen)
            EXPECT_EQ(v, 42);
    }
    shim::options() = {};
}

TEST(Instructions, AsyncCopyFillsWithZerosAndObeysItsPolicy) {
    alignas(16) unsigned char source[32];
    for (int i = 0; i < 32; ++i)
        source[i] = std::uint8_t(i + 1);
    for (auto policy : {shim::Async::kEarly, shim::Async::kLate, shim::Async::kRandom}) {
        shim::options().async = policy;
        run(1, 64, [&] {
            SharedCarver carve;
            auto* to = carve.take<unsigned char>(48);
            cp_async16(to, source, true);
            if (policy != shim::Async::kRandom) {
                EXPECT_EQ(to[0], policy == shim::Async::kEarly ? 1 : 0xff);
            }
            cp_async_commit();
            cp_async16(to + 16, source + 16, true);
            cp_async16(to + 32, source, false);
            cp_async_commit();
            cp_async_wait<1>();
            EXPECT_EQ(to[15], 16);
            cp_async_wait<0>();
            EXPECT_EQ(to[16], 17);
            EXPECT_EQ(to[40], 0);
        });
    }
    shim::options() = {};
}

TEST(Conversions, AgreeWithTheSoftwareTypes) {
    std::mt19937 g(9);
    for (int i = 0; i < 20000; ++i) {
        const float f = float_of(u32(g()));
        const u32 packed = pack_bf16(f, 1.0f);
        EXPECT_EQ(packed & 0xffff, float_to_bf16(f));
        if (f == f) {
            EXPECT_EQ(pack_f16(f, 0.0f) & 0xffff, float_to_f16(f)) << f;
        }
        const f16 h{std::uint16_t(g())};
        if (to_float(h) == to_float(h)) {
            EXPECT_EQ(to_float(h), f16_to_float(h.bits));
        }
    }
    EXPECT_EQ(round_to_s8(2.5f), 2);
    EXPECT_EQ(round_to_s8(-1.5f), -2);
    EXPECT_EQ(round_to_s8(128.0f), 127);
    EXPECT_EQ(round_to_s8(-200.0f), -128);
    EXPECT_EQ(round_to_s8(NAN), 0);
}

TEST(Hopper, TensorMapLoadFillsSwizzlesAndCountsBytes) {
    std::vector<unsigned char> image(std::size_t(40 * 160));
    for (std::size_t i = 0; i < image.size(); ++i)
        image[i] = std::uint8_t(i * 7 + i / 160);
    const TensorMap map{reinterpret_cast<const char*>(image.data()), 1, 150, 40, 160, 128, 16, 128};
    for (const auto& mode : kernels::testing::modes()) {
        shim::options() = {mode.order, mode.async, mode.seed};
        std::vector<unsigned char> got(128 * 16);
        run(64, 128 * 16 + 8, [&] {
            SharedCarver carve;
            char* tile = carve.take<char>(128 * 16, 1024);
            u64* barrier = carve.take<u64>(1, 8);
            if (threadIdx.x == 0) mbarrier_init(barrier, 1), fence_mbarrier_init();
            __syncthreads();
            if (threadIdx.x == 0) {
                mbarrier_arrive_expect(barrier, 128 * 16);
                tma_load_2d(tile, &map, barrier, 64, 30);
            }
            mbarrier_wait(barrier, 0);
            for (int i = int(threadIdx.x); i < 128 * 16; i += 64) {
                const int row = i / 128, chunk = i % 128 / 16;
                got[std::size_t(i)] = std::uint8_t(tile[row * 128 + (chunk ^ (row & 7)) * 16 + i % 16]);
            }
        });
        for (int i = 0; i < 128 * 16; ++i) {
            const int y = 30 + i / 128, x = 64 + i % 128;
            EXPECT_EQ(got[std::size_t(i)], y < 40 && x < 150 ? image[std::size_t(y * 160 + x)] : 0) << x << "," << y;
        }
    }
    shim::options() = {};
}

TEST(Hopper, WarpGroupProductOfSwizzledTiles) {
    std::mt19937 g(3);
    std::vector<std::int8_t> a(64 * 128), b(128 * 128);
    for (auto& v : a)
        v = std::int8_t(g());
    for (auto& v : b)
        v = std::int8_t(g());
    for (const auto& mode : kernels::testing::modes()) {
        shim::options() = {mode.order, mode.async, mode.seed};
        std::vector<std::int32_t> got(64 * 128);
        run(128, 192 * 128, [&] {
            SharedCarver carve;
            auto* sa = carve.take<char>(64 * 128, 1024);
            auto* sb = carve.take<char>(128 * 128, 1024);
            const int tid = int(threadIdx.x), lane = tid & 31, warp = tid >> 5;
            for (int i = tid; i < 128 * 128; i += 128) {
                const int row = i / 128, at = row * 128 + ((i % 128 / 16) ^ (row & 7)) * 16 + i % 16;
                if (row < 64) sa[at] = a[std::size_t(i)];
                sb[at] = b[std::size_t(i)];
            }
            __syncthreads();
            std::int32_t d[64];
            wgmma_fence();
            for (int k = 0; k < 4; ++k) {
                wgmma_s8_n128(d, descriptor_k128(sa) + u64(k) * 2, descriptor_k128(sb) + u64(k) * 2, k > 0);
            }
            wgmma_commit();
            wgmma_wait<0>();
            for (int i = 0; i < 64; ++i) {
                const int row = warp * 16 + lane / 4 + 8 * (i >> 1 & 1), column = (i >> 2) * 8 + lane % 4 * 2 + (i & 1);
                got[std::size_t(row * 128 + column)] = d[i];
            }
        });
        for (int i = 0; i < 64; ++i) {
            for (int j = 0; j < 128; ++j) {
                int want = 0;
                for (int k = 0; k < 128; ++k)
                    want += a[std::size_t(i * 128 + k)] * b[std::size_t(j * 128 + k)];
                ASSERT_EQ(got[std::size_t(i * 128 + j)], want) << i << "," << j;
            }
        }
    }
    shim::options() = {};
}

TEST(Hopper, WarpGroupProductWithAInRegisters) {
    std::mt19937 g(3);
    std::vector<std::uint8_t> a(64 * 32), b(128 * 64);
    for (auto* v : {&a, &b}) {
        for (auto& x : *v)
            do
                x = std::uint8_t(g());
            while ((x & 127) == 127);
    }
    for (const auto& mode : kernels::testing::modes()) {
        shim::options() = {mode.order, mode.async, mode.seed};
        std::vector<float> got(64 * 128);
        run(128, 128 * 64, [&] {
            SharedCarver carve;
            auto* sb = carve.take<char>(128 * 64, 1024);
            const int tid = int(threadIdx.x), lane = tid & 31, warp = tid >> 5, row = warp * 16 + lane / 4;
            for (int i = tid; i < 128 * 64; i += 128)
                sb[i ^ ((i >> 7 & 3) << 4)] = char(b[std::size_t(i)]);
            u32 fragment[4];
            for (int r = 0; r < 4; ++r) {
                std::memcpy(&fragment[r], &a[std::size_t((row + 8 * (r & 1)) * 32 + (r >> 1) * 16 + lane % 4 * 4)], 4);
            }
            __syncthreads();
            float d[64] = {};
            wgmma_fence();
            wgmma_e4m3_n128_registers(d, fragment, descriptor_k64(sb) + 2);  // the second 32 of 64 bytes
            wgmma_commit();
            wgmma_wait<0>();
            for (int i = 0; i < 64; ++i) {
                got[std::size_t((row + 8 * (i >> 1 & 1)) * 128 + (i >> 2) * 8 + lane % 4 * 2 + (i & 1))] = d[i];
            }
        });
        for (int i = 0; i < 64; ++i) {
            for (int j = 0; j < 128; ++j) {
                double want = 0, size = 0;
                for (int k = 0; k < 32; ++k) {
                    const double term = double(e4m3_to_float(a[std::size_t(i * 32 + k)])) *
                                        e4m3_to_float(b[std::size_t(j * 64 + 32 + k)]);
                    want += term, size += std::fabs(term);
                }
                ASSERT_LE(std::fabs(double(got[std::size_t(i * 128 + j)]) - want), 1e-5 * size) << i << "," << j;
            }
        }
    }
    shim::options() = {};
}

TEST(Conversions, E4m3RoundsToEvenAndSaturates) {
    for (int bits = 0; bits < 256; ++bits) {
        const float value = e4m3_to_float(std::uint8_t(bits));
        if (value == value) {
            EXPECT_EQ(pack_e4m3(value, 0, 0, 0) & 0xff, u32(bits)) << value;
        }
    }
    EXPECT_EQ(kernels::float_to_e4m3(1000.0f), 0x7e);
    EXPECT_EQ(kernels::float_to_e4m3(-449.0f), 0xfe);
    EXPECT_EQ(kernels::float_to_e4m3(NAN), 0x7f);
    EXPECT_EQ(e4m3_to_float(kernels::float_to_e4m3(17.0f)), 16.0f);  // a tie goes to the even fraction
    EXPECT_EQ(e4m3_to_float(kernels::float_to_e4m3(19.0f)), 20.0f);
    EXPECT_EQ(e4m3_to_float(kernels::float_to_e4m3(0.0009765625f)), 0.0f);  // half of the least: to even
    EXPECT_EQ(e4m3_to_float(kernels::float_to_e4m3(0.0011f)), 0.001953125f);
}

}  // namespace
}  // namespace studio
