#include "convert/diffusers_config.h"

namespace studio::convert {
namespace {

constexpr const char* kVersion = "0.35.0";  // the first diffusers release that knows every key below

Json or_null(std::int64_t value) {
    return value > 0 ? Json(value) : Json();
}

}  // namespace

Json diffusers_dit_config(const checkpoint::DitConfig& c) {
    Json config{{"_class_name", "WanTransformer3DModel"},
                {"_diffusers_version", kVersion},
                {"patch_size", c.patch},
                {"num_attention_heads", c.num_heads},
                {"attention_head_dim", c.head_dim},
                {"in_channels", c.in_channels},
                {"out_channels", c.out_channels},
                {"text_dim", c.text_dim},
                {"freq_dim", c.freq_dim},
                {"ffn_dim", c.ffn_dim},
                {"num_layers", c.num_layers},
                {"cross_attn_norm", c.cross_attn_norm},
                {"qk_norm", "rms_norm_across_heads"},
                {"eps", c.eps},
                {"rope_max_seq_len", 1024},
                {"image_dim", c.has_image_embedder ? or_null(c.image_dim) : Json()},
                {"added_kv_proj_dim", c.has_image_embedder ? Json(c.dim) : Json()},
                {"pos_embed_seq_len", or_null(c.image_pos_len)}};
    if (c.has_linear_branch && !c.has_sla) config["default_attention"] = "dense";
    return config;
}

Json diffusers_vae_config(const checkpoint::VaeConfig& c) {
    const std::int64_t channels = 3 * c.patch_size * c.patch_size;
    return {{"_class_name", "AutoencoderKLWan"},
            {"_diffusers_version", kVersion},
            {"base_dim", c.base_dim},
            {"decoder_base_dim", c.decoder_base_dim == c.base_dim ? Json() : Json(c.decoder_base_dim)},
            {"z_dim", c.z_dim},
            {"dim_mult", c.dim_mult},
            {"num_res_blocks", c.num_res_blocks},
            {"attn_scales", Json::array()},
            {"temperal_downsample", c.temporal_downsample},
            {"dropout", 0.0},
            {"latents_mean", c.latents_mean},
            {"latents_std", c.latents_std},
            {"is_residual", c.is_22},
            {"in_channels", channels},
            {"out_channels", channels},
            {"patch_size", c.patch_size > 1 ? Json(c.patch_size) : Json()},
            {"scale_factor_temporal", c.temporal_stride},
            {"scale_factor_spatial", c.spatial_stride}};
}

Json diffusers_umt5_config(const checkpoint::Umt5Config& c) {
    return {{"architectures", {"UMT5EncoderModel"}},
            {"model_type", "umt5"},
            {"vocab_size", c.vocab_size},
            {"d_model", c.d_model},
            {"d_kv", c.d_kv},
            {"d_ff", c.d_ff},
            {"num_heads", c.num_heads},
            {"num_layers", c.num_layers},
            {"num_decoder_layers", c.num_layers},
            {"relative_attention_num_buckets", c.num_buckets},
            {"relative_attention_max_distance", c.max_distance},
            {"layer_norm_epsilon", c.eps},
            {"feed_forward_proj", "gated-gelu"},
            {"dense_act_fn", "gelu_new"},
            {"is_gated_act", true},
            {"dropout_rate", 0.1},
            {"classifier_dropout", 0.0},
            {"initializer_factor", 1.0},
            {"is_encoder_decoder", true},
            {"tie_word_embeddings", false},
            {"pad_token_id", 0},
            {"eos_token_id", 1},
            {"decoder_start_token_id", 0},
            {"use_cache", true}};
}

Json diffusers_clip_config(const checkpoint::ClipConfig& c) {
    return {{"architectures", {"CLIPVisionModel"}},
            {"model_type", "clip_vision_model"},
            {"hidden_size", c.dim},
            {"intermediate_size", c.mlp_dim},
            {"num_hidden_layers", c.num_layers},
            {"num_attention_heads", c.num_heads},
            {"num_channels", 3},
            {"image_size", c.image_size},
            {"patch_size", c.patch_size},
            {"projection_dim", 1024},
            {"hidden_act", "gelu"},
            {"layer_norm_eps", c.eps},
            {"attention_dropout", 0.0},
            {"initializer_factor", 1.0},
            {"initializer_range", 0.02}};
}

}  // namespace studio::convert
