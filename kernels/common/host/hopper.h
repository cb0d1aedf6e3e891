// kernels/common/host/hopper.h - the sm_90 part of the shim: mbarriers, bulk and tensor-map copies, WGMMA.
#pragma once
#include "kernels/common/host/shim.h"

namespace studio::shim {

/// What the driver packs into a CUtensorMap: a 2-D array whose x is contiguous, and the box that one copy moves.
struct TensorMap {
    const char* base = nullptr;
    int element_bytes = 1;
    std::int64_t width = 0, height = 0, pitch_bytes = 0;
    int box_width = 0, box_height = 0;
    int swizzle_bytes = 0;  // 0, 32, 64 or 128
};
/// The driver's rules; an empty text when it would accept the map.
const char* tensor_map_error(const TensorMap& map);

void mbarrier_init(std::uint64_t* barrier, unsigned arrivals, const Loc& loc);
void mbarrier_arrive(std::uint64_t* barrier, std::uint32_t expected_bytes, const Loc& loc);
void mbarrier_wait(std::uint64_t* barrier, unsigned parity, const Loc& loc);
void tma_load(void* dst, const TensorMap& map, std::uint64_t* barrier, int x, int y, const Loc& loc);
void bulk_copy(void* dst, const void* src, std::uint32_t bytes, std::uint64_t* barrier, const Loc& loc);

enum class WgmmaKind : std::uint8_t { kBf16, kS8, kE4m3 };
/// One 64 x n product of a warp group, seen by one lane: d has n / 2 accumulators.
struct Wgmma {
    void* d;
    std::uint64_t a, b;  // shared-memory descriptors
    bool accumulate;
    int n;
    WgmmaKind kind;
    bool a_in_registers = false;
    std::uint32_t a_registers[4] = {};  // then a is not used: this lane's fragment
    unsigned char a_rows[64] = {};      // filled by the shim: rows lane / 4 and lane / 4 + 8, 32 bytes each
};
void wgmma_issue(const Wgmma& product, const Loc& loc);
void wgmma_commit();
void wgmma_wait(int groups_still_allowed, const Loc& loc);
/// The 16 bytes at (row, byte k) of a K-major operand that the descriptor points to.
const char* wgmma_row(std::uint64_t descriptor, int row, int k_byte);

/// Reads of this lane's share of both operands, compiled into the test so that address and race checkers see them.
inline void wgmma_touch(const Wgmma& product) {
    volatile std::uint64_t sink = 0;
    const int lane = int(self->lane), warp = int(self->warp & 3);
    auto read = [&](const char* p) {
        sink = sink + *reinterpret_cast<const std::uint64_t*>(p);
        sink = sink + *reinterpret_cast<const std::uint64_t*>(p + 8);
    };
    if (!product.a_in_registers) read(wgmma_row(product.a, warp * 16 + lane / 2, (lane & 1) * 16));
    for (int i = lane; i < product.n * 2; i += 32)
        read(wgmma_row(product.b, i / 2, (i & 1) * 16));
}

}  // namespace studio::shim
