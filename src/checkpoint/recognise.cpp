#include "checkpoint/recognise.h"

#include <fmt/format.h>

#include <algorithm>

#include "checkpoint/names.h"
#include "checkpoint/variant.h"
#include "core/text.h"

namespace studio::checkpoint {
namespace {

/// TurboDiffusion and some GGUF files store the patch convolution as a matrix; same memory, patch (1, 2, 2).
std::vector<std::int64_t> canonical_shape(Role role, const std::string& name, const std::vector<std::int64_t>& stored) {
    if (role != Role::kDit || name != "patch_embedding.weight" || stored.size() != 2 || stored[1] % 4 != 0)
        return stored;
    return {stored[0], stored[1] / 4, 1, 2, 2};
}

class Namer {
  public:
    Namer(const io::Checkpoint& checkpoint, const Identity& identity)
        : identity_(identity),
          vae_(checkpoint, identity),
          has_shared_(checkpoint.find(std::string(identity.prefix) + "shared.weight") != nullptr) {}

    /// Nothing: leave the tensor out.
    std::optional<std::string> operator()(std::string_view stored) const {
        if (!stored.starts_with(identity_.prefix)) return std::string(stored);
        const std::string_view name = stored.substr(identity_.prefix.size());
        switch (identity_.role) {
            case Role::kDit:
                return dit_name(identity_.layout, name);
            case Role::kVae:
                return vae_.official(name);
            case Role::kTextEncoder:
                if (has_shared_ && name == "encoder.embed_tokens.weight") return std::nullopt;
                return umt5_name(identity_.layout, name);
            default:
                return std::string(stored);
        }
    }

  private:
    Identity identity_;
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

Result<Recognised> recognise_as(std::shared_ptr<const io::Checkpoint> checkpoint, Role preferred) {
    const Identity identity = identify(*checkpoint, preferred);
    Recognised out;
    out.role = identity.role;
    out.layout = identity.layout;
    const Namer namer(*checkpoint, identity);
    for (const io::TensorInfo& stored : checkpoint->tensors()) {
        auto name = namer(stored.name);
        if (!name) continue;
        auto shape = canonical_shape(out.role, *name, stored.shape);
        out.tensors.push_back({std::move(*name), std::move(shape), &stored});
    }
    std::sort(out.tensors.begin(), out.tensors.end(),
              [](const NamedTensor& a, const NamedTensor& b) { return a.name < b.name; });
    for (std::size_t i = 1; i < out.tensors.size(); ++i) {
        const NamedTensor &a = out.tensors[i - 1], &b = out.tensors[i];
        if (a.name != b.name) continue;
        return corrupt_file(
            path_to_utf8(checkpoint->main_file()), b.stored->name,
            fmt::format("The tensors {} and {} are both {}.", a.stored->name, b.stored->name, b.name),
            "The file was put together wrongly; download it again or use another version of the model.");
    }
    out.checkpoint = std::move(checkpoint);
    out.variant = variant_of(out);
    return out;
}

}  // namespace

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

Result<Recognised> recognise(std::shared_ptr<const io::Checkpoint> checkpoint) {
    return recognise_as(std::move(checkpoint), Role::kOther);
}

Result<Recognised> open_as(const std::filesystem::path& path, Role needed) {
    STUDIO_TRY(checkpoint, io::Checkpoint::open(path));
    const std::string file = path_to_utf8(checkpoint->main_file());
    STUDIO_TRY(found, recognise_as(std::move(checkpoint), needed));
    if (found.role == needed) return found;
    return Error{ErrorCode::kUnsupported,
                 fmt::format("{} is {}{}; {} is needed here.", escape_for_display(file, 1000), title(found.role),
                             found.role == Role::kDit ? " (" + found.variant + ")" : "", title(needed)),
                 file,
                 {},
                 fmt::format("Choose the file that holds {}.", title(needed)),
                 {}};
}

}  // namespace studio::checkpoint
