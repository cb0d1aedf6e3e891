#include "pipeline/model_parts.h"

#include <fmt/format.h>

#include <algorithm>

#include "checkpoint/unused.h"
#include "core/text.h"
#include "pipeline/open_tokenizer.h"
#include "pipeline/published_parts.h"

namespace studio::pipeline {
namespace fs = std::filesystem;
namespace {

using checkpoint::Recognised;
using checkpoint::Role;

bool is_22_expert(const checkpoint::DitConfig& dit) {
    // Latent, four frames' mask and the image's latent; 2.1 networks of that input have an image embedder.
    return !dit.has_image_embedder && dit.in_channels == 2 * dit.out_channels + 4;
}

FoundPart facts_of(const ModelParts& parts) {
    FoundPart out;
    out.path = parts.folder.parts.transformer;
    out.latent_channels = parts.dit_config.out_channels;
    out.text_dim = parts.dit_config.text_dim;
    out.image_dim = parts.dit_config.image_dim;
    out.is_22_expert = is_22_expert(parts.dit_config);
    out.has_sla = parts.dit_config.has_sla;
    return out;
}

Error missing_part(const ModelFolder& folder, const std::string& what, const FoundPart& transformer) {
    std::string message = fmt::format("The model has no {}.", what);
    if (const auto hint = folder.hints.find(what); hint != folder.hints.end())
        message += fmt::format(" {}.", escape_for_display(hint->second, 600));
    std::error_code ignored;
    const bool has_part_folders = folder.layout == "diffusers folder";
    const fs::path place = fs::is_directory(folder.root, ignored) ? folder.root : folder.root.parent_path();
    return Error{ErrorCode::kNotFound,
                 std::move(message),
                 path_to_utf8(has_part_folders ? folder.root / what : place),
                 what,
                 fmt::format("Get {}, and put it into {} or name where it is.", published_part(what, transformer),
                             path_to_utf8(place)),
                 {}};
}

/// open_as, and where the right file is published when the given one is something else.
Result<Recognised> open_part(const fs::path& path, Role role, const char* name, const FoundPart& transformer) {
    auto part = checkpoint::open_as(path, role);
    if (!part.ok() && part.error().code == ErrorCode::kUnsupported && part.error().field.empty())
        part.error().fix += fmt::format(" The published models use {}.", published_part(name, transformer));
    return part;
}

Error misfit(const fs::path& file, std::string field, std::string message, std::string fix) {
    return Error{ErrorCode::kUnsupported, std::move(message), path_to_utf8(file), std::move(field), std::move(fix), {}};
}

/// What to show as the file of a part: its weights (the index of a sharded one).
fs::path main_file(const Recognised& part) {
    const auto files = part.checkpoint->files();
    return files.size() == 1 ? files.front() : part.checkpoint->path();
}

/// Both experts are the same network with other weights.
Result<void> check_experts(const ModelParts& parts, const checkpoint::DitConfig& second) {
    const auto& first = parts.dit_config;
    const fs::path file = main_file(*parts.transformer_2);
    const auto same = [&](const char* what, std::int64_t a, std::int64_t b) -> Result<void> {
        if (a == b) return {};
        return misfit(file, "transformer_2",
                      fmt::format("The two transformers are no pair: {} has {} = {}, {} has {}.",
                                  path_to_utf8(main_file(parts.dit)), what, a, path_to_utf8(file), b),
                      "Use the high-noise and the low-noise file of one model.");
    };
    STUDIO_TRY_VOID(same("dim", first.dim, second.dim));
    STUDIO_TRY_VOID(same("num_layers", first.num_layers, second.num_layers));
    STUDIO_TRY_VOID(same("in_channels", first.in_channels, second.in_channels));
    STUDIO_TRY_VOID(same("out_channels", first.out_channels, second.out_channels));
    STUDIO_TRY_VOID(same("text_dim", first.text_dim, second.text_dim));
    STUDIO_TRY_VOID(same("num_heads", first.num_heads, second.num_heads));
    return same("image tokens", first.has_image_embedder, second.has_image_embedder);
}

Result<void> open_experts(ModelParts& parts) {
    const PartPaths& paths = parts.folder.parts;
    if (paths.transformer.empty()) return missing_part(parts.folder, "transformer", {});
    STUDIO_TRY(dit, open_part(paths.transformer, Role::kDit, "transformer", {}));
    STUDIO_TRY(dit_config, checkpoint::dit_config(dit));
    parts.dit = std::move(dit);
    parts.dit_config = dit_config;
    if (paths.transformer_2.empty()) {
        // A diffusers index that names one transformer is believed; loose files are not.
        const bool is_alone = is_22_expert(dit_config) && parts.folder.layout != "diffusers folder";
        if (parts.folder.is_half_of_pair || is_alone)
            return missing_part(parts.folder, "transformer_2", facts_of(parts));
        return {};
    }
    STUDIO_TRY(second, open_part(paths.transformer_2, Role::kDit, "transformer_2", facts_of(parts)));
    STUDIO_TRY(second_config, checkpoint::dit_config(second));
    parts.transformer_2 = std::move(second);
    return check_experts(parts, second_config);
}

/// What the inputs of the network and the VAE make of it.
Result<ModelKind> kind_of(const ModelParts& parts) {
    const auto& dit = parts.dit_config;
    const std::int64_t extra = dit.in_channels - dit.out_channels;
    if (extra == 0) {
        // 2.1 networks with image tokens and no image latent do not exist.
        const bool takes_image = parts.folder.expand_timesteps || parts.vae_config.is_22;
        return takes_image ? ModelKind::kTextImageToVideo : ModelKind::kTextToVideo;
    }
    const std::int64_t wanted = parts.vae_config.temporal_stride + dit.out_channels;  // mask and image latent
    if (extra == wanted) return dit.image_pos_len > 0 ? ModelKind::kFirstLastFrame : ModelKind::kImageToVideo;
    return misfit(main_file(parts.dit), "patch_embedding.weight",
                  fmt::format("This transformer takes {} input channels for {} output channels; known are {} (from "
                              "text) and {} (from an image).",
                              dit.in_channels, dit.out_channels, dit.out_channels, dit.out_channels + wanted),
                  "Use a text-to-video or image-to-video transformer of the Wan family.");
}

Result<void> open_image_encoder(const NeededParts& needed, ModelParts& parts) {
    const PartPaths& paths = parts.folder.parts;
    if (!parts.dit_config.has_image_embedder || !needed.image_encoder) return {};
    if (paths.image_encoder.empty()) return missing_part(parts.folder, "image_encoder", facts_of(parts));
    STUDIO_TRY(encoder, open_part(paths.image_encoder, Role::kClip, "image_encoder", facts_of(parts)));
    STUDIO_TRY(config, checkpoint::clip_config(encoder));
    parts.clip_config = config;
    parts.image_encoder = std::move(encoder);
    if (config.dim == parts.dit_config.image_dim) return {};
    return misfit(
        main_file(*parts.image_encoder), "hidden_size",
        fmt::format("The image encoder and the transformer do not belong together: the encoder's width is {}, "
                    "the transformer reads {} ({}).",
                    config.dim, parts.dit_config.image_dim, path_to_utf8(main_file(parts.dit))),
        fmt::format("Use {}.", published_part("image_encoder", facts_of(parts))));
}

bool is_turbo_card(const Json& card) {
    if (!card.is_object()) return false;
    const auto turbo = card.find("turbo");
    if (turbo != card.end() && turbo->is_boolean()) return turbo->get<bool>();
    const auto defaults = card.find("defaults");
    return defaults != card.end() && defaults->is_object() && defaults->value("sampler", Json()) == "rcm";
}

Result<void> check_fit(const ModelParts& parts) {
    const auto& dit = parts.dit_config;
    if (parts.vae_config.z_dim != dit.out_channels) {
        return misfit(
            main_file(parts.vae), "z_dim",
            fmt::format("The VAE and the transformer do not belong together: the VAE has {} latent channels, the "
                        "transformer {} ({}).",
                        parts.vae_config.z_dim, dit.out_channels, path_to_utf8(main_file(parts.dit))),
            fmt::format("This transformer needs a VAE with {} channels: {}.", dit.out_channels,
                        published_part("vae", facts_of(parts))));
    }
    if (parts.text_config && parts.text_config->d_model != dit.text_dim) {
        return misfit(
            main_file(*parts.text_encoder), "d_model",
            fmt::format("The text encoder and the transformer do not belong together: the encoder's width is {}, the "
                        "transformer reads {} ({}).",
                        parts.text_config->d_model, dit.text_dim, path_to_utf8(main_file(parts.dit))),
            fmt::format("Use a text encoder of width {}; the published models read {}.", dit.text_dim,
                        published_part("text_encoder", facts_of(parts))));
    }
    if (parts.text_config && parts.tokenizer &&
        static_cast<std::int64_t>(parts.tokenizer->vocab_size()) > parts.text_config->vocab_size) {
        return misfit(parts.folder.parts.tokenizer, "vocab_size",
                      fmt::format("The tokenizer has {} pieces, but the text encoder has rows for {} ({}).",
                                  parts.tokenizer->vocab_size(), parts.text_config->vocab_size,
                                  path_to_utf8(main_file(*parts.text_encoder))),
                      "Use the tokenizer that came with this text encoder.");
    }
    return {};
}

void add_files(const Recognised& part, std::vector<fs::path>& out) {
    for (const auto& file : part.checkpoint->files())
        out.push_back(file);
    if (!part.checkpoint->config_path().empty()) out.push_back(part.checkpoint->config_path());
}

void add_tokenizer_files(const fs::path& tokenizer, std::vector<fs::path>& out) {
    std::error_code ec;
    if (fs::is_regular_file(tokenizer, ec)) return out.push_back(tokenizer);
    for (const fs::path& folder : {tokenizer, tokenizer / "tokenizer"})
        for (const char* name : {"spiece.model", "tokenizer.json"})
            if (fs::is_regular_file(folder / name, ec)) out.push_back(folder / name);
}

std::vector<const Recognised*> all_parts(const ModelParts& parts) {
    std::vector<const Recognised*> out{&parts.dit, &parts.vae};
    for (const auto* part : {&parts.transformer_2, &parts.text_encoder, &parts.image_encoder})
        if (part->has_value()) out.push_back(&**part);
    return out;
}

/// The transformer's own name; a pair of experts settles what one of them alone leaves open.
std::string model_variant(const ModelParts& parts) {
    if (!parts.transformer_2 || parts.dit_config.dim != 5120) return parts.dit.variant;
    const std::string start = parts.dit_config.has_sla ? "TurboWan2.2" : "Wan2.2";
    return start + (parts.kind == ModelKind::kTextToVideo ? " T2V A14B" : " I2V A14B");
}

Result<void> open_text_side(const NeededParts& needed, ModelParts& parts) {
    const PartPaths& paths = parts.folder.parts;
    if (needed.tokenizer) {
        if (paths.tokenizer.empty()) return missing_part(parts.folder, "tokenizer", facts_of(parts));
        STUDIO_TRY(tokenizer, open_tokenizer(paths.tokenizer));
        parts.tokenizer = std::move(tokenizer);
        add_tokenizer_files(paths.tokenizer, parts.files);
    }
    if (needed.text_encoder) {
        if (paths.text_encoder.empty()) return missing_part(parts.folder, "text_encoder", facts_of(parts));
        STUDIO_TRY(encoder, open_part(paths.text_encoder, Role::kTextEncoder, "text_encoder", facts_of(parts)));
        STUDIO_TRY(config, checkpoint::umt5_config(encoder));
        parts.text_config = config;
        parts.text_encoder = std::move(encoder);
    }
    return {};
}

}  // namespace

std::string_view to_string(ModelKind kind) noexcept {
    switch (kind) {
        case ModelKind::kTextToVideo:
            return "t2v";
        case ModelKind::kImageToVideo:
            return "i2v";
        case ModelKind::kFirstLastFrame:
            return "flf2v";
        case ModelKind::kTextImageToVideo:
            break;
    }
    return "ti2v";
}

std::string_view kind_title(ModelKind kind) noexcept {
    switch (kind) {
        case ModelKind::kTextToVideo:
            return "text-to-video";
        case ModelKind::kImageToVideo:
            return "image-to-video";
        case ModelKind::kFirstLastFrame:
            return "first-last-frame-to-video";
        case ModelKind::kTextImageToVideo:
            break;
    }
    return "text-image-to-video";
}

Result<std::shared_ptr<const ModelParts>> open_model_parts(const ModelFolder& folder, const NeededParts& needed) {
    auto parts = std::make_shared<ModelParts>();
    parts->folder = folder;
    STUDIO_TRY_VOID(open_experts(*parts));
    if (folder.parts.vae.empty()) return missing_part(folder, "vae", facts_of(*parts));
    STUDIO_TRY(vae, open_part(folder.parts.vae, Role::kVae, "vae", facts_of(*parts)));
    STUDIO_TRY(vae_config, checkpoint::vae_config(vae));
    parts->vae = std::move(vae);
    parts->vae_config = vae_config;
    STUDIO_TRY_VOID(open_text_side(needed, *parts));
    STUDIO_TRY_VOID(check_fit(*parts));
    STUDIO_TRY(kind, kind_of(*parts));
    parts->kind = kind;
    STUDIO_TRY_VOID(open_image_encoder(needed, *parts));
    for (const Recognised* part : all_parts(*parts)) {
        add_files(*part, parts->files);
        parts->weight_bytes += stored_bytes(*part);
    }
    parts->is_turbo = parts->dit_config.has_sla || is_turbo_card(folder.card);
    parts->variant = model_variant(*parts);
    parts->notices = folder.notices;
    for (const Recognised* part : all_parts(*parts)) {
        if (std::string notice = checkpoint::unused_notice(*part); !notice.empty())
            parts->notices.push_back(std::move(notice));
    }
    std::sort(parts->files.begin(), parts->files.end());
    return std::shared_ptr<const ModelParts>(std::move(parts));
}

}  // namespace studio::pipeline
