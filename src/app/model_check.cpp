// What a file or folder is, judged by its tensors: role, variant, precision, size, what is missing and what fits with
// it.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "app/models.h"
#include "checkpoint/configs.h"
#include "checkpoint/recognise.h"
#include "core/text.h"
#include "io/dtype.h"
#include "pipeline/model_folder.h"
#include "pipeline/model_parts.h"

namespace studio {
namespace fs = std::filesystem;
namespace {

using checkpoint::Recognised;
using checkpoint::Role;

/// The type that most bytes have: a bf16 network keeps a few fp32 tensors.
std::string main_precision(std::initializer_list<const Recognised*> parts) {
    std::map<io::DType, std::uint64_t> bytes;
    for (const Recognised* part : parts) {
        if (part == nullptr || part->checkpoint == nullptr) continue;
        for (const io::TensorInfo& tensor : part->checkpoint->tensors())
            bytes[tensor.dtype] += tensor.nbytes;
    }
    const auto most =
        std::max_element(bytes.begin(), bytes.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    return most == bytes.end() ? "" : std::string(io::safetensors_name(most->first));
}

std::uint64_t file_bytes(const Recognised& part) {
    std::uint64_t total = 0;
    for (const fs::path& file : part.checkpoint->files()) {
        std::error_code failed;
        const auto size = fs::file_size(file, failed);
        if (!failed) total += size;
    }
    return total;
}

Json dit_json(const checkpoint::DitConfig& c) {
    return {{"dim", c.dim},
            {"ffn_dim", c.ffn_dim},
            {"num_heads", c.num_heads},
            {"head_dim", c.head_dim},
            {"num_layers", c.num_layers},
            {"in_channels", c.in_channels},
            {"out_channels", c.out_channels},
            {"text_dim", c.text_dim},
            {"has_image_embedder", c.has_image_embedder},
            {"has_sla", c.has_sla}};
}

Json vae_json(const checkpoint::VaeConfig& c) {
    return {{"z_dim", c.z_dim},
            {"base_dim", c.base_dim},
            {"is_22", c.is_22},
            {"spatial_stride", c.spatial_stride},
            {"temporal_stride", c.temporal_stride}};
}

Json text_json(const checkpoint::Umt5Config& c) {
    return {{"d_model", c.d_model},
            {"num_layers", c.num_layers},
            {"num_heads", c.num_heads},
            {"d_ff", c.d_ff},
            {"vocab_size", c.vocab_size}};
}

Json part_json(const Recognised& part) {
    return {{"role", std::string(to_string(part.role))},
            {"variant", part.variant},
            {"layout", part.layout},
            {"tensors", part.tensors.size()},
            {"bytes", file_bytes(part)},
            {"precision", main_precision({&part})},
            {"path", path_to_utf8(part.checkpoint->path())}};
}

struct RoleText {
    const char* kind;
    const char* fits;
};

RoleText role_text(Role role) {
    switch (role) {
        case Role::kDit:
            return {"diffusion transformer", "It needs a text encoder (UMT5), a tokenizer and a Wan VAE beside it."};
        case Role::kVae:
            return {"video VAE",
                    "It needs a transformer with the same number of latent channels, a text encoder and a tokenizer."};
        case Role::kTextEncoder:
            return {"text encoder",
                    "It needs a transformer whose text_dim is this encoder's width, a tokenizer and a Wan VAE."};
        case Role::kClip:
            return {"image encoder (CLIP)", "It belongs to a Wan 2.1 image-to-video model."};
        case Role::kLora:
            return {"LoRA", "It belongs to a base model of the same width."};
        case Role::kOther:
            break;
    }
    return {"unknown", "It is not a part of a Wan model."};
}

/// The sizes of one part; also proves that every tensor the network needs is there.
Result<Json> config_json(const Recognised& part) {
    if (part.role == Role::kDit) {
        STUDIO_TRY(config, checkpoint::dit_config(part));
        return dit_json(config);
    }
    if (part.role == Role::kVae) {
        STUDIO_TRY(config, checkpoint::vae_config(part));
        return vae_json(config);
    }
    if (part.role == Role::kTextEncoder) {
        STUDIO_TRY(config, checkpoint::umt5_config(part));
        return text_json(config);
    }
    return Json::object();
}

Error not_wan(const fs::path& path, const Recognised& part) {
    std::string names;
    for (std::size_t i = 0; i < part.tensors.size() && i < 3; ++i)
        names += (i > 0 ? ", " : "") + escape_for_display(part.tensors[i].name, 60);
    return {ErrorCode::kUnsupported,
            fmt::format("This is not a part of a Wan model: none of our networks has its {} tensors (first: {}).",
                        part.tensors.size(), names),
            path_to_utf8(path),
            {},
            "Use a Wan 2.1 or 2.2 transformer, VAE or text encoder.",
            {}};
}

/// A single checkpoint: one part of a model.
Result<ModelInfo> check_part(const fs::path& path) {
    STUDIO_TRY(checkpoint, io::Checkpoint::open(path));
    STUDIO_TRY(part, checkpoint::recognise(checkpoint));
    if (part.role == Role::kOther) return not_wan(path, part);
    STUDIO_TRY(config, config_json(part));
    const RoleText text = role_text(part.role);
    ModelInfo info;
    info.name = path_to_utf8(path.filename());
    info.path = path;
    info.kind = text.kind;
    std::error_code ignored;
    info.layout = fs::is_directory(path, ignored) ? "part folder" : "single file";
    info.precision = main_precision({&part});
    info.bytes = file_bytes(part);
    info.missing = {text.fits};
    info.details = {{"variant", part.variant},
                    {"parts", Json::array({part_json(part)})},
                    {"config", {{std::string(to_string(part.role)), config}}}};
    return info;
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
    info.kind = "text-to-video";
    info.layout = folder.layout;
    info.details = Json::object();
    info.defaults = Json::object();
    if (folder.flow_shift) info.defaults["shift"] = *folder.flow_shift;
    read_card(folder.card, info);
    return info;
}

ModelInfo complete_info(const pipeline::ModelParts& parts) {
    ModelInfo info = folder_info(parts.folder);
    const Recognised* const text = parts.text_encoder ? &*parts.text_encoder : nullptr;
    info.precision = main_precision({&parts.dit, &parts.vae, text});
    info.bytes = parts.weight_bytes;
    info.complete = true;
    info.details["variant"] = parts.variant;
    info.details["parts"] = Json::array({part_json(parts.dit), part_json(parts.vae)});
    info.details["config"] = {{"dit", dit_json(parts.dit_config)}, {"vae", vae_json(parts.vae_config)}};
    if (text != nullptr) info.details["parts"].push_back(part_json(*text));
    if (parts.text_config) info.details["config"]["text-encoder"] = text_json(*parts.text_config);
    return info;
}

/// Every part of the folder that is not there, with the place where it belongs.
std::vector<std::string> missing_parts(const pipeline::ModelFolder& folder) {
    const pipeline::PartPaths& parts = folder.parts;
    std::vector<std::string> missing;
    for (const auto& [name, path] :
         {std::pair("transformer", &parts.transformer), std::pair("vae", &parts.vae),
          std::pair("text_encoder", &parts.text_encoder), std::pair("tokenizer", &parts.tokenizer)}) {
        if (path->empty()) missing.push_back(fmt::format("{}: put it into {}", name, path_to_utf8(folder.root)));
    }
    return missing;
}

/// A part that is missing is a fact about the folder, not a failure of the check; damage is a failure.
Result<ModelInfo> check_folder(const fs::path& path) {
    auto folder = pipeline::open_model_folder(path);
    if (!folder.ok()) {
        std::error_code ignored;
        if (fs::exists(path / "model_index.json", ignored)) return std::move(folder).error();
        // Not a whole model; perhaps the folder of one part.
        auto part = check_part(path);
        if (part.ok() || part.error().code == ErrorCode::kCorruptFile) return part;
        return std::move(folder).error();
    }
    ModelInfo info = folder_info(*folder);
    info.missing = missing_parts(*folder);
    // The folder of one diffusers part has the same file name as an official transformer; alone, it is only a part.
    if (info.missing.size() == 3 && folder->layout == "official folder") return check_part(path);
    if (!info.missing.empty()) return info;
    auto parts = pipeline::open_model_parts(*folder);
    if (parts.ok()) return complete_info(**parts);
    if (parts.error().code != ErrorCode::kNotFound) return std::move(parts).error();
    info.missing = {parts.error().message + " " + parts.error().fix};
    return info;
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
    return check_part(full);
}

}  // namespace studio
