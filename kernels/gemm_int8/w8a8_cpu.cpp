#include "kernels/gemm_int8/w8a8_cpu.h"

#include <initializer_list>

#include "kernels/gemm_int8/w8a8_cpu_impl.h"

namespace studio::kernels::cpu {
namespace {

constexpr std::int64_t kMaxSize = (std::int64_t(1) << 31) - 1;

Status check_sizes(std::initializer_list<std::int64_t> sizes) noexcept {
    for (const std::int64_t size : sizes) {
        if (size < 1) return refuse(StatusCode::kInvalidArgument, "every size must be at least 1");
        if (size > kMaxSize) return refuse(StatusCode::kTooLarge, "sizes are at most 2^31 - 1");
    }
    return {};
}

Status check_sizes(const W8A8Args& a) noexcept {
    if (const Status status = check_sizes({a.rows, a.outputs, a.depth}); !status.ok()) return status;
    if (!has_dot(a.kind)) return refuse(StatusCode::kNotSupported, "the processor lacks these instructions");
    return {};
}

Status check(const W8A8Args& a) noexcept {
    if (const Status status = check_sizes(a); !status.ok()) return status;
    if (!a.x_scale || !a.weight || !a.weight_scale || !a.packed)
        return refuse(StatusCode::kInvalidArgument, "a pointer is null");
    if (!is_aligned(a.packed, 4)) return refuse(StatusCode::kInvalidArgument, "packed is not on a multiple of 4");
    return {};
}

/// Where the values go.
Status check_target(const W8A8Args& a) noexcept {
    if ((a.out == nullptr) == (a.next == nullptr))
        return refuse(StatusCode::kInvalidArgument, "values go to out or to the next product, to one of them");
    if (a.next && !a.next_scale) return refuse(StatusCode::kInvalidArgument, "a pointer is null");
    if (a.next && (a.adds_to_out || a.gate))
        return refuse(StatusCode::kInvalidArgument, "only values for out have a gate");
    return {};
}

}  // namespace

bool has_dot(DotKind kind) noexcept {
#if !defined(STUDIO_CPU_VECTORS)
    static_cast<void>(kind);
    return false;
#else
    const CpuCaps& caps = cpu_caps();
    switch (kind) {
        case DotKind::kPlain:
            return true;
        case DotKind::kAvx2:
            return caps.level >= CpuLevel::kAvx2;
        case DotKind::kAvxVnni:
            return caps.has_avx_vnni;
        case DotKind::kAvx512:
            return caps.level >= CpuLevel::kAvx512;
        case DotKind::kVnni512:
            return caps.has_avx512_vnni;
    }
    return false;
#endif
}

DotKind best_dot() noexcept {
    DotKind best = DotKind::kPlain;
    for (const DotKind kind : {DotKind::kAvx2, DotKind::kAvx512, DotKind::kAvxVnni, DotKind::kVnni512})
        if (has_dot(kind)) best = kind;
    return best;
}

const char* name_of(DotKind kind) noexcept {
    constexpr const char* kNames[] = {"cpu plain", "cpu avx2", "cpu avx-vnni", "cpu avx512", "cpu avx512-vnni"};
    return kNames[static_cast<int>(kind)];
}

std::int64_t w8a8_packed_bytes(std::int64_t rows, std::int64_t depth, DotKind kind) noexcept {
    if (!check_sizes({rows, depth}).ok()) return 0;
    return rows * packed_depth(depth) * element_bytes(kind);
}

std::int64_t w8a8_scratch_bytes(const W8A8Args& args) noexcept {
    if (!check_sizes(args).ok()) return 0;
    return kScaleTile * kPanelColumns * static_cast<std::int64_t>(sizeof(float)) +
           2 * half_bytes(args.depth, args.kind);
}

#if !defined(STUDIO_CPU_VECTORS)
#define STUDIO_RUN(call) return refuse(StatusCode::kNotSupported, "built by a compiler without vector types")
#define STUDIO_RUN_DOT(call) STUDIO_RUN(call)
#elif defined(STUDIO_CPU_X86)
#define STUDIO_RUN(call)                   \
    switch (cpu_caps().level) {            \
        case CpuLevel::kAvx512:            \
            return avx512::call, Status{}; \
        case CpuLevel::kAvx2:              \
            return avx2::call, Status{};   \
        case CpuLevel::kBaseline:          \
            break;                         \
    }                                      \
    return plain::call, Status {}
#define STUDIO_RUN_DOT(call)                    \
    switch (args.kind) {                        \
        case DotKind::kVnni512:                 \
            return dot_vnni512::call, Status{}; \
        case DotKind::kAvx512:                  \
            return dot_avx512::call, Status{};  \
        case DotKind::kAvxVnni:                 \
            return dot_avxvnni::call, Status{}; \
        case DotKind::kAvx2:                    \
            return dot_avx2::call, Status{};    \
        case DotKind::kPlain:                   \
            break;                              \
    }                                           \
    return dot_plain::call, Status {}
#else
#define STUDIO_RUN(call) \
    return plain::call, Status {}
#define STUDIO_RUN_DOT(call) \
    return dot_plain::call, Status {}
#endif

Status quantize_tile_rows(const QuantizeTilesArgs& args, std::int64_t first, std::int64_t last) noexcept {
    if (const Status status = check_sizes({args.rows, args.columns}); !status.ok()) return status;
    if (!args.x || !args.scale || (args.values == nullptr) == (args.packed == nullptr))
        return refuse(StatusCode::kInvalidArgument, "a pointer is null, or values have two targets");
    if (first < 0 || last < first || last > w8a8_blocks(args.rows, kScaleTile))
        return refuse(StatusCode::kInvalidArgument, "the range of tiles is outside the matrix");
    STUDIO_RUN(quantize_tile_rows(args, first, last));
}

Status pack_w8a8_rows(const W8A8Args& args, std::int64_t first, std::int64_t last) noexcept {
    if (const Status status = check(args); !status.ok()) return status;
    if (!args.x) return refuse(StatusCode::kInvalidArgument, "a pointer is null");
    if (first < 0 || last < first || last > args.rows)
        return refuse(StatusCode::kInvalidArgument, "the range of rows is outside the matrix");
    STUDIO_RUN_DOT(pack_w8a8_rows(args, first, last));
}

Status w8a8_panel(const W8A8Args& args, std::int64_t panel, std::int64_t first, std::int64_t last,
                  std::uint8_t* scratch) noexcept {
    if (const Status status = check(args); !status.ok()) return status;
    if (const Status status = check_target(args); !status.ok()) return status;
    if (!is_aligned(scratch, 4))
        return refuse(StatusCode::kInvalidArgument, "scratch is null or not on a multiple of 4");
    const bool is_inside = panel >= 0 && panel < w8a8_blocks(args.outputs, kPanelColumns) && first >= 0 &&
                           first < last && last <= args.rows;
    if (!is_inside) return refuse(StatusCode::kInvalidArgument, "the panel or the rows are outside the matrix");
    if (first % kScaleTile != 0 || (last % kScaleTile != 0 && last != args.rows))
        return refuse(StatusCode::kInvalidArgument, "rows come in whole tiles of 128");
    STUDIO_RUN_DOT(w8a8_panel(args, panel, first, last, scratch));
}

}  // namespace studio::kernels::cpu
