// kernels/gemm_int8/w8a8_cpu.h - INT8 activations times INT8 weights with one scale per 128 x 128 tile, on a CPU, and
// the quantiser of the activations.
#pragma once
#include <cstdint>

#include "kernels/common/cpu_caps.h"
#include "kernels/common/status.h"

namespace studio::kernels::cpu {

/// Ways to multiply bytes, best last.
enum class DotKind : std::uint8_t {
    kPlain,    // whole numbers in plain C++
    kAvx2,     // pairs of 16-bit products, 256 bits
    kAvxVnni,  // groups of four byte products, 256 bits
    kAvx512,   // pairs of 16-bit products, 512 bits
    kVnni512,  // groups of four byte products, 512 bits
};
/// The best way on this processor, and whether it could use another one.
DotKind best_dot() noexcept;
bool has_dot(DotKind kind) noexcept;
const char* name_of(DotKind kind) noexcept;

/// Bytes of `rows` x `depth` quantised activations as the dot product of `kind` reads them: bytes x + 128 or 16-bit
/// halves, each row filled up to whole 32-bit words.   0: the sizes would be refused.
std::int64_t w8a8_packed_bytes(std::int64_t rows, std::int64_t depth, DotKind kind) noexcept;

struct QuantizeTilesArgs {
    const float* x = nullptr;       // [rows, columns], contiguous
    std::int8_t* values = nullptr;  // [rows, columns], or null
    float* scale = nullptr;         // [ceil(rows / 128), ceil(columns / 128)]
    std::int64_t rows = 0, columns = 0;
    bool rounds_to_bf16 = false;  // x first, as the source quantises bf16 activations
    /// Instead of `values`: w8a8_packed_bytes(rows, columns, kind), ready for a product without pack_w8a8_rows.
    std::uint8_t* packed = nullptr;
    DotKind kind = DotKind::kPlain;
};

/// Per tile: amax = max(1e-8, max|x|), values = saturate(round_half_even(x * (128 / amax))), scale = amax / 128. For
/// the rows of tiles [first, last); disjoint ranges may run at the same time.
/// Limits  rows and columns 1 to 2^31 - 1.   Errors  kInvalidArgument, kTooLarge, kNotSupported; nothing was written.
/// NaN     the scale of its tile is NaN, so that every product with it is.
/// Source  TurboDiffusion ops/quant/quant.hpp. Oracle: kernels/quant, quantize_reference.cpp.
Status quantize_tile_rows(const QuantizeTilesArgs& args, std::int64_t first, std::int64_t last) noexcept;

/// x [rows, depth] and weight [outputs, depth], both row-major and contiguous.
///   sum[m, n] = bias[n] + sum over blocks b of 128 columns, ascending, of
///               float(exact whole-number dot) * (x_scale[m / 128, b] * weight_scale[n / 128, b])
/// and then value = gelu_tanh(sum) with `with_gelu`, else sum. Where it goes: added to out (adds_to_out), quantised
/// for the next product (next), or stored in out.
struct W8A8Args {
    const std::int8_t* x = nullptr;  // only pack_w8a8_rows reads it
    const float* x_scale = nullptr;  // [ceil(rows / 128), ceil(depth / 128)]
    const std::int8_t* weight = nullptr;
    const float* weight_scale = nullptr;  // [ceil(outputs / 128), ceil(depth / 128)]
    const float* bias = nullptr;          // [outputs] or null
    float* out = nullptr;                 // [rows, outputs]; null with `next`
    std::int64_t rows = 0, outputs = 0, depth = 0;
    std::uint8_t* packed = nullptr;  // w8a8_packed_bytes(rows, depth, kind): the activations
    DotKind kind = DotKind::kPlain;  // best_dot() as a rule; the same in every call

    bool with_gelu = false;
    /// out += value * gate; the gate is 1 where null.
    bool adds_to_out = false;
    const float* gate = nullptr;              // [gate rows, outputs]
    const std::int64_t* gate_rows = nullptr;  // [rows]: the row of the gate for each row; null: row 0
    /// value rounded to bf16 and quantised as quantize_tile_rows does, packed for a product of depth `outputs`.
    std::uint8_t* next = nullptr;  // w8a8_packed_bytes(rows, outputs, kind)
    float* next_scale = nullptr;   // [ceil(rows / 128), ceil(outputs / 128)]
};

inline constexpr std::int64_t kPanelColumns = 128;  // outputs of one call

std::int64_t w8a8_scratch_bytes(const W8A8Args& args) noexcept;  // one per thread; 0: would be refused

/// Two rounds: pack_w8a8_rows for rows [first, last) (not after a quantiser that packed), then w8a8_panel for every
/// panel of 128 outputs and every stretch [first, last) of rows; first must be a multiple of 128, and long stretches
/// are better: each call brings its weights into order anew.
/// Calls of one round may run at the same time for disjoint ranges.
/// Limits    rows, outputs, depth 1 to 2^31 - 1.
/// Errors    kInvalidArgument, kTooLarge, kNotSupported (a DotKind that the processor lacks); nothing was written.
/// Source    TurboDiffusion ops/gemm/kernel.hpp. Oracle: the fp64 sum in w8a8_cpu_test.cpp.
/// Accuracy  whole numbers exact; fp32 sums over blocks, 1e-6 of the oracle; gelu 4 ulp.
Status pack_w8a8_rows(const W8A8Args& args, std::int64_t first, std::int64_t last) noexcept;
Status w8a8_panel(const W8A8Args& args, std::int64_t panel, std::int64_t first, std::int64_t last,
                  std::uint8_t* scratch) noexcept;

}  // namespace studio::kernels::cpu
