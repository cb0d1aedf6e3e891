// pipeline/compute_choice.h - what "auto" means on this machine, without a Torch type.
#pragma once
#include <cstdint>
#include <string>

#include "core/result.h"

namespace studio::pipeline {

struct DecidedCompute {
    std::string device;                   // "cpu", "cuda"
    std::string precision;                // "fp32", "bf16"
    std::uint64_t free_device_bytes = 0;  // of a graphics card, what this process holds there included; 0 on a CPU
};
/// `model_width` of the transformer, which decides how much bf16 saves; 0: of a usual model.
/// Errors   InvalidArgument, DeviceUnavailable.   Cost: a probe of some 50 ms once per process and width when both are
/// "auto".
Result<DecidedCompute> decide_compute(const std::string& device, const std::string& precision,
                                      std::int64_t model_width = 0);

}  // namespace studio::pipeline
