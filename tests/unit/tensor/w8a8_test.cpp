#include "tensor/w8a8.h"

#include "core/error.h"
#include "stored_fixture.h"

namespace studio {
namespace {

// The definition, element by element, in double where nothing is rounded.
struct Reference {
    std::vector<int> values;
    std::vector<float> scale;
};

Reference quantise(const at::Tensor& x) {
    const std::int64_t rows = x.size(0), columns = x.size(1), across = (columns + 127) / 128;
    Reference out;
    out.values.resize(static_cast<std::size_t>(rows * columns));
    out.scale.resize(static_cast<std::size_t>((rows + 127) / 128 * across));
    const at::Tensor wide = x.to(at::kFloat).contiguous();
    const auto* data = wide.const_data_ptr<float>();
    for (std::size_t tile = 0; tile < out.scale.size(); ++tile) {
        const auto top = static_cast<std::int64_t>(tile) / across * 128,
                   left = static_cast<std::int64_t>(tile) % across * 128;
        const std::int64_t bottom = std::min(rows, top + 128), right = std::min(columns, left + 128);
        float largest = 1e-8F;
        for (std::int64_t r = top; r < bottom; ++r) {
            for (std::int64_t c = left; c < right; ++c)
                largest = std::max(largest, std::abs(data[r * columns + c]));
        }
        out.scale[tile] = largest / 128.0F;
        const float factor = 128.0F / largest;
        for (std::int64_t r = top; r < bottom; ++r) {
            for (std::int64_t c = left; c < right; ++c) {
                const float q = std::nearbyint(data[r * columns + c] * factor);
                out.values[static_cast<std::size_t>(r * columns + c)] =
                    static_cast<int>(std::clamp(q, -128.0F, 127.0F));
            }
        }
    }
    return out;
}

TEST(W8a8, QuantisesByTheRuleOfTheSource) {
    // amax 4: multiplier 32. Ties go to the even neighbour, +amax saturates, -amax does not.
    const at::Tensor x =
        at::tensor({4.0F, -4.0F, 3.96875F, 1.0F, 0.046875F, 0.078125F, -0.046875F, -0.015625F}).view({1, 8});
    const Int8Tiles q = ops::quantize_tiles(x.to(at::kBFloat16));
    EXPECT_TRUE(at::equal(q.values, at::tensor({127, -128, 127, 32, 2, 2, -2, 0}, at::kChar).view({1, 8})));
    EXPECT_EQ(q.scale.item<float>(), 0.03125F);
}

TEST(W8a8, TilesAtTheEdgesStandAlone) {
    const at::Tensor x = test::random_values({259, 300}, 1).to(at::kBFloat16);
    const Int8Tiles q = ops::quantize_tiles(x);
    const Reference want = quantise(x);
    ASSERT_EQ(q.scale.sizes(), (std::vector<std::int64_t>{3, 3}));
    for (std::size_t i = 0; i < want.scale.size(); ++i)
        EXPECT_EQ(q.scale.const_data_ptr<float>()[i], want.scale[i]) << i;
    for (std::size_t i = 0; i < want.values.size(); ++i)
        ASSERT_EQ(q.values.const_data_ptr<std::int8_t>()[i], want.values[i]) << i;
}

TEST(W8a8, ManyRowsAreQuantisedLikeFew) {
    const at::Tensor x = test::random_values({2048 + 130, 40}, 2).to(at::kBFloat16);
    const Int8Tiles all = ops::quantize_tiles(x), end = ops::quantize_tiles(x.slice(0, 2048));
    EXPECT_EQ(all.scale.size(0), 18);
    EXPECT_TRUE(at::equal(all.values.slice(0, 2048), end.values));
    EXPECT_TRUE(at::equal(all.scale.slice(0, 16), end.scale));
}

TEST(W8a8, ZerosHaveAScale) {
    const Int8Tiles q = ops::quantize_tiles(at::zeros({3, 5}, at::kBFloat16));
    EXPECT_FALSE(q.values.any().item<bool>());
    EXPECT_EQ(q.scale.item<float>(), 1e-8F / 128.0F);
}

TEST(W8a8, ProductIsTheSumOfExactBlocks) {
    const Int8Tiles x = ops::quantize_tiles(test::random_values({131, 300}, 3));
    const Int8Tiles w = ops::quantize_tiles(test::random_values({140, 300}, 4));
    const at::Tensor got = ops::int8_tiles_product(x, w);
    for (const auto& [m, n] : {std::pair<std::int64_t, std::int64_t>{0, 0}, {130, 139}, {127, 128}, {128, 1}}) {
        float sum = 0;
        for (std::int64_t block = 0; block < 3; ++block) {
            std::int64_t exact = 0;
            for (std::int64_t k = block * 128; k < std::min<std::int64_t>(300, block * 128 + 128); ++k)
                exact += x.values[m][k].item<std::int64_t>() * w.values[n][k].item<std::int64_t>();
            sum += static_cast<float>(exact) *
                   (x.scale[m / 128][block].item<float>() * w.scale[n / 128][block].item<float>());
        }
        EXPECT_NEAR(got[m][n].item<float>(), sum, 1e-5F * (1 + std::abs(sum))) << m << ' ' << n;
    }
}

TEST(W8a8, ResultIsRoundedBeforeAndAfterTheBias) {
    const at::Tensor x = test::random_values({5, 256}, 5).to(at::kBFloat16);
    const Int8Tiles w = ops::quantize_tiles(test::random_values({24, 256}, 6));
    const at::Tensor bias = test::random_values({24}, 7).mul(100).to(at::kBFloat16);
    const at::Tensor sum = ops::int8_tiles_product(ops::quantize_tiles(x), w).to(at::kBFloat16);
    EXPECT_TRUE(at::equal(ops::linear_w8a8(x, w), sum));
    EXPECT_TRUE(at::equal(ops::linear_w8a8(x, w, bias), sum + bias));
    // The quantiser reads 16-bit values; sums for an fp32 network are not rounded.
    const at::Tensor wide = x.to(at::kFloat) * 1.001;
    const at::Tensor unrounded = ops::int8_tiles_product(ops::quantize_tiles(wide.to(at::kBFloat16)), w);
    EXPECT_TRUE(at::equal(ops::linear_w8a8(wide, w, bias), unrounded + bias.to(at::kFloat)));
}

TEST(W8a8, MoreRowsThanAreDoneAtOnce) {
    const at::Tensor x = test::random_values({2048 + 200, 128}, 8).to(at::kBFloat16);
    const Int8Tiles w = ops::quantize_tiles(test::random_values({16, 128}, 9));
    const at::Tensor all = ops::linear_w8a8(x, w);
    EXPECT_TRUE(at::equal(all.slice(0, 2048), ops::linear_w8a8(x.slice(0, 2048), w)));
    EXPECT_TRUE(at::equal(all.slice(0, 0, 128), ops::linear_w8a8(x.slice(0, 0, 128), w)));
}

TEST(W8a8, RefusesScalesThatDoNotFit) {
    const Int8Tiles w = ops::quantize_tiles(test::random_values({16, 256}, 9));
    EXPECT_THROW(ops::int8_tiles_product({w.values, w.scale.slice(1, 0, 1)}, w), Failure);
    EXPECT_THROW(ops::int8_tiles_product(ops::quantize_tiles(test::random_values({16, 128}, 9)), w), Failure);
    EXPECT_THROW(ops::quantize_tiles(at::zeros({4})), Failure);
}

}  // namespace
}  // namespace studio
