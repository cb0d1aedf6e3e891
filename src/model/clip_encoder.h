// model/clip_encoder.h - the image tower of CLIP ViT-H/14, as Wan2.1 image-to-video reads pictures (spec: wan.md 5).
#pragma once
#include <stop_token>

#include "checkpoint/configs.h"
#include "tensor/compute.h"
#include "tensor/torch_compat.h"

namespace studio {

class ClipEncoder {
  public:
    /// Official and HF files.   Throws Failure.
    static std::unique_ptr<ClipEncoder> load(const checkpoint::Recognised& weights, const Compute& compute);
    virtual ~ClipEncoder() = default;
    virtual const checkpoint::ClipConfig& config() const = 0;

    /// U8 [H, W, 3] of any size -> fp32 [1, 3, S, S] on the CPU as the official code prepares it: bicubic (a = -0.75,
    /// no antialias) from [-1, 1] straight to the square, the aspect not kept, overshoot not clamped, then CLIP's mean
    /// and deviation.
    virtual at::Tensor prepare(const at::Tensor& image) const = 0;

    struct Features {
        at::Tensor features;  // fp32 [B, tokens, dim]: before the last block; what Wan is conditioned on
        at::Tensor last;      // after it; undefined unless asked for
    };
    /// pixels [B, 3, S, S]. The last block runs only for `with_last`; its weights are otherwise never touched.
    /// Throws Failure(InvalidArgument: another shape; Cancelled).
    virtual Features encode(const at::Tensor& pixels, bool with_last = false, std::stop_token stop = {}) const = 0;
};

}  // namespace studio
