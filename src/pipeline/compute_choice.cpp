#include "pipeline/compute_choice.h"

#include <ATen/DeviceAccelerator.h>

#include "tensor/compute.h"
#include "tensor/guard.h"

namespace studio::pipeline {
namespace {

// What this process has reserved there counts as free: it is used again.
std::uint64_t free_bytes(const at::Device& device) {
    auto* const allocator = at::getDeviceAllocator(device.type());
    const auto reserved = allocator->getDeviceStats(device.index()).reserved_bytes.front().current;
    return allocator->getMemoryInfo(device.index()).first +
           static_cast<std::uint64_t>(std::max<std::int64_t>(reserved, 0));
}

}  // namespace

Result<DecidedCompute> decide_compute(const std::string& device, const std::string& precision,
                                      std::int64_t model_width) {
    return guard([&] {
        const Compute compute = choose_compute(device, precision, model_width);
        return DecidedCompute{compute.device.is_cuda() ? "cuda" : "cpu",
                              compute.precision == Precision::kBF16 ? "bf16" : "fp32",
                              compute.device.is_cuda() ? free_bytes(compute.device) : 0};
    });
}

}  // namespace studio::pipeline
