// kernels/common/mma.cuh - fragments and tensor-core products of one warp (mma.sync, sm_80 and later).
// Fragment maps: PTX manual, "Matrix fragments for mma.m16n8k16 / m16n8k32"; checked in host/self_test.cpp.
#pragma once
#include "kernels/common/gpu.cuh"

namespace studio::gpu {

/// Four 8x8 matrices of 16-bit elements. Lane 8 k + r gives the 16-byte aligned address of row r of matrix k.
template <bool kTransposed>
GPU_FN void ldmatrix4(u32 (&r)[4], const void* row GPU_LOC) {
#if GPU_HOST
    if (std::uintptr_t(row) % 16) shim::fail("ldmatrix row is not 16-byte aligned", loc);
    shim::shared_check(row, 16, loc);
    shim::LdmatrixIn in{};
    const auto* p = static_cast<const u32*>(row);
    for (int i = 0; i < 4; ++i)
        in.row[i] = p[i];  // read by the owning lane: sanitizers see it
    in.transposed = kTransposed;
    in.at = shim::shared_offset(row, loc);
    shim::meet({"ldmatrix", ~0u, shim::combine_ldmatrix, false}, &in, sizeof in, r, 16, loc);
#else
    if constexpr (kTransposed)
        asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
                     : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
                     : "r"(shared_address(row))
                     : "memory");
    else
        asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
                     : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
                     : "r"(shared_address(row))
                     : "memory");
#endif
}

#if GPU_HOST
template <class Acc>
void mma_on_host(const char* name, Acc (&d)[4], const u32* a, const u32* b, shim::Combine combine, shim::Loc loc) {
    struct {
        u32 a[4];
        u32 b[2];
        Acc c[4];
    } in;
    for (int i = 0; i < 4; ++i)
        in.a[i] = a[i], in.c[i] = d[i];
    in.b[0] = b[0], in.b[1] = b[1];
    shim::meet({name, ~0u, combine, false}, &in, sizeof in, d, 16, loc);
}
#define GPU_MMA_BODY(name, combine, ptx, kind) mma_on_host(name, d, a, b, shim::combine, loc);
#else
#define GPU_MMA_BODY(name, combine, ptx, kind)                                \
    asm volatile(ptx " {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};" \
                 : kind(d[0]), kind(d[1]), kind(d[2]), kind(d[3])             \
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#endif

/// d += a b for 16 x 16 times 16 x 8.
GPU_FN void mma_bf16(float (&d)[4], const u32 (&a)[4], const u32 (&b)[2] GPU_LOC){
    GPU_MMA_BODY("mma bf16", combine_mma_bf16, "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32", "+f")} GPU_FN
    void mma_f16(float (&d)[4], const u32 (&a)[4], const u32 (&b)[2] GPU_LOC){
        GPU_MMA_BODY("mma f16", combine_mma_f16, "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32", "+f")}
/// d += a b for 16 x 32 times 32 x 8.
GPU_FN void mma_s8(std::int32_t (&d)[4], const u32 (&a)[4], const u32 (&b)[2] GPU_LOC){
    GPU_MMA_BODY("mma s8", combine_mma_s8, "mma.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32", "+r")}
// Native on sm_89 and sm_120 only; sm_90 and sm_100 turn it into unpacks and fp16 products.
#if GPU_HOST || !defined(__CUDA_ARCH__) || __CUDA_ARCH__ >= 890
GPU_FN void mma_e4m3(float (&d)[4], const u32 (&a)[4], const u32 (&b)[2] GPU_LOC) {
    GPU_MMA_BODY("mma e4m3", combine_mma_e4m3, "mma.sync.aligned.m16n8k32.row.col.f32.e4m3.e4m3.f32", "+f")
}
#endif
#undef GPU_MMA_BODY

/// 16-byte chunk c of row r lies at chunk c ^ (r & 7) of that row: ldmatrix then meets no bank twice.
GPU_FN int swizzled(int row, int chunk) {
    return chunk ^ (row & (GPU_BUG(kWeakSwizzle) ? 3 : 7));
}

}  // namespace studio::gpu
