// main of the device tests: without a device they are skipped with the reason, or fail when STUDIO_REQUIRE_GPU=1.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "kernels/common/device_caps.h"

int main(int argc, char** argv) {
    ::testing::InitGoogleTest(&argc, argv);
    const auto caps = studio::kernels::device_caps();
    if (!caps.usable) {
        std::printf("no CUDA device: %s\n", caps.reason);
        const char* required = std::getenv("STUDIO_REQUIRE_GPU");
        return required && required[0] == '1' ? 1 : 0;
    }
    std::printf("device sm_%d, %d multiprocessors\n", caps.capability, caps.multiprocessors);
    return RUN_ALL_TESTS();
}
