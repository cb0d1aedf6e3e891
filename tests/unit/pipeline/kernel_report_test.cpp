// Doctor's look at the kernels of this machine.
#include "pipeline/kernel_report.h"

#include <gmock/gmock.h>

#include "tensor/op_choice.h"

namespace studio {
namespace {

TEST(KernelReport, SaysWhatTheMachineRunsWithoutRunningIt) {
    const KernelReport report = kernel_report(false);
    EXPECT_THAT(report.cpu, ::testing::StartsWith("cpu "));
    EXPECT_FALSE(report.cuda.empty());
    EXPECT_TRUE(report.rungs.empty());
}

TEST(KernelReport, EveryKernelOfThisMachineIsRight) {
    const KernelReport report = kernel_report(true);
    ASSERT_GE(report.rungs.size(), 3u);
    EXPECT_TRUE(report.all_passed());
    for (const KernelRung& rung : report.rungs) {
        EXPECT_TRUE(rung.passed) << rung.name << " on " << rung.device << ": " << rung.message;
        EXPECT_LE(rung.difference, rung.bound) << rung.name;
    }
}

TEST(KernelReport, AForbiddenKernelIsNamedAndStaysForbidden) {
    ASSERT_TRUE(ops::set_op("sla=aten").ok());
    const KernelReport report = kernel_report(true);
    bool found = false;
    for (const KernelRung& rung : report.rungs) {
        if (rung.name != "sla" || rung.device == "cuda") continue;
        found = true;
        EXPECT_EQ(rung.device, "aten");
        EXPECT_THAT(rung.message, ::testing::HasSubstr("forced"));
    }
    EXPECT_TRUE(found);
    (void)ops::set_op("sla=auto");
}

}  // namespace
}  // namespace studio
