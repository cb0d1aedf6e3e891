// kernels/common/device_caps.h - what the current CUDA device offers, for choosing a kernel. Never fails: any error
// means "no device", with the reason kept.
#pragma once
#include <cstddef>

namespace studio::kernels {

struct DeviceCaps {
    bool usable = false;
    const char* reason = "this build has no CUDA";  // when not usable
    int capability = 0;                             // 10 * major + minor: 80, 86, 89, 90, 100, 120
    int multiprocessors = 0;
    std::size_t shared_per_block = 0;  // the most a block may ask for
};

/// Of the device that is current on this thread. Cost  a few runtime queries; callers may keep the answer.
DeviceCaps device_caps() noexcept;

}  // namespace studio::kernels
