#include "kernels/attention/block_attention_cpu.h"

#include <initializer_list>

#include "kernels/attention/block_attention_cpu_impl.h"

namespace studio::kernels::cpu {
namespace {

constexpr std::int64_t kMaxRows = (std::int64_t(1) << 31) - 1, kMaxDim = 256;
constexpr std::int64_t kMaxStride = std::int64_t(1) << 31;

bool is_query_block(std::int64_t rows) noexcept {
    return rows == 64 || rows == 128 || rows == 192;
}
bool is_key_block(std::int64_t rows) noexcept {
    return rows == 64 || rows == 128;
}

Status check_sizes(const BlockAttentionArgs& a) noexcept {
    if (a.query_rows < 1 || a.key_rows < 1) return refuse(StatusCode::kInvalidArgument, "rows must be at least 1");
    if (a.dim < 1) return refuse(StatusCode::kInvalidArgument, "dim must be at least 1");
    if (a.dim > kMaxDim) return refuse(StatusCode::kTooLarge, "dim is at most 256");
    if (a.query_rows > kMaxRows || a.key_rows > kMaxRows)
        return refuse(StatusCode::kTooLarge, "rows are at most 2^31 - 1");
    if (!is_query_block(a.query_block) || !is_key_block(a.key_block))
        return refuse(StatusCode::kInvalidArgument, "query blocks have 64, 128 or 192 rows, key blocks 64 or 128");
    for (const std::int64_t stride : {a.q_stride, a.k_stride, a.v_stride, a.out_stride}) {
        if (stride < a.dim) return refuse(StatusCode::kInvalidArgument, "a stride is smaller than dim");
        if (stride > kMaxStride) return refuse(StatusCode::kTooLarge, "strides are at most 2^31");
    }
    return {};
}

Status check(const BlockAttentionArgs& a, std::int64_t first, std::int64_t last, std::int64_t blocks) noexcept {
    if (const Status sizes = check_sizes(a); !sizes.ok()) return sizes;
    if (!a.q || !a.k || !a.v || !a.out || !a.packed) return refuse(StatusCode::kInvalidArgument, "a pointer is null");
    if (first < 0 || last < first || last > blocks)
        return refuse(StatusCode::kInvalidArgument, "the range of blocks is outside the matrix");
    if (!(a.scale > 0.0f && a.scale - a.scale == 0.0f))
        return refuse(StatusCode::kInvalidArgument, "scale must be finite and above 0");
    return {};
}

std::int64_t blocks_of(std::int64_t rows, std::int64_t block) noexcept {
    return (rows + block - 1) / block;
}

Status check_selection(const BlockAttentionArgs& a, std::int64_t first, std::int64_t last) noexcept {
    if (!a.selected) return {};
    const std::int64_t key_blocks = blocks_of(a.key_rows, a.key_block);
    if (a.kept < 1 || a.kept > key_blocks)
        return refuse(StatusCode::kInvalidArgument, "kept must be from 1 to the number of key blocks");
    for (std::int64_t i = first * a.kept; i < last * a.kept; ++i) {
        if (a.selected[i] < 0 || a.selected[i] >= key_blocks)
            return refuse(StatusCode::kInvalidArgument, "a selected block is outside the keys");
    }
    return {};
}

}  // namespace

std::int64_t packed_floats(const BlockAttentionArgs& args) noexcept {
    if (!check_sizes(args).ok()) return 0;
    return blocks_of(args.key_rows, kTile) * 2 * kTile * padded_width(args.dim);
}

std::int64_t attention_scratch_floats(const BlockAttentionArgs& args) noexcept {
    if (!check_sizes(args).ok()) return 0;
    return args.query_block * (2 * padded_width(args.dim) + kStep + 1 + kMostLanes);
}

Status check_pack(const BlockAttentionArgs& args, std::int64_t first, std::int64_t last) noexcept {
    return check(args, first, last, blocks_of(args.key_rows, args.key_block > 0 ? args.key_block : 1));
}

Status check_attend(const BlockAttentionArgs& args, std::int64_t first, std::int64_t last,
                    const float* scratch) noexcept {
    const std::int64_t blocks = blocks_of(args.query_rows, args.query_block > 0 ? args.query_block : 1);
    if (const Status status = check(args, first, last, blocks); !status.ok()) return status;
    if (const Status status = check_selection(args, first, last); !status.ok()) return status;
    if (!scratch) return refuse(StatusCode::kInvalidArgument, "scratch is null");
    return {};
}

#ifdef STUDIO_CPU_VECTORS
Status pack_key_blocks(const BlockAttentionArgs& args, std::int64_t first, std::int64_t last) noexcept {
    if (const Status status = check_pack(args, first, last); !status.ok()) return status;
#ifdef STUDIO_CPU_X86
    if (cpu_caps().level == CpuLevel::kAvx512) return avx512::pack_key_blocks(args, first, last), Status{};
    if (cpu_caps().level == CpuLevel::kAvx2) return avx2::pack_key_blocks(args, first, last), Status{};
#endif
    plain::pack_key_blocks(args, first, last);
    return {};
}

Status attend_query_blocks(const BlockAttentionArgs& args, std::int64_t first, std::int64_t last, float* scratch,
                           CpuLevel level) noexcept {
    if (const Status status = check_attend(args, first, last, scratch); !status.ok()) return status;
    if (level > cpu_caps().level) return refuse(StatusCode::kNotSupported, "the processor lacks these instructions");
#ifdef STUDIO_CPU_X86
    if (level == CpuLevel::kAvx512) return avx512::attend_query_blocks(args, first, last, scratch), Status{};
    if (level == CpuLevel::kAvx2) return avx2::attend_query_blocks(args, first, last, scratch), Status{};
#endif
    plain::attend_query_blocks(args, first, last, scratch);
    return {};
}
#else
Status pack_key_blocks(const BlockAttentionArgs&, std::int64_t, std::int64_t) noexcept {
    return refuse(StatusCode::kNotSupported, "built by a compiler without vector types");
}
Status attend_query_blocks(const BlockAttentionArgs&, std::int64_t, std::int64_t, float*, CpuLevel) noexcept {
    return refuse(StatusCode::kNotSupported, "built by a compiler without vector types");
}
#endif

Status attend_query_blocks(const BlockAttentionArgs& args, std::int64_t first, std::int64_t last,
                           float* scratch) noexcept {
    return attend_query_blocks(args, first, last, scratch, cpu_caps().level);
}

}  // namespace studio::kernels::cpu
