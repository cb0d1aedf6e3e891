// app/gpu_driver.h - is there an NVIDIA driver, which GPUs does it offer, and if not, why not. Never fails, never
// crashes.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace studio {

struct GpuDriver {
    bool is_present = false;
    std::string reason;   // why there is none, or why it offers no GPU
    std::string version;  // newest CUDA version the driver serves, such as "13.0"
    struct Device {
        std::string name;
        std::uint64_t memory_bytes = 0;
        std::string compute_capability;  // "9.0"
    };
    std::vector<Device> devices;
};

GpuDriver look_for_gpu_driver();

}  // namespace studio
