// tensor/compute.h - where and in which precision to compute.
#pragma once
#include <string>

#include "tensor/torch_compat.h"

namespace studio {

enum class Precision { kF32, kBF16 };

struct Compute {
    at::Device device{at::kCPU};
    Precision precision = Precision::kF32;
    at::ScalarType dtype() const { return precision == Precision::kBF16 ? at::kBFloat16 : at::kFloat; }
};

/// "auto", "cpu", "cuda" and "auto", "fp32", "bf16". On a CPU "auto" is decided by a probe run once per process and
/// width: bf16 linears are ten times slower than fp32 without AVX-512, and in a narrow network the conversions around
/// them cost more than they save. `width`: of the network's rows; 0: of a usual network. Also puts the activation cache
/// in place.   Throws Failure(DeviceUnavailable, InvalidArgument).
Compute choose_compute(const std::string& device, const std::string& precision, std::int64_t width = 0);

/// The intra-op thread count of LibTorch for this process.
void set_compute_threads(int threads);

}  // namespace studio
