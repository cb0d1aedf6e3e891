// Checks and the choice among the four instantiations.
#include "kernels/attention/attention.h"

#include "kernels/common/launch.cuh"

namespace studio::kernels {

Status flash_bf16_dense(const AttentionArgs& args, Stream stream) noexcept;
Status flash_bf16_sparse(const AttentionArgs& args, Stream stream) noexcept;
Status flash_sage_dense(const AttentionArgs& args, Stream stream) noexcept;
Status flash_sage_sparse(const AttentionArgs& args, Stream stream) noexcept;

namespace {
bool fits(const HeadStrides& at, std::size_t element) noexcept {
    const std::int64_t step = std::int64_t(16 / element);
    return at.batch >= 0 && at.token >= 0 && at.head >= 0 && at.batch % step == 0 && at.token % step == 0 &&
           at.head % step == 0;
}
Status check_sizes(const AttentionArgs& args) noexcept {
    if (args.batch < 0 || args.heads < 0 || args.q_tokens < 0 || args.k_tokens < 1) {
        return refuse(StatusCode::kInvalidArgument, "sizes must be >= 0, and there must be at least one key");
    }
    constexpr std::int64_t kMaxTokens = 0x7fffff7f;
    if (args.q_tokens > kMaxTokens || args.k_tokens > kMaxTokens) {
        return refuse(StatusCode::kTooLarge, "more than 2^31 - 129 tokens");
    }
    if (args.heads > kMaxGridY || args.batch > kMaxGridY || args.batch * args.heads > kMaxGridY) {
        return refuse(StatusCode::kTooLarge, "batch * heads is over 65535");
    }
    return {};
}
}  // namespace

Status attention(const AttentionArgs& args, Stream stream) noexcept {
    if (args.type != DType::kBF16 && args.type != DType::kI8) {
        return refuse(StatusCode::kUnsupportedType, "attention takes bf16, or int8 queries and keys");
    }
    if (const Status s = check_sizes(args); !s) return s;
    const std::size_t element = size_of(args.type);
    if (!is_aligned(args.q, 16) || !is_aligned(args.k, 16) || !is_aligned(args.v, 16) || !is_aligned(args.o, 16)) {
        return refuse(StatusCode::kInvalidArgument, "q, k, v and o must be given and 16-byte aligned");
    }
    if (!fits(args.q_at, element) || !fits(args.k_at, element) || !fits(args.v_at, 2) || !fits(args.o_at, 2)) {
        return refuse(StatusCode::kInvalidArgument, "strides must be multiples of 16 bytes and not negative");
    }
    const bool is_int8 = args.type == DType::kI8, is_sparse = args.block_list != nullptr;
    if (is_int8 && (!is_aligned(args.q_scale, 4) || !is_aligned(args.k_scale, 4))) {
        return refuse(StatusCode::kInvalidArgument, "int8 queries and keys need their scales");
    }
    if (is_sparse != (args.block_count != nullptr) || (is_sparse && args.list_stride < 1)) {
        return refuse(StatusCode::kInvalidArgument,
                      "block_list, block_count and list_stride come together or not at all");
    }
    if (is_sparse && (!is_aligned(args.block_list, 4) || !is_aligned(args.block_count, 4))) {
        return refuse(StatusCode::kInvalidArgument, "block_list and block_count must be 4-byte aligned");
    }
    if (args.batch == 0 || args.heads == 0 || args.q_tokens == 0) return {};
    if (is_int8) return is_sparse ? flash_sage_sparse(args, stream) : flash_sage_dense(args, stream);
    return is_sparse ? flash_bf16_sparse(args, stream) : flash_bf16_dense(args, stream);
}

}  // namespace studio::kernels
