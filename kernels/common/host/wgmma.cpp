// Warp-group matrix products: operands through shared-memory descriptors, results early, late or at random.
#include <cmath>
#include <cstring>

#include "kernels/common/host/hopper.h"
#include "kernels/common/host/machine.h"

namespace studio::shim {
namespace {

struct Pending {
    Wgmma product;
    std::uint64_t group;
};
constexpr int kMaxPending = 64;
struct LaneState {
    Pending pending[kMaxPending];
    int count = 0;
    std::uint64_t group = 0;
};
LaneState lanes[1024];
LaneState& mine() {
    return lanes[self->warp * 32 + self->lane];
}

float as_float(std::uint16_t bf16) {
    const std::uint32_t bits = std::uint32_t(bf16) << 16;
    float value;
    std::memcpy(&value, &bits, 4);
    return value;
}
float e4m3(std::uint8_t b) {
    const int exponent = b >> 3 & 15, fraction = b & 7;
    float value = exponent ? std::ldexp(1.0f + float(fraction) / 8, exponent - 7) : std::ldexp(float(fraction) / 8, -6);
    if (exponent == 15 && fraction == 7) value = NAN;
    return b & 0x80 ? -value : value;
}

template <class Raw>
void read_piece(Raw* out, const char* p) {
    std::memcpy(out, p, 16);
}

// This lane's accumulators: rows lane / 4 and lane / 4 + 8 of its warp's 16, columns 8 j + 2 (lane % 4) + {0, 1}.
template <class Raw, class Acc, class Value>
void compute(const Wgmma& w, Value value) {
    constexpr int kPer = 16 / int(sizeof(Raw)), kDepth = kPer * 2;
    const int lane = int(self->lane), warp = int(self->warp & 3);
    Acc a[2][kDepth];
    Raw raw[kPer];
    for (int half = 0; half < 2; ++half) {
        for (int c = 0; c < 2; ++c) {
            if (w.a_in_registers)
                std::memcpy(raw, w.a_rows + half * 32 + c * 16, 16);
            else
                read_piece(raw, wgmma_row(w.a, warp * 16 + lane / 4 + 8 * half, c * 16));
            for (int e = 0; e < kPer; ++e)
                a[half][c * kPer + e] = Acc(value(raw[e]));
        }
    }
    Acc* d = static_cast<Acc*>(w.d);
    for (int j = 0; j < w.n / 8; ++j) {
        for (int q = 0; q < 2; ++q) {
            Acc sum[2] = {0, 0};
            for (int c = 0; c < 2; ++c) {
                read_piece(raw, wgmma_row(w.b, j * 8 + (lane & 3) * 2 + q, c * 16));
                for (int e = 0; e < kPer; ++e) {
                    const Acc v = Acc(value(raw[e]));
                    sum[0] += a[0][c * kPer + e] * v;
                    sum[1] += a[1][c * kPer + e] * v;
                }
            }
            for (int half = 0; half < 2; ++half) {
                Acc& x = d[j * 4 + 2 * half + q];
                x = w.accumulate ? x + sum[half] : sum[half];
            }
        }
    }
}
void run(const Wgmma& w) {
    switch (w.kind) {
        case WgmmaKind::kBf16:
            return compute<std::uint16_t, float>(w, [](std::uint16_t v) { return as_float(v); });
        case WgmmaKind::kS8:
            return compute<std::int8_t, std::int32_t>(w, [](std::int8_t v) { return v; });
        case WgmmaKind::kE4m3:
            return compute<std::uint8_t, float>(w, e4m3);
    }
}

}  // namespace

const char* wgmma_row(std::uint64_t descriptor, int row, int k_byte) {
    const auto start = std::uint32_t(descriptor & 0x3fff) << 4;
    const auto stride = std::uint32_t(descriptor >> 32 & 0x3fff) << 4;   // between groups of eight rows
    const auto leading = std::uint32_t(descriptor >> 16 & 0x3fff) << 4;  // between 16-byte columns, without swizzle
    const auto layout = unsigned(descriptor >> 62);
    const std::uint32_t pitch = layout == 1 ? 128 : layout == 2 ? 64 : layout == 3 ? 32 : 16;
    std::uint32_t at = start + std::uint32_t(row / 8) * stride + std::uint32_t(row % 8) * pitch;
    if (layout == 0) return shared_base() + at + std::uint32_t(k_byte / 16) * leading;
    at += std::uint32_t(k_byte);
    at ^= (at >> 7 & (pitch / 16 - 1)) << 4;
    return shared_base() + at;
}

// A fragments in registers: four lanes hold a row. Registers 0 and 2 belong to row lane / 4, registers 1 and 3 to the
// row eight below; lane % 4 says which four bytes of each half.
static void combine_rows(Slots& s) {
    for (int lane = 0; lane < 32; ++lane) {
        for (int part = 0; part < 4; ++part) {
            const unsigned char* from = s.in[lane / 4 * 4 + part];
            for (int r = 0; r < 4; ++r)
                std::memcpy(s.out[lane] + (r & 1) * 32 + (r >> 1) * 16 + part * 4, from + 4 * r, 4);
        }
    }
}

void wgmma_issue(const Wgmma& given, const Loc& loc) {
    Wgmma product = given;
    if (!product.a_in_registers) shared_check(wgmma_row(product.a, 0, 0), 16, loc);
    shared_check(wgmma_row(product.b, product.n - 1, 0), 16, loc);
    // the warp must be converged
    if (product.a_in_registers) {
        meet({"wgmma", ~0u, combine_rows, false}, product.a_registers, 16, product.a_rows, 64, loc);
    } else {
        meet({"wgmma", ~0u, combine_nothing, false}, nullptr, 0, nullptr, 0, loc);
    }
    LaneState& state = mine();
    if (async_happens_now()) {  // products of one warp group stay in order
        for (int i = 0; i < state.count; ++i)
            run(state.pending[i].product);
        state.count = 0;
        run(product);
        return;
    }
    if (state.count == kMaxPending) fail("too many products in flight", loc);
    state.pending[state.count++] = {product, state.group};
}
void wgmma_commit() {
    ++mine().group;
}
void wgmma_wait(int groups_still_allowed, const Loc& loc) {
    LaneState& state = mine();
    int done = 0;
    while (done < state.count && state.pending[done].group + std::uint64_t(groups_still_allowed) < state.group) {
        run(state.pending[done++].product);
    }
    for (int i = done; i < state.count; ++i)
        state.pending[i - done] = state.pending[i];
    state.count -= done;
    meet({"wgmma wait", ~0u, combine_nothing, true}, nullptr, 0, nullptr, 0, loc);
}

void wgmma_reset() {
    for (auto& state : lanes) {
        state.count = 0;
        state.group = 0;
    }
}

}  // namespace studio::shim
