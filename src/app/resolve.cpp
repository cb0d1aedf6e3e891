#include "app/resolve.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "app/engine_client.h"
#include "app/model_defaults.h"
#include "app/models.h"
#include "app/output_path.h"
#include "app/prompt_rules.h"
#include "app/settings_table.h"
#include "checkpoint/attention_kind.h"
#include "core/platform.h"
#include "core/text.h"
#include "pipeline/compute_choice.h"
#include "pipeline/memory_plan.h"
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

/// A text that the model cannot read to its end is told, with the place.
Result<void> note_length(const pipeline::ModelParts& parts, const std::string& text, const char* what,
                         std::vector<std::string>& notices) {
    if (text.empty()) return {};
    const auto limit = static_cast<std::size_t>(parts.dit_config.text_len);
    STUDIO_TRY(cleaned, text::clean_prompt(text));
    STUDIO_TRY(encoded, parts.tokenizer->encode(cleaned, limit));
    if (encoded.untruncated > limit)
        notices.push_back(fmt::format("The {} has {} tokens; the model reads {}, up to '{}'.", what,
                                      encoded.untruncated, limit, escape_for_display(encoded.read_until)));
    return {};
}

/// A card may say up to which length the model was trained; longer is possible, but is said.
void note_beyond_training(const pipeline::ModelParts& parts, const GenerationRequest& r,
                          std::vector<std::string>& notices) {
    const auto it = parts.folder.card.find("max_frames");
    if (it == parts.folder.card.end() || !it->is_number_integer() || *r.num_frames <= it->get<std::int64_t>()) return;
    notices.push_back(fmt::format("The model was trained on clips of up to {} frames; {} may lose the thread.",
                                  it->get<std::int64_t>(), *r.num_frames));
}

