#include "pipeline/loose_parts.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"
#include "pipeline/expert_names.h"

namespace studio::pipeline {
namespace fs = std::filesystem;
namespace {

using checkpoint::Role;

std::string shown(const fs::path& path) {
    return escape_for_display(path_to_utf8(path.filename()), 200);
}

/// With its folder: shards of two experts have the same file name.
std::string shown_long(const fs::path& path) {
    return escape_for_display(path_to_utf8(path.parent_path().filename() / path.filename()), 300);
}

std::vector<const FoundPart*> of_role(const PartScan& scan, Role role) {
    std::vector<const FoundPart*> out;
    for (const FoundPart& part : scan.parts) {
        if (part.role == role) out.push_back(&part);
    }
    return out;
}

std::string names_of(const std::vector<const FoundPart*>& parts) {
    std::string out;
    for (std::size_t i = 0; i < parts.size() && i < 12; ++i)
        out += fmt::format("{}{} ({})", i > 0 ? ", " : "", shown_long(parts[i]->path), parts[i]->variant);
    return parts.size() > 12 ? out + ", and more" : out;
}

Error no_transformer(const PartScan& here, const fs::path& root) {
    std::string found;
    for (const FoundPart& part : here.parts)
        found += fmt::format("{}{} ({})", found.empty() ? "" : ", ", shown(part.path), part.variant);
    for (const Error& error : here.unusable)
        found += fmt::format("{}{}", found.empty() ? "" : ", ", error.message);
    return {ErrorCode::kNotFound,
            found.empty() ? "The folder holds no model that this program knows: there is neither a model_index.json "
                            "(diffusers) nor any checkpoint of a Wan transformer."
                          : fmt::format("There is no Wan transformer here, only: {}", escape_for_display(found, 1500)),
            path_to_utf8(root),
            "transformer",
            "Choose the folder or file that holds the transformer; `models check` says what a file is.",
            {}};
}

Error several(const std::vector<const FoundPart*>& all, const fs::path& root) {
    return {
        ErrorCode::kUnsupported, fmt::format("Several transformers are here: {}.", names_of(all)), path_to_utf8(root),
        "transformer",           "Name the file of the one that you mean instead of the folder.",  {}};
}

Error cannot_tell(const FoundPart& one, const FoundPart& other) {
    return {ErrorCode::kUnsupported,
            fmt::format("{} and {} are two equal networks ({}), but neither name says which is for high noise and "
                        "which for low noise, and their tensors cannot.",
                        shown_long(one.path), shown_long(other.path), one.variant),
            path_to_utf8(one.path),
            "transformer_2",
            "Name the high-noise file as the model and the low-noise file as transformer_2, or write high_noise and "
            "low_noise into their names.",
            {}};
}

bool are_halves(const FoundPart& a, const FoundPart& b) {
    const NoiseHalf x = noise_half_of(a.path), y = noise_half_of(b.path);
    return a.shape == b.shape && x != NoiseHalf::kUnknown && y != NoiseHalf::kUnknown && x != y;
}

void take_pair(const FoundPart& one, const FoundPart& other, ModelFolder& folder, FoundPart& known) {
    const bool is_one_high = noise_half_of(one.path) == NoiseHalf::kHigh;
    const FoundPart &high = is_one_high ? one : other, &low = is_one_high ? other : one;
    folder.parts.transformer = high.path;
    if (folder.parts.transformer_2.empty()) folder.parts.transformer_2 = low.path;
    folder.is_half_of_pair = false;
    folder.notices.push_back(
        fmt::format("{} was taken for the high-noise and {} for the low-noise expert, because their names say so.",
                    shown_long(high.path), shown_long(low.path)));
    known = high;
}

std::string misfit_text(const FoundPart& part, const FoundPart& known) {
    const auto text = [&](std::int64_t is, std::int64_t wanted, const char* what) {
        return fmt::format("{} does not fit: it has {} {}, the transformer {}", shown(part.path), is, what, wanted);
    };
    if (part.role == Role::kVae) return text(part.latent_channels, known.latent_channels, "latent channels");
    return text(part.width, part.role == Role::kClip ? known.image_dim : known.text_dim, "values for each token");
}

bool fits(const FoundPart& part, const FoundPart& known) {
    if (part.role == Role::kVae) return part.latent_channels == known.latent_channels;
    if (part.role == Role::kTextEncoder) return part.width == known.text_dim;
    return part.width == known.image_dim;
}

/// The best of one role in one place, or nothing; what does not fit becomes a hint.
const FoundPart* best_of(const PartScan& place, Role role, const FoundPart& known, const char* name,
                         ModelFolder& folder) {
    const FoundPart* best = nullptr;
    std::size_t count = 0;
    for (const FoundPart* part : of_role(place, role)) {
        if (!fits(*part, known)) {
            std::string& hint = folder.hints[name];
            if (hint.empty()) hint = misfit_text(*part, known);
            continue;
        }
        ++count;
        if (best == nullptr || part->bytes > best->bytes) best = part;
    }
    if (count > 1) {
        folder.notices.push_back(
            fmt::format("{} files fit as {}; {} is used, the largest. Name another one to use that.", count, name,
                        shown(best->path)));
    }
    return best;
}

void fill_tokenizer(const std::vector<PartScan>& places, ModelFolder& folder) {
    for (const PartScan& place : places) {
        for (const FoundPart& part : place.parts) {
            if (!part.has_tokenizer || part.path != folder.parts.text_encoder) continue;
            folder.parts.tokenizer = part.path;
            return;
        }
    }
    for (const PartScan& place : places) {
        if (place.tokenizers.empty()) continue;
        // spiece.model first: the Unigram model itself.
        const auto at = std::find_if(place.tokenizers.begin(), place.tokenizers.end(), [](const fs::path& where) {
            std::error_code ignored;
            return fs::exists(where / "spiece.model", ignored);
        });
        folder.parts.tokenizer = at != place.tokenizers.end() ? *at : place.tokenizers.front();
        return;
    }
}

}  // namespace

Result<void> find_other_expert(const PartScan& here, ModelFolder& folder, FoundPart& known) {
    if (!folder.parts.transformer_2.empty()) return {};
    const NoiseHalf half = noise_half_of(known.path);
    if (half == NoiseHalf::kUnknown && !known.is_22_expert) return {};
    std::vector<const FoundPart*> halves, equals;
    const FoundPart* twin = nullptr;
    for (const FoundPart* part : of_role(here, Role::kDit)) {
        if (part->path == known.path || part->shape != known.shape) continue;
        equals.push_back(part);
        if (!are_halves(*part, known)) continue;
        halves.push_back(part);
        if (pair_name(part->path) == pair_name(known.path)) twin = part;
    }
    if (twin == nullptr && halves.size() == 1) twin = halves.front();
    if (twin != nullptr) {
        const FoundPart self = known;
        take_pair(self, *twin, folder, known);
        return {};
    }
    if (half == NoiseHalf::kUnknown && equals.size() == 1) return cannot_tell(known, *equals.front());
    folder.is_half_of_pair = true;
    if (halves.size() > 1)
        folder.hints["transformer_2"] = fmt::format("several files could be its other half: {}", names_of(halves));
    return {};
}

Result<void> choose_transformers(const PartScan& here, ModelFolder& folder, FoundPart& known) {
    const auto all = of_role(here, Role::kDit);
    if (all.empty()) return no_transformer(here, folder.root);
    if (all.size() == 2 && all[0]->shape == all[1]->shape && folder.parts.transformer_2.empty()) {
        if (are_halves(*all[0], *all[1])) {
            take_pair(*all[0], *all[1], folder, known);
            return {};
        }
        if (all[0]->is_22_expert) return cannot_tell(*all[0], *all[1]);
    }
    if (all.size() > 1) return several(all, folder.root);
    known = *all.front();
    folder.parts.transformer = known.path;
    return find_other_expert(here, folder, known);
}

void fill_missing(const std::vector<PartScan>& places, const FoundPart& known, ModelFolder& folder) {
    struct Wanted {
        const char* name;
        fs::path PartPaths::*place;
        Role role;
        bool is_needed;
    };
    for (const Wanted& wanted :
         {Wanted{"vae", &PartPaths::vae, Role::kVae, true},
          Wanted{"text_encoder", &PartPaths::text_encoder, Role::kTextEncoder, true},
          Wanted{"image_encoder", &PartPaths::image_encoder, Role::kClip, known.image_dim > 0}}) {
        fs::path& path = folder.parts.*wanted.place;
        for (auto place = places.begin(); place != places.end() && wanted.is_needed && path.empty(); ++place) {
            if (const FoundPart* const best = best_of(*place, wanted.role, known, wanted.name, folder))
                path = best->path;
        }
        if (!path.empty()) folder.hints.erase(wanted.name);
    }
    if (folder.parts.tokenizer.empty()) fill_tokenizer(places, folder);
}

}  // namespace studio::pipeline
