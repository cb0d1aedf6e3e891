#include "checkpoint/recognise.h"

#include <fmt/format.h>

#include <algorithm>

#include "checkpoint/foreign.h"
#include "checkpoint/names.h"
#include "checkpoint/schemes.h"
#include "checkpoint/variant.h"
#include "core/text.h"

namespace studio::checkpoint {
namespace {

/// TurboDiffusion and some GGUF files store the patch convolution as a matrix (same memory, patch 1, 2, 2); HF files of
/// CLIP leave out the axes of length one.
std::vector<std::int64_t> canonical_shape(Role role, const std::string& name, const std::vector<std::int64_t>& stored) {
    if (role == Role::kDit && name == "patch_embedding.weight" && stored.size() == 2 && stored[1] % 4 == 0)
        return {stored[0], stored[1] / 4, 1, 2, 2};
    if (role == Role::kClip && name == "visual.cls_embedding" && stored.size() == 1) return {1, 1, stored[0]};
    if (role == Role::kClip && name == "visual.pos_embedding" && stored.size() == 2) return {1, stored[0], stored[1]};
    return stored;
}

class Namer {
  public:
    Namer(std::span<const PlainTensor> tensors, const Identity& identity)
        : identity_(identity),
          vae_(tensors, identity),
          has_shared_(std::any_of(tensors.begin(), tensors.end(),
                                  [&](const PlainTensor& t) { return t.name == identity.prefix + "shared.weight"; })) {}

    /// Nothing: leave the tensor out.
    std::optional<std::string> operator()(const PlainTensor& tensor) const {
        if (identity_.role == Role::kOther || identity_.role == Role::kLora) return tensor.stored->name;
        const std::string_view all = tensor.name;
        // What does not stand behind the prefix belongs to another part in the same file, but for ComfyUI's markers.
        if (!all.starts_with(identity_.prefix)) {
            return all == "scaled_fp8" || all == "spiece_model" ? std::optional(tensor.name) : std::nullopt;
        }
        const std::string_view name = all.substr(identity_.prefix.size());
        switch (identity_.role) {
            case Role::kDit:
                return dit_name(identity_.layout, name);
            case Role::kVae:
                return vae_.official(name);
            case Role::kTextEncoder:
                if (has_shared_ && name == "encoder.embed_tokens.weight") return std::nullopt;
                return umt5_name(identity_.layout, name);
            case Role::kClip:
                return clip_name(identity_.layout, name);
            default:
                return std::string(name);
        }
    }

  private:
    const Identity& identity_;
    VaeNames vae_;
    bool has_shared_;
};

std::string_view title(Role role) {
    switch (role) {
        case Role::kDit:
            return "a Wan video transformer";
        case Role::kVae:
            return "a Wan VAE";
        case Role::kTextEncoder:
            return "a text encoder (UMT5)";
        case Role::kClip:
            return "a CLIP image encoder";
        case Role::kLora:
            return "a LoRA";
        case Role::kOther:
            break;
    }
    return "no part of a Wan model that is known here";
}

Result<void> refuse_duplicates(const io::Checkpoint& checkpoint, const std::vector<NamedTensor>& sorted) {
    for (std::size_t i = 1; i < sorted.size(); ++i) {
        const NamedTensor &a = sorted[i - 1], &b = sorted[i];
        if (a.name != b.name) continue;
        return corrupt_file(
            path_to_utf8(checkpoint.main_file()), b.stored->name,
            fmt::format("The tensors {} and {} are both {}.", a.stored->name, b.stored->name, b.name),
            "The file was put together wrongly; download it again or use another version of the model.");
    }
    return {};
}

}  // namespace

Result<Recognised> recognise(std::shared_ptr<const io::Checkpoint> checkpoint, Role preferred) {
    const auto plain = plain_tensors(*checkpoint);
    const Identity identity = identify(plain, preferred);
    Recognised out;
    out.role = identity.role;
    out.layout = identity.layout;
    const Namer namer(plain, identity);
    for (const PlainTensor& tensor : plain) {
        auto name = namer(tensor);
        if (!name) continue;
        auto shape = canonical_shape(out.role, *name, tensor.stored->shape);
        out.tensors.push_back({std::move(*name), std::move(shape), tensor.stored});
    }
    const auto by_name = [](const NamedTensor& a, const NamedTensor& b) { return a.name < b.name; };
    std::sort(out.tensors.begin(), out.tensors.end(), by_name);
    STUDIO_TRY_VOID(refuse_duplicates(*checkpoint, out.tensors));
    if (out.role != Role::kOther && out.role != Role::kLora) {
        STUDIO_TRY_VOID(fold_scales(*checkpoint, out.tensors));
        std::sort(out.tensors.begin(), out.tensors.end(), by_name);  // int8_weight became weight
        STUDIO_TRY_VOID(refuse_duplicates(*checkpoint, out.tensors));
    }
    out.checkpoint = std::move(checkpoint);
    out.variant = variant_of(out);
    return out;
}

std::string_view to_string(Role role) noexcept {
    switch (role) {
        case Role::kDit:
            return "dit";
        case Role::kVae:
            return "vae";
        case Role::kTextEncoder:
            return "text-encoder";
        case Role::kClip:
            return "clip";
        case Role::kLora:
            return "lora";
        case Role::kOther:
            break;
    }
    return "other";
}

/// Where a part that was given in the wrong place belongs.
std::string where_it_goes(Role found, Role needed) {
    if (found == Role::kLora) return "A LoRA goes beside a base model, as --lora.";
    if (needed == Role::kLora) return "Give the base model as the model, and a LoRA file here.";
    return fmt::format("Choose the file that holds {}.", title(needed));
}

Result<Recognised> open_as(const std::filesystem::path& path, Role needed) {
    STUDIO_TRY(checkpoint, io::Checkpoint::open(path));
    const std::string file = path_to_utf8(checkpoint->main_file());
    STUDIO_TRY(found, recognise(std::move(checkpoint), needed));
    if (found.role == needed) return found;
    const std::string is =
        found.role == Role::kOther ? describe_foreign(*found.checkpoint) : std::string(title(found.role));
    return Error{ErrorCode::kUnsupported,
                 fmt::format("{} is {}{}; {} is needed here.", escape_for_display(file, 1000), is,
                             found.role == Role::kDit ? " (" + found.variant + ")" : "", title(needed)),
                 file,
                 {},
                 where_it_goes(found.role, needed),
                 {}};
}

}  // namespace studio::checkpoint
