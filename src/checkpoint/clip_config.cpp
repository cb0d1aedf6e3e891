#include <fmt/format.h>

#include "checkpoint/config_file.h"
#include "checkpoint/configs.h"
#include "checkpoint/tensor_table.h"

namespace studio::checkpoint {
namespace {

constexpr const char* kFix = "Download the file again, or use another copy of this image encoder.";

/// In the official layout the config.json beside the file is the transformer's; a whole CLIP keeps its tower's keys
/// under vision_config, which diffusers never writes. Only a tower's own file is asked.
Result<ConfigFile> clip_config_file(const Recognised& recognised) {
    STUDIO_TRY(config, ConfigFile::read(recognised.checkpoint->config_path()));
    if (config.has("_class_name") || !config.has("hidden_size")) {
        config.ignore();
        return config;
    }
    STUDIO_TRY(kind, config.text("model_type"));
    if (kind && *kind != "clip_vision_model")
        return config.unsupported("model_type", fmt::format("is {}; clip_vision_model is needed", *kind));
    STUDIO_TRY(activation, config.text("hidden_act"));
    if (activation && *activation != "gelu")
        return config.unsupported("hidden_act", fmt::format("is {}; gelu is needed", *activation));
    return config;
}

Error does_not_fit(const TensorTable& table, const char* tensor, const std::string& why) {
    return corrupt_file(table.file(), tensor, fmt::format("Tensor {}: {}.", tensor, why), kFix);
}

Result<ClipConfig> from_shapes(const TensorTable& table) {
    ClipConfig out;
    STUDIO_TRY(patch, table.shape("visual.patch_embedding.weight", 4));
    STUDIO_TRY(positions, table.shape("visual.pos_embedding", 3));
    STUDIO_TRY(mlp, table.shape("visual.transformer.0.mlp.0.weight", 2));
    out.dim = patch[0];
    out.patch_size = patch[2];
    out.mlp_dim = mlp[0];
    out.num_layers = table.count_blocks("visual.transformer.");
    out.has_fused_qkv = table.find("visual.transformer.0.attn.to_qkv.weight") != nullptr;
    out.has_patch_bias = table.find("visual.patch_embedding.bias") != nullptr;
    if (patch[1] != 3 || patch[2] != patch[3] || patch[2] < 1 || patch[2] > 1024)
        return does_not_fit(table, "visual.patch_embedding.weight",
                            fmt::format("the shape {} is no square patch of RGB", shape_text(patch)));
    std::int64_t side = 0;
    while (side < 4096 && (side + 1) * (side + 1) < positions[1])
        ++side;
    if (side < 1 || side * side + 1 != positions[1])
        return does_not_fit(table, "visual.pos_embedding",
                            fmt::format("{} rows are not a square of patches and one more", positions[1]));
    out.image_size = side * out.patch_size;
    return out;
}

Result<void> check_against(const ConfigFile& config, const std::string& weights, ClipConfig& out) {
    STUDIO_TRY_VOID(config.agrees({"hidden_size"}, out.dim, "visual.patch_embedding.weight", weights));
    STUDIO_TRY_VOID(config.agrees({"intermediate_size"}, out.mlp_dim, "visual.transformer.0.mlp.0.weight", weights));
    STUDIO_TRY_VOID(config.agrees({"num_hidden_layers"}, out.num_layers, "visual.transformer.*", weights));
    STUDIO_TRY_VOID(config.agrees({"patch_size"}, out.patch_size, "visual.patch_embedding.weight", weights));
    STUDIO_TRY_VOID(config.agrees({"image_size"}, out.image_size, "visual.pos_embedding", weights));
    STUDIO_TRY_VOID(config.agrees({"num_channels"}, 3, "visual.patch_embedding.weight", weights));
    STUDIO_TRY(heads, config.integer({"num_attention_heads"}));
    if (heads && out.dim % *heads != 0) {
        return config.conflict("num_attention_heads", fmt::format("{}", *heads),
                               fmt::format("a width of {}, which they do not divide (visual.patch_embedding)", out.dim),
                               weights);
    }
    if (heads) out.head_dim = out.dim / *heads;
    if (!heads && out.dim % out.head_dim != 0) {
        return corrupt_file(
            weights, "visual.patch_embedding.weight",
            fmt::format("The width {} is no multiple of {}, and no config.json says how wide a head is.", out.dim,
                        out.head_dim),
            "Put the image encoder's config.json beside the weights.");
    }
    out.num_heads = out.dim / out.head_dim;
    STUDIO_TRY(eps, config.number("layer_norm_eps"));
    if (eps && !(*eps > 0 && *eps < 1)) return config.wrong("layer_norm_eps", "is not between 0 and 1");
    out.eps = eps.value_or(out.eps);
    return {};
}

Result<void> require_block(const TensorTable& table, const std::string& block, const ClipConfig& c) {
    STUDIO_TRY_VOID(table.require_layer(block + "norm1", {c.dim}));
    STUDIO_TRY_VOID(table.require_layer(block + "norm2", {c.dim}));
    if (c.has_fused_qkv) {
        STUDIO_TRY_VOID(table.require_layer(block + "attn.to_qkv", {3 * c.dim, c.dim}));
    } else {
        for (const char* layer : {"attn.q", "attn.k", "attn.v"})
            STUDIO_TRY_VOID(table.require_layer(block + layer, {c.dim, c.dim}));
    }
    STUDIO_TRY_VOID(table.require_layer(block + "attn.proj", {c.dim, c.dim}));
    STUDIO_TRY_VOID(table.require_layer(block + "mlp.0", {c.mlp_dim, c.dim}));
    return table.require_layer(block + "mlp.2", {c.dim, c.mlp_dim});
}

}  // namespace

Result<ClipConfig> clip_config(const Recognised& recognised) {
    const TensorTable table(recognised);
    STUDIO_TRY(config, clip_config_file(recognised));
    STUDIO_TRY(out, from_shapes(table));
    STUDIO_TRY_VOID(check_against(config, table.file(), out));
    STUDIO_TRY_VOID(table.require("visual.patch_embedding.weight", {out.dim, 3, out.patch_size, out.patch_size}));
    if (out.has_patch_bias) STUDIO_TRY_VOID(table.require("visual.patch_embedding.bias", {out.dim}));
    STUDIO_TRY_VOID(table.require("visual.cls_embedding", {1, 1, out.dim}));
    STUDIO_TRY_VOID(table.require("visual.pos_embedding", {1, out.tokens(), out.dim}));
    STUDIO_TRY_VOID(table.require_layer("visual.pre_norm", {out.dim}));
    for (std::int64_t i = 0; i < out.num_layers; ++i)
        STUDIO_TRY_VOID(require_block(table, fmt::format("visual.transformer.{}.", i), out));
    table.warn_of_unused({"visual.post_norm.", "visual.head"});
    return out;
}

}  // namespace studio::checkpoint
