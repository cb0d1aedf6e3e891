#include "checkpoint/attention_kind.h"

#include <gtest/gtest.h>

namespace studio::checkpoint {
namespace {

DitConfig network(bool has_sla) {
    DitConfig config;
    config.has_linear_branch = config.has_sla = has_sla;
    return config;
}

TEST(ChooseAttention, AutoTakesWhatTheNetworkWasTrainedFor) {
    EXPECT_EQ(choose_attention("auto", network(true))->kind, "sla");
    EXPECT_EQ(choose_attention("auto", network(false))->kind, "dense");
    EXPECT_TRUE(choose_attention("auto", network(true))->notice.empty());
}

TEST(ChooseAttention, SparseKindsNeedTheLinearBranch) {
    for (const char* kind : {"sla", "sagesla"}) {
        EXPECT_EQ(choose_attention(kind, network(true))->kind, kind);
        const auto refused = choose_attention(kind, network(false));
        ASSERT_FALSE(refused.ok()) << kind;
        EXPECT_EQ(refused.error().code, ErrorCode::kUnsupported);
        EXPECT_EQ(refused.error().field, "attention");
        EXPECT_NE(refused.error().message.find("proj_l"), std::string::npos);
        EXPECT_FALSE(refused.error().fix.empty());
    }
}

TEST(ChooseAttention, DenseOfASparseNetworkIsSaid) {
    for (const char* kind : {"dense", "sage"}) {
        EXPECT_EQ(choose_attention(kind, network(true))->kind, kind);
        EXPECT_NE(choose_attention(kind, network(true))->notice.find("SLA"), std::string::npos);
        EXPECT_TRUE(choose_attention(kind, network(false))->notice.empty());
    }
}

// The demo model: made for dense attention, proj_l added afterwards.
TEST(ChooseAttention, ABranchAddedAfterwardsIsUsedWhenAskedForOnly) {
    DitConfig config = network(false);
    config.has_linear_branch = true;
    EXPECT_EQ(choose_attention("auto", config)->kind, "dense");
    for (const char* kind : {"auto", "dense", "sage"})
        EXPECT_TRUE(choose_attention(kind, config)->notice.empty()) << kind;
    for (const char* kind : {"sla", "sagesla"}) {
        EXPECT_EQ(choose_attention(kind, config)->kind, kind);
        EXPECT_NE(choose_attention(kind, config)->notice.find("dense attention"), std::string::npos);
    }
}

TEST(ChooseAttention, AnotherWordIsRefused) {
    const auto refused = choose_attention("flash\x1b[2J", network(true));
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(refused.error().message.find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace studio::checkpoint
