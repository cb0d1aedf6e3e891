// tensor/cpu_rows.h - fused row operations for the CPU: one pass over memory where ATen needs three to five. Raw
// pointers, no Torch; compiled for several instruction sets and chosen at load time.
#pragma once
#include <cstdint>
#include <span>

namespace studio::cpu {

struct ChannelNormArgs {
    const float* x = nullptr;      // [rows, channels]
    const float* gamma = nullptr;  // [channels]
    float* out = nullptr;          // [rows, channels]; may be x
    std::int64_t rows = 0;
    std::int64_t channels = 0;  // at least 1
    bool with_silu = false;
};

/// out = x / max(|x|_2, 1e-12) * sqrt(channels) * gamma, then v / (1 + exp(-v)) if asked for.
/// Accuracy  4 ulp of the fp64 formula for |v| < 80.
void channel_norm(const ChannelNormArgs& args) noexcept;

/// One instruction set's version of every kernel above.
struct RowKernels {
    const char* name = "";  // "plain", "avx2", "avx512"
    void (*channel_norm)(const ChannelNormArgs&) noexcept = nullptr;
};

/// The versions that this processor can run, best first; the functions above use the best. For tests.
std::span<const RowKernels> row_kernels() noexcept;

}  // namespace studio::cpu
