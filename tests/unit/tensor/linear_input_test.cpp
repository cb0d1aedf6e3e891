// Linears over inputs that were prepared once, and linears that end in the next operation, against the plain chains.
#include "tensor/linear_input.h"

#include "core/error.h"
#include "stored_fixture.h"
#include "tensor/op_choice.h"

namespace studio {
namespace {

using ops::LinearInput;
using ops::TokenRun;

Linear in_8_bits(std::int64_t out, std::int64_t in, std::uint32_t seed) {
    const Int8Tiles tiles = ops::quantize_tiles(test::random_values({out, in}, seed).div(std::sqrt(double(in))));
    StoredRows stored;
    stored.dtype = io::DType::kI8;
    stored.rows = out;
    stored.columns = in;
    stored.bytes = tiles.values.view(at::kByte).flatten();
    stored.scaling = WeightScale::kTile;
    stored.scale = tiles.scale.flatten();
    Linear layer;
    layer.weight = LinearWeight(stored, at::kFloat, at::kCPU);
    layer.bias = test::random_values({out}, seed + 1);
    layer.quantize_input = true;
    return layer;
}

Linear dense(std::int64_t out, std::int64_t in, std::uint32_t seed) {
    Linear layer;
    layer.weight = test::random_values({out, in}, seed);
    layer.bias = test::random_values({out}, seed + 1);
    return layer;
}

// Forbids the kernel while it lives: the plain chain runs as ATen composites.
struct WithoutKernel {
    WithoutKernel() { ops::set_op("linear_w8a8=aten").value(); }
    ~WithoutKernel() { ops::set_op("linear_w8a8=auto").value(); }
    WithoutKernel(const WithoutKernel&) = delete;
    WithoutKernel& operator=(const WithoutKernel&) = delete;
};

// Values that are bf16 already, so that no rounding boundary is near: then 8-bit paths agree to fp32 rounding.
at::Tensor bf16_values(at::IntArrayRef shape, std::uint32_t seed) {
    return test::random_values(shape, seed).to(at::kBFloat16).to(at::kFloat);
}

constexpr double kRounding = 2e-6;
// Where a value is rounded to bf16 in between, a few may fall on the other side of a boundary.
constexpr double kStep = 2e-3;

TEST(LinearInput, ServesSeveralLinears) {
    const Linear a = in_8_bits(70, 200, 1), b = in_8_bits(130, 200, 2);
    const at::Tensor x = bf16_values({259, 200}, 3);
    const LinearInput input = ops::linear_input(x, {&a, &b});
    ASSERT_TRUE(input.packed.has_value());
    EXPECT_EQ(input.rows(), 259);
    for (const Linear* layer : {&a, &b}) {
        EXPECT_TRUE(at::equal(ops::linear(input, *layer), ops::linear(x, *layer)));
        const WithoutKernel aten;
        EXPECT_LE(test::relative(ops::linear(input, *layer), ops::linear(x, *layer)), kRounding);
    }
}

TEST(LinearInput, StaysValuesWhereAReaderWantsThem) {
    const Linear a = in_8_bits(70, 200, 1), plain = dense(70, 200, 2);
    Linear wide = a, with_adapter = a;
    wide.quantize_input = false;
    with_adapter.deltas = {{test::random_values({70, 200}, 5), {}}};
    const at::Tensor x = bf16_values({20, 200}, 3);
    EXPECT_FALSE(ops::linear_input(x, {&a, &plain}).packed.has_value());
    EXPECT_FALSE(ops::linear_input(x, {&a, &wide}).packed.has_value());
    EXPECT_FALSE(ops::linear_input(x, {&with_adapter}).packed.has_value());
    EXPECT_FALSE(ops::linear_input(x.to(at::kBFloat16), {&a}).packed.has_value());
    {
        const WithoutKernel aten;
        EXPECT_FALSE(ops::linear_input(x, {&a}).packed.has_value());
    }
    EXPECT_TRUE(ops::linear_input(x, {&a}).packed.has_value());
    const LinearInput input = ops::linear_input(x, {&with_adapter});
    EXPECT_TRUE(at::equal(ops::linear(input, with_adapter), ops::linear(x, with_adapter)));
}

TEST(LinearInput, ASliceOfWholeTilesIsTheSameRows) {
    const Linear a = in_8_bits(40, 200, 1);
    const at::Tensor x = bf16_values({300, 200}, 3);
    const LinearInput input = ops::linear_input(x, {&a});
    EXPECT_TRUE(at::equal(ops::linear(input.slice(128, 256), a), ops::linear(input, a).slice(0, 128, 256)));
    EXPECT_TRUE(at::equal(ops::linear(input.slice(256, 300), a), ops::linear(input, a).slice(0, 256)));
    EXPECT_THROW(static_cast<void>(input.slice(100, 200)), Failure);
}

TEST(LinearInput, ANormWritesWhatTheReadersWouldQuantise) {
    const Linear a = in_8_bits(70, 300, 1);
    const at::Tensor x = test::random_values({300, 300}, 2) * 3.0 + 0.5;
    const at::Tensor shift = test::random_values({3, 300}, 4), scale = test::random_values({3, 300}, 5);
    const std::vector<TokenRun> one{{0, 300, 2}}, several{{0, 40, 1}, {40, 200, 0}, {200, 300, 2}};
    for (const auto* runs : {&one, &several}) {
        const LinearInput input = ops::layer_norm_modulate_input(x, shift, scale, *runs, 1e-6, at::kFloat, {&a});
        ASSERT_TRUE(input.packed.has_value());
        const at::Tensor y = ops::layer_norm_modulate(x, shift, scale, *runs, 1e-6, at::kFloat);
        EXPECT_TRUE(at::equal(ops::linear(input, a), ops::linear(y, a)));
        const at::Tensor by_aten = at::layer_norm(x, {300}, {}, {}, 1e-6);
        at::Tensor modulated = at::empty_like(x);
        for (const TokenRun& run : *runs)
            modulated.slice(0, run.begin, run.end)
                .copy_(by_aten.slice(0, run.begin, run.end) * (scale[run.row] + 1.0) + shift[run.row]);
        EXPECT_LE(test::relative(y, modulated), 1e-6);
        EXPECT_LE(test::relative(ops::linear(input, a), ops::linear(modulated, a)), kStep);
    }
    const at::Tensor weight = test::random_values({300}, 6), bias = test::random_values({300}, 7);
    const LinearInput affine = ops::layer_norm_input(x, weight, bias, 1e-6, at::kFloat, {&a});
    ASSERT_TRUE(affine.packed.has_value());
    EXPECT_TRUE(at::equal(ops::linear(affine, a), ops::linear(ops::layer_norm(x, weight, bias, 1e-6, at::kFloat), a)));
    EXPECT_FALSE(ops::layer_norm_input(x, weight, bias, 1e-6, at::kBFloat16, {&a}).packed.has_value());
}

TEST(LinearInput, GeluFollowsAndIsQuantisedForTheNext) {
    const Linear first = in_8_bits(330, 200, 1), second = in_8_bits(90, 330, 3), plain = dense(90, 330, 5);
    const at::Tensor x = bf16_values({150, 200}, 6);
    const LinearInput input = ops::linear_input(x, {&first});
    at::Tensor hidden = ops::linear(x, first);
    ops::gelu_tanh_(hidden);
    const LinearInput packed = ops::linear_gelu(input, first, second);
    ASSERT_TRUE(packed.packed.has_value());
    EXPECT_LE(test::relative(ops::linear(packed, second), ops::linear(hidden, second)), kStep);
    // A dense reader gets the values, and so does everyone where the first layer is dense.
    const LinearInput values = ops::linear_gelu(input, first, plain);
    ASSERT_FALSE(values.packed.has_value());
    EXPECT_LE(test::relative(values.values, hidden), kRounding);
    const Linear start = dense(330, 200, 8);
    const LinearInput late = ops::linear_gelu(ops::linear_input(x, {&start}), start, second);
    EXPECT_TRUE(late.packed.has_value());
}

TEST(LinearInput, AddsTimesTheGateOfItsRun) {
    const Linear a = in_8_bits(90, 200, 1), plain = dense(90, 200, 2);
    const at::Tensor x = bf16_values({150, 200}, 3), to = test::random_values({150, 90}, 4);
    const at::Tensor gates = test::random_values({2, 6, 90}, 5);
    const at::Tensor gate = gates.select(1, 2);  // as a row of the modulation: not contiguous
    const std::vector<TokenRun> one{{0, 150, 1}}, several{{0, 7, 1}, {7, 140, 0}, {140, 150, 1}};
    for (const Linear* layer : {&a, &plain}) {
        const LinearInput input = ops::linear_input(x, {layer});
        const at::Tensor y = ops::linear(x, *layer);
        at::Tensor got = to.clone();
        ops::linear_add_(got, input, *layer);
        EXPECT_LE(test::relative(got, to + y), kRounding);
        for (const auto* runs : {&one, &several}) {
            at::Tensor want = to.clone();
            got = to.clone();
            for (const TokenRun& run : *runs)
                want.slice(0, run.begin, run.end).add_(y.slice(0, run.begin, run.end) * gate[run.row]);
            ops::linear_add_(got, input, *layer, gate, *runs);
            EXPECT_LE(test::relative(got, want), kRounding) << runs->size();
        }
    }
}

TEST(LinearInput, RunsAreCutToAStretch) {
    const std::vector<TokenRun> runs{{0, 10, 3}, {10, 30, 1}, {30, 31, 0}};
    const auto cut = ops::runs_within(runs, 8, 30);
    ASSERT_EQ(cut.size(), 2U);
    EXPECT_EQ(cut[0].begin, 0);
    EXPECT_EQ(cut[0].end, 2);
    EXPECT_EQ(cut[0].row, 3);
    EXPECT_EQ(cut[1].begin, 2);
    EXPECT_EQ(cut[1].end, 22);
    EXPECT_EQ(cut[1].row, 1);
}

TEST(LinearInput, NoNumberComesThrough) {
    const Linear a = in_8_bits(90, 200, 1), b = in_8_bits(70, 90, 2);
    at::Tensor x = bf16_values({150, 200}, 3);
    x[130][5] = std::numeric_limits<float>::quiet_NaN();
    const LinearInput hidden = ops::linear_gelu(ops::linear_input(x, {&a}), a, b);
    at::Tensor to = at::zeros({150, 70});
    ops::linear_add_(to, hidden, b);
    EXPECT_TRUE(to.slice(0, 128).isnan().all().item<bool>());  // its tile of rows
    EXPECT_FALSE(to.slice(0, 0, 128).isnan().any().item<bool>());
}

}  // namespace
}  // namespace studio
