#include "app/model_defaults.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/published_prompts.h"
#include "app/settings_table.h"
#include "checkpoint/lora_keys.h"
#include "core/text.h"
#include "pipeline/model_parts.h"
#include "pipeline/video_shape.h"

namespace studio {
namespace {

constexpr int kRcmSteps = 4;
constexpr int kOtherSamplerSteps = 20;  // for a distilled model that is asked for a grid sampler

constexpr int kSmallArea = 832 * 480;

/// Distilled by TurboDiffusion (spec: turbodiffusion.md 1.8, 2).
void use_turbo(ModelDefaults& out, bool from_image) {
    out.sampler = "rcm";
    out.steps = kRcmSteps;
    out.guidance = 1;
    out.guidance_2.reset();
    out.negative_prompt.clear();
    out.sigma_max = from_image ? 200 : 80;
    if (out.boundary) out.boundary = 0.9;
}

/// What the published values depend on.
struct VariantFacts {
    pipeline::ModelKind kind = pipeline::ModelKind::kTextToVideo;
    bool has_image_embedder = false, has_two_experts = false, is_turbo = false;
};

VariantFacts facts_of(const pipeline::ModelParts& parts) {
    return {parts.kind, parts.dit_config.has_image_embedder, parts.has_two_experts(), parts.is_turbo};
}

/// spec: wan.md 1.2, 1.3. Two experts with equal networks are the A14B models.
ModelDefaults of_variant(const VariantFacts& parts) {
    using pipeline::ModelKind;
    ModelDefaults out;
    out.negative_prompt = kNegativePrompt;
    const bool from_image = parts.kind == ModelKind::kImageToVideo || parts.kind == ModelKind::kFirstLastFrame;
    switch (parts.kind) {
        case ModelKind::kTextToVideo:
            break;
        case ModelKind::kTextImageToVideo:
            out.width = 1280;
            out.height = 704;
            out.num_frames = 121;
            out.fps = 24;
            break;
        case ModelKind::kFirstLastFrame:
            out.width = 1280;
            out.height = 720;
            out.shift = 16;
            out.negative_prompt = std::string(kNegativeCuts) + kNegativeShaking + kNegativePrompt;
            break;
        case ModelKind::kImageToVideo:
            out.steps = 40;
            if (parts.has_image_embedder) {
                out.small_shift = 3;
                out.negative_prompt = std::string(kNegativeShaking) + kNegativePrompt;
            }
            break;
    }
    if (parts.has_two_experts) {
        out.width = 1280;
        out.height = 720;
        out.steps = 40;
        out.shift = from_image ? 5 : 12;
        out.guidance = from_image ? 3.5 : 4;
        out.guidance_2 = from_image ? 3.5 : 3;
        out.boundary = from_image ? 0.9 : 0.875;
    }
    if (parts.is_turbo) use_turbo(out, from_image);
    return out;
}

/// The words that makers of distilled adapters put into names: a hint beside the content.
bool name_says(const std::filesystem::path& file, std::initializer_list<std::string_view> words) {
    std::string name = path_to_utf8(file.filename());
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return std::any_of(words.begin(), words.end(),
                       [&](std::string_view word) { return name.find(word) != std::string::npos; });
}

bool is_distilled(const std::filesystem::path& file, const checkpoint::LoraSummary& summary) {
    return summary.kind == checkpoint::LoraKind::kStepDistilled ||
           name_says(file, {"lightning", "lightx2v", "causvid", "distill", "4step", "4-step", "4_step"});
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
    ModelDefaults out = of_variant(facts_of(parts));
    if (parts.folder.flow_shift) {
        out.shift = *parts.folder.flow_shift;
        out.small_shift.reset();
    }
    if (out.boundary && parts.folder.boundary) out.boundary = parts.folder.boundary;
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
    if (card.shift) out.small_shift.reset();
    if (out.boundary) {
        out.boundary = card.boundary ? card.boundary : out.boundary;
        out.guidance_2 = card.guidance_2 ? card.guidance_2 : out.guidance_2;
    }
    out.sampler_mode = card.sampler_mode.value_or(out.sampler_mode);
    if (!card.negative_prompt.empty()) out.negative_prompt = card.negative_prompt;
    return out;
}

Result<void> use_adapter_defaults(const std::vector<LoraSetting>& loras, ModelDefaults& defaults,
                                  std::vector<std::string>& notices) {
    for (const LoraSetting& lora : loras) {
        const auto path = path_from_utf8(lora.path);
        STUDIO_TRY(file, io::Checkpoint::open(path));
        STUDIO_TRY(keys, checkpoint::read_lora_keys(std::move(file)));
        if (!is_distilled(path, checkpoint::lora_summary(keys)) || lora.strength <= 0 || defaults.sampler == "rcm")
            continue;
        // spec: wan.md 6.6; CausVid's own nine times are run as eight UniPC steps by its users.
        const bool is_causvid = name_says(path, {"causvid"});
        defaults.sampler = is_causvid ? "unipc" : "euler_linear";
        defaults.steps = is_causvid ? 8 : 4;
        defaults.shift = is_causvid ? 8 : 5;
        defaults.small_shift.reset();
        defaults.guidance = 1;
        defaults.guidance_2.reset();
        defaults.negative_prompt.clear();
        notices.push_back(
            fmt::format("{} was distilled for few steps: the defaults are {} steps of {}, shift {} and no guidance.",
                        path_to_utf8(path.filename()), defaults.steps, defaults.sampler, defaults.shift));
    }
    return {};
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
    // One guidance given holds for both experts, as in the originals.
    if (defaults.boundary && !request.guidance_2)
        request.guidance_2 = request.guidance      ? request.guidance
                             : is_rcm && !is_usual ? std::optional(1.0)
                             : defaults.guidance_2 ? defaults.guidance_2
                                                   : std::optional(defaults.guidance);
    fill(request.guidance, is_rcm && !is_usual ? 1.0 : defaults.guidance);
    if (defaults.boundary) fill(request.boundary, *defaults.boundary);
    if (is_rcm) fill(request.sampler_mode, defaults.sampler_mode);
    const bool is_small = std::int64_t{*request.width} * *request.height <= kSmallArea;
    fill(request.shift, is_small ? defaults.small_shift.value_or(defaults.shift) : defaults.shift);
    fill(request.sigma_max, defaults.sigma_max);
    const bool is_guided = *request.guidance != 1 || request.guidance_2.value_or(1) != 1;
    if (is_guided && request.negative_prompt.empty()) request.negative_prompt = defaults.negative_prompt;
}

void state_defaults(ModelInfo& info) {
    const auto at = [](const Json& object, const char* key) {
        const auto found = object.is_object() ? object.find(key) : object.end();
        return object.is_object() && found != object.end() ? *found : Json();
    };
    using pipeline::ModelKind;
    std::optional<ModelKind> kind;
    for (const ModelKind one :
         {ModelKind::kTextToVideo, ModelKind::kImageToVideo, ModelKind::kFirstLastFrame, ModelKind::kTextImageToVideo})
        if (info.kind == pipeline::kind_title(one)) kind = one;
    if (!kind) return;
    const Json config = at(info.details, "config");
    const VariantFacts facts{*kind, at(at(config, "dit"), "has_image_embedder") == true, !at(config, "dit-2").is_null(),
                             at(info.details, "is_turbo") == true};
    ModelDefaults d = of_variant(facts);
    if (!info.defaults.is_object()) info.defaults = Json::object();
    const Json stated = info.defaults;
    const bool is_rcm = stated.value("sampler", d.sampler) == "rcm";
    if (is_rcm && d.sampler != "rcm") d.steps = kRcmSteps, d.guidance = 1;
    const auto state = [&](const char* key, auto value) {
        if (!info.defaults.contains(key)) info.defaults[key] = value;
    };
    state("width", d.width);
    state("height", d.height);
    state("num_frames", d.num_frames);
    state("fps", d.fps);
    state("sampler", d.sampler);
    state("steps", d.steps);
    state("guidance", d.guidance);
    state("shift", d.small_shift && std::int64_t{d.width} * d.height <= kSmallArea ? *d.small_shift : d.shift);
    state("sigma_max", d.sigma_max);
    if (is_rcm) state("sampler_mode", d.sampler_mode);
    if (d.boundary) {
        state("boundary", *d.boundary);
        if (d.guidance_2) state("guidance_2", *d.guidance_2);
    } else {
        info.defaults.erase("boundary");  // stated for a second expert that is not there
    }
}

std::vector<ModelInfo> list_models_with_defaults() {
    auto models = list_models();
    for (ModelInfo& model : models)
        state_defaults(model);
    return models;
}

}  // namespace studio
