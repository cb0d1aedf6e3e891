#include "tensor/compute.h"

#include <gtest/gtest.h>

#include <chrono>

#include "core/error.h"
#include "tensor/cuda_library.h"

namespace studio {
namespace {

ErrorCode code_of(const std::string& device, const std::string& precision) {
    try {
        choose_compute(device, precision);
    } catch (const Failure& failure) {
        EXPECT_FALSE(failure.error().message.empty());
        EXPECT_FALSE(failure.error().fix.empty());
        return failure.error().code;
    }
    ADD_FAILURE() << device << " " << precision << " was accepted";
    return ErrorCode::kInternal;
}

TEST(Compute, TakesExplicitChoices) {
    EXPECT_EQ(choose_compute("cpu", "fp32").dtype(), at::kFloat);
    EXPECT_EQ(choose_compute("cpu", "bf16").dtype(), at::kBFloat16);
    EXPECT_TRUE(choose_compute("cpu", "fp32").device.is_cpu());
}

TEST(Compute, ProbesOnceAndQuickly) {
    using Clock = std::chrono::steady_clock;
    const Precision first = choose_compute("cpu", "auto").precision;
    const auto start = Clock::now();
    for (int i = 0; i < 100; ++i)
        EXPECT_EQ(choose_compute("cpu", "auto").precision, first);
    EXPECT_LT(std::chrono::duration<double>(Clock::now() - start).count(), 0.1);
}

TEST(Compute, NamesWhatIsWrong) {
    EXPECT_EQ(code_of("gpu", "fp32"), ErrorCode::kInvalidArgument);
    EXPECT_EQ(code_of("cpu", "fp8"), ErrorCode::kInvalidArgument);
    EXPECT_EQ(code_of("", "auto"), ErrorCode::kInvalidArgument);
}

TEST(Compute, SaysWhyThereIsNoCuda) {
    if (cuda_state().usable) GTEST_SKIP() << "this machine has a usable CUDA device";
    EXPECT_FALSE(cuda_state().reason.empty());
    EXPECT_EQ(code_of("cuda", "auto"), ErrorCode::kDeviceUnavailable);
    EXPECT_TRUE(choose_compute("auto", "fp32").device.is_cpu());
}

TEST(Threads, AreSetAndChecked) {
    set_compute_threads(1);
    EXPECT_EQ(at::get_num_threads(), 1);
    EXPECT_THROW(set_compute_threads(0), Failure);
    EXPECT_THROW(set_compute_threads(-3), Failure);
    EXPECT_THROW(set_compute_threads(100000), Failure);
}

}  // namespace
}  // namespace studio
