#include "model/dit_weights.h"

#include <fmt/format.h>

#include "model/lora_set.h"

namespace studio {
namespace {

std::shared_ptr<const LoraSet> open_loras(const std::vector<LoraChoice>& choices,
                                          const checkpoint::Recognised& recognised) {
    return choices.empty() ? nullptr : LoraSet::open(choices, recognised);
}

// TurboDiffusion puts the projection inside its attention operator; some tools flatten that.
constexpr const char* kProjL[] = {"attn_op.local_attn.proj_l", "proj_l"};

}  // namespace

DitLoader::DitLoader(const checkpoint::Recognised& recognised, const checkpoint::DitConfig& config,
                     const Compute& compute, const DitOptions& options)
    : source_(recognised, compute.device, open_loras(options.loras, recognised), options.residency),
      config_(config),
      compute_(compute),
      quantize_input_(options.quantize_activations) {}

DitBlockWeights DitLoader::block(std::int64_t index) const {
    const std::string at_block = fmt::format("blocks.{}.", index);
    DitBlockWeights w;
    w.modulation = source_.get(at_block + "modulation", {1, 6, config_.dim}, at::kFloat)[0];
    w.self_attention = attention(at_block + "self_attn.", false);
    for (const char* name : kProjL) {
        const std::string proj_l = at_block + "self_attn." + name;
        const std::int64_t width = config_.head_dim;
        if (!source_.has(proj_l + ".weight")) continue;
        w.self_attention.proj_l = {source_.get(proj_l + ".weight", {width, width}, at::kFloat),
                                   source_.get(proj_l + ".bias", {width}, at::kFloat)};
        break;
    }
    w.cross_attention = attention(at_block + "cross_attn.", config_.has_image_embedder);
    if (config_.cross_attn_norm) w.cross_norm = norm(at_block + "norm3", config_.dim);
    w.ffn_in = linear(at_block + "ffn.0", config_.ffn_dim, config_.dim);
    w.ffn_out = linear(at_block + "ffn.2", config_.dim, config_.ffn_dim);
    return w;
}

ImageEmbedderWeights DitLoader::image_embedder() const {
    const std::int64_t width = config_.image_dim;
    ImageEmbedderWeights w;
    w.norm_in = norm("img_emb.proj.0", width);
    w.linear_in = source_.linear("img_emb.proj.1", width, width, compute_.dtype());
    w.linear_out = source_.linear("img_emb.proj.3", config_.dim, width, compute_.dtype());
    w.norm_out = norm("img_emb.proj.4", config_.dim);
    if (config_.image_pos_len > 0) {
        w.positions = source_.get("img_emb.emb_pos", {1, config_.image_pos_len, width}, at::kFloat);
    }
    return w;
}

Affine DitLoader::norm(const std::string& name, std::int64_t size) const {
    return {source_.get(name + ".weight", {size}, at::kFloat), source_.get(name + ".bias", {size}, at::kFloat)};
}

// A linear inside a block; only these run on quantised activations.
Linear DitLoader::linear(const std::string& name, std::int64_t out, std::int64_t in) const {
    Linear layer = source_.linear(name, out, in, compute_.dtype());
    layer.quantize_input = quantize_input_;
    return layer;
}

AttentionWeights DitLoader::attention(const std::string& name, bool with_image) const {
    const std::int64_t dim = config_.dim;
    AttentionWeights w = keys(name, with_image);
    w.q = linear(name + "q", dim, dim);
    w.o = linear(name + "o", dim, dim);
    w.norm_q = source_.get(name + "norm_q.weight", {dim}, at::kFloat);
    return w;
}

AttentionWeights DitLoader::cross_keys(std::int64_t index) const {
    return keys(fmt::format("blocks.{}.cross_attn.", index), config_.has_image_embedder);
}

void DitLoader::forget(std::int64_t index) const {
    source_.forget(fmt::format("blocks.{}.", index));
}

AttentionWeights DitLoader::keys(const std::string& name, bool with_image) const {
    const std::int64_t dim = config_.dim;
    AttentionWeights w;
    w.k = linear(name + "k", dim, dim);
    w.v = linear(name + "v", dim, dim);
    w.norm_k = source_.get(name + "norm_k.weight", {dim}, at::kFloat);
    if (with_image) {
        w.k_image = linear(name + "k_img", dim, dim);
        w.v_image = linear(name + "v_img", dim, dim);
        w.norm_k_image = source_.get(name + "norm_k_img.weight", {dim}, at::kFloat);
    }
    return w;
}

DitCommonWeights DitLoader::common() const {
    const std::int64_t dim = config_.dim;
    const auto [pt, ph, pw] = config_.patch;
    DitCommonWeights w;
    w.patch_embedding = {
        source_.get("patch_embedding.weight", {dim, config_.in_channels, pt, ph, pw}, at::kFloat).reshape({dim, -1}),
        source_.get("patch_embedding.bias", {dim}, at::kFloat)};
    w.text_in = source_.linear("text_embedding.0", dim, config_.text_dim, compute_.dtype());
    w.text_out = source_.linear("text_embedding.2", dim, dim, compute_.dtype());
    w.time_in = source_.linear("time_embedding.0", dim, config_.freq_dim, at::kFloat);
    w.time_out = source_.linear("time_embedding.2", dim, dim, at::kFloat);
    w.time_projection = source_.linear("time_projection.1", 6 * dim, dim, at::kFloat);
    if (config_.has_image_embedder) w.image = image_embedder();
    w.head_modulation = source_.get("head.modulation", {1, 2, dim}, at::kFloat)[0];
    w.head = source_.linear("head.head", pt * ph * pw * config_.out_channels, dim, at::kFloat);
    return w;
}

}  // namespace studio
