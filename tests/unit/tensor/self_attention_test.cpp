// Every attention kind against the plain formula in fp64 with a full L x L matrix, which the code itself never makes.
#include "tensor/self_attention.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "tensor/block_sparse.h"
#include "tensor/noise.h"
#include "tensor/op_choice.h"

namespace studio::ops {
namespace {

struct Case {
    std::int64_t batch, tokens, heads, dim, query_block, key_block;
    double topk;
};

void PrintTo(const Case& c, std::ostream* out) {
    *out << c.batch << "x" << c.tokens << "x" << c.heads << "x" << c.dim << " blocks " << c.query_block << "x"
         << c.key_block << " topk " << c.topk;
}

at::Tensor randn(at::IntArrayRef shape, std::uint32_t stream) {
    return gaussian_noise(shape, 11, stream);
}

double error(const at::Tensor& got, const at::Tensor& want) {
    if (got.sizes() != want.sizes()) return std::numeric_limits<double>::infinity();
    const at::Tensor w = want.to(at::kDouble);
    return (at::linalg_vector_norm(got.to(at::kDouble) - w) / at::linalg_vector_norm(w)).item<double>();
}

AttentionInputs inputs(const Case& c, at::ScalarType type = at::kFloat) {
    const std::vector<std::int64_t> shape{c.batch, c.tokens, c.heads, c.dim};
    // A bias per channel of k, as trained networks have it, so that smoothing matters.
    const at::Tensor k = randn(shape, 1) * 1.5 + randn({c.dim}, 7) * 2.0;
    AttentionInputs in{(randn(shape, 0) * 1.5).to(type), k.to(type), randn(shape, 2).to(type), {}, {}, {}};
    in.proj_weight = (randn({c.dim, c.dim}, 3) / std::sqrt(double(c.dim))).to(type);
    in.proj_bias = randn({c.dim}, 4).to(type);
    return in;
}

at::Tensor wide(const at::Tensor& x) {
    return x.to(at::kDouble).permute({0, 2, 1, 3});  // [B, H, L, D]
}

/// Softmax attention over the columns that `mask` [B, H, nq, nk] leaves, in fp64: [B, L, H, D].
at::Tensor masked_attention(const AttentionInputs& in, const at::Tensor& mask, const Case& c) {
    const at::Tensor columns = mask.repeat_interleave(c.query_block, 2)
                                   .repeat_interleave(c.key_block, 3)
                                   .slice(2, 0, c.tokens)
                                   .slice(3, 0, c.tokens);
    at::Tensor s = at::matmul(wide(in.q), wide(in.k).transpose(-1, -2)) / std::sqrt(double(c.dim));
    s = s.masked_fill(columns.eq(0), -std::numeric_limits<double>::infinity());
    return at::matmul(s.softmax(-1), wide(in.v)).permute({0, 2, 1, 3});
}

at::Tensor linear_attention(const AttentionInputs& in) {
    const at::Tensor q = wide(in.q).softmax(-1), k = wide(in.k).softmax(-1);
    const at::Tensor weights = at::matmul(q, k.transpose(-1, -2));
    const at::Tensor mixed = at::matmul(weights, wide(in.v)) / (weights.sum(-1, true) + 1e-5);
    return at::linear(mixed, in.proj_weight.to(at::kDouble), in.proj_bias.to(at::kDouble)).permute({0, 2, 1, 3});
}

SelfAttention how(const Case& c, AttentionKind kind) {
    SelfAttention out;
    out.kind = kind;
    out.topk = c.topk;
    out.query_block = c.query_block;
    out.key_block = c.key_block;
    return out;
}

/// Every case by the kernels, where they take it, and by the ATen composites.
class SelfAttentionCase : public testing::TestWithParam<std::tuple<Case, const char*>> {
  protected:
    void SetUp() override { set("aten"); }
    void TearDown() override { set("auto"); }
    Case shape() const { return std::get<0>(GetParam()); }

