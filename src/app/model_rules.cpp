#include "app/model_rules.h"

#include <fmt/format.h>

#include "pipeline/model_parts.h"

namespace studio {
namespace {

using pipeline::ModelKind;

Result<void> check_images(const GenerationRequest& r, const pipeline::ModelParts& parts) {
    const std::string name = parts.variant.empty() ? parts.folder.name : parts.variant;
    const bool needs_image = parts.kind == ModelKind::kImageToVideo || parts.kind == ModelKind::kFirstLastFrame;
    if (!r.image.empty() && parts.kind == ModelKind::kTextToVideo)
        return invalid_argument("image", fmt::format("This model ({}) makes videos from text only.", name),
                                "Leave the image out, or choose an image-to-video model.");
    if (r.image.empty() && needs_image)
        return invalid_argument("image",
                                fmt::format("This model ({}) makes videos from an image: none is given.", name),
                                "Give one with --image FILE, or choose a text-to-video model.");
    if (!r.end_image.empty() && parts.kind != ModelKind::kFirstLastFrame)
        return invalid_argument("end_image",
                                fmt::format("This model ({}) was not made to end with a given image.", name),
                                "Leave the end image out, or choose a first-and-last-frame model (FLF2V).");
    if (r.end_image.empty() && parts.kind == ModelKind::kFirstLastFrame)
        return invalid_argument(
            "end_image", fmt::format("This model ({}) goes from a first to a last image: the last is missing.", name),
            "Give it with --end-image FILE, or choose an image-to-video model.");
    if (r.image.empty() && r.image_fit != "follow")
        return invalid_argument("image_fit", "There is no image that could be fitted.",
                                "Give an image, or leave the fit out.");
    return {};
}

Result<void> check_guidance(const GenerationRequest& r, const pipeline::ModelParts& parts) {
    if (!parts.is_turbo || r.sampler.value_or("rcm") != "rcm") return {};
    const char* const why = "This model was distilled to work without guidance: one pass per step, no negative prompt.";
    if (r.guidance.value_or(1) != 1) return invalid_argument("guidance", why, "Leave guidance out, or set it to 1.");
    if (r.guidance_2.value_or(1) != 1)
        return invalid_argument("guidance_2", why, "Leave guidance_2 out, or set it to 1.");
    if (r.negative_prompt.find_first_not_of(" ") != std::string::npos)
        return invalid_argument("negative_prompt", why,
                                "Leave the negative prompt out; say in the prompt what should be seen instead.");
    return {};
}

Result<void> check_experts(const GenerationRequest& r, const pipeline::ModelParts& parts) {
    if (parts.has_two_experts()) return {};
    const auto refuse = [](const char* field, const char* what) {
        return invalid_argument(field, fmt::format("This model has one transformer: {}.", what),
                                "Leave it out, or choose a model with two experts (Wan 2.2 A14B).");
    };
    if (r.guidance_2) return refuse("guidance_2", "there is no low-noise expert with a guidance of its own");
    if (r.boundary) return refuse("boundary", "there is no second one to switch to");
    for (const LoraSetting& lora : r.loras)
        if (lora.expert == "low") return refuse("loras", "there is no low-noise expert for an adapter");
    return {};
}

}  // namespace

Result<void> refuse_unusable(const GenerationRequest& asked, const pipeline::ModelParts& parts) {
    // Latents were made already: what they were made from does not matter any more.
    if (asked.latents.empty()) STUDIO_TRY_VOID(check_images(asked, parts));
    STUDIO_TRY_VOID(check_guidance(asked, parts));
    return check_experts(asked, parts);
}

Result<void> refuse_contradictions(const GenerationRequest& r) {
    if (*r.sampler == "rcm" && *r.steps > 4)
        return invalid_argument("steps", fmt::format("The rcm sampler takes 1 to 4 steps, not {}.", *r.steps),
                                "Use 4, or another sampler such as unipc.");
    if (*r.sampler != "rcm" && r.sampler_mode)
        return invalid_argument("sampler_mode",
                                fmt::format("The {} sampler has no mode: sde and ode are ways of rcm.", *r.sampler),
                                "Leave the mode out, or choose the rcm sampler.");
    if (!r.negative_prompt.empty() && *r.guidance == 1 && r.guidance_2.value_or(1) == 1)
        return invalid_argument(
            "negative_prompt", "The negative prompt would have no effect: guidance is 1, which turns it off.",
            "Set guidance above 1 (each step then takes twice as long), or leave the negative prompt out.");
    return {};
}

}  // namespace studio
