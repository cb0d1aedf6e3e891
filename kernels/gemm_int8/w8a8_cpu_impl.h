// kernels/gemm_int8/w8a8_cpu_impl.h - between the checked launchers and their instruction sets.
#pragma once
#include "kernels/gemm_int8/w8a8_cpu.h"

namespace studio::kernels::cpu {

inline constexpr std::int64_t kScaleTile = 128;

constexpr std::int64_t w8a8_blocks(std::int64_t size, std::int64_t block) noexcept {
    return (size + block - 1) / block;
}
/// Columns of a packed row: whole 32-bit words of four bytes or two halves.
constexpr std::int64_t packed_depth(std::int64_t depth) noexcept {
    return (depth + 3) / 4 * 4;
}
constexpr bool uses_bytes(DotKind kind) noexcept {
    return kind == DotKind::kVnni512 || kind == DotKind::kAvxVnni;
}
constexpr std::int64_t element_bytes(DotKind kind) noexcept {
    return uses_bytes(kind) ? 1 : 2;
}

/// The packed weights of half a panel and their offsets.
constexpr std::int64_t half_bytes(std::int64_t depth, DotKind kind) noexcept {
    return kPanelColumns / 2 * (packed_depth(depth) * element_bytes(kind) + 4 * w8a8_blocks(depth, kScaleTile));
}

#define STUDIO_W8A8_FUNCTIONS                                                                        \
    void pack_w8a8_rows(const W8A8Args& args, std::int64_t first, std::int64_t last) noexcept;       \
    void w8a8_panel(const W8A8Args& args, std::int64_t panel, std::int64_t first, std::int64_t last, \
                    std::uint8_t* scratch) noexcept;
namespace dot_plain {
STUDIO_W8A8_FUNCTIONS
}
namespace dot_avx2 {
STUDIO_W8A8_FUNCTIONS
}
namespace dot_avxvnni {
STUDIO_W8A8_FUNCTIONS
}
namespace dot_avx512 {
STUDIO_W8A8_FUNCTIONS
}
namespace dot_vnni512 {
STUDIO_W8A8_FUNCTIONS
}
#undef STUDIO_W8A8_FUNCTIONS

namespace plain {
void quantize_tile_rows(const QuantizeTilesArgs& args, std::int64_t first, std::int64_t last) noexcept;
}
namespace avx2 {
void quantize_tile_rows(const QuantizeTilesArgs& args, std::int64_t first, std::int64_t last) noexcept;
}
namespace avx512 {
void quantize_tile_rows(const QuantizeTilesArgs& args, std::int64_t first, std::int64_t last) noexcept;
}

}  // namespace studio::kernels::cpu
