// model/dit_weights.h - the tensors of a Wan DiT under their meaning instead of their names.
#pragma once
#include "checkpoint/configs.h"
#include "model/weight_source.h"

namespace studio {

struct AttentionWeights {
    Affine q, k, v, o;
    at::Tensor norm_q, norm_k;  // fp32 [D]: over all heads jointly
    Affine k_image, v_image;    // networks with an image embedder only
    at::Tensor norm_k_image;
};

struct DitBlockWeights {
    at::Tensor modulation;  // fp32 [6, D]: shift1, scale1, gate1, shift2, scale2, gate2
    AttentionWeights self_attention, cross_attention;
    Affine cross_norm;  // fp32; official "norm3", undefined without cross_attn_norm
    Affine ffn_in, ffn_out;
};

struct ImageEmbedderWeights {
    at::Tensor positions;  // fp32 [1, rows, image_dim], FLF2V only
    Affine norm_in, linear_in, linear_out, norm_out;
};

struct DitWeights {
    Affine patch_embedding;  // fp32 [D, C_in * patch]
    Affine text_in, text_out;
    Affine time_in, time_out, time_projection;  // fp32
    std::optional<ImageEmbedderWeights> image;
    std::vector<DitBlockWeights> blocks;
    at::Tensor head_modulation;  // fp32 [2, D]: shift, scale
    Affine head;                 // fp32 [patch * C_out, D]
};

/// Linears and attention in compute.dtype(); time path, modulation, norms, patch embedding and head in fp32
/// (wan.md 2.4). Throws Failure.
DitWeights load_dit_weights(const checkpoint::Recognised& recognised, const checkpoint::DitConfig& config,
                            const Compute& compute);

}  // namespace studio
