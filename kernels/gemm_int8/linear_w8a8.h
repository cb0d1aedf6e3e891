// kernels/gemm_int8/linear_w8a8.h - the W8A8 linear layer: int8 product with one scale per 128 x 128 block of both
// operands, with bias, GELU or gated residual in its epilogue.
#pragma once
#include <cstdint>

#include "kernels/common/status.h"
#include "kernels/common/stream.h"

namespace studio::kernels {

enum class Epilogue : std::uint8_t {
    kStore,          // out = result
    kGeluTanh,       // out = gelu(result)
    kGatedResidual,  // out += result * gate
};

struct LinearW8A8Args {
    const std::int8_t* a = nullptr;                   // [m, k] activations, row-major
    const float* a_scale = nullptr;                   // [ceil(m / 128), k / 128]
    const std::int8_t* w = nullptr;                   // [n, k] weight, row-major
    const float* w_scale = nullptr;                   // [ceil(n / 128), k / 128]
    const float* bias = nullptr;                      // [n] or null
    void* out = nullptr;                              // [m, n]; kGatedResidual: the residual stream, updated in place
    const float* gate = nullptr;                      // kGatedResidual: [modulations, n] or null: ones
    const std::int32_t* modulation_of_row = nullptr;  // [m]; null: all take row 0
    std::int64_t m = 0;
    std::int64_t n = 0;
    std::int64_t k = 0;
    DType out_type = DType::kBF16;  // kF32, kBF16 or kF16; of the residual: kF32 or kBF16
    /// The product is rounded to this type, and again after the bias, as the source does; kF32 rounds nothing.
    DType result_type = DType::kBF16;
    Epilogue epilogue = Epilogue::kStore;
};

/// result[i, j] = sum over blocks kb of int32(sum a w) * (a_scale[i / 128, kb] * w_scale[j / 128, kb]), + bias[j].
///
/// int32 inside a block is exact; blocks are added in fp32 in ascending order.
/// Limits    m >= 0 (0 is a no-op), n >= 8 and n % 8 == 0, k >= 128 and k % 128 == 0, k <= 2^22; pointers 16-byte
///           aligned (modulation_of_row 4-byte). Sizes past 2^31 elements work.
/// Errors    kInvalidArgument, kUnsupportedType, kTooLarge, kNoDevice, kNotSupported (older than sm_80, or less than
///           96 KiB of shared memory per block), kLaunchFailed.
/// Threads   asynchronous on `stream`.
/// NaN       a scale that is NaN or infinite makes the rows and columns of its block NaN.
/// Source    TurboDiffusion, turbodiffusion/ops/gemm. Oracle: linear_w8a8_reference.cpp.
Status linear_w8a8(const LinearW8A8Args& args, Stream stream) noexcept;

/// The same by one code path, for benches and tests; kNotSupported where the device has no such instructions.
Status linear_w8a8_sm80(const LinearW8A8Args& args, Stream stream) noexcept;
Status linear_w8a8_sm90a(const LinearW8A8Args& args, Stream stream) noexcept;

/// The oracle: fp64 sums, the source's rounding points, without the last rounding to out_type. out: the old residual is
/// read from args.out.
void linear_w8a8_reference(const LinearW8A8Args& args, double* out);

}  // namespace studio::kernels
