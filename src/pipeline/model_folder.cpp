#include "pipeline/model_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/text.h"
#include "pipeline/expert_names.h"
#include "pipeline/folder_layouts.h"
#include "pipeline/loose_parts.h"
#include "pipeline/part_scan.h"

namespace studio::pipeline {
namespace fs = std::filesystem;
namespace {

constexpr std::array kMembers = {&PartPaths::transformer,  &PartPaths::transformer_2, &PartPaths::vae,
                                 &PartPaths::text_encoder, &PartPaths::tokenizer,     &PartPaths::image_encoder};
constexpr std::array kComfyTransformers{"diffusion_models", "unet"};
constexpr std::array kComfyOthers{"text_encoders", "clip", "vae", "clip_vision"};
constexpr int kTreeDepth = 2;    // a part may lie in a folder of its own, with its tokenizer below
constexpr int kSearchDepth = 5;  // <models>/parts/<maker>/<repository>/google/umt5-xxl

bool is_folder(const fs::path& path) {
    std::error_code ignored;
    return fs::is_directory(path, ignored);
}

bool is_there(const fs::path& path) {
    std::error_code ignored;
    return fs::exists(path, ignored);
}

void apply_replacements(const PartPaths& replaced, PartPaths& parts) {
    for (const auto member : kMembers)
        if (!(replaced.*member).empty()) parts.*member = replaced.*member;
}

/// Nothing more to look for. What image encoder a network needs only its tensors say, which a diffusers index does,
/// too.
bool is_complete(const ModelFolder& folder) {
    const PartPaths& parts = folder.parts;
    const bool knows_images = !parts.image_encoder.empty() || folder.layout == "diffusers folder";
    return !parts.vae.empty() && !parts.text_encoder.empty() && !parts.tokenizer.empty() && knows_images;
}

template <std::size_t n>
PartScan scan_named(const fs::path& base, const std::array<const char*, n>& names) {
    PartScan out;
    for (const char* name : names)
        merge(out, scan_folder(base / name, kTreeDepth));
    return out;
}

/// Folders beside the one that holds the transformer: ComfyUI's, or the rest of a pipeline or official repository.
PartScan scan_beside(const fs::path& folder) {
    const fs::path parent = folder.parent_path();
    if (parent.empty() || parent == folder) return {};
    PartScan out = scan_named(parent, kComfyOthers);
    const std::string name = path_to_utf8(folder.filename());
    const bool is_part_folder = name == "high_noise_model" || name == "low_noise_model" ||
                                (name.starts_with("transformer") && is_there(parent / "model_index.json"));
    if (is_part_folder) merge(out, scan_folder(parent, kTreeDepth));
    // .../diffusion_models/Wan/x.safetensors
    const std::string above = path_to_utf8(parent.filename());
    if (std::find(kComfyTransformers.begin(), kComfyTransformers.end(), above) != kComfyTransformers.end())
        merge(out, scan_named(parent.parent_path(), kComfyOthers));
    return out;
}

/// The part beside which the others are looked for.
fs::path home_of(const ModelFolder& folder) {
    return is_folder(folder.parts.transformer) ? folder.parts.transformer : folder.parts.transformer.parent_path();
}

FoundPart facts_of(const fs::path& transformer) {
    FoundPart out;
    auto parts = scan_file(transformer);
    if (parts.ok() && !parts->empty() && parts->front().role == checkpoint::Role::kDit) out = parts->front();
    return out;
}

std::string file_name(const fs::path& path) {
    return path_to_utf8(path.filename());
}

/// Parts that are not where the model lies are told: nobody should have to guess what ran.
void note_places(const ModelFolder& before, ModelFolder& folder) {
    for (const auto member : kMembers) {
        const fs::path& path = folder.parts.*member;
        if (path == before.parts.*member || path.empty()) continue;
        const std::string root = path_to_utf8(is_folder(folder.root) ? folder.root : folder.root.parent_path());
        if (path_to_utf8(path).starts_with(root)) continue;
        folder.notices.push_back(fmt::format("{} is used from {}.", file_name(path),
                                             escape_for_display(path_to_utf8(path.parent_path()), 500)));
    }
}

/// First near the transformer, then in the folders where models are kept.
void look_for_parts(std::vector<PartScan> places, const FoundPart& known, const std::vector<fs::path>& search,
                    ModelFolder& folder) {
    if (is_complete(folder) || known.text_dim == 0) return;
    const ModelFolder before = folder;
    fill_missing(places, known, folder);
    if (!is_complete(folder)) fill_missing({scan_beside(home_of(folder))}, known, folder);
    for (const fs::path& where : search)
        if (!is_complete(folder)) fill_missing({scan_folder(where, kSearchDepth)}, known, folder);
    note_places(before, folder);
}

/// A file that is no transformer is told by the reader that asks for one.
Error no_transformer_in(const fs::path& file) {
    auto opened = checkpoint::open_as(file, checkpoint::Role::kDit);
    Error error = opened.ok() ? internal_error("A transformer was not recognised.") : std::move(opened).error();
    error.field = "model";
    if (error.code == ErrorCode::kUnsupported)
        error.fix =
            "Give the transformer's file or the model's folder; other parts are found beside it or named one by one.";
    return error;
}

Result<void> resolve_file(const std::vector<fs::path>& search, ModelFolder& folder) {
    folder.layout = "single file";
    folder.name = path_to_utf8(folder.root.stem());
    STUDIO_TRY(inside, scan_file(folder.root));
    if (inside.empty() || inside.front().role != checkpoint::Role::kDit) return no_transformer_in(folder.root);
    FoundPart known = inside.front();
    folder.parts.transformer = folder.root;
    PartScan self;
    self.parts = std::move(inside);
    const fs::path home = fs::absolute(folder.root).lexically_normal().parent_path();
    PartScan near = scan_folder(home, kTreeDepth);
    PartScan experts = near;
    if (noise_half_of(home / "x") != NoiseHalf::kUnknown) merge(experts, scan_folder(home.parent_path(), 1));
    STUDIO_TRY_VOID(find_other_expert(experts, folder, known));
    look_for_parts({std::move(self), std::move(near)}, known, search, folder);
    return {};
}

/// A ComfyUI models tree, or files of any name.
Result<void> resolve_loose(const PartPaths& replaced, const std::vector<fs::path>& search, ModelFolder& folder) {
    const fs::path& root = folder.root;
    const auto is_tree = [](const fs::path& base) {
        return std::any_of(kComfyTransformers.begin(), kComfyTransformers.end(),
                           [&](const char* name) { return is_folder(base / name); });
    };
    const bool is_comfy = is_tree(root) || is_tree(root / "models");
    folder.layout = is_comfy ? "ComfyUI folder" : "loose files";
    const fs::path base = is_comfy && !is_tree(root) ? root / "models" : root;
    PartScan here = is_comfy ? scan_named(base, kComfyTransformers) : scan_folder(root, kTreeDepth);
    FoundPart known;
    if (replaced.transformer.empty()) {
        STUDIO_TRY_VOID(choose_transformers(here, folder, known));
    } else {
        known = facts_of(replaced.transformer);
    }
    std::vector<PartScan> places{std::move(here)};
    if (is_comfy) places.push_back(scan_named(base, kComfyOthers));
    look_for_parts(std::move(places), known, search, folder);
    return {};
}

/// Whatever its layout does not bring is looked for; a half of an expert pair, too.
Result<void> complete_named_layout(const std::vector<fs::path>& search, ModelFolder& folder) {
    if (is_complete(folder) && !folder.is_half_of_pair) return {};
    const FoundPart known = facts_of(folder.parts.transformer);
    if (known.text_dim > 0) look_for_parts({scan_folder(folder.root, kTreeDepth)}, known, search, folder);
    return {};
}

Result<void> resolve_folder(const PartPaths& replaced, const std::vector<fs::path>& search, ModelFolder& folder) {
    const fs::path& root = folder.root;
    STUDIO_TRY_VOID(read_card(root, folder));
    if (is_there(root / "model_index.json")) {
        STUDIO_TRY_VOID(resolve_diffusers(root, folder));
    } else {
        STUDIO_TRY(has_card, resolve_card(root, folder));
        if (!has_card && !resolve_official(root, folder)) return resolve_loose(replaced, search, folder);
    }
    apply_replacements(replaced, folder.parts);
    return complete_named_layout(search, folder);
}

Result<fs::file_type> type_of(const fs::path& root) {
    std::error_code ec;
    const fs::file_status status = fs::status(root, ec);
    if (status.type() == fs::file_type::not_found || root.empty()) {
        return Error{ErrorCode::kNotFound,
                     "The model folder does not exist.",
                     path_to_utf8(root),
                     "model",
                     "Check the path; `models list` shows what is there.",
                     {}};
    }
    if (ec)
        return Error{ErrorCode::kIo,
                     fmt::format("The model folder cannot be read: {}.", ec.message()),
                     path_to_utf8(root),
                     "model",
                     "Check the permissions of the folder.",
                     {}};
    return status.type();
}

}  // namespace

Result<ModelFolder> open_model_folder(const fs::path& root, const PartPaths& replaced,
                                      const std::vector<fs::path>& search) {
    STUDIO_TRY(type, type_of(root));
    std::error_code ec;
    ModelFolder folder;
    folder.root = root;
    folder.card = Json::object();
    folder.name = file_name(fs::absolute(root, ec).lexically_normal());
    if (folder.name.empty()) folder.name = file_name(fs::absolute(root, ec).lexically_normal().parent_path());
    apply_replacements(replaced, folder.parts);
    if (type == fs::file_type::directory) {
        STUDIO_TRY_VOID(resolve_folder(replaced, search, folder));
    } else {
        STUDIO_TRY_VOID(resolve_file(search, folder));
    }
    apply_replacements(replaced, folder.parts);
    if (!replaced.transformer_2.empty()) folder.is_half_of_pair = false;
    return folder;
}

}  // namespace studio::pipeline
