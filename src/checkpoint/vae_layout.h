// checkpoint/vae_layout.h - the structure of a Wan VAE from its tensor names and shapes.   Source: spec
// wan.md 4.2, 4.3.
#pragma once
#include "checkpoint/configs.h"
#include "checkpoint/tensor_table.h"

namespace studio::checkpoint {

/// All fields but the statistics.   Errors: CorruptFile naming the tensor that is missing or does not fit.
Result<VaeConfig> vae_from_shapes(const TensorTable& table);
/// Every tensor of encoder and decoder is there with its shape.
Result<void> require_vae_tensors(const TensorTable& table, const VaeConfig& config);

}  // namespace studio::checkpoint
