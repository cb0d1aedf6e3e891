// kernels/common/hopper.cuh - sm_90a: mbarriers, bulk and tensor-map copies, warp-group products.
#pragma once
#include "kernels/common/gpu.cuh"
#if GPU_HOST
#include "kernels/common/host/hopper.h"
#else
#include <cuda.h>
#endif

namespace studio::gpu {

#if GPU_HOST
using TensorMap = shim::TensorMap;
#else
using TensorMap = CUtensorMap;
#endif

GPU_FN void mbarrier_init(u64* barrier, unsigned arrivals GPU_LOC) {
#if GPU_HOST
    shim::mbarrier_init(barrier, arrivals, loc);
#else
    asm volatile("mbarrier.init.shared.b64 [%0], %1;" ::"r"(shared_address(barrier)), "r"(arrivals) : "memory");
#endif
}
/// After the inits, before the __syncthreads that publishes them: makes them visible to the copy engine.
GPU_FN void fence_mbarrier_init() {
#if !GPU_HOST
    asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory");
#endif
}
GPU_FN void mbarrier_arrive(u64* barrier GPU_LOC) {
#if GPU_HOST
    shim::mbarrier_arrive(barrier, 0, loc);
#else
    asm volatile("mbarrier.arrive.shared.b64 _, [%0];" ::"r"(shared_address(barrier)) : "memory");
#endif
}
/// One arrival that also makes the phase wait for `bytes` copied bytes.
GPU_FN void mbarrier_arrive_expect(u64* barrier, unsigned bytes GPU_LOC) {
#if GPU_HOST
    shim::mbarrier_arrive(barrier, bytes, loc);
#else
    asm volatile("mbarrier.arrive.expect_tx.shared.b64 _, [%0], %1;" ::"r"(shared_address(barrier)), "r"(bytes)
                 : "memory");
#endif
}
/// Until the phase with this parity is complete.
GPU_FN void mbarrier_wait(u64* barrier, unsigned parity GPU_LOC) {
#if GPU_HOST
    shim::mbarrier_wait(barrier, parity, loc);
#else
    asm volatile(
        "{\n.reg .pred p;\nW: mbarrier.try_wait.parity.shared.b64 p, [%0], %1;\n@p bra D;\nbra W;\nD:\n}" ::"r"(
            shared_address(barrier)),
        "r"(parity)
        : "memory");
#endif
}
GPU_FN void tma_load_2d(void* dst, const TensorMap* map, u64* barrier, int x, int y GPU_LOC) {
#if GPU_HOST
    shim::tma_load(dst, *map, barrier, x, y, loc);
#else
    asm volatile(
        "cp.async.bulk.tensor.2d.shared::cluster.global.tile.mbarrier::complete_tx::bytes [%0], [%1, {%3, %4}], "
        "[%2];" ::"r"(shared_address(dst)),
        "l"(map), "r"(shared_address(barrier)), "r"(x), "r"(y)
        : "memory");
#endif
}
GPU_FN void bulk_copy(void* dst, const void* src, unsigned bytes, u64* barrier GPU_LOC) {
#if GPU_HOST
    shim::bulk_copy(dst, src, bytes, barrier, loc);
#else
    asm volatile("cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1], %2, [%3];" ::"r"(
                     shared_address(dst)),
                 "l"(src), "r"(bytes), "r"(shared_address(barrier))
                 : "memory");
#endif
}
/// K-major operand: rows of 128 bytes with the 128-byte swizzle, groups of eight rows 1024 bytes apart.
GPU_FN u64 descriptor_k128(const void* p GPU_LOC) {
#if GPU_HOST
    const u32 at = shim::shared_offset(p, loc);
#else
    const u32 at = shared_address(p);
#endif
    return (u64(at & 0x3ffff) >> 4) | u64(1) << 16 | u64(1024 >> 4) << 32 | u64(1) << 62;
}
/// K-major operand with rows of 64 bytes and the 64-byte swizzle, groups of eight rows 512 bytes apart.
GPU_FN u64 descriptor_k64(const void* p GPU_LOC) {
#if GPU_HOST
    const u32 at = shim::shared_offset(p, loc);
#else
    const u32 at = shared_address(p);
#endif
    return (u64(at & 0x3ffff) >> 4) | u64(1) << 16 | u64(512 >> 4) << 32 | u64(2) << 62;
}
GPU_FN void wgmma_fence() {
#if !GPU_HOST
    asm volatile("wgmma.fence.sync.aligned;" ::: "memory");
#endif
}
GPU_FN void wgmma_commit() {
#if GPU_HOST
    shim::wgmma_commit();
#else
    asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory");
#endif
}
template <int kGroupsStillAllowed>
GPU_FN void wgmma_wait(GPU_LOC_ONLY) {
#if GPU_HOST
    shim::wgmma_wait(kGroupsStillAllowed, loc);
#else
    asm volatile("wgmma.wait_group.sync.aligned %0;" ::"n"(kGroupsStillAllowed) : "memory");
#endif
}
template <int kRegisters>
GPU_FN void registers_increase() {
#if !GPU_HOST
    asm volatile("setmaxnreg.inc.sync.aligned.u32 %0;" ::"n"(kRegisters));
#endif
}
template <int kRegisters>
GPU_FN void registers_decrease() {
#if !GPU_HOST
    asm volatile("setmaxnreg.dec.sync.aligned.u32 %0;" ::"n"(kRegisters));
#endif
}

// d (64 x 128 of a warp group) = or += a b, both from shared memory.
#if GPU_HOST
#define GPU_WGMMA_128(name, type, kind, ptx, constraint, tail)                      \
    GPU_FN void name(type(&d)[64], u64 a, u64 b, bool accumulate GPU_LOC) {         \
        const shim::Wgmma product{d, a, b, accumulate, 128, shim::WgmmaKind::kind}; \
        shim::wgmma_touch(product);                                                 \
        shim::wgmma_issue(product, loc);                                            \
    }
#else
#define GPU_D8(c, i) c(d[i]), c(d[i + 1]), c(d[i + 2]), c(d[i + 3]), c(d[i + 4]), c(d[i + 5]), c(d[i + 6]), c(d[i + 7])
#define GPU_WGMMA_128(name, type, kind, ptx, constraint, tail)                                                        \
    GPU_FN void name(type(&d)[64], u64 a, u64 b, bool accumulate) {                                                   \
        asm volatile("{\n.reg .pred p;\nsetp.ne.b32 p, %66, 0;\n" ptx                                                 \
                     " {%0,%1,%2,%3,%4,%5,%6,%7,%8,%9,%10,%11,%12,%13,%14,%15,%16,%17,%18,%19,%20,%21,%22,%23,"       \
                     "%24,%25,%26,%27,%28,%29,%30,%31,%32,%33,%34,%35,%36,%37,%38,%39,%40,%41,%42,%43,%44,%45,"       \
                     "%46,%47,%48,%49,%50,%51,%52,%53,%54,%55,%56,%57,%58,%59,%60,%61,%62,%63}, %64, %65, p" tail     \
                     : GPU_D8(constraint, 0), GPU_D8(constraint, 8), GPU_D8(constraint, 16), GPU_D8(constraint, 24),  \
                       GPU_D8(constraint, 32), GPU_D8(constraint, 40), GPU_D8(constraint, 48), GPU_D8(constraint, 56) \
                     : "l"(a), "l"(b), "r"(int(accumulate)));                                                         \
    }
#endif
GPU_WGMMA_128(wgmma_bf16_n128, float, kBf16, "wgmma.mma_async.sync.aligned.m64n128k16.f32.bf16.bf16", "+f",
              ", 1, 1, 0, 0;\n}")
GPU_WGMMA_128(wgmma_s8_n128, std::int32_t, kS8, "wgmma.mma_async.sync.aligned.m64n128k32.s32.s8.s8", "+r", ";\n}")
GPU_WGMMA_128(wgmma_e4m3_n128, float, kE4m3, "wgmma.mma_async.sync.aligned.m64n128k32.f32.e4m3.e4m3", "+f",
              ", 1, 1;\n}")
#undef GPU_WGMMA_128

/// The same with A (64 x 32 bytes) in registers, always accumulating.
GPU_FN void wgmma_e4m3_n128_registers(float (&d)[64], const u32 (&a)[4], u64 b GPU_LOC) {
#if GPU_HOST
    const shim::Wgmma product{d, 0, b, true, 128, shim::WgmmaKind::kE4m3, true, {a[0], a[1], a[2], a[3]}};
    shim::wgmma_touch(product);
    shim::wgmma_issue(product, loc);
#else
    asm volatile(
        "wgmma.mma_async.sync.aligned.m64n128k32.f32.e4m3.e4m3"
        " {%0,%1,%2,%3,%4,%5,%6,%7,%8,%9,%10,%11,%12,%13,%14,%15,%16,%17,%18,%19,%20,%21,%22,%23,"
        "%24,%25,%26,%27,%28,%29,%30,%31,%32,%33,%34,%35,%36,%37,%38,%39,%40,%41,%42,%43,%44,%45,"
        "%46,%47,%48,%49,%50,%51,%52,%53,%54,%55,%56,%57,%58,%59,%60,%61,%62,%63}, {%64,%65,%66,%67}, %68, 1, 1, 1;"
        : GPU_D8("+f", 0), GPU_D8("+f", 8), GPU_D8("+f", 16), GPU_D8("+f", 24), GPU_D8("+f", 32), GPU_D8("+f", 40),
          GPU_D8("+f", 48), GPU_D8("+f", 56)
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(b));
#endif
}

}  // namespace studio::gpu
