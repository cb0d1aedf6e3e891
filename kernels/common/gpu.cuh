// kernels/common/gpu.cuh - element types, conversions, shared memory and cp.async for kernel files. With mma.cuh,
// hopper.cuh and launch.cuh the only files that know PTX or the runtime: each wrapper has a device body and a body on
// the host shim, so that the same kernel source runs on a GPU and, thread by thread, in the test suite.
#pragma once
#include <cstdint>
#include <type_traits>

#if defined(__CUDACC__)
#define GPU_HOST 0
#define GPU_FN __device__ __forceinline__
// A wrapper's last parameter: where it was called, for the shim's error texts. Nothing on the device.
#define GPU_LOC
#define GPU_LOC_ONLY
#else
#include "kernels/common/float_types.h"
#include "kernels/common/host/cuda_words.h"
#define GPU_HOST 1
#define GPU_FN inline
#define GPU_LOC , ::studio::shim::Loc loc = ::studio::shim::Loc::current()
#define GPU_LOC_ONLY ::studio::shim::Loc loc = ::studio::shim::Loc::current()
#endif
// Whether to make a known mistake: only the shim's self-test asks for one.
#if GPU_HOST
#include "kernels/common/host/bugs.h"
#define GPU_BUG(name) (::studio::shim::injected == ::studio::shim::Bug::name)
#else
#define GPU_BUG(name) false
#endif

namespace studio::gpu {

using u32 = std::uint32_t;
using u64 = std::uint64_t;
using i64 = std::int64_t;

struct bf16 {
    std::uint16_t bits;
};
struct f16 {
    std::uint16_t bits;
};
struct e4m3 {
    std::uint8_t bits;
};

GPU_FN u32 bits_of(float f) {
#if GPU_HOST
    u32 u;
    std::memcpy(&u, &f, 4);
    return u;
#else
    return __float_as_uint(f);
#endif
}
GPU_FN float float_of(u32 u) {
#if GPU_HOST
    float f;
    std::memcpy(&f, &u, 4);
    return f;
#else
    return __uint_as_float(u);
#endif
}

GPU_FN float to_float(float f) {
    return f;
}
GPU_FN float to_float(bf16 h) {
    return float_of(u32(h.bits) << 16);
}
GPU_FN float to_float(f16 h) {
#if GPU_HOST
    _Float16 x;
    std::memcpy(&x, &h.bits, 2);
    return float(x);
#else
    float r;
    asm("cvt.f32.f16 %0, %1;" : "=f"(r) : "h"(h.bits));
    return r;
#endif
}
/// Nearest even; NaN stays NaN.
GPU_FN u32 pack_bf16(float low, float high) {
#if GPU_HOST
    auto one = [](float f) -> u32 {
        const u32 u = bits_of(f);
        if ((u & 0x7fffffffu) > 0x7f800000u) return 0x7fffu;  // as cvt.rn does
        return (u + 0x7fff + ((u >> 16) & 1)) >> 16;
    };
    return one(low) | one(high) << 16;
#else
    u32 r;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(r) : "f"(high), "f"(low));
    return r;
#endif
}
GPU_FN u32 pack_f16(float low, float high) {
#if GPU_HOST
    const _Float16 a = _Float16(low), b = _Float16(high);
    std::uint16_t x, y;
    std::memcpy(&x, &a, 2);
    std::memcpy(&y, &b, 2);
    return u32(x) | u32(y) << 16;
#else
    u32 r;
    asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(r) : "f"(high), "f"(low));
    return r;
