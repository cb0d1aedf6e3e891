// model/wan_dit.h - the Wan diffusion transformer (spec: wan.md 2).
#pragma once
#include <functional>
#include <stop_token>
#include <vector>

#include "checkpoint/configs.h"
#include "model/lora.h"
#include "model/residency.h"
#include "tensor/compute.h"
#include "tensor/self_attention.h"
#include "tensor/torch_compat.h"

namespace studio {

/// The text side of a generation, made once per prompt: embedded context and, per block, cross-attention keys and
/// values. Opaque to callers; valid for the WanDit that made it.
struct DitContext;

struct DitOptions {
    ops::SelfAttention attention;  // kind, top-k share
    /// Linears stored as INT8 with 128 x 128 scales quantise their input as well (W8A8); false: float activations.
    bool quantize_activations = false;
    std::vector<LoraChoice> loras;  // merged in order
    Residency residency = Residency::kResident;
    /// The feed-forward part's hidden activation, the widest of all, is made for this many values at a time (at least
    /// 256 tokens), so that memory does not grow with ffn_dim * tokens.
    std::int64_t feed_forward_values = 16 << 20;
    /// Told the block map of every layer as it is made: I8 [B, heads, query blocks, key blocks]. Sparse kinds only.
    std::function<void(int layer, const at::Tensor& mask)> on_block_mask;
};

class WanDit {
  public:
    /// Throws Failure.
    static std::unique_ptr<WanDit> load(const checkpoint::Recognised& weights, const Compute& compute,
                                        const DitOptions& options = {});
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
