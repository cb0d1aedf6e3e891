// kernels/norm/gelu.h - GELU with the tanh formula, element by element.
#pragma once
#include <cstdint>

#include "kernels/common/status.h"
#include "kernels/common/stream.h"

namespace studio::kernels {

struct GeluArgs {
    const void* x = nullptr;    // [count]
    void* y = nullptr;          // [count]; may be x
    std::int64_t count = 0;     // any number; past 2^31 works
    DType type = DType::kBF16;  // kF32, kBF16 or kF16
};
/// y = x / (1 + exp(-2 sqrt(2 / pi) (x + 0.044715 x^3))), which is 0.5 x (1 + tanh(...)).
/// Limits  pointers 16-byte aligned.   Errors, threads: as layer_norm.   NaN stays NaN; +inf stays; -inf gives NaN, as
/// the tanh formula does.
Status gelu_tanh(const GeluArgs& args, Stream stream) noexcept;
void gelu_tanh_reference(const GeluArgs& args, double* y);
double gelu_tanh_reference(double x) noexcept;

}  // namespace studio::kernels
