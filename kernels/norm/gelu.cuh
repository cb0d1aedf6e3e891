// kernels/norm/gelu.cuh - the device formula of GELU (tanh), shared with the epilogues.
#pragma once
#include "kernels/common/gpu.cuh"

namespace studio::gpu {

GPU_FN float gelu_value(float x) {
    // 0.5 (1 + tanh u) = 1 / (1 + exp(-2 u)); the constant is 2 sqrt(2 / pi) log2(e)
    constexpr float kScale = 2.0f * 0.7978845608028654f * 1.4426950408889634f;
    return x / (1.0f + exp2_fast(-kScale * (x + 0.044715f * x * x * x)));
}

}  // namespace studio::gpu
