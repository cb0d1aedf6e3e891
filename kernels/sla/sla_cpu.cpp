#include <initializer_list>

#include "kernels/sla/sla_cpu_impl.h"

namespace studio::kernels::cpu {
namespace {

constexpr std::int64_t kMaxRows = (std::int64_t(1) << 31) - 1, kMaxDim = 256, kMaxStride = std::int64_t(1) << 31;
constexpr std::int64_t kMaxBlock = 1024;

Status check_shape(std::int64_t rows, std::int64_t dim, std::initializer_list<std::int64_t> strides) noexcept {
    if (rows < 1 || dim < 1) return refuse(StatusCode::kInvalidArgument, "rows and dim must be at least 1");
    if (dim > kMaxDim) return refuse(StatusCode::kTooLarge, "dim is at most 256");
    if (rows > kMaxRows) return refuse(StatusCode::kTooLarge, "rows are at most 2^31 - 1");
    for (const std::int64_t stride : strides) {
        if (stride < dim) return refuse(StatusCode::kInvalidArgument, "a stride is smaller than dim");
        if (stride > kMaxStride) return refuse(StatusCode::kTooLarge, "strides are at most 2^31");
    }
    return {};
}

Status check_sizes(const LinearBranchArgs& a) noexcept {
    return check_shape(a.rows, a.dim, {a.q_stride, a.k_stride, a.v_stride, a.out_stride});
}

Status check_sizes(const BlockMapArgs& a) noexcept {
    if (const Status status = check_shape(a.rows, a.dim, {a.q_stride, a.k_stride}); !status.ok()) return status;
    if (a.query_block < 1 || a.key_block < 1)
        return refuse(StatusCode::kInvalidArgument, "blocks have at least one row");
    if (a.query_block > kMaxBlock || a.key_block > kMaxBlock)
        return refuse(StatusCode::kTooLarge, "blocks have at most 1024 rows");
    if (a.kept < 1 || a.kept > blocks_of(a.rows, a.key_block))
        return refuse(StatusCode::kInvalidArgument, "kept must be from 1 to the number of key blocks");
    return {};
}

Status check_pointers(std::initializer_list<const void*> pointers) noexcept {
    for (const void* p : pointers)
        if (p == nullptr) return refuse(StatusCode::kInvalidArgument, "a pointer is null");
    return {};
}

Status check_range(std::int64_t first, std::int64_t last, std::int64_t count) noexcept {
    if (first < 0 || last < first || last > count)
        return refuse(StatusCode::kInvalidArgument, "the range is outside the matrix");
    return {};
}

Status check(const LinearBranchArgs& a, std::int64_t first, std::int64_t last, std::int64_t block,
             const float* scratch) noexcept {
    if (const Status status = check_sizes(a); !status.ok()) return status;
    const Status pointers = check_pointers({a.q, a.k, a.v, a.out, a.proj_weight, a.proj_bias, a.state, scratch});
    return pointers.ok() ? check_range(first, last, blocks_of(a.rows, block)) : pointers;
}

Status check(const BlockMapArgs& a, std::int64_t first, std::int64_t last, std::int64_t block) noexcept {
    if (const Status status = check_sizes(a); !status.ok()) return status;
    const Status pointers = check_pointers({a.q, a.k, a.selected, a.state});
    return pointers.ok() ? check_range(first, last, blocks_of(a.rows, block)) : pointers;
}

/// Orders floats as whole numbers do, NaN above all.
std::uint32_t sortable(float x) noexcept {
    if (x != x) return 0xffffffffu;
    if (x == 0.0f) x = 0.0f;  // -0 and 0 are equal
    const auto bits = __builtin_bit_cast(std::uint32_t, x);
    return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}

}  // namespace

void select_greatest(const float* scores, std::int64_t count, std::int64_t kept, std::int32_t* selected,
                     std::uint32_t* keys) noexcept {
    for (std::int64_t i = 0; i < count; ++i)
        keys[i] = sortable(scores[i]);
    // The greatest key that at least `kept` values reach, bit by bit from the top.
    std::uint32_t cut = 0;
    for (int bit = 31; bit >= 0; --bit) {
        const std::uint32_t tried = cut | 1u << bit;
        std::int64_t reach = 0;
        for (std::int64_t i = 0; i < count; ++i)
            reach += keys[i] >= tried;
        if (reach >= kept) cut = tried;
    }
    std::int64_t above = 0;
    for (std::int64_t i = 0; i < count; ++i)
        above += keys[i] > cut;
    std::int64_t equal = kept - above, written = 0;  // how many of those that lie on the cut still fit
    for (std::int64_t i = 0; i < count && written < kept; ++i) {
        if (keys[i] > cut || (keys[i] == cut && equal-- > 0)) selected[written++] = static_cast<std::int32_t>(i);
    }
}

std::int64_t linear_state_floats(const LinearBranchArgs& args) noexcept {
    if (!check_sizes(args).ok()) return 0;
    const LinearState state(args);
    return (state.slices + 1) * state.slice_floats();
}
std::int64_t linear_scratch_floats(const LinearBranchArgs& args) noexcept {
    if (!check_sizes(args).ok()) return 0;
    const std::int64_t width = sla_width(args.dim);
    const std::int64_t keys = 2 * width * kKeyRows, queries = kQueryRows * (2 * width + 16);
    const std::int64_t most = keys > queries ? keys : queries;
    return most > width * width ? most : width * width;
}
std::int64_t map_state_floats(const BlockMapArgs& args) noexcept {
    if (!check_sizes(args).ok()) return 0;
    const MapState state(args);
    return (state.slices + 1 + blocks_of(args.rows, args.key_block)) * state.width;
}
const float* map_mean(const BlockMapArgs& args) noexcept {
    return MapState(args).mean();
}
std::int64_t map_scratch_floats(const BlockMapArgs& args) noexcept {
    if (!check_sizes(args).ok()) return 0;
    return sla_width(args.dim) + 2 * sla_width(blocks_of(args.rows, args.key_block));
}

#if !defined(STUDIO_CPU_VECTORS)
#define STUDIO_RUN(call) return refuse(StatusCode::kNotSupported, "built by a compiler without vector types")
#elif defined(STUDIO_CPU_X86)
#define STUDIO_RUN(call)                       \
    do {                                       \
        switch (cpu_caps().level) {            \
            case CpuLevel::kAvx512:            \
                return avx512::call, Status{}; \
            case CpuLevel::kAvx2:              \
                return avx2::call, Status{};   \
            case CpuLevel::kBaseline:          \
                break;                         \
        }                                      \
        return plain::call, Status{};          \
    } while (false)
#else
#define STUDIO_RUN(call) \
    return plain::call, Status {}
#endif

Status sum_keys(const LinearBranchArgs& args, std::int64_t first, std::int64_t last, float* scratch) noexcept {
    if (const Status status = check(args, first, last, kKeySlice, scratch); !status.ok()) return status;
    STUDIO_RUN(sum_keys(args, first, last, scratch));
}
Status join_keys(const LinearBranchArgs& args, float* scratch) noexcept {
    if (const Status status = check(args, 0, 0, kKeySlice, scratch); !status.ok()) return status;
    STUDIO_RUN(join_keys(args, scratch));
}
Status add_queries(const LinearBranchArgs& args, std::int64_t first, std::int64_t last, float* scratch) noexcept {
    if (const Status status = check(args, first, last, kQueryRows, scratch); !status.ok()) return status;
    STUDIO_RUN(add_queries(args, first, last, scratch));
}
Status sum_map_keys(const BlockMapArgs& args, std::int64_t first, std::int64_t last) noexcept {
    if (const Status status = check(args, first, last, kKeySlice); !status.ok()) return status;
    STUDIO_RUN(sum_map_keys(args, first, last));
}
Status join_map_keys(const BlockMapArgs& args) noexcept {
    if (const Status status = check(args, 0, 0, kKeySlice); !status.ok()) return status;
    STUDIO_RUN(join_map_keys(args));
}
Status pool_map_keys(const BlockMapArgs& args, std::int64_t first, std::int64_t last) noexcept {
    if (const Status status = check(args, first, last, args.key_block > 0 ? args.key_block : 1); !status.ok())
        return status;
    STUDIO_RUN(pool_map_keys(args, first, last));
}
Status select_map_blocks(const BlockMapArgs& args, std::int64_t first, std::int64_t last, float* scratch) noexcept {
    if (const Status status = check(args, first, last, args.query_block > 0 ? args.query_block : 1); !status.ok())
        return status;
    if (scratch == nullptr) return refuse(StatusCode::kInvalidArgument, "scratch is null");
    STUDIO_RUN(select_map_blocks(args, first, last, scratch));
}

}  // namespace studio::kernels::cpu
