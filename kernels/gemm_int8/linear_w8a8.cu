// Chooses the code path by the device, and refuses what neither can do.
#include "kernels/gemm_int8/linear_w8a8.h"

#include "kernels/common/launch.cuh"
#include "kernels/gemm_int8/linear_check.h"

namespace studio::kernels {

Status check_linear(const LinearW8A8Args& args) noexcept {
    auto is_float = [](DType t) { return t == DType::kF32 || t == DType::kBF16 || t == DType::kF16; };
    if (!is_float(args.out_type) || !is_float(args.result_type)) {
        return refuse(StatusCode::kUnsupportedType, "linear_w8a8 writes f32, bf16 or f16");
    }
    if (args.epilogue == Epilogue::kGatedResidual && args.out_type == DType::kF16) {
        return refuse(StatusCode::kUnsupportedType, "the residual stream is f32 or bf16");
    }
    if (args.m < 0 || args.n < 8 || args.n % 8 != 0 || args.k < 128 || args.k % 128 != 0) {
        return refuse(StatusCode::kInvalidArgument,
                      "m must be >= 0, n a positive multiple of 8, k a positive multiple of 128");
    }
    if (args.k > (1 << 22)) return refuse(StatusCode::kTooLarge, "k is over 2^22");
    if (ceil_div(args.m, 128) > kMaxGridX / ceil_div(args.n, 128)) {
        return refuse(StatusCode::kTooLarge, "the result has more than 2^31 tiles");
    }
    const bool aligned = is_aligned(args.a, 16) && is_aligned(args.w, 16) && is_aligned(args.out, 16) &&
                         is_aligned(args.a_scale, 4) && is_aligned(args.w_scale, 4);
    if (!aligned || (args.bias && !is_aligned(args.bias, 16)) || (args.gate && !is_aligned(args.gate, 16)) ||
        (args.modulation_of_row && !is_aligned(args.modulation_of_row, 4))) {
        return refuse(StatusCode::kInvalidArgument,
                      "a, w, out, bias and gate must be 16-byte aligned, none but bias and gate null");
    }
    return {};
}

Status linear_w8a8(const LinearW8A8Args& args, Stream stream) noexcept {
    if (const Status s = check_linear(args); !s) return s;
    const DeviceCaps caps = device_caps();
    if (caps.usable && caps.capability == 90) {
        // Not built for this device, or a driver without tensor maps: the common path is right everywhere.
        if (const Status s = linear_w8a8_sm90a(args, stream); s.code != StatusCode::kNotSupported) return s;
    }
    return linear_w8a8_sm80(args, stream);
}

}  // namespace studio::kernels
