// The self-test of the CUDA kernels, tried on the CPU: right kernels pass, and wrong ones are named.
#include "tensor/cuda_health.h"

#include <gmock/gmock.h>

#include "unit/tensor/shim_table.h"

namespace studio::ops {
namespace {

std::vector<std::string> failed(const std::vector<KernelCheck>& checks) {
    std::vector<std::string> names;
    for (const KernelCheck& check : checks) {
        if (check.passed) continue;
        names.push_back(to_string(check.op));
        EXPECT_FALSE(check.message.empty()) << to_string(check.op);
    }
    return names;
}

TEST(CudaHealth, RightKernelsPass) {
    const auto checks = check_kernels(test::shim_table(), at::kCPU);
    EXPECT_EQ(checks.size(), static_cast<std::size_t>(CudaOp::kCount));
    for (const KernelCheck& check : checks) {
        EXPECT_TRUE(check.passed) << to_string(check.op) << ": " << check.message;
        EXPECT_LT(check.difference, check.bound) << to_string(check.op);
    }
}

TEST(CudaHealth, AWrongKernelIsNamed) {
    // sage and sagesla are not among them: the shim pretends an sm_90, whose kernel for them is another one.
    shim::injected = shim::Bug::kNoRescale;
    EXPECT_THAT(failed(check_kernels(test::shim_table(), at::kCPU)),
                ::testing::UnorderedElementsAre("attention", "sla"));
    shim::injected = shim::Bug::kNoBarrierBeforePartials;
    EXPECT_THAT(failed(check_kernels(test::shim_table(), at::kCPU)), ::testing::Contains("rms_norm"));
    shim::injected = shim::Bug::kNone;
}

TEST(CudaHealth, AKernelThatWritesNothingIsNamed) {
    CudaTable table = test::shim_table();
    table.linear_w8a8 = [](const kernels::LinearW8A8Args& args, kernels::Stream) noexcept {
        std::memset(args.out, 0xff, std::size_t(args.m * args.n * 2));
        return kernels::Status{};
    };
    EXPECT_THAT(failed(check_kernels(table, at::kCPU)), ::testing::ElementsAre("linear", "linear_input"));
}

TEST(CudaHealth, ALauncherThatRefusesIsNamedWithItsReason) {
    CudaTable table = test::shim_table();
    table.gelu_tanh = [](const kernels::GeluArgs&, kernels::Stream) noexcept {
        return kernels::Status{kernels::StatusCode::kLaunchFailed, "an illegal address", 700};
    };
    for (const KernelCheck& check : check_kernels(table, at::kCPU)) {
        if (check.op == CudaOp::kGelu) {
            EXPECT_THAT(check.message, ::testing::HasSubstr("an illegal address (CUDA error 700)"));
        }
        EXPECT_EQ(check.passed, check.op != CudaOp::kGelu);
    }
}

TEST(CudaHealth, WithoutAPluginNothingIsSwitchedOff) {
    EXPECT_EQ(cuda_health(CudaOp::kSla), nullptr);
    EXPECT_STREQ(cuda_ready(CudaOp::kSla, "because"), "because");
}

}  // namespace
}  // namespace studio::ops