#endif
}
/// Four e4m3 values, nearest even, saturated to 448; NaN stays NaN. sm_89 and later.
#if GPU_HOST || !defined(__CUDA_ARCH__) || __CUDA_ARCH__ >= 890
GPU_FN u32 pack_e4m3(float a, float b, float c, float d) {
#if GPU_HOST
    using kernels::float_to_e4m3;
    return u32(float_to_e4m3(a)) | u32(float_to_e4m3(b)) << 8 | u32(float_to_e4m3(c)) << 16 |
           u32(float_to_e4m3(d)) << 24;
#else
    std::uint16_t low, high;
    asm("cvt.rn.satfinite.e4m3x2.f32 %0, %1, %2;" : "=h"(low) : "f"(b), "f"(a));
    asm("cvt.rn.satfinite.e4m3x2.f32 %0, %1, %2;" : "=h"(high) : "f"(d), "f"(c));
    return u32(low) | u32(high) << 16;
#endif
}
#endif
template <class T>
GPU_FN T from_float(float f) {
    if constexpr (std::is_same_v<T, float>)
        return f;
    else if constexpr (std::is_same_v<T, bf16>)
        return bf16{std::uint16_t(pack_bf16(f, 0.0f))};
    else
        return f16{std::uint16_t(pack_f16(f, 0.0f))};
}
/// f rounded to T and back: a rounding point of the source that the port keeps.
template <class T>
GPU_FN float rounded(float f) {
    return to_float(from_float<T>(f));
}

// Fast functions. Bounds in tests allow the device 2 units in the last place; the host bodies are exact.
GPU_FN float exp2_fast(float x) {
#if GPU_HOST
    return exp2f(x);
#else
    float r;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(r) : "f"(x));
    return r;
#endif
}
GPU_FN float rsqrt_fast(float x) {
#if GPU_HOST
    return 1.0f / sqrtf(x);
#else
    return rsqrtf(x);
#endif
}
/// a * b rounded on its own: never fused with the addition after it.
GPU_FN float times(float a, float b) {
#if GPU_HOST
    return a * b;
#else
    return __fmul_rn(a, b);
#endif
}
/// Nearest integer, halves to even, saturated to [-128, 127]; NaN gives 0. As cvt.rni.sat.s8.f32.
GPU_FN int round_to_s8(float f) {
#if GPU_HOST
    if (!(f == f)) return 0;
    const float r = nearbyintf(f);
    return r < -128.0f ? -128 : r > 127.0f ? 127 : int(r);
#else
    int r;
    asm("cvt.rni.sat.s8.f32 %0, %1;" : "=r"(r) : "f"(f));
    return r;
#endif
}
/// Greater of two, NaN when either is: a maximum that cannot lose a NaN.
GPU_FN float max_or_nan(float a, float b) {
#if GPU_HOST
    return a != a ? a : b != b ? b : a > b ? a : b;
#else
    float r;
    asm("max.NaN.f32 %0, %1, %2;" : "=f"(r) : "f"(a), "f"(b));
    return r;
#endif
}

// --- vector access
// ----------------------------------------------------------------------------------------------------

/// Eight consecutive elements (16 or 32 bytes, aligned to 16) as floats, and back with one rounding.
template <class T>
GPU_FN void load8(float (&v)[8], const T* p) {
    if constexpr (sizeof(T) == 4) {
        const float4 a = *reinterpret_cast<const float4*>(p), b = *reinterpret_cast<const float4*>(p + 4);
        v[0] = a.x, v[1] = a.y, v[2] = a.z, v[3] = a.w, v[4] = b.x, v[5] = b.y, v[6] = b.z, v[7] = b.w;
    } else {
        const uint4 a = *reinterpret_cast<const uint4*>(p);
        const u32 u[4] = {a.x, a.y, a.z, a.w};
        for (int i = 0; i < 4; ++i) {
            v[2 * i] = to_float(T{std::uint16_t(u[i])});
            v[2 * i + 1] = to_float(T{std::uint16_t(u[i] >> 16)});
        }
    }
}
template <class T>
GPU_FN void store8(T* p, const float (&v)[8]) {
    if constexpr (sizeof(T) == 4) {
        *reinterpret_cast<float4*>(p) = float4{v[0], v[1], v[2], v[3]};
        *reinterpret_cast<float4*>(p + 4) = float4{v[4], v[5], v[6], v[7]};
    } else if constexpr (std::is_same_v<T, bf16>) {
        *reinterpret_cast<uint4*>(p) =
            uint4{pack_bf16(v[0], v[1]), pack_bf16(v[2], v[3]), pack_bf16(v[4], v[5]), pack_bf16(v[6], v[7])};
    } else {
        *reinterpret_cast<uint4*>(p) =
            uint4{pack_f16(v[0], v[1]), pack_f16(v[2], v[3]), pack_f16(v[4], v[5]), pack_f16(v[6], v[7])};
    }
}

