// tensor/cuda_health.h - every CUDA kernel against the CPU on small shapes, before it may work: one that is wrong on
// this device is switched off with a message, so that a black video cannot reach anyone.
#pragma once
#include <string>
#include <vector>

#include "tensor/torch_compat.h"

namespace studio {
struct CudaTable;
}

namespace studio::ops {

enum class CudaOp {
    kRmsNorm,
    kLayerNorm,
    kGateResidual,
    kGelu,
    kAttention,
    kSla,
    kSageSla,
    kSage,
    kLinear,
    kLinearInput,
    kConv,
    kChannelNorm,
    kFrameBytes,
    kCount
};
const char* to_string(CudaOp op) noexcept;

struct KernelCheck {
    CudaOp op = CudaOp::kRmsNorm;
    bool passed = false;
    double difference = 0;  // relative L2 to the CPU's answer; NaN when there is none
    double bound = 0;
    std::string message;  // when not passed: what happened
};

/// Run every kernel of the table on `device` and compare with ops:: on the CPU. Never throws.
/// Cost   about two seconds the first time on a device.   Threads  engine thread.
std::vector<KernelCheck> check_kernels(const CudaTable& table, at::Device device);

/// Why this kernel may not run here, or null. The first call checks all of them on the plugin's device; a failure is
/// logged. Null also when there is no plugin: the operations' own refusals say that.
const char* cuda_health(CudaOp op);
/// `refusal` when there is one, else cuda_health: what the door asks before it takes a kernel.
inline const char* cuda_ready(CudaOp op, const char* refusal) {
    return refusal != nullptr ? refusal : cuda_health(op);
}

}  // namespace studio::ops
