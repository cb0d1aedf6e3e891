#include <fmt/format.h>

#include "checkpoint/config_file.h"
#include "checkpoint/configs.h"
#include "checkpoint/tensor_table.h"

namespace studio::checkpoint {
namespace {

/// In the official layout the config.json beside the encoder is the transformer's; that one is not asked.
Result<ConfigFile> encoder_config(const Recognised& recognised) {
    STUDIO_TRY(config, ConfigFile::read(recognised.checkpoint->config_path()));
    if (config.has("_class_name") || !config.has("d_model")) {
        config.ignore();
        return config;
    }
    STUDIO_TRY(kind, config.text("model_type"));
    if (kind && *kind != "umt5") return config.unsupported("model_type", fmt::format("is {}; UMT5 is needed", *kind));
    STUDIO_TRY(gate, config.text("feed_forward_proj"));
    if (gate && *gate != "gated-gelu")
        return config.unsupported("feed_forward_proj", fmt::format("is {}; gated-gelu is needed", *gate));
    return config;
}

Result<Umt5Config> from_shapes(const TensorTable& table) {
    Umt5Config out;
    STUDIO_TRY(embedding, table.shape("token_embedding.weight", 2));
    STUDIO_TRY(positions, table.shape("blocks.0.pos_embedding.embedding.weight", 2));
    STUDIO_TRY(query, table.shape("blocks.0.attn.q.weight", 2));
    STUDIO_TRY(gate, table.shape("blocks.0.ffn.gate.0.weight", 2));
    out.vocab_size = embedding[0];
    out.d_model = embedding[1];
    out.num_buckets = positions[0];
    out.num_heads = positions[1];
    out.d_ff = gate[0];
    out.num_layers = table.count_blocks("blocks.");
    if (query[0] % out.num_heads != 0) {
        return corrupt_file(
            table.file(), "blocks.0.attn.q.weight",
            fmt::format("blocks.0.attn.q.weight has {} rows, no multiple of the {} heads of its position table.",
                        query[0], out.num_heads),
            "Download the file again, or use another copy of this model.");
    }
    out.d_kv = query[0] / out.num_heads;
    if (out.num_layers > 1 && table.find("blocks.1.pos_embedding.embedding.weight") == nullptr) {
        return Error{ErrorCode::kUnsupported,
                     fmt::format("{} is a T5 text encoder with one position table for all its blocks; Wan needs UMT5, "
                                 "which has one in each.",
                                 table.file()),
                     table.file(),
                     "blocks.1.pos_embedding.embedding.weight",
                     "Use models_t5_umt5-xxl-enc-bf16.pth or umt5_xxl of the Wan repositories.",
                     {}};
    }
    return out;
}

Result<void> check_against(const ConfigFile& config, const std::string& weights, Umt5Config& out) {
    STUDIO_TRY_VOID(config.agrees({"vocab_size"}, out.vocab_size, "token_embedding.weight", weights));
    STUDIO_TRY_VOID(config.agrees({"d_model"}, out.d_model, "token_embedding.weight", weights));
    STUDIO_TRY_VOID(config.agrees({"num_heads"}, out.num_heads, "blocks.0.pos_embedding", weights));
    STUDIO_TRY_VOID(config.agrees({"d_kv"}, out.d_kv, "blocks.0.attn.q.weight", weights));
    STUDIO_TRY_VOID(config.agrees({"d_ff"}, out.d_ff, "blocks.0.ffn.gate.0.weight", weights));
    STUDIO_TRY_VOID(config.agrees({"num_layers"}, out.num_layers, "blocks.*", weights));
    STUDIO_TRY_VOID(
        config.agrees({"relative_attention_num_buckets"}, out.num_buckets, "blocks.0.pos_embedding", weights));
    STUDIO_TRY(distance, config.integer({"relative_attention_max_distance"}));
    out.max_distance = distance.value_or(out.max_distance);
    STUDIO_TRY(eps, config.number("layer_norm_epsilon"));
    if (eps && !(*eps > 0 && *eps < 1)) return config.wrong("layer_norm_epsilon", "is not between 0 and 1");
    out.eps = eps.value_or(out.eps);
    if (out.num_buckets < 4 || out.num_buckets % 4 != 0 || out.max_distance <= out.num_buckets / 4) {
        return corrupt_file(
            weights, "blocks.0.pos_embedding.embedding.weight",
            fmt::format("{} position buckets over a distance of {} cannot be divided as this network does it.",
                        out.num_buckets, out.max_distance),
            "Check config.json, or use another copy of this model.");
    }
    return {};
}

}  // namespace

Result<Umt5Config> umt5_config(const Recognised& recognised) {
    const TensorTable table(recognised);
    STUDIO_TRY(config, encoder_config(recognised));
    STUDIO_TRY(out, from_shapes(table));
    STUDIO_TRY_VOID(check_against(config, table.file(), out));
    const std::int64_t inner = out.num_heads * out.d_kv;
    STUDIO_TRY_VOID(table.require("token_embedding.weight", {out.vocab_size, out.d_model}));
    STUDIO_TRY_VOID(table.require("norm.weight", {out.d_model}));
    for (std::int64_t i = 0; i < out.num_layers; ++i) {
        const std::string block = fmt::format("blocks.{}.", i);
        STUDIO_TRY_VOID(table.require(block + "norm1.weight", {out.d_model}));
        STUDIO_TRY_VOID(table.require(block + "norm2.weight", {out.d_model}));
        for (const char* layer : {"attn.q.weight", "attn.k.weight", "attn.v.weight"}) {
            STUDIO_TRY_VOID(table.require(block + layer, {inner, out.d_model}));
        }
        STUDIO_TRY_VOID(table.require(block + "attn.o.weight", {out.d_model, inner}));
        STUDIO_TRY_VOID(table.require(block + "pos_embedding.embedding.weight", {out.num_buckets, out.num_heads}));
        STUDIO_TRY_VOID(table.require(block + "ffn.gate.0.weight", {out.d_ff, out.d_model}));
        STUDIO_TRY_VOID(table.require(block + "ffn.fc1.weight", {out.d_ff, out.d_model}));
        STUDIO_TRY_VOID(table.require(block + "ffn.fc2.weight", {out.d_model, out.d_ff}));
    }
    STUDIO_TRY_VOID(table.agrees_with_header(out.num_layers));
    table.warn_of_unused();
    return out;
}

}  // namespace studio::checkpoint
