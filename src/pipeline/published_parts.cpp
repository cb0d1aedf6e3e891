#include "pipeline/published_parts.h"

#include <fmt/format.h>

#include "pipeline/expert_names.h"

namespace studio::pipeline {
namespace {

constexpr const char* kFirstRepo = "huggingface.co/Wan-AI/Wan2.1-T2V-1.3B";
constexpr std::int64_t kChannels22 = 48;

/// The half that is not there: its folder in the official repository, its file in TurboDiffusion's.
std::string other_expert(const FoundPart& here) {
    const bool is_low_missing = noise_half_of(here.path) != NoiseHalf::kLow;
    const char* const half = is_low_missing ? "low" : "high";
    if (here.has_sla) {
        return fmt::format(
            "TurboWan2.2-I2V-A14B-{}-720P.pth (28.6 GB; -quant: 14.5 GB) from "
            "huggingface.co/TurboDiffusion/TurboWan2.2-I2V-A14B-720P",
            half);
    }
    return fmt::format("{}_noise_model/ (57.2 GB) from huggingface.co/Wan-AI/Wan2.2-{}-A14B", half,
                       here.is_22_expert ? "I2V" : "T2V");
}

}  // namespace

std::string published_part(std::string_view part, const FoundPart& transformer) {
    if (part == "vae") {
        return transformer.latent_channels == kChannels22
                   ? "Wan2.2_VAE.pth (2.8 GB) from huggingface.co/Wan-AI/Wan2.2-TI2V-5B"
                   : fmt::format("Wan2.1_VAE.pth (508 MB) from {}", kFirstRepo);
    }
    if (part == "text_encoder") return fmt::format("models_t5_umt5-xxl-enc-bf16.pth (11.4 GB) from {}", kFirstRepo);
    if (part == "tokenizer") return fmt::format("google/umt5-xxl/spiece.model (4.5 MB) from {}", kFirstRepo);
    if (part == "image_encoder") {
        return "models_clip_open-clip-xlm-roberta-large-vit-huge-14.pth (4.8 GB) from "
               "huggingface.co/Wan-AI/Wan2.1-I2V-14B-480P";
    }
    if (part == "transformer_2") return other_expert(transformer);
    return fmt::format("diffusion_pytorch_model.safetensors (5.7 GB) from {}, or another transformer of the family",
                       kFirstRepo);
}

}  // namespace studio::pipeline
