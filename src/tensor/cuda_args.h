// tensor/cuda_args.h - tensors as the launchers' argument structs want them. Private to tensor/cuda_*.cpp.
#pragma once
#include "kernels/common/status.h"
#include "tensor/ops.h"

namespace studio::ops::cuda {

inline constexpr const char* kNoTable = "no CUDA plugin or no usable device";

inline bool is_kernel_float(at::ScalarType type) {
    return type == at::kFloat || type == at::kBFloat16 || type == at::kHalf;
}
inline kernels::DType kernel_type(at::ScalarType type) {
    return type == at::kFloat ? kernels::DType::kF32 : type == at::kHalf ? kernels::DType::kF16 : kernels::DType::kBF16;
}
inline bool lies_at(const at::Tensor& t, std::size_t bytes) {
    return t.is_contiguous() && kernels::is_aligned(t.const_data_ptr(), bytes);
}
inline bool is_aligned_rows(const at::Tensor& x) {
    return x.size(-1) % 8 == 0 && lies_at(x, 16);
}
/// fp32 and contiguous; undefined stays undefined.
inline at::Tensor wide(const at::Tensor& t) {
    return t.defined() ? t.to(at::kFloat).contiguous() : t;
}
inline const float* floats(const at::Tensor& t) {
    return t.defined() ? t.const_data_ptr<float>() : nullptr;
}

/// Which modulation each token takes: none needed when all take the first row of a table that begins there.
struct Modulations {
    std::int64_t first_row = 0;
    at::Tensor of_token;  // I32 on the device, or undefined
    const std::int32_t* data() const { return of_token.defined() ? of_token.const_data_ptr<std::int32_t>() : nullptr; }
};
inline Modulations modulations(std::span<const TokenRun> runs, std::int64_t tokens, at::Device device) {
    if (runs.empty()) return {};
    if (runs.size() == 1) return {runs[0].row, {}};
    at::Tensor rows = at::zeros({tokens}, at::TensorOptions().dtype(at::kInt));
    for (const TokenRun& run : runs)
        rows.slice(0, run.begin, run.end).fill_(run.row);
    return {0, rows.to(device)};
}

}  // namespace studio::ops::cuda