  private:
    // `word` for what is forced, unless this instance is about the automatic choice.
    void set(const std::string& word) const {
        const std::string wanted = std::get<1>(GetParam()) == std::string("aten") ? word : "auto";
        for (const char* op : {"sla=", "attention="})
            set_op(op + wanted).value();
    }
};

TEST_P(SelfAttentionCase, SlaIsSelectedSoftmaxPlusProjectedLinear) {
    const Case c = shape();
    const AttentionInputs in = inputs(c);
    AttentionTrace trace;
    const at::Tensor out = self_attention(in, how(c, AttentionKind::kSla), &trace);
    const std::int64_t nk = (c.tokens + c.key_block - 1) / c.key_block;
    const auto kept = std::clamp<std::int64_t>(std::int64_t(c.topk * double(nk)), 1, nk);
    EXPECT_TRUE(trace.mask.sum(-1).eq(kept).all().item<bool>());
    const at::Tensor sparse = masked_attention(in, trace.mask, c);
    EXPECT_LE(error(trace.sparse, sparse), 2e-6);
    EXPECT_LE(error(out, (sparse + linear_attention(in)).flatten(2)), 2e-6);
}

// Pooled scores recomputed by hand: what is selected scores at least as high as what is not.
TEST_P(SelfAttentionCase, TheSelectedBlocksScoreHighest) {
    const Case c = shape();
    const AttentionInputs in = inputs(c);
    AttentionTrace trace;
    static_cast<void>(self_attention(in, how(c, AttentionKind::kSla), &trace));
    const auto pooled = [&](const at::Tensor& x, std::int64_t block) {
        std::vector<at::Tensor> means;
        for (std::int64_t row = 0; row < c.tokens; row += block)
            means.push_back(x.slice(2, row, std::min(row + block, c.tokens)).mean(2));
        return at::stack(means, 2);
    };
    const at::Tensor scores =
        at::matmul(pooled(wide(in.q), c.query_block), pooled(wide(in.k), c.key_block).transpose(-1, -2));
    const double inf = std::numeric_limits<double>::infinity();
    const at::Tensor lowest = scores.masked_fill(trace.mask.eq(0), inf).amin(-1);
    const at::Tensor highest_left = scores.masked_fill(trace.mask.eq(1), -inf).amax(-1);
    EXPECT_TRUE((lowest + 1e-4).ge(highest_left).all().item<bool>());
}

TEST_P(SelfAttentionCase, AllBlocksAreDenseAttention) {
    const Case c = shape();
    const AttentionInputs in = inputs(c);
    SelfAttention all = how(c, AttentionKind::kSla);
    all.topk = 1;
    AttentionTrace trace;
    static_cast<void>(self_attention(in, all, &trace));
    EXPECT_LE(error(trace.sparse.flatten(2), self_attention(in, how(c, AttentionKind::kDense))), 2e-6);
}

TEST_P(SelfAttentionCase, QuantisedKindsStayNearAndAreNotExact) {
    const Case c = shape();
    const AttentionInputs in = inputs(c);
    const at::Tensor dense = self_attention(in, how(c, AttentionKind::kDense));
    for (const SagePv pv : {SagePv::kFp16, SagePv::kFp8}) {
        SelfAttention sage = how(c, AttentionKind::kSage), sagesla = how(c, AttentionKind::kSageSla);
        sage.pv = sagesla.pv = pv;
        const double bound = pv == SagePv::kFp16 ? 0.03 : 0.06;
        const double dense_error = error(self_attention(in, sage), dense);
        EXPECT_LE(dense_error, bound);
        EXPECT_GE(dense_error, 1e-4) << "nothing was quantised";
        AttentionTrace trace;
        static_cast<void>(self_attention(in, sagesla, &trace));
        const double sparse_error = error(trace.sparse, masked_attention(in, trace.mask, c));
        EXPECT_LE(sparse_error, bound);
        EXPECT_GE(sparse_error, 1e-4) << "nothing was quantised";
    }
}

TEST_P(SelfAttentionCase, Bf16KeepsItsRoundingPoints) {
    const Case c = shape();
    const AttentionInputs in = inputs(c, at::kBFloat16);
    AttentionTrace trace;
    const at::Tensor out = self_attention(in, how(c, AttentionKind::kSla), &trace);
    EXPECT_EQ(out.scalar_type(), at::kBFloat16);
    const at::Tensor want = masked_attention(in, trace.mask, c) + linear_attention(in);
    const double e = error(out, want.flatten(2));
    EXPECT_LE(e, 1e-2);
    EXPECT_GE(e, 5e-4) << "nothing was rounded";
    // Widened values with their stored type named select the same blocks and are computed without rounding.
    AttentionInputs widened{in.q.to(at::kFloat), in.k.to(at::kFloat), in.v.to(at::kFloat), {}, {}, at::kBFloat16};
    widened.proj_weight = in.proj_weight.to(at::kFloat);
    widened.proj_bias = in.proj_bias.to(at::kFloat);
    AttentionTrace again;
    EXPECT_LE(error(self_attention(widened, how(c, AttentionKind::kSla), &again), want.flatten(2)), 2e-6);
    EXPECT_TRUE(at::equal(again.mask, trace.mask));
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, SelfAttentionCase,
    testing::Combine(testing::Values(Case{1, 1, 1, 8, 128, 64, 0.1}, Case{1, 63, 2, 32, 128, 64, 0.5},
                                     Case{2, 129, 1, 64, 128, 64, 0.5}, Case{1, 257, 2, 128, 64, 128, 0.4},
                                     Case{1, 450, 1, 128, 128, 64, 0.3}, Case{2, 320, 2, 12, 64, 128, 1.0},
                                     Case{1, 65, 1, 128, 64, 64, 0.6}),
                     testing::Values("auto", "aten")));

std::string backend_of(const std::string& op) {
    for (const OpReport& report : op_report())
        if (report.op == op) return report.backend + (report.reason.empty() ? "" : ": " + report.reason);
    return "no such operation";
}

// The same integers by the same rules: what is left is where numerators are rounded to fp16.
TEST_P(SelfAttentionCase, QuantisedKernelsAreTheComposite) {
    const Case c = shape();
    for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
        const AttentionInputs in = inputs(c, type);
        for (const AttentionKind kind : {AttentionKind::kSage, AttentionKind::kSageSla}) {
            for (const bool smooths : {true, false}) {
                SelfAttention quantised = how(c, kind);
                quantised.pv = SagePv::kFp16;
                quantised.smooth_k = smooths;
                const at::Tensor kernel = self_attention(in, quantised);
                const char* op = kind == AttentionKind::kSage ? "sage" : "sla";
                set_op(std::string(op) + "=aten").value();
                const at::Tensor composite = self_attention(in, quantised);
                set_op(std::string(op) + "=auto").value();
                EXPECT_LE(error(kernel, composite), type == at::kFloat ? 5e-4 : 8e-3)
                    << to_string(kind) << " " << type << " smooth " << smooths;
            }
        }
    }
}

TEST(OpChoice, SaysWhatRanAndWhy) {
    const Case c{1, 70, 1, 16, 128, 64, 0.5};
    const AttentionInputs in = inputs(c);
    static_cast<void>(self_attention(in, how(c, AttentionKind::kSla)));
    EXPECT_EQ(backend_of("sla"), cpu_kernel_name());
    set_op("sla=aten").value();
    const at::Tensor composite = self_attention(in, how(c, AttentionKind::kSla));
    EXPECT_EQ(backend_of("sla"), "aten: forced");
    set_op("sla=auto").value();
    EXPECT_LE(error(self_attention(in, how(c, AttentionKind::kSla)), composite), 1e-6);
    static_cast<void>(self_attention(in, how(c, AttentionKind::kSageSla)));
    EXPECT_EQ(backend_of("sla").rfind("cpu ", 0), 0U) << backend_of("sla");
    static_cast<void>(self_attention(in, how(c, AttentionKind::kSage)));
    EXPECT_EQ(backend_of("sage").rfind("cpu ", 0), 0U) << backend_of("sage");
    SelfAttention fp8 = how(c, AttentionKind::kSage);
    fp8.pv = SagePv::kFp8;
    static_cast<void>(self_attention(in, fp8));
    EXPECT_EQ(backend_of("sage"), "aten: fp8 values have no CPU kernel");
    fp8.kind = AttentionKind::kSageSla;
    static_cast<void>(self_attention(in, fp8));
    EXPECT_EQ(backend_of("sla"), "aten: fp8 values have no CPU kernel");
    SelfAttention odd = how(c, AttentionKind::kSla);
    odd.key_block = 16;
    static_cast<void>(self_attention(in, odd));
    EXPECT_EQ(backend_of("sla"), "aten: blocks of other than 64 or 128 rows");
}

TEST(OpChoice, RefusesOtherWords) {
    for (const char* wrong : {"", "sla", "sla=", "sla=cuda", "flash=aten", "=aten"}) {
        const auto result = set_op(wrong);
        ASSERT_FALSE(result.ok()) << wrong;
        EXPECT_EQ(result.error().code, ErrorCode::kInvalidArgument);
        EXPECT_FALSE(result.error().fix.empty());
    }
}

// The result must not depend on how many threads there are.
TEST(SelfAttentionDoor, ThreadsDoNotChangeTheResult) {
    const Case c{1, 1500, 2, 32, 128, 64, 0.2};
    const AttentionInputs in = inputs(c);
    const int before = at::get_num_threads();
    at::set_num_threads(1);
    const at::Tensor one = self_attention(in, how(c, AttentionKind::kSla));
    const at::Tensor one_dense = self_attention(in, how(c, AttentionKind::kDense));
    at::set_num_threads(3);
    EXPECT_TRUE(at::equal(one, self_attention(in, how(c, AttentionKind::kSla))));
    EXPECT_TRUE(at::equal(one_dense, self_attention(in, how(c, AttentionKind::kDense))));
    at::set_num_threads(before);
}

// The example of the specification, with the identity as proj_l.
TEST(LinearBranch, WorkedExample) {
    const at::Tensor q = at::tensor({1.0f, 0.0f, 0.0f, 1.0f, 2.0f, -1.0f}).view({1, 3, 2});
    const at::Tensor k = at::tensor({0.0f, 1.0f, 1.0f, 0.0f, 1.0f, 1.0f}).view({1, 3, 2});
    const at::Tensor v = at::tensor({1.0f, 2.0f, 3.0f, 4.0f, 5.0f, 6.0f}).view({1, 3, 2});
    const at::Tensor got = linear_branch(q, k, v, at::eye(2), at::zeros({2}), at::kFloat);
    const at::Tensor want =
        at::tensor({3.14234723f, 4.14234056f, 2.85761277f, 3.85760610f, 3.27883450f, 4.27882783f}).view({1, 3, 2});
    EXPECT_LE(error(got, want), 1e-6);
}

TEST(Quantised, TheVectorsOfTheSpecification) {
    SelfAttention plain;
    plain.smooth_k = false;
    plain.pv = SagePv::kFp8;
    const at::Tensor q = at::tensor({4.0f, -4.0f, 1.0f, 0.0f}).view({1, 1, 4});
    const at::Tensor v = at::tensor({3.0f, -1.5f, 1.0f, 0.1f, 0.01f}).view({1, 5, 1});
    const at::Tensor zeros = at::zeros({1, 5, 1});
    const SoftmaxOperands rows = quantised(q, q, q, at::kBFloat16, plain, true);
    EXPECT_TRUE(at::equal(rows.q, at::tensor({127.0f, -127.0f, 32.0f, 0.0f}).view({1, 1, 4})));
    EXPECT_NEAR(rows.q_scale.item<double>(), 0.0314961635, 1e-9);
    const SoftmaxOperands channel = quantised(zeros, zeros, v, at::kBFloat16, plain, true);
    const at::Tensor stored = at::tensor({2.25f, -1.125f, 0.75f, 0.078125f, 0.0078125f}).view({1, 5, 1});
    EXPECT_TRUE(at::equal(channel.v, stored)) << channel.v;
    // A channel of zeros stays zero, and half a step rounds away from zero here, to even in SageAttention.
    EXPECT_TRUE(quantised(zeros, zeros, zeros, at::kBFloat16, plain, true).v.eq(0).all().item<bool>());
    const at::Tensor steps = at::tensor({127.0f, 2.5f, -0.5f}).view({1, 1, 3});
    EXPECT_EQ(quantised(steps, steps, steps, at::kFloat, plain, false).q[0][0][1].item<float>(), 2.0f);
}

// Equal scores everywhere: the first key blocks are taken.
TEST(SelectBlocks, TiesGoToTheLowerBlock) {
    SelfAttention half;
    half.topk = 0.5;
    const at::Tensor selected = select_blocks(at::ones({1, 300, 4}), at::ones({1, 300, 4}), at::kBFloat16, half);
    EXPECT_TRUE(at::equal(selected, at::arange(2, at::kLong).expand({1, 3, 2})));
}

/// The key block that one query block keeps of three, each of 64 rows of one channel.
std::int64_t kept_of(const at::Tensor& rows, std::optional<at::ScalarType> stored) {
    const at::Tensor k = rows.view({1, 192, 1, 1});
    AttentionInputs in{at::ones_like(k), k, k, at::ones({1, 1}), at::zeros({1}), stored};
    SelfAttention one = how({1, 192, 1, 1, 64, 64, 0.34}, AttentionKind::kSla);
    AttentionTrace trace;
    static_cast<void>(self_attention(in, one, &trace));
    return trace.mask[0][0][0].argmax().item<std::int64_t>();
}

// What bf16 rounds to a tie goes to the lower block; fp32 sees the difference.
TEST(SelectBlocks, RoundAsTheStoredType) {
    at::Tensor k = at::ones({192});
    k.slice(0, 0, 64).fill_(0.0);
    k[191].fill_(1.0078125);
    for (const char* op : {"sla=auto", "sla=aten"}) {
        set_op(op).value();
        EXPECT_EQ(kept_of(k, at::kBFloat16), 1) << op;
        EXPECT_EQ(kept_of(k, {}), 2) << op;
    }
    set_op("sla=auto").value();
}

// Without its mean taken off, the pooled 100.25 of the middle block would round to the 100 of the others.
TEST(SelectBlocks, SmoothTheKeysFirst) {
    at::Tensor k = at::full({192}, 100.0);
    k.slice(0, 64, 96).fill_(100.5);
    for (const char* op : {"sla=auto", "sla=aten"}) {
        set_op(op).value();
        EXPECT_EQ(kept_of(k, at::kBFloat16), 1) << op;
    }
    set_op("sla=auto").value();
}

TEST(Quantised, SmoothingPaysWhereKeysShareABias) {
    const Case c{1, 200, 1, 64, 128, 64, 0.5};
    AttentionInputs in = inputs(c);
    in.k = in.k + randn({64}, 9) * 8.0;
    const at::Tensor dense = self_attention(in, how(c, AttentionKind::kDense));
    SelfAttention smooth = how(c, AttentionKind::kSage), rough = smooth;
    rough.smooth_k = false;
    EXPECT_LE(3 * error(self_attention(in, smooth), dense), error(self_attention(in, rough), dense));
}

TEST(SelfAttentionDoor, NaNComesOut) {
    const Case c{1, 130, 1, 16, 128, 64, 0.5};
    for (const AttentionKind kind :
         {AttentionKind::kDense, AttentionKind::kSla, AttentionKind::kSageSla, AttentionKind::kSage}) {
        AttentionInputs in = inputs(c);
        in.q[0][5][0][3] = std::numeric_limits<float>::quiet_NaN();
        EXPECT_TRUE(self_attention(in, how(c, kind)).isnan().any().item<bool>()) << to_string(kind);
    }
}

TEST(SelfAttentionDoor, RefusesWhatDoesNotFit) {
    const Case c{1, 5, 1, 8, 128, 64, 0.5};
    const auto field_of = [](const AttentionInputs& in, const SelfAttention& asked) -> std::string {
        try {
            static_cast<void>(self_attention(in, asked));
        } catch (const Failure& failure) {
            EXPECT_EQ(failure.error().code, ErrorCode::kInvalidArgument);
            EXPECT_FALSE(failure.error().message.empty() || failure.error().fix.empty());
            return failure.error().field;
        }
        return "";
    };
    AttentionInputs in = inputs(c);
    EXPECT_EQ(field_of(in, how(c, AttentionKind::kAuto)), "attention");
    SelfAttention asked = how(c, AttentionKind::kSla);
    for (const double share : {0.0, -1.0, 1.5, std::numeric_limits<double>::quiet_NaN()}) {
        asked.topk = share;
        EXPECT_EQ(field_of(in, asked), "sla_topk") << share;
    }
    asked = how(c, AttentionKind::kSla);
    asked.key_block = 0;
    EXPECT_EQ(field_of(in, asked), "query_block");
    in.proj_weight = at::eye(7);
    EXPECT_EQ(field_of(in, how(c, AttentionKind::kSla)), "proj_l");
    EXPECT_EQ(field_of(in, how(c, AttentionKind::kSage)), "");
    in.k = in.k.slice(1, 0, 4);
    EXPECT_EQ(field_of(in, how(c, AttentionKind::kSage)), "q");
}

TEST(SelfAttentionDoor, NamesGoBothWays) {
    for (const char* name : {"auto", "dense", "sla", "sagesla", "sage"})
        EXPECT_EQ(to_string(attention_kind(name).value()), name);
    EXPECT_FALSE(attention_kind("flash").has_value());
}

}  // namespace
}  // namespace studio::ops
