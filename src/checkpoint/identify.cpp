#include <algorithm>
#include <array>
#include <map>
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
        {Role::kTextEncoder,
         "gguf",
         3,
         {"token_embd.weight", "enc.blk.0.attn_q.weight", "enc.blk.0.attn_rel_b.weight", "enc.blk.0.ffn_gate.weight",
          "enc.output_norm.weight"}},
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

/// Words that programs put before the names of a whole network: ComfyUI, training scripts, merged checkpoints.
constexpr std::array<std::string_view, 17> kPrefixWords{"model",
                                                        "diffusion_model",
                                                        "net",
                                                        "net_ema",
                                                        "module",
                                                        "state_dict",
                                                        "generator",
                                                        "generator_ema",
                                                        "ema",
                                                        "vae",
                                                        "first_stage_model",
                                                        "transformer",
                                                        "text_encoder",
                                                        "text_encoders",
                                                        "umt5xxl",
                                                        "clip_vision",
                                                        "image_encoder"};

/// Made of such words only: "", "net.", "text_encoders.umt5xxl.transformer.".
bool is_known_prefix(std::string_view prefix) {
    while (!prefix.empty()) {
        const auto dot = prefix.find('.');
        if (dot == prefix.npos) return false;
        const std::string_view word = prefix.substr(0, dot);
        if (std::find(kPrefixWords.begin(), kPrefixWords.end(), word) == kPrefixWords.end()) return false;
        prefix.remove_prefix(dot + 1);
    }
    return true;
}

/// Before which prefixes enough of the names stand.
std::vector<std::string> prefixes_of(std::span<const PlainTensor> tensors, const Marks& marks) {
    std::map<std::string, std::size_t> count;
    for (const PlainTensor& tensor : tensors) {
        for (const std::string_view mark : marks.names) {
            if (!tensor.name.ends_with(mark)) continue;
            const std::string prefix = tensor.name.substr(0, tensor.name.size() - mark.size());
            if (is_known_prefix(prefix)) ++count[prefix];
        }
    }
    std::vector<std::string> found;
    for (const auto& [prefix, times] : count) {
        if (times >= marks.needed) found.push_back(prefix);
    }
    const auto is_average = [](const std::string& prefix) { return prefix.find("ema.") != prefix.npos; };
    std::stable_sort(found.begin(), found.end(), [&](const std::string& a, const std::string& b) {
        return is_average(a) != is_average(b) ? is_average(a) : a.size() < b.size();
    });
    return found;
}

bool is_lora_name(std::string_view name) {
    for (const std::string_view part : {".lora_A.", ".lora_B.", ".lora_down.", ".lora_up.", ".lora.up.", ".lora.down.",
                                        "_lora.up.", "_lora.down.", ".lora_linear_layer."}) {
        if (name.find(part) != name.npos) return true;
    }
    for (const std::string_view end : {".lora_A", ".lora_B", ".diff", ".diff_b", ".diff_m"}) {
        if (name.ends_with(end)) return true;
    }
    return false;
}

}  // namespace

std::string without_wrappers(std::string_view name) {
    std::string out(name);
    for (const std::string_view word : {"_checkpoint_wrapped_module.", "_orig_mod.", "_fsdp_wrapped_module."}) {
        for (auto at = out.find(word); at != out.npos; at = out.find(word, at))
            out.erase(at, word.size());
    }
    for (auto at = out.find("module."); at != out.npos; at = out.find("module.", at + 1)) {
        if (at == 0 || out[at - 1] == '.') out.erase(at, 7);
        if (at >= out.size()) break;
    }
    return out;
}

std::vector<PlainTensor> plain_tensors(const io::Checkpoint& checkpoint) {
    std::vector<PlainTensor> out;
    out.reserve(checkpoint.tensors().size());
    for (const io::TensorInfo& tensor : checkpoint.tensors())
        out.push_back({without_wrappers(tensor.name), &tensor});
    return out;
}

Identity identify(std::span<const PlainTensor> tensors, Role preferred) {
    Identity found;
    for (const Marks& marks : all_marks()) {
        const auto prefixes = prefixes_of(tensors, marks);
        if (prefixes.empty()) continue;
        if (marks.role == preferred) return {marks.role, marks.layout, prefixes.front()};
        if (found.role == Role::kOther) found = {marks.role, marks.layout, prefixes.front()};
    }
    if (found.role != Role::kOther) return found;
    if (std::any_of(tensors.begin(), tensors.end(), [](const PlainTensor& t) { return is_lora_name(t.name); })) {
        return {Role::kLora, "lora", ""};
    }
    return found;
}

}  // namespace studio::checkpoint
