// How the memory of self-attention grows with tokens: bytes, counted by the allocator, never timings.
#include <gtest/gtest.h>

#include "model/counting_allocator.h"
#include "tensor/noise.h"
#include "tensor/op_choice.h"
#include "tensor/self_attention.h"

namespace studio::ops {
namespace {

constexpr std::int64_t kHeads = 2, kDim = 32;

class AttentionMemory : public testing::TestWithParam<AttentionKind> {
  protected:
    /// Peak bytes above the inputs of one call, its result included.
    double peak(std::int64_t tokens, double topk) {
        const auto randn = [&](std::uint32_t stream) { return gaussian_noise({1, tokens, kHeads, kDim}, 5, stream); };
        AttentionInputs in{randn(0), randn(1), randn(2), {}, {}, {}};
        in.proj_weight = gaussian_noise({kDim, kDim}, 5, 3);
        in.proj_bias = gaussian_noise({kDim}, 5, 4);
        SelfAttention how;
        how.kind = GetParam();
        how.topk = topk;
        static_cast<void>(self_attention(in, how));  // what is built once is there
        allocator_.start();
        static_cast<void>(self_attention(in, how));
        return double(allocator_.peak_above_start());
    }

    c10::InferenceMode mode_;
    test::CountingAllocator& allocator_ = test::CountingAllocator::install();
};

TEST_P(AttentionMemory, OfTheKernelIsLinearInTokens) {
    const double one = peak(1024, 0.1), two = peak(2048, 0.1), four = peak(4096, 0.1);
    EXPECT_NEAR((four - two) / (two - one), 2.0, 0.1);
    // q, k, v and result are 4 * 4 * heads * dim bytes a token. Packed keys and values of all heads, the result, the
    // block map's indices and what every thread has for itself are all that comes on top.
    EXPECT_LT(four, 6 * 4096.0 * kHeads * kDim * 4) << "more than packed keys, values and the result";
    EXPECT_LT(four, 4096.0 * 4096.0) << "a buffer of tokens x tokens, were it of bytes";
}

TEST_P(AttentionMemory, OfTheCompositeHasNoSquareEither) {
    for (const char* op : {"attention", "sage", "sla"})
        ASSERT_TRUE(set_op(std::string(op) + "=aten").ok());
    const double large = peak(8192, 0.1);
    for (const char* op : {"attention", "sage", "sla"})
        ASSERT_TRUE(set_op(std::string(op) + "=auto").ok());
    // Whole-length rows, and a few buffers of the 16 MiB that bound the scores of one piece; a square of fp32 is 268
    // MB.
    EXPECT_LT(large, 8 * 8192.0 * kHeads * kDim * 4 + 4 * 16777216.0);
}

TEST_P(AttentionMemory, AtAFixedShareOfBlocksTheIndicesDoNotMatter) {
    if (!is_block_sparse(GetParam())) GTEST_SKIP() << "selects nothing";
    // 4,096 tokens have 32 query blocks and 64 key blocks: 32 * 6 against 32 * 32 indices of 4 bytes, twice at most.
    const double few = peak(4096, 0.1), many = peak(4096, 0.5);
    EXPECT_LE(many - few, 2.0 * kHeads * 32 * (32 - 6) * 4);
}

INSTANTIATE_TEST_SUITE_P(Kinds, AttentionMemory,
                         testing::Values(AttentionKind::kDense, AttentionKind::kSage, AttentionKind::kSla,
                                         AttentionKind::kSageSla),
                         [](const auto& kind) { return std::string(to_string(kind.param)); });

}  // namespace
}  // namespace studio::ops
