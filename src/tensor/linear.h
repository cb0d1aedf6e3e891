// tensor/linear.h - a linear layer over a weight in any stored form, with low-rank changes beside it.
#pragma once
#include "tensor/linear_weight.h"

namespace studio {

/// Something added to a weight that itself stays as stored: up [rows, r] down [r, columns] with every factor already in
/// `up`, or, when `up` is undefined, down [rows, columns] itself. In the compute type.
struct WeightDelta {
    at::Tensor down, up;
};

struct Linear {
    LinearWeight weight;              // [out, in]
    at::Tensor bias;                  // [out] or undefined
    std::vector<WeightDelta> deltas;  // of quantised weights only; dense ones have theirs merged
    /// Quantise the input as well (W8A8) where the weight has INT8 tiles.
    bool quantize_input = false;
};

namespace ops {

/// x [..., in] -> [..., out] of x's type, which is the weight's compute type.
/// Quantised weights are expanded a few MB at a time, never as a whole.
at::Tensor linear(const at::Tensor& x, const Linear& layer);

}  // namespace ops
}  // namespace studio
