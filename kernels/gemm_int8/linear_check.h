// kernels/gemm_int8/linear_check.h - what both code paths refuse.
#pragma once
#include "kernels/gemm_int8/linear_w8a8.h"

namespace studio::kernels {
Status check_linear(const LinearW8A8Args& args) noexcept;
}  // namespace studio::kernels
