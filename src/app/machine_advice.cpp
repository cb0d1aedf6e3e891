#include "app/machine_advice.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/gpu_driver.h"
#include "core/platform.h"
#include "core/text.h"

namespace studio {
namespace {

constexpr std::uint64_t kGB = 1'000'000'000;
constexpr const char* kSmallModel = "turbowan2.1-t2v-1.3b-480p-quant";
constexpr const char* kLargeModel = "turbowan2.1-t2v-14b-480p-quant";
constexpr int kOldestMajor = 8;
// Main memory in which the text encoder (11.4 GB as published) can be read while the rest waits.
constexpr std::uint64_t kLeastMemory = 14 * kGB;
constexpr std::uint64_t kLargeModelMemory = 30 * kGB;
// Four steps of the 1.3B model at 832x480x81 are some 1.2e15 operations; a core of a desktop does some 6e10 a second.
constexpr double kSmallModelOperations = 1.2e15, kCoreSpeed = 6e10;
constexpr double kSmallModelGpuSeconds = 20, kLargeModelGpuSeconds = 90;

}  // namespace

MachineFacts look_at_machine() {
    MachineFacts facts;
    facts.processor = platform::cpu_name();
    facts.cores = platform::physical_cores();
    facts.memory_bytes = platform::physical_memory().total_bytes;
    const GpuDriver driver = look_for_gpu_driver();
    facts.gpu_problem = driver.reason;
    for (const GpuDriver::Device& device : driver.devices) {
        const int major = static_cast<int>(
            parse_int64(device.compute_capability.substr(0, device.compute_capability.find('.'))).value_or(0));
        if (device.memory_bytes <= facts.gpu_bytes) continue;
        facts.gpu = device.name;
        facts.gpu_bytes = device.memory_bytes;
        facts.gpu_major = major;
    }
    return facts;
}

MachineAdvice advise(const MachineFacts& facts) {
    MachineAdvice advice;
    advice.processor = facts.processor;
    advice.cores = std::max(1, facts.cores);
    advice.memory_bytes = facts.memory_bytes;
    const bool has_gpu = !facts.gpu.empty() && facts.gpu_major >= kOldestMajor;
    if (has_gpu) {
        advice.gpu = facts.gpu;
        advice.gpu_bytes = facts.gpu_bytes;
    } else if (!facts.gpu.empty()) {
        advice.gpu_problem = fmt::format("{} is too old: RTX 30 series or newer is needed", facts.gpu);
    } else {
        advice.gpu_problem = facts.gpu_problem.empty() ? "no NVIDIA driver" : facts.gpu_problem;
    }
    if (facts.memory_bytes < kLeastMemory) return advice;
    if (has_gpu && facts.gpu_bytes >= 22 * kGB && facts.memory_bytes >= kLargeModelMemory) {
        advice.model = kLargeModel;
        advice.seconds = kLargeModelGpuSeconds;
    } else if (has_gpu && facts.gpu_bytes >= 7 * kGB) {
        advice.model = kSmallModel;
        advice.seconds = kSmallModelGpuSeconds;
    } else {
        advice.model = kSmallModel;
        advice.seconds = kSmallModelOperations / (kCoreSpeed * advice.cores);
    }
    return advice;
}

}  // namespace studio
