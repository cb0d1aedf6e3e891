// kernels/sla/sla_cpu_impl.h - between the checked launchers of this family and their instruction sets.
#pragma once
#include "kernels/sla/block_map_cpu.h"
#include "kernels/sla/linear_branch_cpu.h"

namespace studio::kernels::cpu {

inline constexpr std::int64_t kQueryRows = 128;  // of one step of add_queries
inline constexpr std::int64_t kKeyRows = 128;    // of one step of sum_keys
inline constexpr std::int64_t kColumns = 64;     // of a strip: the panel of a product then fits L1

constexpr std::int64_t sla_width(std::int64_t dim) noexcept {
    return (dim + 15) / 16 * 16;
}
constexpr std::int64_t blocks_of(std::int64_t rows, std::int64_t block) noexcept {
    return (rows + block - 1) / block;
}

/// Where the parts of LinearBranchArgs::state begin: per slice S [width, width] and z [width], then S of the head with
/// proj folded in and its bias as one more row, in strips of [width + 1, kColumns].
struct LinearState {
    explicit LinearState(const LinearBranchArgs& args) noexcept
        : width(sla_width(args.dim)), slices(blocks_of(args.rows, kKeySlice)), base(args.state) {}
    std::int64_t width, slices;
    float* base;
    std::int64_t slice_floats() const noexcept { return width * (width + 1); }
    float* slice(std::int64_t i) const noexcept { return base + i * slice_floats(); }
    float* total(std::int64_t i) const noexcept { return slice(i) + width * width; }
    float* folded(std::int64_t column) const noexcept { return slice(slices) + column * (width + 1); }
};

/// BlockMapArgs::state: per slice the sum of the keys [width], the mean [width], pooled keys [key blocks, width].
struct MapState {
    explicit MapState(const BlockMapArgs& args) noexcept
        : width(sla_width(args.dim)), slices(blocks_of(args.rows, kKeySlice)), base(args.state) {}
    std::int64_t width, slices;
    float* base;
    float* slice(std::int64_t i) const noexcept { return base + i * width; }
    float* mean() const noexcept { return slice(slices); }
    float* pooled(std::int64_t block) const noexcept { return slice(slices + 1 + block); }
};

/// The `kept` greatest of scores [count] as ascending indices; ties to the lower index, NaN first. keys: [count] words.
void select_greatest(const float* scores, std::int64_t count, std::int64_t kept, std::int32_t* selected,
                     std::uint32_t* keys) noexcept;

#define STUDIO_SLA_CPU_FUNCTIONS                                                                                    \
    void sum_keys(const LinearBranchArgs& args, std::int64_t first, std::int64_t last, float* scratch) noexcept;    \
    void join_keys(const LinearBranchArgs& args, float* scratch) noexcept;                                          \
    void add_queries(const LinearBranchArgs& args, std::int64_t first, std::int64_t last, float* scratch) noexcept; \
    void sum_map_keys(const BlockMapArgs& args, std::int64_t first, std::int64_t last) noexcept;                    \
    void join_map_keys(const BlockMapArgs& args) noexcept;                                                          \
    void pool_map_keys(const BlockMapArgs& args, std::int64_t first, std::int64_t last) noexcept;                   \
    void select_map_blocks(const BlockMapArgs& args, std::int64_t first, std::int64_t last, float* scratch) noexcept;
namespace plain {
STUDIO_SLA_CPU_FUNCTIONS
}
namespace avx2 {
STUDIO_SLA_CPU_FUNCTIONS
}
namespace avx512 {
STUDIO_SLA_CPU_FUNCTIONS
}
#undef STUDIO_SLA_CPU_FUNCTIONS

}  // namespace studio::kernels::cpu
