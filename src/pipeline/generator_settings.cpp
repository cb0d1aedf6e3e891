#include "pipeline/generator_settings.h"

#include <fmt/format.h>

#include "core/text.h"

namespace studio::pipeline {

namespace fs = std::filesystem;

std::vector<fs::path> text_files(const ModelParts& parts) {
    std::vector<fs::path> files(parts.text_encoder->checkpoint->files().begin(),
                                parts.text_encoder->checkpoint->files().end());
    files.push_back(parts.folder.parts.tokenizer);
    return files;
}

SamplerSettings sampler_settings(const DenoiseSettings& settings) {
    const auto kind = sampler_kind(settings.sampler);
    if (!kind) {
        throw Failure(invalid_argument("sampler",
                                       fmt::format("There is no sampler \"{}\".", escape_for_display(settings.sampler)),
                                       "Use rcm, unipc, euler or dpmpp."));
    }
    SamplerSettings out;
    out.kind = *kind;
    out.steps = settings.steps;
    out.shift = settings.shift;
    out.sigma_max = settings.sigma_max;
    out.ode = settings.ode;
    return out;
}

PipelineOptions pipeline_options(const ComputeChoice& choice) {
    PipelineOptions out;
    const auto kind = ops::attention_kind(choice.attention);
    if (!kind)
        throw Failure(invalid_argument(
            "attention", fmt::format("There is no attention \"{}\".", escape_for_display(choice.attention)),
            "Use auto, dense, sla, sagesla or sage."));
    out.dit.attention.kind = *kind;
    out.dit.attention.topk = choice.sla_topk;
    for (const LoraUse& use : choice.loras) {
        const LoraChoice lora{use.path, use.strength};
        if (use.expert != LoraUse::Expert::kLowNoise) out.dit.loras.push_back(lora);
        if (use.expert != LoraUse::Expert::kHighNoise) out.loras_low.push_back(lora);
    }
    return out;
}

/// Everything that changes what a loaded transformer computes.
std::string transformer_identity(const ComputeChoice& choice) {
    std::vector<fs::path> files;
    std::string out = fmt::format("{}|{}", choice.attention, choice.sla_topk);
    for (const LoraUse& use : choice.loras) {
        files.push_back(use.path);
        out += fmt::format("|{}|{}", use.strength, static_cast<int>(use.expert));
    }
    return out + "\n" + files_identity(files);
}

}  // namespace studio::pipeline
