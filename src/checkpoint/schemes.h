// checkpoint/schemes.h - scaled 8-bit layouts: which stored tensors are weights, which are only their scales.
#pragma once
#include <string>
#include <vector>

#include "checkpoint/recognise.h"
#include "core/result.h"

namespace studio::checkpoint {

/// Takes the tensors of one network under canonical names, in any order, and folds the parts of each quantised layer
/// into one: "<layer>.weight" with scheme and scale. Scales, markers, comfy_quant, input scales and an embedded
/// tokeniser disappear from the list. Layouts   ComfyUI's scaled fp8 (scaled_fp8, scale_weight, scale_input) and its
/// successor (weight_scale, input_scale,
///           comfy_quant); lightx2v (weight_scale or scale_weight per row); TurboDiffusion (int8_weight and scale per
///           128 x 128 tile). Source: spec wan.md 2.11, turbodiffusion.md 6.1.
/// Errors    CorruptFile naming the tensor: a scale without its weight, of a wrong shape or type, or for a weight that
///           is not 8-bit; an 8-bit float weight without a scale in a file that has scales or a marker. Unsupported
///           naming the format: a comfy_quant that is not plain scaled fp8.
Result<void> fold_scales(const io::Checkpoint& checkpoint, std::vector<NamedTensor>& tensors);

}  // namespace studio::checkpoint
