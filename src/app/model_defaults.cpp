#include "app/model_defaults.h"

#include <fmt/format.h>

#include "app/settings_table.h"
#include "core/text.h"
#include "pipeline/model_parts.h"
#include "pipeline/video_shape.h"

namespace studio {
namespace {

constexpr int kRcmSteps = 4;
constexpr int kOtherSamplerSteps = 20;  // for a distilled model that is asked for a grid sampler

ModelDefaults of_variant(const checkpoint::DitConfig& dit) {
    ModelDefaults out;
    if (dit.out_channels == 48) {  // Wan 2.2 TI2V 5B
        out.width = 1280;
        out.height = 704;
        out.num_frames = 121;
        out.fps = 24;
    }
    return out;
}

/// A card's defaults are a request like any other: same types, same ranges.
Result<GenerationRequest> card_request(const pipeline::ModelFolder& folder) {
    const auto it = folder.card.find("defaults");
    if (it == folder.card.end()) return GenerationRequest{};
    const auto in_card = [&](const Error& error) {
        return corrupt_file(path_to_utf8(folder.root / "demo.json"), "defaults." + error.field,
                            fmt::format("The defaults of the model are not usable: {}", error.message),
                            "Download the model again, or correct its card.");
    };
    auto request = GenerationRequest::from_json(*it);
    if (!request) return in_card(request.error());
    request->prompt.assign(1, 'x');  // ranges are checked with a prompt
    if (auto ok = check_ranges(*request); !ok) return in_card(ok.error());
    return *std::move(request);
}

}  // namespace

Result<ModelDefaults> model_defaults(const pipeline::ModelParts& parts) {
    ModelDefaults out = of_variant(parts.dit_config);
    if (parts.folder.flow_shift) out.shift = *parts.folder.flow_shift;
    STUDIO_TRY(card, card_request(parts.folder));
    if (card.sampler) {
        out.sampler = *card.sampler;
        if (out.sampler == "rcm") {
            out.steps = kRcmSteps;
            out.guidance = 1;
        }
    }
    out.width = card.width.value_or(out.width);
    out.height = card.height.value_or(out.height);
    out.num_frames = card.num_frames.value_or(out.num_frames);
    out.fps = card.fps.value_or(out.fps);
    out.steps = card.steps.value_or(out.steps);
    out.guidance = card.guidance.value_or(out.guidance);
    out.shift = card.shift.value_or(out.shift);
    out.sigma_max = card.sigma_max.value_or(out.sigma_max);
    return out;
}

void fill_defaults(GenerationRequest& request, const ModelDefaults& defaults, const pipeline::ShapeRules& rules) {
    const auto fill = [](auto& value, const auto& otherwise) {
        if (!value) value = otherwise;
    };
    fill(request.width, defaults.width);
    fill(request.height, defaults.height);
    fill(request.fps, defaults.fps);
    if (request.seconds && !request.num_frames)
        request.num_frames = pipeline::frames_for_seconds(*request.seconds, *request.fps, rules);
    request.seconds.reset();  // num_frames decides from here on
    fill(request.num_frames, defaults.num_frames);
    fill(request.sampler, defaults.sampler);
    const bool is_usual = *request.sampler == defaults.sampler;
    const bool is_rcm = *request.sampler == "rcm";
    fill(request.steps, is_usual ? defaults.steps : is_rcm ? kRcmSteps : kOtherSamplerSteps);
    fill(request.guidance, is_rcm && !is_usual ? 1.0 : defaults.guidance);
    fill(request.shift, defaults.shift);
    fill(request.sigma_max, defaults.sigma_max);
}

}  // namespace studio
