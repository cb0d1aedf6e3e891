#include "model/dit_weights.h"

#include <fmt/format.h>

namespace studio {
namespace {

class Loader {
  public:
    Loader(const WeightSource& source, const checkpoint::DitConfig& config, at::ScalarType type)
        : source_(source), config_(config), type_(type) {}

    DitBlockWeights block(std::int64_t index) const {
        const std::string at_block = fmt::format("blocks.{}.", index);
        DitBlockWeights w;
        w.modulation = source_.get(at_block + "modulation", {1, 6, config_.dim}, at::kFloat)[0];
        w.self_attention = attention(at_block + "self_attn.", false);
        w.cross_attention = attention(at_block + "cross_attn.", config_.has_image_embedder);
        if (config_.cross_attn_norm) w.cross_norm = norm(at_block + "norm3", config_.dim);
        w.ffn_in = source_.linear(at_block + "ffn.0", config_.ffn_dim, config_.dim, type_);
        w.ffn_out = source_.linear(at_block + "ffn.2", config_.dim, config_.ffn_dim, type_);
        return w;
    }

    ImageEmbedderWeights image_embedder() const {
        const std::int64_t width = config_.image_dim;
        ImageEmbedderWeights w;
        w.norm_in = norm("img_emb.proj.0", width);
        w.linear_in = source_.linear("img_emb.proj.1", width, width, type_);
        w.linear_out = source_.linear("img_emb.proj.3", config_.dim, width, type_);
        w.norm_out = norm("img_emb.proj.4", config_.dim);
        if (config_.image_pos_len > 0) {
            w.positions = source_.get("img_emb.emb_pos", {1, config_.image_pos_len, width}, at::kFloat);
        }
        return w;
    }

  private:
    Affine norm(const std::string& name, std::int64_t size) const {
        return {source_.get(name + ".weight", {size}, at::kFloat), source_.get(name + ".bias", {size}, at::kFloat)};
    }

    AttentionWeights attention(const std::string& name, bool with_image) const {
        const std::int64_t dim = config_.dim;
        AttentionWeights w;
        w.q = source_.linear(name + "q", dim, dim, type_);
        w.k = source_.linear(name + "k", dim, dim, type_);
        w.v = source_.linear(name + "v", dim, dim, type_);
        w.o = source_.linear(name + "o", dim, dim, type_);
        w.norm_q = source_.get(name + "norm_q.weight", {dim}, at::kFloat);
        w.norm_k = source_.get(name + "norm_k.weight", {dim}, at::kFloat);
        if (with_image) {
            w.k_image = source_.linear(name + "k_img", dim, dim, type_);
            w.v_image = source_.linear(name + "v_img", dim, dim, type_);
            w.norm_k_image = source_.get(name + "norm_k_img.weight", {dim}, at::kFloat);
        }
        return w;
    }

    const WeightSource& source_;
    const checkpoint::DitConfig& config_;
    at::ScalarType type_;
};

}  // namespace

DitWeights load_dit_weights(const checkpoint::Recognised& recognised, const checkpoint::DitConfig& config,
                            const Compute& compute) {
    const WeightSource source(recognised, compute.device);
    const Loader loader(source, config, compute.dtype());
    const std::int64_t dim = config.dim;
    const auto [pt, ph, pw] = config.patch;
    DitWeights w;
    w.patch_embedding = {
        source.get("patch_embedding.weight", {dim, config.in_channels, pt, ph, pw}, at::kFloat).reshape({dim, -1}),
        source.get("patch_embedding.bias", {dim}, at::kFloat)};
    w.text_in = source.linear("text_embedding.0", dim, config.text_dim, compute.dtype());
    w.text_out = source.linear("text_embedding.2", dim, dim, compute.dtype());
    w.time_in = source.linear("time_embedding.0", dim, config.freq_dim, at::kFloat);
    w.time_out = source.linear("time_embedding.2", dim, dim, at::kFloat);
    w.time_projection = source.linear("time_projection.1", 6 * dim, dim, at::kFloat);
    if (config.has_image_embedder) w.image = loader.image_embedder();
    for (std::int64_t i = 0; i < config.num_layers; ++i)
        w.blocks.push_back(loader.block(i));
    w.head_modulation = source.get("head.modulation", {1, 2, dim}, at::kFloat)[0];
    w.head = source.linear("head.head", pt * ph * pw * config.out_channels, dim, at::kFloat);
    return w;
}

}  // namespace studio
