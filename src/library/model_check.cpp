// What a file or folder is, judged by its tensors: role, variant, precision, size, what is missing and what fits with
// it.
#include <fmt/format.h>

#include <set>

#include "checkpoint/foreign.h"
#include "checkpoint/unused.h"
#include "checkpoint/variant.h"
#include "core/text.h"
#include "library/model_places.h"
#include "library/model_report.h"
#include "library/models.h"
#include "pipeline/model_folder.h"
#include "pipeline/model_parts.h"
#include "pipeline/part_scan.h"

namespace studio {
namespace fs = std::filesystem;
namespace {

using checkpoint::Recognised;
using checkpoint::Role;

Error not_wan(const fs::path& path, const Recognised& part) {
    return {ErrorCode::kUnsupported,
            fmt::format("This is not a part of a Wan model but {}.", checkpoint::describe_foreign(*part.checkpoint)),
            path_to_utf8(path),
            {},
            "Use a Wan 2.1 or 2.2 transformer, VAE, text encoder, image encoder or LoRA.",
            {}};
}

/// Known for what it is and yet not whole: both are said.
Error not_whole(const Recognised& part, Error error) {
    if (error.code == ErrorCode::kCorruptFile && part.role != Role::kLora)
        error.message = fmt::format("This is a {} ({}), but not a whole one. {}", role_title(part.role), part.variant,
                                    error.message);
    return error;
}

void fill_facts(const std::vector<const Recognised*>& parts, ModelInfo& info) {
    info.precisions = precision_shares(parts);
    info.precision = info.precisions.empty() ? "" : info.precisions.front().first;
    info.parameters = 0;
    info.details["parts"] = Json::array();
    for (const Recognised* part : parts) {
        info.parameters += checkpoint::value_count(*part);
        info.details["parts"].push_back(part_json(*part));
    }
}

/// Only what the card says in the right type; a card is a file from outside.
void read_card(const Json& card, ModelInfo& info) {
    if (!card.is_object()) return;
    if (const auto name = card.find("name"); name != card.end() && name->is_string()) info.details["card_name"] = *name;
    if (const auto defaults = card.find("defaults"); defaults != card.end() && defaults->is_object()) {
        static const std::set<std::string> kKnown{"width",   "height",   "num_frames", "fps",      "steps",
                                                  "sampler", "guidance", "shift",      "sigma_max"};
        for (const auto& [key, value] : defaults->items()) {
            if (kKnown.contains(key) && (value.is_number() || (key == "sampler" && value.is_string())))
                info.defaults[key] = value;
        }
    }
    // What the model was made for: a window offers these and no others.
    if (const auto sizes = card.find("sizes"); sizes != card.end() && sizes->is_array()) info.details["sizes"] = *sizes;
    if (const auto most = card.find("max_frames"); most != card.end() && most->is_number_integer())
        info.details["max_frames"] = *most;
    if (const auto examples = card.find("examples"); examples != card.end() && examples->is_array()) {
        for (const Json& example : *examples) {
            if (example.is_string() && info.example_prompts.size() < 100)
                info.example_prompts.push_back(example.get<std::string>());
        }
    }
}

ModelInfo folder_info(const pipeline::ModelFolder& folder) {
    ModelInfo info;
    info.name = folder.name;
    info.path = folder.root;
    info.role = "model";
    info.kind = "text-to-video";
    info.layout = folder.layout;
    info.details = Json::object();
    info.defaults = Json::object();
    info.notices = folder.notices;
    if (folder.flow_shift) info.defaults["shift"] = *folder.flow_shift;
    if (folder.boundary) info.defaults["boundary"] = *folder.boundary;
    read_card(folder.card, info);
    return info;
}

Result<ModelInfo> complete_info(const pipeline::ModelParts& parts) {
    ModelInfo info = folder_info(parts.folder);
    std::vector<const Recognised*> all{&parts.dit};
    if (parts.transformer_2) all.push_back(&*parts.transformer_2);
    all.push_back(&parts.vae);
    if (parts.text_encoder) all.push_back(&*parts.text_encoder);
    if (parts.image_encoder) all.push_back(&*parts.image_encoder);
    fill_facts(all, info);
    info.kind = pipeline::kind_title(parts.kind);
    info.variant = parts.variant;
    info.notices = parts.notices;
    info.bytes = parts.weight_bytes;
    info.complete = true;
    info.details["variant"] = parts.variant;
    info.details["is_turbo"] = parts.is_turbo;
    info.details["config"] = Json::object();
    for (const Recognised* part : all) {
        STUDIO_TRY(config, config_json(*part));
        if (part == &parts.dit) info.fits = fits_of(*part, config);
        const bool is_second = parts.transformer_2 && part == &*parts.transformer_2;
        info.details["config"][is_second ? "dit-2" : std::string(to_string(part->role))] = std::move(config);
    }
    return info;
}

/// One part that is no transformer, or a transformer alone.
Result<ModelInfo> part_info(const fs::path& path, const Recognised& part) {
    if (part.role == Role::kOther) return not_wan(path, part);
    auto config = config_json(part);
    if (!config.ok()) return not_whole(part, std::move(config).error());
    ModelInfo info;
    info.name = path_to_utf8(path.filename());
    info.path = path;
    info.kind = role_title(part.role);
    std::error_code ignored;
    info.layout = fs::is_directory(path, ignored) ? "part folder" : "single file";
    info.role = to_string(part.role);
    info.variant = part.role == Role::kLora ? config->value("text", part.variant) : part.variant;
    info.bytes = file_bytes(part);
    info.fits = fits_of(part, *config);
    info.missing = missing_around(part);
    if (std::string notice = checkpoint::unused_notice(part); !notice.empty())
        info.notices.push_back(std::move(notice));
    fill_facts({&part}, info);
    info.details["variant"] = info.variant;
    info.details["config"] = {{info.role, *std::move(config)}};
    return info;
}

pipeline::FoundPart facts_of(const fs::path& transformer) {
    auto parts = transformer.empty() ? Result<std::vector<pipeline::FoundPart>>(std::vector<pipeline::FoundPart>())
                                     : pipeline::scan_file(transformer);
    const bool is_transformer = parts.ok() && !parts->empty() && parts->front().role == Role::kDit;
    return is_transformer ? parts->front() : pipeline::FoundPart{};
}

/// What it would make, judged by the transformer alone.
std::string kind_of(const pipeline::FoundPart& transformer, const Json& config) {
    if (config.value("image_pos_len", 0) > 0)
        return std::string(pipeline::kind_title(pipeline::ModelKind::kFirstLastFrame));
    if (transformer.image_dim > 0 || transformer.is_22_expert)
        return std::string(pipeline::kind_title(pipeline::ModelKind::kImageToVideo));
    return std::string(pipeline::kind_title(transformer.latent_channels == 48 ? pipeline::ModelKind::kTextImageToVideo
                                                                              : pipeline::ModelKind::kTextToVideo));
}

/// A model that is whole, or what it lacks. A part that is missing is a fact, not a failure; damage is a failure.
Result<ModelInfo> model_info(const pipeline::ModelFolder& folder) {
    const pipeline::FoundPart transformer = facts_of(folder.parts.transformer);
    auto missing = missing_of(folder, transformer);
    if (missing.empty()) {
        auto parts = pipeline::open_model_parts(folder);
        if (parts.ok()) return complete_info(**parts);
        if (parts.error().code != ErrorCode::kNotFound) return std::move(parts).error();
        missing.push_back(parts.error().message + " " + parts.error().fix);
    }
    ModelInfo info = folder_info(folder);
    info.missing = std::move(missing);
    if (folder.parts.transformer.empty()) return info;
    auto part = checkpoint::open_as(folder.parts.transformer, Role::kDit);
    if (!part.ok() && part.error().code == ErrorCode::kNotFound) return info;
    if (!part.ok()) return std::move(part).error();
    STUDIO_TRY(alone, part_info(folder.root, *part));
    alone.missing = info.missing;
    info.notices.insert(info.notices.end(), alone.notices.begin(), alone.notices.end());
    alone.notices = info.notices;
    // The transformer alone, and nothing else of a model there: the part itself is what was asked about.
    if (folder.layout != "diffusers folder" && info.missing.size() >= 3) return alone;
    info.kind = kind_of(transformer, alone.details["config"]["dit"]);
    info.details["variant"] = alone.variant;
    info.details["config"] = alone.details["config"];
    info.variant = alone.variant;
    info.fits = alone.fits;
    info.bytes = alone.bytes;
    fill_facts({&*part}, info);
    return info;
}

/// The folder of one part inside a diffusers pipeline is asked about as that part.
bool is_inside_pipeline(const fs::path& folder) {
    std::error_code ignored;
    return fs::exists(folder.parent_path() / "model_index.json", ignored);
}

/// A single checkpoint: a transformer is looked at with what lies around it, any other part by itself.
Result<ModelInfo> check_file(const fs::path& path) {
    STUDIO_TRY(checkpoint, io::Checkpoint::open(path));
    STUDIO_TRY(part, checkpoint::recognise(checkpoint));
    if (part.role != Role::kDit || is_inside_pipeline(path.parent_path())) return part_info(path, part);
    STUDIO_TRY(alone, part_info(path, part));
    auto folder = pipeline::open_model_folder(path, {}, models_folders());
    if (!folder.ok()) {
        // Two equal networks that nobody can tell apart: the file is still what it is.
        alone.notices.push_back(folder.error().message + " " + folder.error().fix);
        return alone;
    }
    auto info = model_info(*folder);
    if (info.ok()) info->role = alone.role;  // what the file itself is, whatever lies around it
    // Parts around it that do not fit or are damaged say nothing about this file.
    if (!info.ok() && info.error().file != path_to_utf8(path)) {
        alone.notices.push_back(info.error().message);
        return alone;
    }
    return info;
}

Result<ModelInfo> check_part_folder(const fs::path& path) {
    STUDIO_TRY(checkpoint, io::Checkpoint::open(path));
    STUDIO_TRY(part, checkpoint::recognise(checkpoint));
    return part_info(path, part);
}

Result<ModelInfo> check_folder(const fs::path& path) {
    std::error_code ignored;
    if (is_inside_pipeline(path)) return check_part_folder(path);
    auto folder = pipeline::open_model_folder(path, {}, models_folders());
    if (folder.ok()) return model_info(*folder);
    if (fs::exists(path / "model_index.json", ignored)) return std::move(folder).error();
    // Not a whole model; perhaps the folder of one part.
    auto part = check_part_folder(path);
    if (part.ok() || part.error().code == ErrorCode::kCorruptFile) return part;
    return std::move(folder).error();
}

}  // namespace

Result<ModelInfo> check_model(const fs::path& path) {
    std::error_code failed;
    fs::path full = fs::absolute(path, failed).lexically_normal();
    if (failed) full = path;
    if (!full.has_filename()) full = full.parent_path();  // "models/demo/" is models/demo
    const fs::file_status status = fs::status(full, failed);
    if (status.type() == fs::file_type::not_found) {
        return Error{ErrorCode::kNotFound,
                     fmt::format("{} does not exist.", escape_for_display(path_to_utf8(full), 300)),
                     path_to_utf8(full),
                     "model",
                     "Check the spelling of the path.",
                     {}};
    }
    if (status.type() == fs::file_type::directory) return check_folder(full);
    return check_file(full);
}

}  // namespace studio
