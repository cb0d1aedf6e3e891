#include "pipeline/folder_layouts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/text.h"

namespace studio::pipeline {
namespace fs = std::filesystem;
namespace {

struct NamedPart {
    std::string_view name;
    fs::path PartPaths::*place;
};
constexpr std::array<NamedPart, 6> kParts{{{"transformer", &PartPaths::transformer},
                                           {"transformer_2", &PartPaths::transformer_2},
                                           {"vae", &PartPaths::vae},
                                           {"text_encoder", &PartPaths::text_encoder},
                                           {"tokenizer", &PartPaths::tokenizer},
                                           {"image_encoder", &PartPaths::image_encoder}}};

bool is_there(const fs::path& path) {
    std::error_code ec;
    return fs::exists(path, ec);
}

fs::path first_there(const fs::path& root, std::initializer_list<const char*> names) {
    for (const char* name : names)
        if (is_there(root / name)) return root / name;
    return {};
}

Error unsupported(const fs::path& file, std::string field, std::string message, std::string fix) {
    return Error{ErrorCode::kUnsupported, std::move(message), path_to_utf8(file), std::move(field), std::move(fix), {}};
}

/// The key's value, or nothing when it is absent or null.   Errors: CorruptFile for another type.
Result<std::optional<double>> number_at(const Json& json, const char* key, const fs::path& file) {
    const auto it = json.find(key);
    if (it == json.end() || it->is_null()) return std::optional<double>{};
    if (!it->is_number()) {
        return corrupt_file(path_to_utf8(file), key, fmt::format("\"{}\" is not a number.", key),
                            "Repair the file or download the model again.");
    }
    return std::optional<double>{it->get<double>()};
}

/// model_index.json names each part as [library, class]; a part that the pipeline has not is [null, null] or absent.
bool names_part(const Json& index, const char* part) {
    const auto it = index.find(part);
    return it != index.end() && it->is_array() && !it->empty() && !it->front().is_null();
}

Result<void> read_index(const fs::path& file, ModelFolder& folder, Json& index) {
    STUDIO_TRY(json, read_json_file(file));
    if (!json.is_object())
        return corrupt_file(path_to_utf8(file), {}, "model_index.json does not hold an object.",
                            "Download the model again.");
    const std::string kind =
        json.value("_class_name", Json()).is_string() ? json["_class_name"].get<std::string>() : "";
    if (!kind.starts_with("Wan")) {
        return unsupported(file, "_class_name",
                           fmt::format("This is not a Wan pipeline: model_index.json names \"{}\".",
                                       kind.empty() ? "nothing" : escape_for_display(kind)),
                           "Choose a Wan 2.1 or Wan 2.2 text-to-video folder.");
    }
    STUDIO_TRY(boundary, number_at(json, "boundary_ratio", file));
    folder.boundary = boundary;
    if (const auto it = json.find("expand_timesteps"); it != json.end() && it->is_boolean())
        folder.expand_timesteps = it->get<bool>();
    index = std::move(json);
    return {};
}

Result<void> read_scheduler(const fs::path& root, ModelFolder& folder) {
    const fs::path file = root / "scheduler" / "scheduler_config.json";
    if (!is_there(file)) return {};
    STUDIO_TRY(json, read_json_file(file));
    if (!json.is_object())
        return corrupt_file(path_to_utf8(file), {}, "The file does not hold an object.", "Download the model again.");
    for (const char* key : {"flow_shift", "shift"}) {
        STUDIO_TRY(shift, number_at(json, key, file));
        if (!shift) continue;
        if (!(*shift > 0 && *shift <= 1000))
            return corrupt_file(path_to_utf8(file), key, fmt::format("\"{}\" is {}; it must be above 0.", key, *shift),
                                "Repair the file or download the model again.");
        folder.flow_shift = shift;
        break;
    }
    return {};
}

}  // namespace

Result<void> read_card(const fs::path& root, ModelFolder& folder) {
    folder.card = Json::object();
    const fs::path file = first_there(root, {"demo.json", "turbo-studio.json"});
    if (file.empty()) return {};
    STUDIO_TRY(json, read_json_file(file));
    if (!json.is_object())
        return corrupt_file(path_to_utf8(file), {}, "The file does not hold an object.", "Download the model again.");
    folder.card = std::move(json);
    if (const auto it = folder.card.find("name"); it != folder.card.end() && it->is_string())
        folder.name = it->get<std::string>();
    return {};
}

Result<void> resolve_diffusers(const fs::path& root, ModelFolder& folder) {
    folder.layout = "diffusers folder";
    Json index;
    STUDIO_TRY_VOID(read_index(root / "model_index.json", folder, index));
    STUDIO_TRY_VOID(read_scheduler(root, folder));
    const auto part = [&](const char* name) { return is_there(root / name) ? root / name : fs::path(); };
    folder.parts.transformer = part("transformer");
    if (names_part(index, "transformer_2")) folder.parts.transformer_2 = root / "transformer_2";
    folder.parts.vae = part("vae");
    folder.parts.text_encoder = part("text_encoder");
    folder.parts.tokenizer = part("tokenizer");
    if (names_part(index, "image_encoder")) folder.parts.image_encoder = root / "image_encoder";
    return {};
}

bool resolve_official(const fs::path& root, ModelFolder& folder) {
    folder.layout = "official folder";
    const bool has_high = is_there(root / "high_noise_model"), has_low = is_there(root / "low_noise_model");
    folder.parts.transformer =
        first_there(root, {"diffusion_pytorch_model.safetensors.index.json", "diffusion_pytorch_model.safetensors"});
    if (has_high || has_low) {
        folder.parts.transformer = root / (has_high ? "high_noise_model" : "low_noise_model");
        folder.is_half_of_pair = has_high != has_low;
        if (has_high && has_low) folder.parts.transformer_2 = root / "low_noise_model";
    }
    if (folder.parts.transformer.empty()) return false;
    // A converted .safetensors beside the published .pth is preferred: it maps without being unpacked.
    folder.parts.vae =
        first_there(root, {"Wan2.1_VAE.safetensors", "Wan2.2_VAE.safetensors", "Wan2.1_VAE.pth", "Wan2.2_VAE.pth"});
    folder.parts.text_encoder =
        first_there(root, {"models_t5_umt5-xxl-enc-bf16.safetensors", "models_t5_umt5-xxl-enc-bf16.pth"});
    folder.parts.tokenizer = first_there(root, {"google/umt5-xxl"});
    folder.parts.image_encoder = first_there(root, {"models_clip_open-clip-xlm-roberta-large-vit-huge-14.safetensors",
                                                    "models_clip_open-clip-xlm-roberta-large-vit-huge-14.pth"});
    return true;
}

Result<bool> resolve_card(const fs::path& root, ModelFolder& folder) {
    const auto parts = folder.card.find("parts");
    if (parts == folder.card.end()) return false;
    const fs::path file = first_there(root, {"demo.json", "turbo-studio.json"});
    const auto wrong = [&](const std::string& key, const char* why) {
        return corrupt_file(path_to_utf8(file), key, fmt::format("\"{}\" {}.", escape_for_display(key), why),
                            "Correct the card, or make it anew with `models add`.");
    };
    if (!parts->is_object()) return wrong("parts", "is not an object");
    folder.layout = "model card";
    for (const auto& [name, path] : parts->items()) {
        const auto part =
            std::find_if(kParts.begin(), kParts.end(), [&](const NamedPart& p) { return p.name == name; });
        if (part == kParts.end()) return wrong("parts." + name, "is no part of a model");
        if (!path.is_string() || path.get<std::string>().empty()) return wrong("parts." + name, "is not a path");
        folder.parts.*part->place = (root / path_from_utf8(path.get<std::string>())).lexically_normal();
    }
    if (folder.parts.transformer.empty()) return wrong("parts", "names no transformer");
    return true;
}

}  // namespace studio::pipeline
