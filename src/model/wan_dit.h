// model/wan_dit.h - the Wan diffusion transformer (spec: wan.md 2).
#pragma once
#include <functional>
#include <stop_token>

#include "checkpoint/configs.h"
#include "tensor/compute.h"
#include "tensor/torch_compat.h"

namespace studio {

/// The text side of a generation, made once per prompt: embedded context and, per block, cross-attention keys and
/// values. Opaque to callers; valid for the WanDit that made it.
struct DitContext;

class WanDit {
  public:
    /// Throws Failure.
    static std::unique_ptr<WanDit> load(const checkpoint::Recognised& weights, const Compute& compute);
    virtual ~WanDit() = default;
    virtual const checkpoint::DitConfig& config() const = 0;

    /// context [B, n, text_dim] (used as given; pad_to > n stands for zero rows up to that many, computed as one row
    /// with a log-count logit, which is exact). image_context [B or 2B, tokens, image_dim] for networks with an image
    /// embedder.
    virtual std::shared_ptr<const DitContext> prepare(const at::Tensor& context, std::int64_t pad_to = 0,
                                                      const std::optional<at::Tensor>& image_context = {}) const = 0;

    /// hidden [B, C_in, T, h, w], timestep [B] or [B, tokens] (0...1000) -> velocity fp32 [B, C_out, T, h, w].
    /// Cancellation is checked before every block (throws Failure(Cancelled)); on_block is told (done, total).
    virtual at::Tensor forward(const at::Tensor& hidden, const at::Tensor& timestep, const DitContext& context,
                               std::stop_token stop = {}, const std::function<void(int, int)>& on_block = {}) const = 0;
};

}  // namespace studio
