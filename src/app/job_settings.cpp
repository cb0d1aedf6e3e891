#include "app/job_settings.h"

#include "core/text.h"

namespace studio {

pipeline::ComputeChoice compute_choice(const ResolvedRequest& r) {
    using Expert = pipeline::LoraUse::Expert;
    pipeline::ComputeChoice out;
    out.device = r.device;
    out.precision = r.precision;
    out.threads = r.threads;
    out.attention = r.request.attention;
    out.sla_topk = r.request.sla_topk;
    for (const LoraSetting& lora : r.request.loras) {
        const Expert expert = lora.expert == "high"  ? Expert::kHighNoise
                              : lora.expert == "low" ? Expert::kLowNoise
                                                     : Expert::kBoth;
        out.loras.push_back({path_from_utf8(lora.path), lora.strength, expert});
    }
    return out;
}

pipeline::DenoiseSettings denoise_settings(const ResolvedRequest& r) {
    pipeline::DenoiseSettings out;
    out.shape = {r.width, r.height, r.num_frames};
    out.seed = static_cast<std::uint64_t>(r.request.seed);
    out.sampler = r.sampler;
    out.steps = r.steps;
    out.guidance = r.guidance;
    out.guidance_2 = r.request.guidance_2;
    out.boundary = r.request.boundary;
    out.shift = r.shift;
    out.sigma_max = r.sigma_max;
    out.ode = r.request.sampler_mode == "ode";
    return out;
}

pipeline::PartPaths replaced_parts(const GenerationRequest& request) {
    pipeline::PartPaths out;
    out.vae = path_from_utf8(request.vae);
    out.text_encoder = path_from_utf8(request.text_encoder);
    out.tokenizer = path_from_utf8(request.tokenizer);
    out.transformer_2 = path_from_utf8(request.transformer_2);
    out.image_encoder = path_from_utf8(request.image_encoder);
    return out;
}

}  // namespace studio