Result<void> check_together(const GenerationRequest& r) {
    if (*r.sampler == "rcm" && *r.steps > 4)
        return invalid_argument("steps", fmt::format("The rcm sampler takes 1 to 4 steps, not {}.", *r.steps),
                                "Use 4, or another sampler such as unipc.");
    if (!r.negative_prompt.empty() && *r.guidance == 1)
        return invalid_argument(
            "negative_prompt", "The negative prompt would have no effect: guidance is 1, which turns it off.",
            "Set guidance above 1 (each step then takes twice as long), or leave the negative prompt out.");
    return {};
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

std::string smaller_setting(const pipeline::ModelParts& parts, const pipeline::VideoShape& shape, bool is_bf16,
                            std::uint64_t available) {
    const auto rules = pipeline::shape_rules(parts.dit_config, parts.vae_config);
    const auto fits = [&](const pipeline::VideoShape& s) {
        return pipeline::plan_memory(parts, s, is_bf16, available).peak <= available;
    };
    pipeline::VideoShape s = shape;
    for (; s.num_frames > rules.frame_step; s.num_frames -= rules.frame_step)
        if (fits(s)) return fmt::format("It would fit with {} frames.", s.num_frames);
    for (double scale = 0.9; scale > 0.02; scale *= 0.8) {
        s = shape;
        s.width = pipeline::nearest_side(static_cast<int>(shape.width * scale), rules);
        s.height = pipeline::nearest_side(static_cast<int>(shape.height * scale), rules);
        if (fits(s)) return fmt::format("It would fit with {}x{}.", s.width, s.height);
    }
    return "Choose a smaller model: this one does not fit at any size.";
}

Result<void> check_memory(const pipeline::ModelParts& parts, const pipeline::VideoShape& shape, bool is_bf16,
                          const pipeline::MemoryPlan& plan, std::uint64_t available) {
    if (plan.peak <= available) return {};
    return Error{ErrorCode::kOutOfMemory,
                 fmt::format("About {} of memory would be needed, {} are free.", format_bytes(plan.peak),
                             format_bytes(available)),
                 {},
                 "num_frames",
                 smaller_setting(parts, shape, is_bf16, available),
                 {}};
}

/// What is free, and what this process holds already: a model that an earlier job loaded is not needed twice.
std::uint64_t memory_for_us() {
    const platform::Memory memory = platform::physical_memory();
    return std::min(memory.total_bytes, memory.available_bytes + platform::process_rss_bytes());
}

/// H.264 at any quality stays below a fifth of a byte per pixel of such videos; the latents are far smaller.
std::uint64_t disk_bytes(const pipeline::VideoShape& shape) {
    return (1u << 20) + std::uint64_t(shape.width) * std::uint64_t(shape.height) * std::uint64_t(shape.num_frames) / 5;
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

Result<std::shared_ptr<const pipeline::ModelParts>> open_model(GenerationRequest& request, ModelCache& models) {
    STUDIO_TRY(path, find_model(request.model));
    std::error_code ec;
    const auto absolute = std::filesystem::absolute(path, ec);
    STUDIO_TRY(parts, models.open(ec ? path : absolute.lexically_normal()));
    request.model = path_to_utf8(parts->folder.root);
    return parts;
}

}  // namespace

Result<std::shared_ptr<const pipeline::ModelParts>> ModelCache::open(const std::filesystem::path& root) {
    STUDIO_TRY(folder, pipeline::open_model_folder(root));
    std::lock_guard lock(mutex_);
    const bool is_same = parts_ && parts_->folder.root == root && parts_->folder.card == folder.card &&
                         parts_->folder.flow_shift == folder.flow_shift &&
                         pipeline::files_identity(parts_->files) == identity_;
    if (!is_same) {
        parts_.reset();
        STUDIO_TRY(opened, pipeline::open_model_parts(folder));
        identity_ = pipeline::files_identity(opened->files);
        parts_ = std::move(opened);
    }
    return parts_;
}

Result<PreparedJob> prepare_job(const GenerationRequest& asked, ModelCache& models, int default_threads) {
    STUDIO_TRY_VOID(check_ranges(asked));
    PreparedJob job;
    job.asked = asked;
    GenerationRequest request = asked;
    std::vector<std::string> notices;
    clean_prompts(request, notices);
    STUDIO_TRY_VOID(check_ranges(request));  // again: nothing but control characters is an empty prompt
    STUDIO_TRY(parts, open_model(request, models));
    job.parts = parts;
    const auto rules = pipeline::shape_rules(parts->dit_config, parts->vae_config);
    STUDIO_TRY(defaults, model_defaults(*parts));
    fill_defaults(request, defaults, rules);
    STUDIO_TRY_VOID(check_together(request));
    STUDIO_TRY_VOID(decide_attention(request, *parts, notices));
    const pipeline::VideoShape shape{*request.width, *request.height, *request.num_frames};
    STUDIO_TRY(latent, pipeline::latent_shape(shape, parts->dit_config, parts->vae_config));
    static_cast<void>(latent);
    note_beyond_training(*parts, request, notices);
    STUDIO_TRY_VOID(note_length(*parts, request.prompt, "prompt", notices));
    STUDIO_TRY_VOID(note_length(*parts, request.negative_prompt, "negative prompt", notices));
    if (request.seed < 0) request.seed = drawn_seed();
    if (request.threads == 0) request.threads = default_threads > 0 ? default_threads : platform::physical_cores();
    STUDIO_TRY(compute, pipeline::decide_compute(request.device, request.precision));
    request.device = compute.device;
    request.precision = compute.precision;
    const std::uint64_t available = memory_for_us();
    const bool is_bf16 = compute.precision == "bf16";
    const pipeline::MemoryPlan memory = pipeline::plan_memory(*parts, shape, is_bf16, available);
    job.keeps_all = memory.keeps_all;
    STUDIO_TRY_VOID(check_memory(*parts, shape, is_bf16, memory, available));
    STUDIO_TRY(output, choose_output(request.output, video_name(request.prompt, request.seed), disk_bytes(shape)));
    request.output = path_to_utf8(output.path);
    notices.insert(notices.end(), output.notices.begin(), output.notices.end());
    copy_to_resolved(request, job.resolved);
    job.resolved.model_name = parts->folder.name;
    job.resolved.predicted_peak_bytes = memory.peak;
    job.resolved.notices = std::move(notices);
    return job;
}

Result<ResolvedRequest> resolve(const GenerationRequest& request) {
    ModelCache models;
    STUDIO_TRY(job, prepare_job(request, models));
    return std::move(job.resolved);
}

}  // namespace studio
