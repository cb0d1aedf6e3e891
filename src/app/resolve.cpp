#include "app/resolve.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "app/engine_client.h"
#include "app/image_setting.h"
#include "app/job_settings.h"
#include "app/latents_file.h"
#include "app/memory_fit.h"
#include "app/model_defaults.h"
#include "app/model_rules.h"
#include "app/output_name.h"
#include "app/output_path.h"
#include "app/prompt_rules.h"
#include "app/settings_table.h"
#include "checkpoint/attention_kind.h"
#include "core/platform.h"
#include "core/text.h"
#include "library/model_places.h"
#include "library/models.h"
#include "pipeline/compute_choice.h"
#include "pipeline/model_parts.h"

namespace studio {
namespace {

std::int64_t drawn_seed() {
    std::random_device device;
    const std::uint64_t bits = std::uint64_t(device()) << 32 | device();
    return static_cast<std::int64_t>(bits >> 1);  // 0 to 2^63 - 1
}

void clean_prompts(GenerationRequest& request, std::vector<std::string>& notices) {
    for (std::string* prompt : {&request.prompt, &request.negative_prompt}) {
        CleanedPrompt cleaned = without_control_characters(*prompt);
        if (cleaned.removed > 0)
            notices.push_back(fmt::format("{} invisible control characters were removed from the {}.", cleaned.removed,
                                          prompt == &request.prompt ? "prompt" : "negative prompt"));
        *prompt = std::move(cleaned.text);
    }
}

/// A text that the model cannot read to its end is told, with the place. Returns its length in tokens.
Result<std::int64_t> note_length(const pipeline::ModelParts& parts, const std::string& text, const char* what,
                                 std::vector<std::string>& notices) {
    if (text.empty()) return std::int64_t{0};
    const auto limit = static_cast<std::size_t>(parts.dit_config.text_len);
    STUDIO_TRY(cleaned, text::clean_prompt(text));
    STUDIO_TRY(encoded, parts.tokenizer->encode(cleaned, limit));
    if (encoded.untruncated > limit)
        notices.push_back(fmt::format("The {} has {} tokens; the model reads {}, up to '{}'.", what,
                                      encoded.untruncated, limit, escape_for_display(encoded.read_until)));
    return static_cast<std::int64_t>(encoded.untruncated);
}

/// A card may say up to which length the model was trained; longer is possible, but is said.
void note_beyond_training(const pipeline::ModelParts& parts, const GenerationRequest& r,
                          std::vector<std::string>& notices) {
    const auto it = parts.folder.card.find("max_frames");
    if (it == parts.folder.card.end() || !it->is_number_integer() || *r.num_frames <= it->get<std::int64_t>()) return;
    notices.push_back(fmt::format("The model was trained on clips of up to {} frames; {} may lose the thread.",
                                  it->get<std::int64_t>(), *r.num_frames));
}

/// "auto" becomes the kind that runs; dense attention of a transformer made for sparse attention is said.
Result<void> decide_attention(GenerationRequest& r, const pipeline::ModelParts& parts,
                              std::vector<std::string>& notices) {
    auto choice = checkpoint::choose_attention(r.attention, parts.dit_config);
    if (!choice.ok()) return std::move(choice.error().in_file(path_to_utf8(parts.dit.checkpoint->path())));
    r.attention = choice->kind;
    if (!choice->notice.empty()) notices.push_back(choice->notice);
    return {};
}

/// H.264 at any quality stays below a fifth of a byte per pixel of such videos; the latents are far smaller.
std::uint64_t disk_bytes(const pipeline::VideoShape& shape) {
    return (1u << 20) + std::uint64_t(shape.width) * std::uint64_t(shape.height) * std::uint64_t(shape.num_frames) / 5;
}

pipeline::VideoShape shape_of(const GenerationRequest& r) {
    return {*r.width, *r.height, *r.num_frames};
}

void copy_to_resolved(const GenerationRequest& r, ResolvedRequest& out) {
    out.width = *r.width;
    out.height = *r.height;
    out.num_frames = *r.num_frames;
    out.steps = *r.steps;
    out.fps = *r.fps;
    out.guidance = *r.guidance;
    out.shift = *r.shift;
    out.sigma_max = *r.sigma_max;
    out.sampler = *r.sampler;
    out.precision = r.precision;
    out.device = r.device;
    out.threads = r.threads;
    out.output_path = r.output;
    out.request = r;
}

/// Recipes are read from other folders than the one where a relative path was meant.
void make_absolute(std::string& path) {
    if (path.empty()) return;
    std::error_code ec;
    const auto absolute = std::filesystem::absolute(path_from_utf8(path), ec);
    if (!ec) path = path_to_utf8(absolute.lexically_normal());
}

Result<std::shared_ptr<const pipeline::ModelParts>> open_model(GenerationRequest& request, ModelCache& models) {
    STUDIO_TRY(path, find_model(request.model));
    std::error_code ec;
    const auto absolute = std::filesystem::absolute(path, ec);
    for (std::string* file :
         {&request.vae, &request.text_encoder, &request.tokenizer, &request.transformer_2, &request.image_encoder})
        make_absolute(*file);
    for (LoraSetting& lora : request.loras)
        make_absolute(lora.path);
    STUDIO_TRY(parts, models.open(ec ? path : absolute.lexically_normal(), replaced_parts(request)));
    request.model = path_to_utf8(parts->folder.root);
    return parts;
}

}  // namespace

Result<std::shared_ptr<const pipeline::ModelParts>> ModelCache::open(const std::filesystem::path& root,
                                                                     const pipeline::PartPaths& replaced) {
    // Parts that a file does not bring along may lie among the other models.
    STUDIO_TRY(folder, pipeline::open_model_folder(root, replaced, models_folders()));
    std::lock_guard lock(mutex_);
    const bool is_same = parts_ && parts_->folder.root == root && parts_->folder.card == folder.card &&
                         parts_->folder.flow_shift == folder.flow_shift && parts_->folder.parts == folder.parts &&
                         pipeline::files_identity(parts_->files) == identity_;
    if (!is_same) {
        parts_.reset();
        STUDIO_TRY(opened, pipeline::open_model_parts(folder));
        identity_ = pipeline::files_identity(opened->files);
        parts_ = std::move(opened);
    }
    return parts_;
}

/// For callers without a job: the window asks again and again.
ModelCache& shared_models() {
    static ModelCache models;
    return models;
}

namespace {

/// Every value but the output, and the memory plan whether it fits or not.
Result<PreparedJob> decide(const GenerationRequest& asked, ModelCache& models, int default_threads) {
    STUDIO_TRY_VOID(check_ranges(asked));
    PreparedJob job;
    job.asked = asked;
    GenerationRequest& request = job.resolved.request;
    std::vector<std::string>& notices = job.resolved.notices;
    request = asked;
    clean_prompts(request, notices);
    STUDIO_TRY_VOID(check_ranges(request));  // again: nothing but control characters is an empty prompt
    STUDIO_TRY(parts, open_model(request, models));
    job.parts = parts;
    notices.insert(notices.end(), parts->notices.begin(), parts->notices.end());
    job.resolved.model_name = parts->folder.name;
    const auto rules = pipeline::shape_rules(parts->dit_config, parts->vae_config);
    STUDIO_TRY_VOID(refuse_unusable(request, *parts));
    STUDIO_TRY(defaults, model_defaults(*parts));
    STUDIO_TRY_VOID(use_adapter_defaults(request.loras, defaults, notices));
    if (request.latents.empty()) STUDIO_TRY_VOID(resolve_images(request, *parts, defaults, rules, notices));
    fill_defaults(request, defaults, rules);
    STUDIO_TRY_VOID(refuse_contradictions(request));
    STUDIO_TRY_VOID(decide_attention(request, *parts, notices));
    STUDIO_TRY(latent, pipeline::latent_shape(shape_of(request), parts->dit_config, parts->vae_config));
    static_cast<void>(latent);
    note_beyond_training(*parts, request, notices);
    STUDIO_TRY(prompt_tokens, note_length(*parts, request.prompt, "prompt", notices));
    STUDIO_TRY(negative_tokens, note_length(*parts, request.negative_prompt, "negative prompt", notices));
    job.text_tokens = std::max(prompt_tokens, negative_tokens);
    if (request.seed < 0) request.seed = drawn_seed();
    if (request.threads == 0) request.threads = default_threads > 0 ? default_threads : platform::physical_cores();
    STUDIO_TRY(compute, pipeline::decide_compute(request.device, request.precision, parts->dit_config.dim));
    request.device = compute.device;
    request.precision = compute.precision;
    job.free_device_bytes = compute.free_device_bytes;
    job.memory = decide_memory(*parts, request, job.text_tokens, job.free_device_bytes);
    return job;
}

}  // namespace

Result<PreparedJob> prepare_job(const GenerationRequest& asked, ModelCache& models, int default_threads) {
    STUDIO_TRY(job, decide(asked, models, default_threads));
    GenerationRequest request = job.resolved.request;
    if (!request.latents.empty()) {
        STUDIO_TRY(latents, read_latents_file(path_from_utf8(request.latents)));
        STUDIO_TRY_VOID(check_latents_shape(latents, job));
    }
    if (!job.memory.fits())
        return does_not_fit(*job.parts, request, job.memory, job.text_tokens, job.free_device_bytes);
    STUDIO_TRY(output, choose_output(request.output, made_name(request, job.parts->folder.name),
                                     disk_bytes(shape_of(request))));
    request.output = path_to_utf8(output.path);
    auto& notices = job.resolved.notices;
    notices.insert(notices.end(), output.notices.begin(), output.notices.end());
    copy_to_resolved(request, job.resolved);
    job.resolved.memory = to_prediction(job.memory);
    job.resolved.predicted_peak_bytes = job.resolved.memory.chosen.peak.host;
    return job;
}

Result<ResolvedRequest> resolve(const GenerationRequest& request) {
    ModelCache models;
    STUDIO_TRY(job, prepare_job(request, models));
    return std::move(job.resolved);
}

Result<Fit> fit(const GenerationRequest& asked) {
    GenerationRequest request = asked;
    if (request.prompt.find_first_not_of(" \t\r\n") == std::string::npos) request.prompt.assign(1, 'x');
    STUDIO_TRY(job, decide(request, shared_models(), 0));
    Fit out;
    out.memory = to_prediction(job.memory);
    out.verdict = !job.memory.fits()       ? FitVerdict::kDoesNotFit
                  : job.memory.chosen == 0 ? FitVerdict::kFits
                                           : FitVerdict::kFitsSlower;
    if (!job.memory.fits())
        out.change = change_that_fits(*job.parts, job.resolved.request, job.text_tokens, job.free_device_bytes);
    return out;
}

}  // namespace studio
