#include "model/position_bucket.h"

#include <gtest/gtest.h>

namespace studio {
namespace {

TEST(PositionBuckets, FollowTheTableOfUmt5) {
    const PositionBuckets bucket(32, 128);
    for (int a = 0; a < 8; ++a)
        EXPECT_EQ(bucket(-a), a);
    const int starts[] = {8, 12, 16, 23, 32, 46, 64, 91, 1 << 20};
    for (int i = 0; i < 8; ++i) {
        EXPECT_EQ(bucket(-starts[i]), 8 + i);
        EXPECT_EQ(bucket(-(starts[i + 1] - 1)), 8 + i);
        EXPECT_EQ(bucket(starts[i]), 24 + i);
        EXPECT_EQ(bucket(starts[i + 1] - 1), 24 + i);
    }
}

TEST(PositionBuckets, KnownValues) {
    const PositionBuckets bucket(32, 128);
    const std::pair<int, int> known[] = {{0, 0},     {-1, 1},   {1, 17},    {-7, 7},   {7, 23},     {-8, 8},   {8, 24},
                                         {-100, 15}, {100, 31}, {-128, 15}, {128, 31}, {-9999, 15}, {9999, 31}};
    for (const auto& [relative, want] : known)
        EXPECT_EQ(bucket(relative), want) << relative;
}

TEST(PositionBuckets, OtherSizesStayInRange) {
    const PositionBuckets bucket(16, 64);
    for (int relative = -200; relative <= 200; ++relative) {
        EXPECT_GE(bucket(relative), 0);
        EXPECT_LT(bucket(relative), 16);
    }
    EXPECT_EQ(bucket(-64), 7);
    EXPECT_EQ(bucket(64), 15);
    EXPECT_EQ(bucket(-4), 4);  // 4, 8, 16, 32: exact powers sit on the thresholds
    EXPECT_EQ(bucket(-7), 4);
    EXPECT_EQ(bucket(-8), 5);
    EXPECT_EQ(bucket(-16), 6);
    EXPECT_EQ(bucket(-32), 7);
}

}  // namespace
}  // namespace studio
