// checkpoint/names.h - tensor names of every known layout, and the official Wan name behind each.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "checkpoint/recognise.h"

namespace studio::checkpoint {

/// A tensor under its stored name without the words that training wrappers put into it.
struct PlainTensor {
    std::string name;
    const io::TensorInfo* stored = nullptr;
};
/// `_checkpoint_wrapped_module.`, `_orig_mod.`, `_fsdp_wrapped_module.` anywhere, `module.` at the beginning of a part.
/// Source: spec turbodiffusion.md 7.2.
std::string without_wrappers(std::string_view name);
std::vector<PlainTensor> plain_tensors(const io::Checkpoint& checkpoint);

/// What a file of one role and layout has; `prefix` is what stands before every name.
struct Identity {
    Role role = Role::kOther;
    std::string_view layout;  // "official", "diffusers", "hf", "gguf"
    std::string prefix;       // "model.diffusion_model.", "net.", "first_stage_model.", ...
};

/// Decide by names. `preferred` wins where one file holds several parts (a full checkpoint); of trained and averaged
/// weights side by side (net., net_ema.) the averaged ones are taken.
Identity identify(std::span<const PlainTensor> tensors, Role preferred);

/// Official name of a tensor (prefix already stripped); the name itself where nothing is known; nothing for tensors
/// that are to be skipped.   Source: spec wan.md 2.9.
std::optional<std::string> dit_name(std::string_view layout, std::string_view name);
/// Source: spec wan.md 3.4. The duplicate of the embedding must be skipped by the caller, who knows whether both are
/// there.
std::string umt5_name(std::string_view layout, std::string_view name);
/// Source: spec wan.md 5. HF files split q, k and v: attn.q, attn.k, attn.v. The text tower is skipped.
std::optional<std::string> clip_name(std::string_view layout, std::string_view name);

/// Source: spec wan.md 4.4. diffusers numbers per level, official 2.1 files in one row, so the level's length is
/// needed.
class VaeNames {
  public:
    VaeNames(std::span<const PlainTensor> tensors, const Identity& identity);
    std::string official(std::string_view name) const;

  private:
    std::string block_name(std::string_view side, std::string_view rest) const;

    bool is_diffusers_ = false;
    bool is_22_ = false;
    int encoder_resnets_ = 2;  // per level
    int decoder_resnets_ = 3;
};

/// "12.rest" -> 12 and "rest"; nothing unless it starts with a small whole number and a dot.
std::optional<std::pair<int, std::string_view>> split_index(std::string_view text);

struct Renaming {
    std::string_view from, to;
};
/// Replace the first `from` that the name starts with.
std::optional<std::string> rename_start(std::string_view name, std::span<const Renaming> table);

}  // namespace studio::checkpoint
