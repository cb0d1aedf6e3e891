#include "convert/diffusers_names.h"

#include <fmt/format.h>

#include <array>

#include "checkpoint/names.h"

namespace studio::convert {
namespace {

using checkpoint::rename_start;
using checkpoint::Renaming;
using checkpoint::split_index;

constexpr std::array<Renaming, 12> kDitTop{{
    {"text_embedding.0.", "condition_embedder.text_embedder.linear_1."},
    {"text_embedding.2.", "condition_embedder.text_embedder.linear_2."},
    {"time_embedding.0.", "condition_embedder.time_embedder.linear_1."},
    {"time_embedding.2.", "condition_embedder.time_embedder.linear_2."},
    {"time_projection.1.", "condition_embedder.time_proj."},
    {"img_emb.proj.0.", "condition_embedder.image_embedder.norm1."},
    {"img_emb.proj.1.", "condition_embedder.image_embedder.ff.net.0.proj."},
    {"img_emb.proj.3.", "condition_embedder.image_embedder.ff.net.2."},
    {"img_emb.proj.4.", "condition_embedder.image_embedder.norm2."},
    {"img_emb.emb_pos", "condition_embedder.image_embedder.pos_embed"},
    {"head.head.", "proj_out."},
    {"head.modulation", "scale_shift_table"},
}};

constexpr std::array<Renaming, 21> kDitBlock{{
    {"modulation", "scale_shift_table"},
    {"self_attn.q.", "attn1.to_q."},
    {"self_attn.k.", "attn1.to_k."},
    {"self_attn.v.", "attn1.to_v."},
    {"self_attn.o.", "attn1.to_out.0."},
    {"self_attn.", "attn1."},
    {"cross_attn.q.", "attn2.to_q."},
    {"cross_attn.k.", "attn2.to_k."},
    {"cross_attn.v.", "attn2.to_v."},
    {"cross_attn.o.", "attn2.to_out.0."},
    {"cross_attn.norm_q.", "attn2.norm_q."},
    {"cross_attn.norm_k.", "attn2.norm_k."},
    {"cross_attn.k_img.", "attn2.add_k_proj."},
    {"cross_attn.v_img.", "attn2.add_v_proj."},
    {"cross_attn.norm_k_img.", "attn2.norm_added_k."},
    {"norm3.", "norm2."},  // the affine norm changes its number
    {"ffn.0.", "ffn.net.0.proj."},
    {"ffn.2.", "ffn.net.2."},
    {"before_proj.", "proj_in."},
    {"after_proj.", "proj_out."},
    {"cross_attn.", "attn2."},
}};

constexpr std::array<Renaming, 10> kUmt5Block{{
    {"attn.q.", "layer.0.SelfAttention.q."},
    {"attn.k.", "layer.0.SelfAttention.k."},
    {"attn.v.", "layer.0.SelfAttention.v."},
    {"attn.o.", "layer.0.SelfAttention.o."},
    {"pos_embedding.embedding.", "layer.0.SelfAttention.relative_attention_bias."},
    {"norm1.", "layer.0.layer_norm."},
    {"norm2.", "layer.1.layer_norm."},
    {"ffn.gate.0.", "layer.1.DenseReluDense.wi_0."},
    {"ffn.fc1.", "layer.1.DenseReluDense.wi_1."},
    {"ffn.fc2.", "layer.1.DenseReluDense.wo."},
}};

constexpr std::array<Renaming, 8> kClipBlock{{
    {"norm1.", "layer_norm1."},
    {"norm2.", "layer_norm2."},
    {"attn.q.", "self_attn.q_proj."},
    {"attn.k.", "self_attn.k_proj."},
    {"attn.v.", "self_attn.v_proj."},
    {"attn.proj.", "self_attn.out_proj."},
    {"mlp.0.", "mlp.fc1."},
    {"mlp.2.", "mlp.fc2."},
}};

constexpr std::array<Renaming, 5> kClipTop{{
    {"visual.patch_embedding.", "vision_model.embeddings.patch_embedding."},
    {"visual.cls_embedding", "vision_model.embeddings.class_embedding"},
    {"visual.pos_embedding", "vision_model.embeddings.position_embedding.weight"},
    {"visual.pre_norm.", "vision_model.pre_layrnorm."},
    {"visual.post_norm.", "vision_model.post_layernorm."},
}};

/// "<start>N.<rest>" -> "<to>N.<renamed rest>".
std::optional<std::string> in_block(std::string_view name, std::string_view start, std::string_view to,
                                    std::span<const Renaming> table) {
    if (!name.starts_with(start)) return std::nullopt;
    const auto index = split_index(name.substr(start.size()));
    if (!index) return std::nullopt;
    return fmt::format("{}{}.{}", to, index->first,
                       rename_start(index->second, table).value_or(std::string(index->second)));
}

std::string residual(std::string_view rest) {
    constexpr std::array<Renaming, 5> kTable{{{"residual.0.", "norm1."},
                                              {"residual.2.", "conv1."},
                                              {"residual.3.", "norm2."},
                                              {"residual.6.", "conv2."},
                                              {"shortcut.", "conv_shortcut."}}};
    return rename_start(rest, kTable).value_or(std::string(rest));
}

/// What stands behind "encoder." or "decoder.".
std::string vae_side(bool is_encoder, std::string_view rest, const checkpoint::VaeConfig& config) {
    constexpr std::array<Renaming, 4> kEnds{{{"conv1.", "conv_in."},
                                             {"head.0.", "norm_out."},
                                             {"head.2.", "conv_out."},
                                             {"middle.1.", "mid_block.attentions.0."}}};
    if (auto renamed = rename_start(rest, kEnds)) return *renamed;
    if (rest.starts_with("middle.0.")) return "mid_block.resnets.0." + residual(rest.substr(9));
    if (rest.starts_with("middle.2.")) return "mid_block.resnets.1." + residual(rest.substr(9));
    const std::string_view list = is_encoder ? "downsamples." : "upsamples.",
                           blocks = is_encoder ? "down_blocks" : "up_blocks";
    const auto outer = rest.starts_with(list) ? split_index(rest.substr(list.size())) : std::nullopt;
    if (!outer) return std::string(rest);
    if (!config.is_22 && is_encoder) return fmt::format("{}.{}.{}", blocks, outer->first, residual(outer->second));
    const auto resnets = static_cast<int>(config.num_res_blocks) + (is_encoder ? 0 : 1);
    int level = outer->first / (resnets + 1), place = outer->first % (resnets + 1);
    std::string_view tail = outer->second;
    if (config.is_22) {
        const auto inner = tail.starts_with(list) ? split_index(tail.substr(list.size())) : std::nullopt;
        if (!inner) return std::string(rest);
        level = outer->first;
        place = inner->first;
        tail = inner->second;
    }
    if (place < resnets) return fmt::format("{}.{}.resnets.{}.{}", blocks, level, place, residual(tail));
    const std::string_view sampler = config.is_22 ? (is_encoder ? "downsampler" : "upsampler") : "upsamplers.0";
    return fmt::format("{}.{}.{}.{}", blocks, level, sampler, tail);
}

}  // namespace

std::string diffusers_dit_name(std::string_view official) {
    for (const std::string_view stack : {"blocks.", "vace_blocks."}) {
        if (auto renamed = in_block(official, stack, stack, kDitBlock)) return *renamed;
    }
    return rename_start(official, kDitTop).value_or(std::string(official));
}

std::string diffusers_umt5_name(std::string_view official) {
    constexpr std::array<Renaming, 2> kTop{{{"token_embedding.", "shared."}, {"norm.", "encoder.final_layer_norm."}}};
    if (auto renamed = in_block(official, "blocks.", "encoder.block.", kUmt5Block)) return *renamed;
    return rename_start(official, kTop).value_or(std::string(official));
}

std::string diffusers_clip_name(std::string_view official) {
    if (auto renamed = in_block(official, "visual.transformer.", "vision_model.encoder.layers.", kClipBlock))
        return *renamed;
    return rename_start(official, kClipTop).value_or(std::string(official));
}

std::string diffusers_vae_name(std::string_view official, const checkpoint::VaeConfig& config) {
    if (official.starts_with("conv1.")) return "quant_conv." + std::string(official.substr(6));
    if (official.starts_with("conv2.")) return "post_quant_conv." + std::string(official.substr(6));
    for (const std::string_view side : {"encoder.", "decoder."}) {
        if (official.starts_with(side))
            return std::string(side) + vae_side(side == "encoder.", official.substr(side.size()), config);
    }
    return std::string(official);
}

}  // namespace studio::convert
