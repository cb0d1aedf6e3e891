#include "tensor/linear.h"

#include "stored_fixture.h"
#include "tensor/ops.h"

namespace studio {
namespace {

Linear quantised(const StoredRows& stored, at::ScalarType type = at::kFloat) {
    Linear layer;
    layer.weight = LinearWeight(stored, type, at::kCPU);
    layer.bias = test::random_values({stored.rows}, 9).to(type);
    return layer;
}

TEST(Linear, EqualsItsDenseTwin) {
    for (const StoredRows& stored : {test::int8_rows(150, 200, WeightScale::kRow), test::q8_0_rows(70, 96)}) {
        const Linear layer = quantised(stored);
        const at::Tensor x = test::random_values({2, 3, stored.columns}, 5);
        const at::Tensor want = at::linear(x, test::values_of(stored), layer.bias);
        EXPECT_LE(test::relative(ops::linear(x, layer), want), 1e-6);
        Linear no_bias = layer;
        no_bias.bias = at::Tensor();
        EXPECT_LE(test::relative(ops::linear(x, no_bias), want - layer.bias), 1e-6);
    }
}

// More pieces than one, for few tokens and for many, with a last piece that is smaller.
TEST(Linear, PiecesOfAnyNumberGiveTheWhole) {
    const StoredRows stored = test::int8_rows(2200, 1100, WeightScale::kTile);
    const Linear layer = quantised(stored);
    const at::Tensor dense = test::values_of(stored);
    for (const std::int64_t tokens : {1, 16, 17, 40}) {
        const at::Tensor x = test::random_values({tokens, 1100}, 6);
        EXPECT_LE(test::relative(ops::linear(x, layer), at::linear(x, dense, layer.bias)), 2e-6) << tokens;
    }
}

TEST(Linear, ReducedPrecisionRoundsTheWeightOnce) {
    const StoredRows stored = test::int8_rows(2200, 1100, WeightScale::kRow);
    const Linear layer = quantised(stored, at::kBFloat16);
    const at::Tensor x = test::random_values({20, 1100}, 6).to(at::kBFloat16);
    const at::Tensor want = at::linear(x, test::values_of(stored).to(at::kBFloat16), layer.bias);
    EXPECT_EQ(ops::linear(x, layer).scalar_type(), at::kBFloat16);
    EXPECT_LE(test::relative(ops::linear(x, layer), want), 4e-3);
}

TEST(Linear, ChangesBesideTheWeightAreAdded) {
    const StoredRows stored = test::int8_rows(150, 200, WeightScale::kTile);
    Linear layer = quantised(stored);
    const at::Tensor up = test::random_values({150, 4}, 7), down = test::random_values({4, 200}, 8);
    const at::Tensor difference = test::random_values({150, 200}, 10).mul(0.1);
    layer.deltas = {{down, up}, {difference, {}}};
    const at::Tensor x = test::random_values({7, 200}, 5);
    const at::Tensor merged = test::values_of(stored) + at::matmul(up, down) + difference;
    EXPECT_LE(test::relative(ops::linear(x, layer), at::linear(x, merged, layer.bias)), 2e-6);
}

TEST(Linear, QuantisedInputNeedsTiles) {
    const at::Tensor x = test::random_values({130, 200}, 5);
    Linear tiles = quantised(test::int8_rows(150, 200, WeightScale::kTile));
    const at::Tensor exact = ops::linear(x, tiles);
    tiles.quantize_input = true;
    const double moved = test::relative(ops::linear(x, tiles), exact);
    EXPECT_GT(moved, 1e-3);
    EXPECT_LT(moved, 3e-2);
    EXPECT_TRUE(at::equal(ops::linear(x, tiles), ops::linear_w8a8(x, tiles.weight.int8_tiles(), tiles.bias)));
    Linear rows = quantised(test::int8_rows(150, 200, WeightScale::kRow));
    const at::Tensor as_float = ops::linear(x, rows);
    rows.quantize_input = true;
    EXPECT_TRUE(at::equal(ops::linear(x, rows), as_float));
}

}  // namespace
}  // namespace studio
