#include "library/added_parts.h"

#include <fmt/format.h>

#include <algorithm>

#include "checkpoint/recognise.h"
#include "core/files.h"
#include "core/text.h"

namespace studio {
namespace fs = std::filesystem;
namespace {

bool is_tokenizer(const fs::path& path) {
    const fs::path name = path.filename();
    if (name == "spiece.model" || name == "tokenizer.json") return true;
    return is_folder(path) && (is_there(path / "spiece.model") || is_there(path / "tokenizer.json"));
}

/// Which part of a model a path is, by its content.   Errors: those of the readers; Unsupported for what is no such
/// part.
Result<std::string> part_name(const fs::path& path) {
    if (is_tokenizer(path)) return std::string("tokenizer");
    STUDIO_TRY(opened, io::Checkpoint::open(path));
    STUDIO_TRY(part, checkpoint::recognise(opened));
    switch (part.role) {
        case checkpoint::Role::kDit:
            return std::string("transformer");
        case checkpoint::Role::kVae:
            return std::string("vae");
        case checkpoint::Role::kTextEncoder:
            return std::string("text_encoder");
        case checkpoint::Role::kClip:
            return std::string("image_encoder");
        default:
            break;
    }
    return Error{ErrorCode::kUnsupported,
                 fmt::format("{} is {}, not a transformer, VAE, text encoder, image encoder or tokenizer.",
                             escape_for_display(path_to_utf8(path), 1000),
                             part.role == checkpoint::Role::kLora ? "a LoRA" : "not a part of a Wan model"),
                 path_to_utf8(path),
                 {},
                 "Leave it out; LoRAs are given to 'generate' with --lora.",
                 {}};
}

bool names_low_noise(const fs::path& path) {
    std::string name = path_to_utf8(path);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return name.find("low") != name.npos;
}

}  // namespace

Result<AddedParts> sort_added_parts(const std::vector<fs::path>& paths) {
    AddedParts parts;
    for (const fs::path& path : paths) {
        STUDIO_TRY(name, part_name(path));
        if (name == "transformer" && parts.contains(name) && !parts.contains("transformer_2")) name = "transformer_2";
        if (const auto [other, is_new] = parts.emplace(name, path); !is_new) {
            return invalid_argument(
                "PATH",
                fmt::format("{} and {} are both a {}.", escape_for_display(path_to_utf8(other->second), 300),
                            escape_for_display(path_to_utf8(path), 300), name),
                "Name each part of the model once.");
        }
    }
    if (!parts.contains("transformer"))
        return invalid_argument("PATH", "None of the paths is a transformer, the part that makes the video.",
                                "Name the transformer's file, too.");
    if (!parts.contains("transformer_2")) return parts;
    const bool is_first_low = names_low_noise(parts["transformer"].filename()),
               is_second_low = names_low_noise(parts["transformer_2"].filename());
    if (is_first_low == is_second_low)
        return invalid_argument(
            "PATH", "Two transformers are given, and their names do not tell which is the low-noise expert.",
            "Rename one so that its name contains \"low\", the other \"high\".");
    if (is_first_low) std::swap(parts["transformer"], parts["transformer_2"]);
    return parts;
}

}  // namespace studio
