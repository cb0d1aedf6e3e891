#include <algorithm>
#include <array>
#include <vector>

#include "checkpoint/names.h"

namespace studio::checkpoint {
namespace {

struct Marks {
    Role role;
    std::string_view layout;
    std::size_t needed;  // how many of the names must be there: damaged files are still known for what they are
    std::vector<std::string_view> names;
};

const std::vector<Marks>& all_marks() {
    static const std::vector<Marks> marks{
        {Role::kDit,
         "official",
         3,
         {"head.modulation", "head.head.weight", "text_embedding.0.weight", "time_projection.1.weight",
          "blocks.0.modulation", "blocks.0.self_attn.norm_q.weight", "patch_embedding.weight"}},
        {Role::kDit,
         "diffusers",
         3,
         {"scale_shift_table", "proj_out.weight", "condition_embedder.text_embedder.linear_1.weight",
          "condition_embedder.time_proj.weight", "blocks.0.scale_shift_table", "blocks.0.attn1.norm_q.weight",
          "blocks.0.attn1.to_q.weight"}},
        {Role::kVae,
         "official",
         2,
         {"decoder.middle.0.residual.0.gamma", "encoder.middle.0.residual.0.gamma", "decoder.head.0.gamma",
          "encoder.head.0.gamma", "decoder.middle.1.norm.gamma", "encoder.middle.1.norm.gamma",
          "decoder.middle.0.residual.2.weight", "encoder.middle.0.residual.2.weight"}},
        {Role::kVae,
         "diffusers",
         2,
         {"decoder.mid_block.resnets.0.norm1.gamma", "encoder.mid_block.resnets.0.norm1.gamma",
          "decoder.norm_out.gamma", "encoder.norm_out.gamma", "decoder.mid_block.attentions.0.norm.gamma"}},
        {Role::kTextEncoder,
         "official",
         3,
         {"token_embedding.weight", "blocks.0.pos_embedding.embedding.weight", "blocks.0.attn.q.weight",
          "blocks.0.ffn.gate.0.weight", "blocks.0.norm1.weight", "norm.weight"}},
        {Role::kTextEncoder,
         "hf",
         3,
         {"shared.weight", "encoder.embed_tokens.weight", "encoder.block.0.layer.0.SelfAttention.q.weight",
          "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight",
          "encoder.block.0.layer.1.DenseReluDense.wi_0.weight", "encoder.final_layer_norm.weight"}},
        {Role::kClip,
         "official",
         2,
         {"visual.patch_embedding.weight", "visual.cls_embedding", "visual.pos_embedding",
          "visual.transformer.0.attn.to_qkv.weight"}},
        {Role::kClip,
         "hf",
         2,
         {"vision_model.embeddings.patch_embedding.weight", "vision_model.embeddings.class_embedding",
          "vision_model.pre_layrnorm.weight", "vision_model.encoder.layers.0.self_attn.q_proj.weight"}},
    };
    return marks;
}

// Longer ones before their own beginnings.
constexpr std::array<std::string_view, 8> kPrefixes{"",
                                                    "model.diffusion_model.",
                                                    "diffusion_model.",
                                                    "net.",
                                                    "model.",
                                                    "vae.",
                                                    "first_stage_model.",
                                                    "text_encoders.umt5xxl.transformer."};

std::size_t count_marks(const io::Checkpoint& checkpoint, std::string_view prefix, const Marks& marks) {
    return static_cast<std::size_t>(std::count_if(marks.names.begin(), marks.names.end(), [&](std::string_view name) {
        return checkpoint.find(std::string(prefix).append(name)) != nullptr;
    }));
}

bool is_lora_name(std::string_view name) {
    for (const std::string_view part : {".lora_A.", ".lora_B.", ".lora_down.", ".lora_up."}) {
        if (name.find(part) != name.npos) return true;
    }
    return name.ends_with(".diff") || name.ends_with(".diff_b");
}

}  // namespace

Identity identify(const io::Checkpoint& checkpoint, Role preferred) {
    Identity found;
    for (const std::string_view prefix : kPrefixes) {
        for (const Marks& marks : all_marks()) {
            if (count_marks(checkpoint, prefix, marks) < marks.needed) continue;
            if (marks.role == preferred) return {marks.role, marks.layout, prefix};
            if (found.role == Role::kOther) found = {marks.role, marks.layout, prefix};
        }
    }
    if (found.role != Role::kOther) return found;
    const auto tensors = checkpoint.tensors();
    if (std::any_of(tensors.begin(), tensors.end(), [](const io::TensorInfo& t) { return is_lora_name(t.name); })) {
        return {Role::kLora, "lora", ""};
    }
    return found;
}

}  // namespace studio::checkpoint
