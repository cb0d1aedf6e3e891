#include "library/model_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "checkpoint/configs.h"
#include "checkpoint/lora_keys.h"
#include "checkpoint/variant.h"
#include "core/text.h"
#include "pipeline/published_parts.h"

namespace studio {
namespace fs = std::filesystem;

using checkpoint::Recognised;
using checkpoint::Role;

namespace {

Json dit_json(const checkpoint::DitConfig& c) {
    return {{"dim", c.dim},
            {"ffn_dim", c.ffn_dim},
            {"num_heads", c.num_heads},
            {"head_dim", c.head_dim},
            {"num_layers", c.num_layers},
            {"in_channels", c.in_channels},
            {"out_channels", c.out_channels},
            {"text_dim", c.text_dim},
            {"has_image_embedder", c.has_image_embedder},
            {"image_dim", c.image_dim},
            {"image_pos_len", c.image_pos_len},
            {"has_linear_branch", c.has_linear_branch},
            {"has_sla", c.has_sla}};
}

Json vae_json(const checkpoint::VaeConfig& c) {
    return {{"z_dim", c.z_dim},
            {"base_dim", c.base_dim},
            {"is_22", c.is_22},
            {"spatial_stride", c.spatial_stride},
            {"temporal_stride", c.temporal_stride}};
}

Json text_json(const checkpoint::Umt5Config& c) {
    return {{"d_model", c.d_model},
            {"num_layers", c.num_layers},
            {"num_heads", c.num_heads},
            {"d_ff", c.d_ff},
            {"vocab_size", c.vocab_size}};
}

Json clip_json(const checkpoint::ClipConfig& c) {
    return {{"dim", c.dim},
            {"num_layers", c.num_layers},
            {"num_heads", c.num_heads},
            {"patch_size", c.patch_size},
            {"image_size", c.image_size}};
}

Json lora_json(const checkpoint::LoraSummary& s) {
    return {{"naming", s.naming},
            {"rank_min", s.rank_min},
            {"rank_max", s.rank_max},
            {"layers", s.low_rank_layers},
            {"differences", s.differences},
            {"width", s.width},
            {"blocks", s.blocks},
            {"has_image_layers", s.has_image_layers},
            {"is_step_distilled", s.kind == checkpoint::LoraKind::kStepDistilled},
            {"text", s.text}};
}

std::string missing_line(const char* part, const pipeline::FoundPart& transformer, const std::string& hint) {
    return fmt::format("{}: {}{}", part, pipeline::published_part(part, transformer),
                       hint.empty() ? "" : " (" + hint + ")");
}

std::int64_t number(const Json& config, const char* key) {
    const auto at = config.find(key);
    return at != config.end() && at->is_number_integer() ? at->get<std::int64_t>() : 0;
}

std::string family_of_latents(std::int64_t channels) {
    if (channels == 16) return ": Wan2.1 and Wan2.2 A14B";
    if (channels == 48) return ": Wan2.2 TI2V 5B";
    return "";
}

}  // namespace

Shares precision_shares(const std::vector<const Recognised*>& parts) {
    std::map<std::string, std::uint64_t> bytes;
    std::uint64_t total = 0;
    for (const Recognised* part : parts) {
        for (const checkpoint::NamedTensor& tensor : part->tensors) {
            bytes[checkpoint::stored_as(tensor)] += tensor.stored->nbytes;
            total += tensor.stored->nbytes;
        }
    }
    Shares out;
    for (const auto& [type, count] : bytes)
        out.emplace_back(type, total > 0 ? static_cast<double>(count) / static_cast<double>(total) : 0.0);
    std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
    return out;
}

std::uint64_t file_bytes(const Recognised& part) {
    std::uint64_t total = 0;
    for (const fs::path& file : part.checkpoint->files()) {
        std::error_code failed;
        const auto size = fs::file_size(file, failed);
        if (!failed) total += size;
    }
    return total;
}

Json part_json(const Recognised& part) {
    const Shares shares = precision_shares({&part});
    Json precisions = Json::array();
    for (const auto& [type, share] : shares)
        precisions.push_back({{"type", type}, {"share", share}});
    return {{"role", std::string(to_string(part.role))},
            {"variant", part.variant},
            {"layout", part.layout},
            {"container", std::string(part.checkpoint->container())},
            {"tensors", part.tensors.size()},
            {"parameters", checkpoint::value_count(part)},
            {"bytes", file_bytes(part)},
            {"precision", shares.empty() ? "" : shares.front().first},
            {"precisions", std::move(precisions)},
            {"path", path_to_utf8(part.checkpoint->path())}};
}

Result<Json> config_json(const Recognised& part) {
    switch (part.role) {
        case Role::kDit: {
            STUDIO_TRY(config, checkpoint::dit_config(part));
            return dit_json(config);
        }
        case Role::kVae: {
            STUDIO_TRY(config, checkpoint::vae_config(part));
            return vae_json(config);
        }
        case Role::kTextEncoder: {
            STUDIO_TRY(config, checkpoint::umt5_config(part));
            return text_json(config);
        }
        case Role::kClip: {
            STUDIO_TRY(config, checkpoint::clip_config(part));
            return clip_json(config);
        }
        case Role::kLora: {
            STUDIO_TRY(keys, checkpoint::read_lora_keys(part.checkpoint));
            return lora_json(checkpoint::lora_summary(keys));
        }
        case Role::kOther:
            break;
    }
    return Json::object();
}

const char* role_title(Role role) {
    switch (role) {
        case Role::kDit:
            return "diffusion transformer";
        case Role::kVae:
            return "video VAE";
        case Role::kTextEncoder:
            return "text encoder";
        case Role::kClip:
            return "image encoder (CLIP)";
        case Role::kLora:
            return "LoRA";
        case Role::kOther:
            break;
    }
    return "unknown";
}

std::vector<std::string> fits_of(const Recognised& part, const Json& config) {
    switch (part.role) {
        case Role::kDit: {
            const std::int64_t channels = number(config, "out_channels"), image = number(config, "image_dim");
            std::vector<std::string> out{fmt::format("VAEs with {} latent channels{}", channels,
                                                     channels == 48   ? " (Wan2.2_VAE)"
                                                     : channels == 16 ? " (Wan2.1_VAE)"
                                                                      : ""),
                                         fmt::format("UMT5 text encoders of width {}", number(config, "text_dim"))};
            if (image > 0) out.push_back(fmt::format("CLIP image encoders of width {}", image));
            return out;
        }
        case Role::kVae: {
            const std::int64_t channels = number(config, "z_dim");
            return {fmt::format("transformers with {} latent channels{}", channels, family_of_latents(channels))};
        }
        case Role::kTextEncoder:
            return {fmt::format("transformers that read text of width {}", number(config, "d_model"))};
        case Role::kClip:
            return {fmt::format("transformers that read image tokens of width {}: Wan2.1 I2V and FLF2V",
                                number(config, "dim"))};
        case Role::kLora:
            return {number(config, "width") > 0 ? fmt::format("transformers of width {} with at least {} blocks",
                                                              number(config, "width"), number(config, "blocks"))
                                                : "transformers that have its layers"};
        case Role::kOther:
            break;
    }
    return {};
}

std::vector<std::string> missing_of(const pipeline::ModelFolder& folder, const pipeline::FoundPart& transformer) {
    const pipeline::PartPaths& parts = folder.parts;
    const auto hint = [&](const char* part) {
        const auto at = folder.hints.find(part);
        return at == folder.hints.end() ? std::string() : at->second;
    };
    std::vector<std::string> out;
    const auto need = [&](const char* part, const fs::path& path, bool is_needed) {
        if (path.empty() && is_needed) out.push_back(missing_line(part, transformer, hint(part)));
    };
    const bool is_pair = folder.is_half_of_pair || (transformer.is_22_expert && folder.layout != "diffusers folder");
    need("transformer", parts.transformer, true);
    need("transformer_2", parts.transformer_2, is_pair);
    need("vae", parts.vae, true);
    need("text_encoder", parts.text_encoder, true);
    need("tokenizer", parts.tokenizer, true);
    need("image_encoder", parts.image_encoder, transformer.image_dim > 0);
    return out;
}

std::vector<std::string> missing_around(const Recognised& part) {
    if (part.role == Role::kLora) return {"transformer: the base model that it was made for"};
    std::vector<std::string> out{missing_line("transformer", {}, "")};
    if (part.role != Role::kVae) out.push_back(missing_line("vae", {}, ""));
    if (part.role != Role::kTextEncoder) out.push_back(missing_line("text_encoder", {}, ""));
    if (part.checkpoint->find("spiece_model") == nullptr) out.push_back(missing_line("tokenizer", {}, ""));
    return out;
}

}  // namespace studio
