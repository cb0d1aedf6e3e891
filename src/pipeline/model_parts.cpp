#include "pipeline/model_parts.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"

namespace studio::pipeline {
namespace fs = std::filesystem;
namespace {

using checkpoint::Recognised;
using checkpoint::Role;

Error missing_part(const ModelFolder& folder, const char* part) {
    const std::string what = part;
    return Error{ErrorCode::kNotFound,
                 fmt::format("The model has no {}.", what),
                 path_to_utf8(folder.layout == "official folder" ? folder.root : folder.root / what),
                 what,
                 fmt::format("Put the missing part into {} or download the model again.", path_to_utf8(folder.root)),
                 {}};
}

Error misfit(const fs::path& file, std::string field, std::string message, std::string fix) {
    return Error{ErrorCode::kUnsupported, std::move(message), path_to_utf8(file), std::move(field), std::move(fix), {}};
}

/// What to show as the file of a part: its weights (the index of a sharded one).
fs::path main_file(const Recognised& part) {
    const auto files = part.checkpoint->files();
    return files.size() == 1 ? files.front() : part.checkpoint->path();
}

Result<void> check_network_kind(const ModelParts& parts) {
    const auto& dit = parts.dit_config;
    const fs::path file = main_file(parts.dit);
    if (!parts.folder.parts.transformer_2.empty()) {
        return misfit(parts.folder.parts.transformer_2, "transformer_2",
                      "This is a two-expert model (Wan 2.2 A14B); this version runs models with one transformer.",
                      "Choose a Wan 2.1 text-to-video model.");
    }
    if (dit.has_image_embedder || dit.in_channels != dit.out_channels) {
        return misfit(
            file, "patch_embedding.weight",
            fmt::format("This transformer makes videos from an image ({} input channels for {} output channels); this "
                        "version makes videos from text.",
                        dit.in_channels, dit.out_channels),
            "Choose a text-to-video model.");
    }
    return {};
}

Result<void> check_fit(const ModelParts& parts) {
    const auto& dit = parts.dit_config;
    if (parts.vae_config.z_dim != dit.out_channels) {
        return misfit(
            main_file(parts.vae), "z_dim",
            fmt::format("The VAE and the transformer do not belong together: the VAE has {} latent channels, the "
                        "transformer {} ({}).",
                        parts.vae_config.z_dim, dit.out_channels, path_to_utf8(main_file(parts.dit))),
            dit.out_channels == 48 ? "This transformer needs the Wan 2.2 VAE (48 channels)."
                                   : fmt::format("This transformer needs a VAE with {} channels.", dit.out_channels));
    }
    if (parts.text_config && parts.text_config->d_model != dit.text_dim) {
        return misfit(
            main_file(*parts.text_encoder), "d_model",
            fmt::format("The text encoder and the transformer do not belong together: the encoder's width is {}, the "
                        "transformer reads {} ({}).",
                        parts.text_config->d_model, dit.text_dim, path_to_utf8(main_file(parts.dit))),
            fmt::format("Use a text encoder of width {}.", dit.text_dim));
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

Result<void> open_text_side(const NeededParts& needed, ModelParts& parts) {
    const PartPaths& paths = parts.folder.parts;
    if (needed.tokenizer) {
        if (paths.tokenizer.empty()) return missing_part(parts.folder, "tokenizer");
        STUDIO_TRY(tokenizer, text::Tokenizer::open(paths.tokenizer));
        parts.tokenizer = std::move(tokenizer);
        add_tokenizer_files(paths.tokenizer, parts.files);
    }
    if (needed.text_encoder) {
        if (paths.text_encoder.empty()) return missing_part(parts.folder, "text_encoder");
        STUDIO_TRY(encoder, checkpoint::open_as(paths.text_encoder, Role::kTextEncoder));
        STUDIO_TRY(config, checkpoint::umt5_config(encoder));
        parts.text_config = config;
        add_files(encoder, parts.files);
        parts.weight_bytes += stored_bytes(encoder);
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
    if (folder.parts.transformer.empty()) return missing_part(folder, "transformer");
    STUDIO_TRY(dit, checkpoint::open_as(folder.parts.transformer, Role::kDit));
    STUDIO_TRY(dit_config, checkpoint::dit_config(dit));
    parts->dit = std::move(dit);
    parts->dit_config = dit_config;
    STUDIO_TRY_VOID(check_network_kind(*parts));
    if (folder.parts.vae.empty()) return missing_part(folder, "vae");
    STUDIO_TRY(vae, checkpoint::open_as(folder.parts.vae, Role::kVae));
    STUDIO_TRY(vae_config, checkpoint::vae_config(vae));
    parts->vae = std::move(vae);
    parts->vae_config = vae_config;
    for (const Recognised* part : {&parts->dit, &parts->vae}) {
        add_files(*part, parts->files);
        parts->weight_bytes += stored_bytes(*part);
    }
    STUDIO_TRY_VOID(open_text_side(needed, *parts));
    STUDIO_TRY_VOID(check_fit(*parts));
    parts->variant = parts->dit.variant;
    std::sort(parts->files.begin(), parts->files.end());
    return std::shared_ptr<const ModelParts>(std::move(parts));
}

std::string files_identity(const std::vector<fs::path>& files) {
    std::string out;
    for (const fs::path& file : files) {
        std::error_code ec;
        const auto size = fs::file_size(file, ec);
        const auto time = fs::last_write_time(file, ec).time_since_epoch().count();
        out += fmt::format("{}|{}|{}\n", path_to_utf8(file), size, time);
    }
    return out;
}

std::uint64_t stored_bytes(const Recognised& part) {
    std::uint64_t sum = 0;
    for (const auto& tensor : part.tensors)
        sum += tensor.stored->nbytes;
    return sum;
}

std::uint64_t parameter_count(const Recognised& part) {
    std::uint64_t sum = 0;
    for (const auto& tensor : part.tensors) {
        std::uint64_t count = 1;
        for (const std::int64_t n : tensor.shape)
            count *= static_cast<std::uint64_t>(n);
        sum += count;
    }
    return sum;
}

}  // namespace studio::pipeline
