// kernels/common/host/cuda_words.h - CUDA's own spelling for code compiled by g++ against the shim.
#pragma once
#include <cmath>
#include <cstring>

#include "kernels/common/host/shim.h"

#define __global__
#define __device__
#define __host__
#define __constant__ static
#define __forceinline__ inline
#define __restrict__ __restrict
#define __launch_bounds__(...)
#define __grid_constant__
#define threadIdx (::studio::shim::self->tid)
#define blockIdx (::studio::shim::self->bid)
#define blockDim (::studio::shim::self->bdim)
#define gridDim (::studio::shim::self->gdim)

using dim3 = studio::shim::Dim3;
struct alignas(16) uint4 {
    unsigned x, y, z, w;
};
struct alignas(8) uint2 {
    unsigned x, y;
};
struct alignas(16) float4 {
    float x, y, z, w;
};
struct alignas(8) float2 {
    float x, y;
};

inline void __syncthreads(studio::shim::Loc loc = studio::shim::Loc::current()) {
    studio::shim::barrier_sync(0, 0, loc);
}
inline void __syncwarp(unsigned mask = ~0u, studio::shim::Loc loc = studio::shim::Loc::current()) {
    studio::shim::meet({"__syncwarp", mask, studio::shim::combine_nothing, true}, nullptr, 0, nullptr, 0, loc);
}
template <class T>
T __shfl_sync(unsigned mask, T value, int source, int width = 32,
              studio::shim::Loc loc = studio::shim::Loc::current()) {
    const unsigned lane = studio::shim::self->lane, w = unsigned(width);
    return studio::shim::shuffle(mask, value, (lane & ~(w - 1)) | (unsigned(source) & (w - 1)), "__shfl_sync", loc);
}
template <class T>
T __shfl_xor_sync(unsigned mask, T value, int bits, int width = 32,
                  studio::shim::Loc loc = studio::shim::Loc::current()) {
    const unsigned lane = studio::shim::self->lane, source = lane ^ unsigned(bits), w = unsigned(width);
    const unsigned from = (source & ~(w - 1)) <= (lane & ~(w - 1)) ? source : lane;
    return studio::shim::shuffle(mask, value, from, "__shfl_xor_sync", loc);
}
template <class T>
T __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = 32,
                   studio::shim::Loc loc = studio::shim::Loc::current()) {
    const unsigned lane = studio::shim::self->lane, w = unsigned(width);
    const unsigned from = (lane & (w - 1)) + delta < w ? lane + delta : lane;
    return studio::shim::shuffle(mask, value, from, "__shfl_down_sync", loc);
}
template <class T>
T __shfl_up_sync(unsigned mask, T value, unsigned delta, int width = 32,
                 studio::shim::Loc loc = studio::shim::Loc::current()) {
    const unsigned lane = studio::shim::self->lane, w = unsigned(width);
    return studio::shim::shuffle(mask, value, (lane & (w - 1)) >= delta ? lane - delta : lane, "__shfl_up_sync", loc);
}
inline unsigned __ballot_sync(unsigned mask, int predicate, studio::shim::Loc loc = studio::shim::Loc::current()) {
    const std::uint32_t in = predicate != 0;
    std::uint32_t out = 0;
    studio::shim::meet({"__ballot_sync", mask, studio::shim::combine_ballot, false}, &in, 4, &out, 4, loc);
    return out;
}
inline int __any_sync(unsigned mask, int p, studio::shim::Loc loc = studio::shim::Loc::current()) {
    return __ballot_sync(mask, p, loc) != 0;
}
inline int __all_sync(unsigned mask, int p, studio::shim::Loc loc = studio::shim::Loc::current()) {
    return __ballot_sync(mask, p, loc) == mask;
}
inline int __popc(unsigned v) {
    return __builtin_popcount(v);
}
inline int __ffs(int v) {
    return __builtin_ffs(v);
}
inline int __clz(int v) {
    return v ? __builtin_clz(unsigned(v)) : 32;
}
template <class T>
T __ldg(const T* p) {
    return *p;
}
inline void __threadfence() {}

// One fiber runs at a time, so a plain update would be atomic; the builtins keep the race checker quiet about it.
inline float atomicAdd(float* p, float v) {
    float old, next;
    __atomic_load(p, &old, __ATOMIC_RELAXED);
    do
        next = old + v;
    while (!__atomic_compare_exchange(p, &old, &next, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
    return old;
}
inline int atomicAdd(int* p, int v) {
    return __atomic_fetch_add(p, v, __ATOMIC_RELAXED);
}
inline unsigned atomicAdd(unsigned* p, unsigned v) {
    return __atomic_fetch_add(p, v, __ATOMIC_RELAXED);
}
inline unsigned atomicMax(unsigned* p, unsigned v) {
    unsigned old = __atomic_load_n(p, __ATOMIC_RELAXED);
    while (old < v && !__atomic_compare_exchange_n(p, &old, v, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
    }
    return old;
}
inline int min(int a, int b) {
    return a < b ? a : b;
}
inline int max(int a, int b) {
    return a > b ? a : b;
}