// --- shared memory and asynchronous copies
// ----------------------------------------------------------------------------

#if !GPU_HOST
GPU_FN char* shared_memory() {
    extern __shared__ __align__(1024) char gpu_dynamic_shared[];
    return gpu_dynamic_shared;
}
GPU_FN u32 shared_address(const void* p) {
    return u32(__cvta_generic_to_shared(p));
}
#endif

/// Takes sub-arrays of the dynamic shared memory in order; every thread takes the same ones. On the host each has
/// guards.
struct SharedCarver {
#if GPU_HOST
    template <class T>
    T* take(int count, int align = 128 GPU_LOC) {
        return reinterpret_cast<T*>(shim::shared_take(sizeof(T) * std::size_t(count), std::size_t(align), loc));
    }
#else
    u32 used = 0;
    template <class T>
    __device__ __forceinline__ T* take(int count, int align = 128) {
        used = (used + u32(align) - 1) / u32(align) * u32(align);
        T* p = reinterpret_cast<T*>(shared_memory() + used);
        used += u32(sizeof(T)) * u32(count);
        return p;
    }
#endif
};

/// 16 bytes from global to shared memory, zeros when !valid (src must still be a valid address on the device).
GPU_FN void cp_async16(void* dst, const void* src, bool valid GPU_LOC) {
#if GPU_HOST
    shim::async_push(dst, src, valid ? 16 : 0, 16, loc);
#else
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(shared_address(dst)), "l"(src),
                 "r"(valid ? 16 : 0)
                 : "memory");
#endif
}
GPU_FN void cp_async_commit() {
#if GPU_HOST
    shim::async_commit();
#else
    asm volatile("cp.async.commit_group;" ::: "memory");
#endif
}
template <int kGroupsStillAllowed>
GPU_FN void cp_async_wait() {
#if GPU_HOST
    shim::async_wait(kGroupsStillAllowed);
#else
    asm volatile("cp.async.wait_group %0;" ::"n"(kGroupsStillAllowed) : "memory");
#endif
}

/// bar.sync / bar.arrive on barrier 1..15 for `threads` threads (whole warps).
GPU_FN void named_barrier_sync(int id, int threads GPU_LOC) {
#if GPU_HOST
    shim::barrier_sync(id, threads, loc);
#else
    asm volatile("bar.sync %0, %1;" ::"r"(id), "r"(threads) : "memory");
#endif
}
GPU_FN void named_barrier_arrive(int id, int threads GPU_LOC) {
#if GPU_HOST
    shim::barrier_arrive(id, threads, loc);
#else
    asm volatile("bar.arrive %0, %1;" ::"r"(id), "r"(threads) : "memory");
#endif
}

// --- reductions
// -------------------------------------------------------------------------------------------------------

/// Sum over the lanes of a full warp; every lane gets it.
GPU_FN float warp_sum(float v GPU_LOC) {
#if GPU_HOST
    for (int s = 16; s > 0; s >>= 1)
        v += __shfl_xor_sync(~0u, v, s, 32, loc);
#else
#pragma unroll
    for (int s = 16; s > 0; s >>= 1)
        v += __shfl_xor_sync(~0u, v, s);
#endif
    return v;
}
GPU_FN float warp_max_or_nan(float v GPU_LOC) {
#if GPU_HOST
    for (int s = 16; s > 0; s >>= 1)
        v = max_or_nan(v, __shfl_xor_sync(~0u, v, s, 32, loc));
#else
#pragma unroll
    for (int s = 16; s > 0; s >>= 1)
        v = max_or_nan(v, __shfl_xor_sync(~0u, v, s));
#endif
    return v;
}

}  // namespace studio::gpu
