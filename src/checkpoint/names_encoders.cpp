// Names of the two encoders: UMT5 (official, HF, llama.cpp) and the image tower of CLIP (official, HF).
#include <fmt/format.h>

#include <array>

#include "checkpoint/names.h"

namespace studio::checkpoint {
namespace {

constexpr std::array<Renaming, 10> kUmt5Block{{
    {"layer.0.SelfAttention.q.", "attn.q."},
    {"layer.0.SelfAttention.k.", "attn.k."},
    {"layer.0.SelfAttention.v.", "attn.v."},
    {"layer.0.SelfAttention.o.", "attn.o."},
    {"layer.0.SelfAttention.relative_attention_bias.", "pos_embedding.embedding."},
    {"layer.0.layer_norm.", "norm1."},
    {"layer.1.layer_norm.", "norm2."},
    {"layer.1.DenseReluDense.wi_0.", "ffn.gate.0."},
    {"layer.1.DenseReluDense.wi_1.", "ffn.fc1."},
    {"layer.1.DenseReluDense.wo.", "ffn.fc2."},
}};

constexpr std::array<Renaming, 10> kUmt5GgufBlock{{
    {"attn_q.", "attn.q."},
    {"attn_k.", "attn.k."},
    {"attn_v.", "attn.v."},
    {"attn_o.", "attn.o."},
    {"attn_rel_b.", "pos_embedding.embedding."},
    {"attn_norm.", "norm1."},
    {"ffn_norm.", "norm2."},
    {"ffn_gate.", "ffn.gate.0."},
    {"ffn_up.", "ffn.fc1."},
    {"ffn_down.", "ffn.fc2."},
}};

constexpr std::array<Renaming, 5> kUmt5Top{{
    {"shared.", "token_embedding."},
    {"encoder.embed_tokens.", "token_embedding."},
    {"encoder.final_layer_norm.", "norm."},
    {"token_embd.", "token_embedding."},
    {"enc.output_norm.", "norm."},
}};

constexpr std::array<Renaming, 9> kClipBlock{{
    {"layer_norm1.", "norm1."},
    {"layer_norm2.", "norm2."},
    {"self_attn.q_proj.", "attn.q."},
    {"self_attn.k_proj.", "attn.k."},
    {"self_attn.v_proj.", "attn.v."},
    {"self_attn.out_proj.", "attn.proj."},
    {"mlp.fc1.", "mlp.0."},
    {"mlp.fc2.", "mlp.2."},
    {"mlp.", "mlp."},
}};

constexpr std::array<Renaming, 5> kClipTop{{
    {"vision_model.embeddings.patch_embedding.", "visual.patch_embedding."},
    {"vision_model.embeddings.class_embedding", "visual.cls_embedding"},
    {"vision_model.embeddings.position_embedding.weight", "visual.pos_embedding"},
    {"vision_model.pre_layrnorm.", "visual.pre_norm."},
    {"vision_model.post_layernorm.", "visual.post_norm."},
}};

/// "<start>N.<rest>" -> "<to>N.<renamed rest>"; nothing when it is no such name.
std::optional<std::string> in_block(std::string_view name, std::string_view start, std::string_view to,
                                    std::span<const Renaming> table) {
    if (!name.starts_with(start)) return std::nullopt;
    const auto index = split_index(name.substr(start.size()));
    const auto rest = index ? rename_start(index->second, table) : std::nullopt;
    return rest ? std::optional(fmt::format("{}{}.{}", to, index->first, *rest)) : std::nullopt;
}

}  // namespace

std::string umt5_name(std::string_view layout, std::string_view name) {
    if (layout == "official") return std::string(name);
    if (auto renamed = rename_start(name, kUmt5Top)) return *renamed;
    const bool is_gguf = layout == "gguf";
    const auto renamed = is_gguf ? in_block(name, "enc.blk.", "blocks.", kUmt5GgufBlock)
                                 : in_block(name, "encoder.block.", "blocks.", kUmt5Block);
    return renamed.value_or(std::string(name));
}

std::optional<std::string> clip_name(std::string_view layout, std::string_view name) {
    if (layout == "official") {
        if (name.starts_with("textual.") || name == "log_scale") return std::nullopt;
        return std::string(name);
    }
    // The whole CLIP model of the same makers: its text side and the projections after the last block are not used.
    if (name.starts_with("text_model.") || name == "text_projection.weight" || name == "visual_projection.weight" ||
        name == "logit_scale" || name == "vision_model.embeddings.position_ids") {
        return std::nullopt;
    }
    if (auto renamed = rename_start(name, kClipTop)) return *renamed;
    return in_block(name, "vision_model.encoder.layers.", "visual.transformer.", kClipBlock)
        .value_or(std::string(name));
}

}  // namespace studio::checkpoint
