// checkpoint/configs.h - sizes of each network, from config.json where there is one and from tensor shapes always.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "checkpoint/recognise.h"

namespace studio::checkpoint {

struct DitConfig {
    std::int64_t dim = 0, ffn_dim = 0, num_heads = 0, head_dim = 128, num_layers = 0;
    std::int64_t in_channels = 16, out_channels = 16;
    std::int64_t text_dim = 4096, freq_dim = 256, text_len = 512;
    std::array<std::int64_t, 3> patch{1, 2, 2};
    double eps = 1e-6;
    bool cross_attn_norm = true;      // norm3 has parameters
    bool has_image_embedder = false;  // 2.1 I2V, FLF2V
    std::int64_t image_dim = 0;       // CLIP width
    std::int64_t image_pos_len = 0;   // FLF2V: rows of emb_pos, else 0
    bool has_linear_branch = false;   // proj_l present: can run sparse-linear attention (SLA)
    bool has_sla = false;             // trained for SLA: proj_l, and no `"default_attention": "dense"` in config.json
};

struct VaeConfig {
    bool is_22 = false;  // residual (2.2) or plain (2.1) architecture
    std::int64_t z_dim = 16, base_dim = 96, decoder_base_dim = 96;
    std::vector<std::int64_t> dim_mult{1, 2, 4, 4};
    std::int64_t num_res_blocks = 2;  // per encoder level; the decoder has one more
    std::vector<bool> temporal_downsample{false, true, true};
    std::int64_t patch_size = 1;  // 2 for VAE 2.2
    std::int64_t spatial_stride = 8, temporal_stride = 4;
    std::vector<double> latents_mean, latents_std;  // z_dim values each
};

struct Umt5Config {
    std::int64_t vocab_size = 0, d_model = 0, d_kv = 64, num_heads = 0, d_ff = 0, num_layers = 0;
    std::int64_t num_buckets = 32, max_distance = 128;
    double eps = 1e-6;
};

/// The image tower of CLIP ViT-H/14 (spec: wan.md 5).
struct ClipConfig {
    std::int64_t dim = 0, num_heads = 0, head_dim = 80, mlp_dim = 0, num_layers = 0;
    std::int64_t patch_size = 14, image_size = 224;  // pixels; square
    double eps = 1e-5;
    bool has_fused_qkv = false;  // visual.transformer.N.attn.to_qkv, else attn.q, attn.k and attn.v
    bool has_patch_bias = false;

    std::int64_t tokens() const { return 1 + (image_size / patch_size) * (image_size / patch_size); }
};

/// Errors  CorruptFile naming config.json or the weights when the two disagree (both values in the message), a key is
///         missing or of the wrong type, or a tensor that the network needs is missing or has the wrong shape (every
///         tensor is checked here, so that a model that opens also runs).
Result<DitConfig> dit_config(const Recognised& recognised);
Result<VaeConfig> vae_config(const Recognised& recognised);
Result<Umt5Config> umt5_config(const Recognised& recognised);
/// Canonical names: visual.patch_embedding.weight [d,3,p,p], visual.cls_embedding [1,1,d], visual.pos_embedding
/// [1,tokens,d], visual.pre_norm.*, visual.transformer.N.{norm1,attn.to_qkv |
/// attn.q,attn.k,attn.v,attn.proj,norm2,mlp.0, mlp.2}.*, visual.post_norm.*. What comes after the last block may be
/// missing; it is not used.
Result<ClipConfig> clip_config(const Recognised& recognised);

}  // namespace studio::checkpoint
