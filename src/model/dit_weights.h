// model/dit_weights.h - the tensors of a Wan DiT under their meaning instead of their names.
#pragma once
#include "checkpoint/configs.h"
#include "model/wan_dit.h"
#include "model/weight_source.h"

namespace studio {

struct AttentionWeights {
    Linear q, k, v, o;
    at::Tensor norm_q, norm_k;  // fp32 [D]: over all heads jointly
    Linear k_image, v_image;    // networks with an image embedder only
    at::Tensor norm_k_image;
    Affine proj_l;  // fp32 [head_dim, head_dim]: the linear branch of sla; undefined in other checkpoints
};

struct DitBlockWeights {
    at::Tensor modulation;  // fp32 [6, D]: shift1, scale1, gate1, shift2, scale2, gate2
    AttentionWeights self_attention, cross_attention;
    Affine cross_norm;  // fp32; official "norm3", undefined without cross_attn_norm
    Linear ffn_in, ffn_out;
};

struct ImageEmbedderWeights {
    at::Tensor positions;  // fp32 [1, rows, image_dim], FLF2V only
    Affine norm_in, norm_out;
    Linear linear_in, linear_out;
};

/// Everything but the blocks.
struct DitCommonWeights {
    Affine patch_embedding;  // fp32 [D, C_in * patch]
    Linear text_in, text_out;
    Linear time_in, time_out, time_projection;  // fp32
    std::optional<ImageEmbedderWeights> image;
    at::Tensor head_modulation;  // fp32 [2, D]: shift, scale
    Linear head;                 // fp32 [patch * C_out, D]
};

/// Makes the weights of a network, as a whole or block by block on demand.
/// Linears and attention in compute.dtype(); time path, modulation, norms, patch embedding and head in fp32 (wan.md
/// 2.4). LoRAs are in what it returns. Nothing is kept: to drop a block is to free it. Dense weights whose stored type
/// is the compute type, and quantised ones, are views on the mapped files.
/// Every function throws Failure.   Threads  the const functions may be called from any thread.
class DitLoader {
  public:
    DitLoader(const checkpoint::Recognised& recognised, const checkpoint::DitConfig& config, const Compute& compute,
              const DitOptions& options);
    DitCommonWeights common() const;
    DitBlockWeights block(std::int64_t index) const;
    /// Only what makes keys and values of the context: k, v, norm_k and the same for an image. The rest is undefined.
    AttentionWeights cross_keys(std::int64_t index) const;
    /// The block's pages of the mapped files leave resident memory.
    void forget(std::int64_t index) const;

  private:
    ImageEmbedderWeights image_embedder() const;
    AttentionWeights attention(const std::string& name, bool with_image) const;
    AttentionWeights keys(const std::string& name, bool with_image) const;
    Affine norm(const std::string& name, std::int64_t size) const;
    Linear linear(const std::string& name, std::int64_t out, std::int64_t in) const;

    WeightSource source_;
    checkpoint::DitConfig config_;
    Compute compute_;
    bool quantize_input_ = false;
};

}  // namespace studio
