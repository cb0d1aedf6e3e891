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

struct RmsRopeArgs {
    const float* x = nullptr;       // [rows, dim]
    const float* weight = nullptr;  // [dim]
    const float* table = nullptr;   // [positions, head_dim] (cos, sin) per pair, or null: no rotation
    float* out = nullptr;           // [rows, dim]; may be x
    std::int64_t rows = 0;
    std::int64_t dim = 0;        // a multiple of head_dim
    std::int64_t head_dim = 0;   // even
    std::int64_t positions = 1;  // row r stands at position (first_row + r) % positions
    std::int64_t first_row = 0;
    float eps = 1e-6f;  // added to the mean square, inside the root
};

/// y = x * rsqrt(mean(x^2) + eps) * weight over a whole row, then each interleaved pair of each head turned by its
/// angle.
void rms_rope(const RmsRopeArgs& args) noexcept;

struct LayerNormArgs {
    const float* x = nullptr;       // [rows, dim]
    const float* weight = nullptr;  // [dim] or null: 1
    const float* bias = nullptr;    // [dim] or null: 0
    float* out = nullptr;           // [rows, dim]; may be x
    std::int64_t rows = 0;
    std::int64_t dim = 0;  // at least 1
    float eps = 1e-6f;     // added to the variance, inside the root
};

/// y = (x - mean) * rsqrt(variance + eps) * weight + bias over each row, the variance from the differences to the mean.
void layer_norm(const LayerNormArgs& args) noexcept;

/// x = 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))), in place, as x / (1 + exp(-2u)).
void gelu_tanh(float* values, std::int64_t count) noexcept;

/// One instruction set's version of every kernel above.
struct RowKernels {
    const char* name = "";  // "plain", "avx2", "avx512"
    void (*channel_norm)(const ChannelNormArgs&) noexcept = nullptr;
    void (*rms_rope)(const RmsRopeArgs&) noexcept = nullptr;
    void (*layer_norm)(const LayerNormArgs&) noexcept = nullptr;
    void (*gelu_tanh)(float* values, std::int64_t count) noexcept = nullptr;
};

/// The versions that this processor can run, best first; the functions above use the best. For tests.
std::span<const RowKernels> row_kernels() noexcept;

}  // namespace studio::cpu
