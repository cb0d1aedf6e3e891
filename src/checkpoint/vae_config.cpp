#include <fmt/format.h>

#include <algorithm>

#include "checkpoint/config_file.h"
#include "checkpoint/configs.h"
#include "checkpoint/tensor_table.h"
#include "checkpoint/vae_layout.h"
#include "checkpoint/vae_statistics.h"

namespace studio::checkpoint {
namespace {

/// In the official layout the config.json beside the VAE is the transformer's; that one is not asked.
Result<ConfigFile> vae_config_file(const Recognised& recognised) {
    STUDIO_TRY(config, ConfigFile::read(recognised.checkpoint->config_path()));
    STUDIO_TRY(name, config.text("_class_name"));
    const bool is_ours = name ? *name == "AutoencoderKLWan" : config.has("z_dim");
    if (!is_ours) config.ignore();
    return config;
}

std::string list_text(const std::vector<bool>& values) {
    std::string out = "[";
    for (std::size_t i = 0; i < values.size(); ++i)
        out += fmt::format("{}{}", i > 0 ? ", " : "", values[i]);
    return out + "]";
}

Result<void> check_structure(const ConfigFile& config, const std::string& weights, const VaeConfig& c) {
    STUDIO_TRY(is_residual, config.boolean("is_residual"));
    if (is_residual && *is_residual != c.is_22) {
        return config.conflict("is_residual", fmt::format("{}", *is_residual),
                               c.is_22 ? "the names of a 2.2 VAE" : "those of a 2.1 VAE", weights);
    }
    STUDIO_TRY_VOID(config.agrees({"z_dim"}, c.z_dim, "conv2.weight", weights));
    STUDIO_TRY_VOID(config.agrees({"base_dim"}, c.base_dim, "encoder.conv1.weight", weights));
    STUDIO_TRY_VOID(config.agrees({"decoder_base_dim"}, c.decoder_base_dim, "decoder.head.0.gamma", weights));
    STUDIO_TRY_VOID(config.agrees({"num_res_blocks"}, c.num_res_blocks, "encoder.downsamples", weights));
    STUDIO_TRY_VOID(config.agrees({"patch_size"}, c.patch_size, "encoder.conv1.weight", weights));
    STUDIO_TRY_VOID(config.agrees({"in_channels"}, 3 * c.patch_size * c.patch_size, "encoder.conv1.weight", weights));
    STUDIO_TRY_VOID(config.agrees({"out_channels"}, 3 * c.patch_size * c.patch_size, "decoder.head.2.weight", weights));
    STUDIO_TRY_VOID(config.agrees({"scale_factor_spatial"}, c.spatial_stride, "encoder.downsamples", weights));
    STUDIO_TRY_VOID(config.agrees({"scale_factor_temporal"}, c.temporal_stride, "encoder.downsamples", weights));
    STUDIO_TRY(mult, config.integers("dim_mult"));
    if (mult && *mult != c.dim_mult) {
        return config.conflict("dim_mult", shape_text(*mult), shape_text(c.dim_mult) + " (encoder.downsamples)",
                               weights);
    }
    STUDIO_TRY(temporal, config.booleans("temperal_downsample"));  // spelled so by its makers
    if (temporal && *temporal != c.temporal_downsample) {
        return config.conflict("temperal_downsample", list_text(*temporal),
                               list_text(c.temporal_downsample) + " (time_conv)", weights);
    }
    STUDIO_TRY(attention, config.numbers("attn_scales"));
    if (attention && !attention->empty())
        return config.unsupported("attn_scales", "is not empty; no published Wan VAE has that");
    return {};
}

Result<void> read_statistics(const ConfigFile& config, const std::string& weights, VaeConfig& out) {
    STUDIO_TRY(mean, config.numbers("latents_mean"));
    STUDIO_TRY(deviation, config.numbers("latents_std"));
    if (mean.has_value() != deviation.has_value()) {
        return config.wrong(mean ? "latents_std" : "latents_mean", "is missing while the other of the two is there");
    }
    if (mean) {
        const auto z = static_cast<std::size_t>(out.z_dim);
        if (mean->size() != z) {
            return config.conflict("latents_mean", fmt::format("{} values", mean->size()),
                                   fmt::format("{} latent channels (conv2.weight)", z), weights);
        }
        if (deviation->size() != z) {
            return config.conflict("latents_std", fmt::format("{} values", deviation->size()),
                                   fmt::format("{} latent channels (conv2.weight)", z), weights);
        }
        if (std::any_of(deviation->begin(), deviation->end(), [](double value) { return !(value > 0); })) {
            return config.wrong("latents_std", "holds a number that is not greater than 0");
        }
        out.latents_mean = std::move(*mean);
        out.latents_std = std::move(*deviation);
        return {};
    }
    if (!out.is_22 && out.z_dim == 16) {
        out.latents_mean.assign(kVae21Mean.begin(), kVae21Mean.end());
        out.latents_std.assign(kVae21Std.begin(), kVae21Std.end());
    } else if (out.is_22 && out.z_dim == 48) {
        out.latents_mean.assign(kVae22Mean.begin(), kVae22Mean.end());
        out.latents_std.assign(kVae22Std.begin(), kVae22Std.end());
    } else {
        return corrupt_file(
            weights, "conv2.weight",
            fmt::format("This VAE has {} latent channels; published statistics exist for 16 (2.1) and 48 (2.2), and no "
                        "config.json gives others.",
                        out.z_dim),
            "Put the model's config.json with latents_mean and latents_std beside the weights.");
    }
    return {};
}

}  // namespace

Result<VaeConfig> vae_config(const Recognised& recognised) {
    const TensorTable table(recognised);
    STUDIO_TRY(config, vae_config_file(recognised));
    STUDIO_TRY(out, vae_from_shapes(table));
    STUDIO_TRY_VOID(check_structure(config, table.file(), out));
    STUDIO_TRY_VOID(require_vae_tensors(table, out));
    table.warn_of_unused();
    STUDIO_TRY_VOID(read_statistics(config, table.file(), out));
    return out;
}

}  // namespace studio::checkpoint
