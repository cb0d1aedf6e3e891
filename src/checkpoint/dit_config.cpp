#include <fmt/format.h>

#include "checkpoint/config_file.h"
#include "checkpoint/configs.h"
#include "checkpoint/tensor_table.h"

namespace studio::checkpoint {
namespace {

Result<void> refuse_other_networks(const TensorTable& table, const std::string& variant) {
    for (const char* start :
         {"vace_patch_embedding.", "vace_blocks.", "casual_audio_encoder.", "audio_injector.", "trainable_cond_mask.",
          "frame_packer.", "pose_patch_embedding.", "motion_encoder.", "face_adapter.", "face_encoder."}) {
        if (!table.has_start(start)) continue;
        return Error{ErrorCode::kUnsupported,
                     fmt::format("This is {}, a kind of transformer that Turbo Studio does not run (it has {}*).",
                                 variant, start),
                     table.file(),
                     start,
                     "Use a text-to-video or image-to-video model of the Wan2.1 or Wan2.2 family.",
                     {}};
    }
    return {};
}

/// Everything that shapes alone decide.
Result<DitConfig> from_shapes(const TensorTable& table) {
    DitConfig out;
    out.cross_attn_norm = false;
    STUDIO_TRY(modulation, table.shape("head.modulation", 3));
    STUDIO_TRY(patch, table.shape("patch_embedding.weight", 5));
    STUDIO_TRY(head, table.shape("head.head.weight", 2));
    STUDIO_TRY(text, table.shape("text_embedding.0.weight", 2));
    STUDIO_TRY(time, table.shape("time_embedding.0.weight", 2));
    STUDIO_TRY(ffn, table.shape("blocks.0.ffn.0.weight", 2));
    out.dim = modulation[2];
    out.in_channels = patch[1];
    out.patch = {patch[2], patch[3], patch[4]};
    // Each dimension is at most the file's size, but their product may be anything.
    std::int64_t patch_values = 1;
    for (const std::int64_t size : out.patch) {
        if (size < 1 || size > 64) {
            return corrupt_file(
                table.file(), "patch_embedding.weight",
                fmt::format("patch_embedding.weight has the shape {}: patches larger than 64 are not used.",
                            shape_text(patch)),
                "Use another copy of this model.");
        }
        patch_values *= size;
    }
    if (head[0] % patch_values != 0) {
        return corrupt_file(
            table.file(), "head.head.weight",
            fmt::format(
                "head.head.weight has the shape {}, whose first size is no multiple of the {} values of a patch.",
                shape_text(head), patch_values),
            "Use another copy of this model.");
    }
    out.out_channels = head[0] / patch_values;
    out.text_dim = text[1];
    out.freq_dim = time[1];
    if (out.freq_dim % 2 != 0) {
        return corrupt_file(
            table.file(), "time_embedding.0.weight",
            fmt::format("time_embedding.0.weight has the shape {}: sines and cosines need an even width.",
                        shape_text(time)),
            "Use another copy of this model.");
    }
    out.ffn_dim = ffn[0];
    out.num_layers = table.count_blocks("blocks.");
    for (std::int64_t i = 0; i < out.num_layers && !out.cross_attn_norm; ++i) {
        out.cross_attn_norm = table.has_start(fmt::format("blocks.{}.norm3.", i));
    }
    out.has_image_embedder = table.has_start("img_emb.");
    if (out.has_image_embedder) {
        STUDIO_TRY(image, table.shape("img_emb.proj.1.weight", 2));
        out.image_dim = image[1];
        if (table.find("img_emb.emb_pos") != nullptr) {
            STUDIO_TRY(rows, table.shape("img_emb.emb_pos", 3));
            out.image_pos_len = rows[1];
        }
    }
    out.has_linear_branch = table.has_start("blocks.0.self_attn.attn_op.local_attn.proj_l.");
    out.has_sla = out.has_linear_branch;
    return out;
}

Result<void> check_kind(const ConfigFile& config) {
    STUDIO_TRY(name, config.text("_class_name"));
    if (name && name->find("Wan") != 0) {
        return config.wrong("_class_name",
                            fmt::format("is {}; the weights beside it are a Wan video transformer", *name));
    }
    if (name && name->find("VAE") != std::string::npos)
        return config.wrong("_class_name", "names a VAE, the weights are a transformer");
    if (config.is_text("qk_norm")) {  // diffusers; the official code has true or false
        STUDIO_TRY(norm, config.text("qk_norm"));
        if (*norm != "rms_norm_across_heads") {
            return config.unsupported("qk_norm", fmt::format("is {}; only rms_norm_across_heads is supported", *norm));
        }
        return {};
    }
    STUDIO_TRY(has_norm, config.boolean("qk_norm"));
    if (has_norm && !*has_norm) return config.unsupported("qk_norm", "is off; only networks with it are supported");
    return {};
}

Result<void> heads_from(const ConfigFile& config, const std::string& weights, DitConfig& out) {
    STUDIO_TRY(heads, config.integer({"num_attention_heads", "num_heads"}));
    STUDIO_TRY(width, config.integer({"attention_head_dim"}));
    if (heads && width && *heads * *width != out.dim) {
        return config.conflict("attention_head_dim", fmt::format("{} with {} heads", *width, *heads),
                               fmt::format("a width of {} (head.modulation)", out.dim), weights);
    }
    if (!heads && !width) width = 128;  // every published network
    if (heads && !width && out.dim % *heads == 0) width = out.dim / *heads;
    if (!width || out.dim % *width != 0) {
        const std::string in_config = heads ? fmt::format("{}", *heads) : fmt::format("heads of {}", *width);
        if (heads || config.has("attention_head_dim")) {
            return config.conflict(heads ? "num_heads" : "attention_head_dim", in_config,
                                   fmt::format("a width of {}, which they do not divide (head.modulation)", out.dim),
                                   weights);
        }
        return corrupt_file(
            weights, "head.modulation",
            fmt::format("The width {} is no multiple of 128, and no config.json says how wide a head is.", out.dim),
            "Put the model's config.json beside the weights.");
    }
    out.head_dim = *width;
    out.num_heads = out.dim / *width;
    if (out.head_dim % 2 == 0) return {};
    return corrupt_file(weights, "head.modulation",
                        fmt::format("The head width {} is odd; rotary embedding needs pairs.", out.head_dim),
                        "Check num_heads in config.json.");
}

/// Our own key: a network that was made for dense attention and got its linear branch afterwards.
Result<void> default_attention_from(const ConfigFile& config, const std::string& weights, DitConfig& out) {
    STUDIO_TRY(kind, config.text("default_attention"));
    if (!kind) return {};
    if (*kind != "dense" && *kind != "sla") return config.wrong("default_attention", "is neither dense nor sla");
    if (*kind == "sla" && !out.has_linear_branch)
        return config.conflict("default_attention", "sla", "no linear branch (proj_l)", weights);
    out.has_sla = *kind == "sla";
    return {};
}

Result<void> check_against(const ConfigFile& config, const TensorTable& table, DitConfig& out) {
    const std::string weights = table.file();
    STUDIO_TRY_VOID(config.agrees({"dim"}, out.dim, "head.modulation", weights));
    STUDIO_TRY_VOID(config.agrees({"ffn_dim"}, out.ffn_dim, "blocks.0.ffn.0.weight", weights));
    STUDIO_TRY_VOID(config.agrees({"num_layers"}, out.num_layers, "blocks.*", weights));
    STUDIO_TRY_VOID(config.agrees({"in_channels", "in_dim"}, out.in_channels, "patch_embedding.weight", weights));
    STUDIO_TRY_VOID(config.agrees({"out_channels", "out_dim"}, out.out_channels, "head.head.weight", weights));
    STUDIO_TRY_VOID(config.agrees({"text_dim"}, out.text_dim, "text_embedding.0.weight", weights));
    STUDIO_TRY_VOID(config.agrees({"freq_dim"}, out.freq_dim, "time_embedding.0.weight", weights));
    STUDIO_TRY_VOID(config.agrees({"image_dim"}, out.image_dim, "img_emb.proj.1.weight", weights));
    STUDIO_TRY_VOID(config.agrees({"pos_embed_seq_len"}, out.image_pos_len, "img_emb.emb_pos", weights));
    STUDIO_TRY(patch, config.integers("patch_size"));
    const std::vector<std::int64_t> in_weights(out.patch.begin(), out.patch.end());
    if (patch && *patch != in_weights) {
        return config.conflict("patch_size", shape_text(*patch), shape_text(in_weights) + " (patch_embedding.weight)",
                               weights);
    }
    STUDIO_TRY(has_norm, config.boolean("cross_attn_norm"));
    if (has_norm && !*has_norm && out.cross_attn_norm) {
        return config.conflict("cross_attn_norm", "false", "blocks.*.norm3", weights);
    }
    out.cross_attn_norm =
        has_norm.value_or(out.cross_attn_norm);  // true without the tensors: require_all names the first
    STUDIO_TRY(eps, config.number("eps"));
    if (eps && !(*eps > 0 && *eps < 1)) return config.wrong("eps", "is not between 0 and 1");
    out.eps = eps.value_or(out.eps);
    STUDIO_TRY(text_len, config.integer({"text_len"}));
    if (text_len && *text_len > 1 << 16) return config.wrong("text_len", "is larger than 65536");
    out.text_len = text_len.value_or(out.text_len);
    STUDIO_TRY_VOID(default_attention_from(config, weights, out));
    return heads_from(config, weights, out);
}

Result<void> require_block(const TensorTable& table, const std::string& block, const DitConfig& c) {
    STUDIO_TRY_VOID(table.require(block + "modulation", {1, 6, c.dim}));
    for (const char* attention : {"self_attn.", "cross_attn."}) {
        for (const char* layer : {"q", "k", "v", "o"}) {
            STUDIO_TRY_VOID(table.require_layer(block + attention + layer, {c.dim, c.dim}));
        }
        STUDIO_TRY_VOID(table.require(block + attention + "norm_q.weight", {c.dim}));
        STUDIO_TRY_VOID(table.require(block + attention + "norm_k.weight", {c.dim}));
    }
    if (c.cross_attn_norm) STUDIO_TRY_VOID(table.require_layer(block + "norm3", {c.dim}));
    if (c.has_linear_branch)
        STUDIO_TRY_VOID(table.require_layer(block + "self_attn.attn_op.local_attn.proj_l", {c.head_dim, c.head_dim}));
    if (c.has_image_embedder) {
        STUDIO_TRY_VOID(table.require_layer(block + "cross_attn.k_img", {c.dim, c.dim}));
        STUDIO_TRY_VOID(table.require_layer(block + "cross_attn.v_img", {c.dim, c.dim}));
        STUDIO_TRY_VOID(table.require(block + "cross_attn.norm_k_img.weight", {c.dim}));
    }
    STUDIO_TRY_VOID(table.require_layer(block + "ffn.0", {c.ffn_dim, c.dim}));
    return table.require_layer(block + "ffn.2", {c.dim, c.ffn_dim});
}

Result<void> require_all(const TensorTable& table, const DitConfig& c) {
    STUDIO_TRY_VOID(table.require_layer("patch_embedding", {c.dim, c.in_channels, c.patch[0], c.patch[1], c.patch[2]}));
    STUDIO_TRY_VOID(table.require_layer("text_embedding.0", {c.dim, c.text_dim}));
    STUDIO_TRY_VOID(table.require_layer("text_embedding.2", {c.dim, c.dim}));
    STUDIO_TRY_VOID(table.require_layer("time_embedding.0", {c.dim, c.freq_dim}));
    STUDIO_TRY_VOID(table.require_layer("time_embedding.2", {c.dim, c.dim}));
    STUDIO_TRY_VOID(table.require_layer("time_projection.1", {6 * c.dim, c.dim}));
    STUDIO_TRY_VOID(table.require("head.modulation", {1, 2, c.dim}));
    STUDIO_TRY_VOID(table.require_layer("head.head", {c.out_channels * c.patch[0] * c.patch[1] * c.patch[2], c.dim}));
    if (c.has_image_embedder) {
        STUDIO_TRY_VOID(table.require_layer("img_emb.proj.0", {c.image_dim}));
        STUDIO_TRY_VOID(table.require_layer("img_emb.proj.1", {c.image_dim, c.image_dim}));
        STUDIO_TRY_VOID(table.require_layer("img_emb.proj.3", {c.dim, c.image_dim}));
        STUDIO_TRY_VOID(table.require_layer("img_emb.proj.4", {c.dim}));
        if (c.image_pos_len > 0) STUDIO_TRY_VOID(table.require("img_emb.emb_pos", {1, c.image_pos_len, c.image_dim}));
    }
    for (std::int64_t i = 0; i < c.num_layers; ++i)
        STUDIO_TRY_VOID(require_block(table, fmt::format("blocks.{}.", i), c));
    return {};
}

}  // namespace

Result<DitConfig> dit_config(const Recognised& recognised) {
    const TensorTable table(recognised);
    STUDIO_TRY_VOID(refuse_other_networks(table, recognised.variant));
    STUDIO_TRY(config, ConfigFile::read(recognised.checkpoint->config_path()));
    STUDIO_TRY_VOID(check_kind(config));
    STUDIO_TRY(out, from_shapes(table));
    STUDIO_TRY_VOID(check_against(config, table, out));
    STUDIO_TRY_VOID(require_all(table, out));
    STUDIO_TRY_VOID(table.agrees_with_header(out.num_layers));
    table.warn_of_unused();
    return out;
}

}  // namespace studio::checkpoint
