// Warp-wide data movement and matrix products, register by register as the PTX manual lays the fragments out.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "kernels/common/host/machine.h"

namespace studio::shim {
namespace {
template <class T>
T get(const unsigned char* p, int i) {
    T value;
    std::memcpy(&value, p + std::size_t(i) * sizeof(T), sizeof(T));
    return value;
}
bool in_mask(const Slots& s, int lane) {
    return (s.mask >> lane & 1) != 0;
}
}  // namespace

void combine_nothing(Slots&) {}
void combine_gather(Slots& s) {
    for (int lane = 0; lane < 32; ++lane) {
        if (!in_mask(s, lane)) continue;
        const int source = int(get<std::uint32_t>(s.in[lane], 1) & 31);
        // Undefined on the device when the source is outside the mask: hand out a NaN pattern.
        const std::uint32_t value = in_mask(s, source) ? get<std::uint32_t>(s.in[source], 0) : 0xffffffffu;
        std::memcpy(s.out[lane], &value, 4);
    }
}
void combine_ballot(Slots& s) {
    std::uint32_t votes = 0;
    for (int lane = 0; lane < 32; ++lane) {
        if (in_mask(s, lane) && get<std::uint32_t>(s.in[lane], 0)) votes |= 1u << lane;
    }
    for (int lane = 0; lane < 32; ++lane) {
        if (in_mask(s, lane)) std::memcpy(s.out[lane], &votes, 4);  // other lanes may still hold a result
    }
}

// Four 8x8 matrices of 16-bit elements; lane 8 k + r brings row r of matrix k.
void combine_ldmatrix(Slots& s) {
    const bool transposed = get<std::uint32_t>(s.in[0], 4) != 0;
    for (int k = 0; k < 4; ++k) {  // eight rows of 16 bytes must cover all 32 banks once
        int used[8] = {}, worst = 1;
        for (int r = 0; r < 8; ++r)
            worst = std::max(worst, ++used[get<std::uint32_t>(s.in[k * 8 + r], 5) / 16 % 8]);
        machine->report.bank_conflicts += std::uint64_t(worst - 1);
    }
    for (int lane = 0; lane < 32; ++lane) {
        for (int k = 0; k < 4; ++k) {
            std::uint32_t value;
            if (transposed) {
                const std::uint32_t low = get<std::uint16_t>(s.in[k * 8 + lane % 4 * 2], lane / 4);
                const std::uint32_t high = get<std::uint16_t>(s.in[k * 8 + lane % 4 * 2 + 1], lane / 4);
                value = low | high << 16;
            } else {
                value = get<std::uint32_t>(s.in[k * 8 + lane / 4], lane % 4);
            }
            std::memcpy(s.out[lane] + 4 * k, &value, 4);
        }
    }
}

namespace {
float bf16_value(std::uint16_t h) {
    const std::uint32_t bits = std::uint32_t(h) << 16;
    float value;
    std::memcpy(&value, &bits, 4);
    return value;
}
float f16_value(std::uint16_t h) {
    _Float16 value;
    std::memcpy(&value, &h, 2);
    return float(value);
}
float e4m3_value(std::uint8_t b) {
    const int exponent = b >> 3 & 15, fraction = b & 7;
    float value = exponent ? std::ldexp(1.0f + float(fraction) / 8, exponent - 7) : std::ldexp(float(fraction) / 8, -6);
    if (exponent == 15 && fraction == 7) value = NAN;
    return b & 0x80 ? -value : value;
}

// One 16 x 8 product. A: row = lane / 4 (+ 8 for odd registers), depth chunk = lane % 4 (+ half for registers 2 and 3).
template <class Raw, class Acc, class Value>
void mma(Slots& s, Value value) {
    constexpr int kPer = 4 / int(sizeof(Raw)), kDepth = kPer * 8;
    Acc a[16][kDepth], b[8][kDepth];
    for (int lane = 0; lane < 32; ++lane) {
        const int group = lane / 4, chunk = lane % 4 * kPer;
        for (int r = 0; r < 4; ++r) {
            for (int e = 0; e < kPer; ++e) {
                a[group + 8 * (r & 1)][chunk + e + (r >> 1) * kDepth / 2] =
                    Acc(value(get<Raw>(s.in[lane], r * kPer + e)));
            }
        }
        for (int r = 0; r < 2; ++r) {
            for (int e = 0; e < kPer; ++e) {
                b[group][chunk + e + r * kDepth / 2] = Acc(value(get<Raw>(s.in[lane] + 16, r * kPer + e)));
            }
        }
    }
    for (int lane = 0; lane < 32; ++lane) {
        for (int r = 0; r < 4; ++r) {
            const int row = lane / 4 + 8 * (r >> 1), column = lane % 4 * 2 + (r & 1);
            Acc sum = 0;
            for (int k = 0; k < kDepth; ++k)
                sum += a[row][k] * b[column][k];
            sum += get<Acc>(s.in[lane] + 24, r);
            std::memcpy(s.out[lane] + 4 * r, &sum, 4);
        }
    }
}
}  // namespace

void combine_mma_bf16(Slots& s) {
    mma<std::uint16_t, float>(s, bf16_value);
}
void combine_mma_f16(Slots& s) {
    mma<std::uint16_t, float>(s, f16_value);
}
void combine_mma_s8(Slots& s) {
    mma<std::int8_t, std::int32_t>(s, [](std::int8_t v) { return v; });
}
void combine_mma_e4m3(Slots& s) {
    mma<std::uint8_t, float>(s, e4m3_value);
}

}  // namespace studio::shim
