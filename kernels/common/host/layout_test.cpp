// Fragment maps against a second, independent statement of them: layouts as functions from (thread, value) to an
// element, in the notation that CuTe publishes them in (nested shapes and strides, first mode fastest; an element (m,
// k) of an M x K matrix is m + M k). Guards against kernel and shim sharing one wrong belief.
#include <numeric>

#include "kernels/common/hopper.cuh"
#include "kernels/common/launch.cuh"
#include "kernels/common/mma.cuh"
#include "kernels/common/testing.h"

namespace studio {
namespace {
using namespace gpu;

/// One mode: sizes and strides, the first fastest.
struct Mode {
    std::vector<int> shape, stride;
    int size() const { return std::accumulate(shape.begin(), shape.end(), 1, std::multiplies<>()); }
    int operator()(int index) const {
        int at = 0;
        for (std::size_t i = 0; i < shape.size(); ++i)
            at += index % shape[i] * stride[i], index /= shape[i];
        return at;
    }
};
struct Layout {
    Mode thread, value;
    int rows;  // M: an element is m + M k
    int operator()(int t, int v) const { return thread(t) + value(v); }
    int row(int t, int v) const { return (*this)(t, v) % rows; }
    int column(int t, int v) const { return (*this)(t, v) / rows; }
    int threads() const { return thread.size(); }
    int values() const { return value.size(); }
};
// The published ones. mma.sync m16n8k16 of 16-bit and m16n8k32 of 8-bit elements:
const Layout kC16x8{{{4, 8}, {32, 1}}, {{2, 2}, {16, 8}}, 16};
const Layout kA16x16{{{4, 8}, {32, 1}}, {{2, 2, 2}, {16, 8, 128}}, 16};
const Layout kB8x16{{{4, 8}, {16, 1}}, {{2, 2}, {8, 64}}, 8};
const Layout kA16x32{{{4, 8}, {64, 1}}, {{4, 2, 2}, {16, 8, 256}}, 16};
const Layout kB8x32{{{4, 8}, {32, 1}}, {{4, 2}, {8, 128}}, 8};
// wgmma m64n128: accumulators, and A of 8-bit elements in registers.
const Layout kC64x128{{{4, 8, 4}, {128, 1, 16}}, {{2, 2, 16}, {64, 8, 512}}, 64};
const Layout kA64x32{{{4, 8, 4}, {256, 1, 16}}, {{4, 2, 2}, {64, 8, 1024}}, 64};

/// Swizzle<bits, 4, 3> of a byte offset.
constexpr unsigned swizzle(int bits, unsigned at) {
    return at ^ ((at >> 3) & (((1u << bits) - 1) << 4));
}

TEST(Layouts, CoverTheirMatrixOnce) {
    for (const Layout* l : {&kC16x8, &kA16x16, &kB8x16, &kA16x32, &kB8x32, &kC64x128, &kA64x32}) {
        std::vector<int> seen(std::size_t(l->threads() * l->values()));
        for (int t = 0; t < l->threads(); ++t)
            for (int v = 0; v < l->values(); ++v)
                ++seen[std::size_t((*l)(t, v))];
        for (int n : seen)
            EXPECT_EQ(n, 1);
    }
}

/// A holds 1 at one element, B tells the depth: the product has B's column in A's row, and nothing else.
template <class Raw, class Acc, class Encode>
void check_mma(const Layout& a, const Layout& b, void (*mma)(Acc (&)[4], const u32 (&)[4], const u32 (&)[2]),
               Encode encode) {
    const int depth = a.threads() * a.values() / 16;
    for (int one = 0; one < 16 * depth; one += 7) {  // 7 is coprime to every side: all rows and depths come
        std::vector<double> got(16 * 8, -1);
        shim::run_grid(dim3(1), dim3(32), 0, [&] {
            const int t = int(threadIdx.x);
            Raw fa[16 / sizeof(Raw)], fb[8 / sizeof(Raw)];
            for (int v = 0; v < a.values(); ++v)
                fa[v] = encode(a(t, v) == one ? 1 : 0);
            for (int v = 0; v < b.values(); ++v)
                fb[v] = encode((b.row(t, v) + b.column(t, v)) % 13 + 1);
            u32 ra[4], rb[2];
            std::memcpy(ra, fa, 16), std::memcpy(rb, fb, 8);
            Acc d[4] = {};
            mma(d, ra, rb);
            for (int v = 0; v < 4; ++v)
                got[std::size_t(kC16x8(t, v))] = double(d[v]);
        });
        ASSERT_TRUE(shim::last_report().ok) << shim::last_report().message;
        for (int n = 0; n < 8; ++n)
            for (int m = 0; m < 16; ++m)
                ASSERT_EQ(got[std::size_t(m + 16 * n)], m == one % 16 ? (n + one / 16) % 13 + 1 : 0) << one;
    }
}
TEST(Layouts, MatrixInstructionsOfAWarp) {
    check_mma<std::uint16_t, float>(
        kA16x16, kB8x16, [](auto& d, auto& a, auto& b) { mma_bf16(d, a, b); },
        [](int v) { return kernels::float_to_bf16(float(v)); });
    check_mma<std::uint16_t, float>(
        kA16x16, kB8x16, [](auto& d, auto& a, auto& b) { mma_f16(d, a, b); },
        [](int v) { return kernels::float_to_f16(float(v)); });
    check_mma<std::int8_t, std::int32_t>(
        kA16x32, kB8x32, [](auto& d, auto& a, auto& b) { mma_s8(d, a, b); }, [](int v) { return std::int8_t(v); });
    check_mma<std::uint8_t, float>(
        kA16x32, kB8x32, [](auto& d, auto& a, auto& b) { mma_e4m3(d, a, b); },
        [](int v) { return kernels::float_to_e4m3(float(v)); });
}

// ldmatrix hands out what A and B want of rows of 16 (32) elements: the chunks that the kernels address.
TEST(Layouts, LdmatrixGivesTheFragments) {
    std::uint16_t tile[16][16];
    for (int m = 0; m < 16; ++m)
        for (int k = 0; k < 16; ++k)
            tile[m][k] = std::uint16_t(m + 16 * k);
    shim::run_grid(dim3(1), dim3(32), sizeof tile, [&] {
        SharedCarver carve;
        auto* s = carve.take<std::uint16_t>(256);
        const int lane = int(threadIdx.x);
        for (int i = lane; i < 256; i += 32)
            s[i] = tile[i / 16][i % 16];
        __syncwarp();
        u32 a[4], b[4];
        ldmatrix4<false>(a, s + (lane & 15) * 16 + (lane >> 4) * 8);
        ldmatrix4<false>(b, s + ((lane & 7) + (lane >> 4) * 8) * 16 + ((lane >> 3) & 1) * 8);
        std::uint16_t va[8], vb[8];
        std::memcpy(va, a, 16), std::memcpy(vb, b, 16);
        for (int v = 0; v < 8; ++v) {
            EXPECT_EQ(va[v], kA16x16(lane, v)) << lane << " " << v;
            const int n = kB8x16.row(lane, v % 4) + v / 4 * 8, k = kB8x16.column(lane, v % 4);  // two B of 8 columns
            EXPECT_EQ(vb[v], n + 16 * k) << lane << " " << v;
        }
    });
}

TEST(Layouts, SwizzlesAreThePublishedOnes) {
    for (int row = 0; row < 128; ++row) {
        for (int chunk = 0; chunk < 8; ++chunk)
            EXPECT_EQ(unsigned(row * 128 + swizzled(row, chunk) * 16), swizzle(3, unsigned(row * 128 + chunk * 16)));
        for (unsigned chunk = 0; chunk < 4; ++chunk) {
            unsigned at = unsigned(row) * 64 + chunk * 16;
            const unsigned want = swizzle(2, at);
            at ^= (at >> 7 & 3) << 4;  // as the fp8 blocks of v are written
            EXPECT_EQ(at, want);
        }
    }
}

// Accumulators of a warp group: one product tells the row of each register, another its column.
TEST(Layouts, WarpGroupAccumulators) {
    for (const bool asks_row : {true, false}) {
        std::vector<int> got(64 * 128, -1000);
        shim::run_grid(dim3(1), dim3(128), 192 * 128, [&] {
            SharedCarver carve;
            auto* a = carve.take<std::int8_t>(64 * 128, 1024);
            auto* b = carve.take<std::int8_t>(128 * 128, 1024);
            for (int i = int(threadIdx.x); i < 128 * 128; i += 128) {
                const int row = i / 128, k = i % 128;
                const unsigned at = swizzle(3, unsigned(i));
                if (row < 64) a[at] = std::int8_t(k ? 0 : asks_row ? row : 1);
                b[at] = std::int8_t(k ? 0 : asks_row ? 1 : row - 64);
            }
            __syncthreads();
            std::int32_t d[64];
            wgmma_fence();
            wgmma_s8_n128(d, descriptor_k128(a), descriptor_k128(b), false);
            wgmma_commit();
            wgmma_wait<0>();
            const int t = int(threadIdx.x), lane = t & 31, warp = t >> 5;
            for (int v = 0; v < 64; ++v) {
                got[std::size_t(kC64x128(t, v))] = d[v];
                // What the epilogues compute:
                EXPECT_EQ(kC64x128.row(t, v), warp * 16 + lane / 4 + 8 * (v >> 1 & 1));
                EXPECT_EQ(kC64x128.column(t, v), (v >> 2) * 8 + lane % 4 * 2 + (v & 1));
            }
        });
        ASSERT_TRUE(shim::last_report().ok) << shim::last_report().message;
        for (int i = 0; i < 64 * 128; ++i)
            ASSERT_EQ(got[std::size_t(i)], asks_row ? i % 64 : i / 64 - 64) << i;
    }
}

// A of a warp group in registers: A is 1 at one depth (or tells its row), B the unit matrix along the depth.
TEST(Layouts, WarpGroupAInRegisters) {
    for (int pass = 0; pass < 3; ++pass) {  // 0: the depth; 1, 2: digits of the row
        std::vector<float> got(64 * 128, -1);
        shim::run_grid(dim3(1), dim3(128), 128 * 64, [&] {
            SharedCarver carve;
            auto* b = carve.take<std::uint8_t>(128 * 64, 1024);
            for (int i = int(threadIdx.x); i < 128 * 64; i += 128)
                b[swizzle(2, unsigned(i))] = kernels::float_to_e4m3(i % 64 == i / 64 % 32 ? 1.0f : 0.0f);
            const int t = int(threadIdx.x);
            std::uint8_t bytes[16];
            for (int v = 0; v < 16; ++v) {
                const int m = kA64x32.row(t, v), k = kA64x32.column(t, v);
                bytes[v] = kernels::float_to_e4m3(float(pass == 0 ? k % 16 : pass == 1 ? m % 16 : m / 16));
            }
            u32 a[4];
            std::memcpy(a, bytes, 16);
            __syncthreads();
            float d[64] = {};
            wgmma_fence();
            wgmma_e4m3_n128_registers(d, a, descriptor_k64(b));
            wgmma_commit();
            wgmma_wait<0>();
            for (int v = 0; v < 64; ++v)
                got[std::size_t(kC64x128(t, v))] = d[v];
        });
        ASSERT_TRUE(shim::last_report().ok) << shim::last_report().message;
        for (int n = 0; n < 128; ++n) {
            for (int m = 0; m < 64; ++m) {
                const int want = pass == 0 ? n % 32 % 16 : pass == 1 ? m % 16 : m / 16;
                ASSERT_EQ(got[std::size_t(m + 64 * n)], float(want)) << m << " " << n;
            }
        }
    }
}

// The 8-bit kernels feed accumulators (16 columns each quarter) to the next product without moving them; v is stored in
// the order that makes this right. The order of hopper_attention.h, derived.
TEST(Layouts, ValuesAreStoredInTheOrderOfTheWeights) {
    const int order[16] = {0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15};
    for (int t = 0; t < 128; ++t) {
        for (int step = 0; step < 4; ++step) {  // 32 keys a product
            for (int r = 0; r < 4; ++r) {
                for (int e = 0; e < 4; ++e) {
                    // Register r of the fragment packs these accumulators (add_values, fp8_value_products).
                    const int tile = step * 4 + (r >> 1) * 2, h = (r & 1) * 2;
                    const int value = e < 2 ? tile * 4 + h + e : tile * 4 + 4 + h + e - 2;
                    const int v = r * 4 + e, depth = kA64x32.column(t, v);
                    EXPECT_EQ(kC64x128.row(t, value), kA64x32.row(t, v));
                    EXPECT_EQ(kC64x128.column(t, value), step * 32 + depth / 16 * 16 + order[depth % 16]);
                }
            }
        }
    }
}

}  // namespace
}  // namespace studio
