#include "tensor/linear_weight.h"

#include "core/error.h"
#include "stored_fixture.h"

namespace studio {
namespace {

struct Form {
    const char* name;
    StoredRows stored;
};

// Sizes that no tile divides.
std::vector<Form> all_forms() {
    return {{"int8", test::int8_rows(150, 200, WeightScale::kNone)},
            {"int8 tensor scale", test::int8_rows(150, 200, WeightScale::kTensor)},
            {"int8 row scale", test::int8_rows(150, 200, WeightScale::kRow)},
            {"int8 tile scale", test::int8_rows(150, 200, WeightScale::kTile)},
            {"q8_0", test::q8_0_rows(150, 192)}};
}

TEST(LinearWeight, ExpandsEveryFormExactly) {
    for (const Form& form : all_forms()) {
        const LinearWeight weight(form.stored, at::kFloat, at::kCPU);
        EXPECT_TRUE(weight.is_quantised());
        EXPECT_TRUE(at::equal(weight.expand(), test::values_of(form.stored))) << form.name;
    }
}

TEST(LinearWeight, PartsAreThoseOfTheWhole) {
    for (const Form& form : all_forms()) {
        const LinearWeight weight(form.stored, at::kBFloat16, at::kCPU);
        const at::Tensor whole = test::values_of(form.stored);
        const at::Tensor part = weight.expand(127, 131);
        EXPECT_EQ(part.scalar_type(), at::kBFloat16);
        EXPECT_TRUE(at::equal(part, whole.slice(0, 127, 131).to(at::kBFloat16))) << form.name;
        const at::Tensor ids = at::tensor({149, 0, 128, 0}, at::kLong);
        EXPECT_TRUE(at::equal(weight.select_rows(ids), whole.index_select(0, ids))) << form.name;
    }
}

TEST(LinearWeight, EightBitFloatsKeepTheirValue) {
    StoredRows stored;
    stored.rows = 1;
    stored.columns = 4;
    stored.dtype = io::DType::kF8E4M3;
    stored.bytes = at::tensor({0x38, 0xB8, 0x7E, 0x01}, at::kByte);  // 1, -1, 448, 2^-9
    stored.scaling = WeightScale::kTensor;
    stored.scale = at::tensor({0.5F});
    const at::Tensor want = at::tensor({0.5F, -0.5F, 224.0F, std::ldexp(1.0F, -10)}).view({1, 4});
    EXPECT_TRUE(at::equal(LinearWeight(stored, at::kFloat, at::kCPU).expand(), want));
    stored.dtype = io::DType::kF8E5M2;
    stored.bytes = at::tensor({0x3C, 0xBC, 0x7B, 0x01}, at::kByte);  // 1, -1, 57344, 2^-16
    const at::Tensor wide = at::tensor({0.5F, -0.5F, 28672.0F, std::ldexp(1.0F, -17)}).view({1, 4});
    EXPECT_TRUE(at::equal(LinearWeight(stored, at::kFloat, at::kCPU).expand(), wide));
}

TEST(LinearWeight, DenseIsAView) {
    const at::Tensor dense = test::random_values({6, 5}, 1);
    const LinearWeight weight(dense);
    EXPECT_EQ(weight.expand(2, 4).const_data_ptr(), dense.slice(0, 2, 4).const_data_ptr());
    EXPECT_EQ(weight.rows(), 6);
    EXPECT_EQ(weight.columns(), 5);
    EXPECT_FALSE(weight.is_quantised());
    EXPECT_FALSE(weight.has_int8_tiles());
    EXPECT_FALSE(LinearWeight().defined());
    EXPECT_TRUE(at::equal(weight.select_rows(at::tensor({5}, at::kLong)), dense.slice(0, 5, 6)));
}

TEST(LinearWeight, KeepsTheStoredBytesAndNothingElse) {
    const StoredRows stored = test::int8_rows(150, 200, WeightScale::kTile);
    const LinearWeight weight(stored, at::kFloat, at::kCPU);
    EXPECT_EQ(weight.nbytes(), 150U * 200U + 4U * 4U);
    EXPECT_EQ(weight.int8_tiles().values.const_data_ptr(), stored.bytes.const_data_ptr());
    EXPECT_EQ(weight.int8_tiles().scale.sizes(), (std::vector<std::int64_t>{2, 2}));
    EXPECT_TRUE(weight.has_int8_tiles());
    EXPECT_FALSE(LinearWeight(test::int8_rows(4, 4, WeightScale::kRow), at::kFloat, at::kCPU).has_int8_tiles());
}

TEST(LinearWeight, RefusesBytesThatDoNotFit) {
    const auto refused = [](StoredRows stored) {
        EXPECT_THROW(LinearWeight(std::move(stored), at::kFloat, at::kCPU), Failure);
    };
    StoredRows short_bytes = test::int8_rows(150, 200, WeightScale::kTile);
    short_bytes.bytes = short_bytes.bytes.slice(0, 0, 150 * 200 - 1).contiguous();
    refused(short_bytes);
    StoredRows few_scales = test::int8_rows(150, 200, WeightScale::kTile);
    few_scales.scale = few_scales.scale.slice(0, 0, 3).contiguous();
    refused(few_scales);
    StoredRows no_scale = test::int8_rows(150, 200, WeightScale::kRow);
    no_scale.scale = at::Tensor();
    refused(no_scale);
    StoredRows half_blocks = test::q8_0_rows(2, 64);
    half_blocks.columns = 40;
    refused(half_blocks);
    const LinearWeight table(test::q8_0_rows(4, 32), at::kFloat, at::kCPU);
    EXPECT_THROW(table.select_rows(at::tensor({4}, at::kLong)), Failure);
}

}  // namespace
}  // namespace studio
