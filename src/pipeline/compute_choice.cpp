#include "pipeline/compute_choice.h"

#include "tensor/compute.h"
#include "tensor/guard.h"

namespace studio::pipeline {

Result<DecidedCompute> decide_compute(const std::string& device, const std::string& precision) {
    return guard([&] {
        const Compute compute = choose_compute(device, precision);
        return DecidedCompute{compute.device.is_cuda() ? "cuda" : "cpu",
                              compute.precision == Precision::kBF16 ? "bf16" : "fp32"};
    });
}

}  // namespace studio::pipeline
