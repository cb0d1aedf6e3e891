// pipeline/compute_choice.h - what "auto" means on this machine, without a Torch type.
#pragma once
#include <string>

#include "core/result.h"

namespace studio::pipeline {

struct DecidedCompute {
    std::string device;     // "cpu", "cuda"
    std::string precision;  // "fp32", "bf16"
};
/// Errors   InvalidArgument, DeviceUnavailable.   Cost: a probe of some 50 ms once per process when both are "auto".
Result<DecidedCompute> decide_compute(const std::string& device, const std::string& precision);

}  // namespace studio::pipeline
