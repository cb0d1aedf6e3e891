#include "model/rope_table.h"

#include <gtest/gtest.h>

namespace studio {
namespace {

struct Split {
    std::int64_t head_dim, time_pairs, space_pairs;
};

class RopeTable : public ::testing::TestWithParam<Split> {};

// Published head width 128 is 22 + 21 + 21 pairs; the tiny ones follow the same rule.
TEST_P(RopeTable, UsesOneAxisPerStretchOfPairs) {
    const auto [head_dim, time_pairs, space_pairs] = GetParam();
    ASSERT_EQ(2 * (time_pairs + 2 * space_pairs), head_dim);
    const TokenGrid grid{3, 4, 5};
    const at::Tensor table = rope_table(grid, head_dim);
    ASSERT_EQ(table.sizes(), (at::IntArrayRef{60, head_dim / 2, 2}));
    const std::int64_t frame = 2, row = 3, column = 1, token = (frame * 4 + row) * 5 + column;
    for (std::int64_t pair = 0; pair < head_dim / 2; ++pair) {
        const bool is_time = pair < time_pairs, is_row = !is_time && pair < time_pairs + space_pairs;
        const std::int64_t position = is_time ? frame : (is_row ? row : column);
        const std::int64_t index = is_time ? pair : (is_row ? pair - time_pairs : pair - time_pairs - space_pairs);
        const double size = static_cast<double>(2 * (is_time ? time_pairs : space_pairs));
        const double angle =
            static_cast<double>(position) * std::pow(10000.0, -2.0 * static_cast<double>(index) / size);
        EXPECT_FLOAT_EQ(table[token][pair][0].item<float>(), static_cast<float>(std::cos(angle))) << pair;
        EXPECT_FLOAT_EQ(table[token][pair][1].item<float>(), static_cast<float>(std::sin(angle))) << pair;
    }
}

INSTANTIATE_TEST_SUITE_P(HeadWidths, RopeTable,
                         ::testing::Values(Split{128, 22, 21}, Split{64, 12, 10}, Split{24, 4, 4}, Split{12, 2, 2}),
                         [](const auto& entry) { return "d" + std::to_string(entry.param.head_dim); });

TEST(RopeTableRange, IsExactFarOut) {
    const at::Tensor table = rope_table({1024, 1, 1}, 128);
    EXPECT_FLOAT_EQ(table[1023][0][0].item<float>(), static_cast<float>(std::cos(1023.0)));
    EXPECT_FLOAT_EQ(table[1023][0][1].item<float>(), static_cast<float>(std::sin(1023.0)));
}

}  // namespace
}  // namespace studio
