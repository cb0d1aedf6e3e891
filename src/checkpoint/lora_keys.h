// checkpoint/lora_keys.h - what a LoRA file changes in a Wan transformer, by canonical tensor names, whatever naming
// the file uses (spec: wan.md 9). Needs neither tensors nor Torch.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/result.h"
#include "io/checkpoint.h"

namespace studio::checkpoint {

/// One change of one tensor.
struct LoraChange {
    std::string tensor;  // "blocks.0.self_attn.q.weight", "blocks.0.modulation", ... as in Recognised::tensors
    std::string key;     // one of the file's own keys, for messages
    /// W' = W + strength * scale * up down, with down [rank, in, ...] and up [out, rank, ...]; or, without `up`,
    /// W' = W + strength * scale * down.
    const io::TensorInfo *down = nullptr, *up = nullptr;
    double scale = 1;  // alpha / rank; 1 for differences and where no alpha is stored

    bool is_low_rank() const { return up != nullptr; }
    std::int64_t rank() const { return is_low_rank() ? down->shape[0] : 0; }
};

struct LoraKeys {
    std::string naming;                          // "diffusers", "ComfyUI", "kohya", "PEFT", "official"
    std::vector<LoraChange> changes;             // sorted by tensor; each pair of tensor and form at most once
    std::shared_ptr<const io::Checkpoint> file;  // keeps the tensor infos alive
};

/// Sources of the namings: diffusers (PEFT), ComfyUI, kohya sd-scripts and musubi-tuner, Wan-Video and lightx2v.
/// Errors  CorruptFile naming file and key: no LoRA key, half of a pair missing, ranks that differ, an alpha that is no
///         finite number, two keys for one layer, no LoRA at all; Unsupported: another kind of adapter (DoRA, LoHa,
///         LoKr, ...), adapters of a text encoder, adapters of both experts in one file.
Result<LoraKeys> read_lora_keys(std::shared_ptr<const io::Checkpoint> file);

/// What its content says about the training; a hint, because a LoRA states neither its base nor its purpose.
enum class LoraKind {
    kPlain,
    kStepDistilled,  // Lightning, lightx2v and CausVid kinds: for few steps without guidance
};

struct LoraSummary {
    std::string naming;
    std::int64_t rank_min = 0, rank_max = 0;
    std::size_t low_rank_layers = 0, differences = 0;
    std::int64_t width = 0, ffn_width = 0;  // of the network it fits; 0 when it has no layer that tells
    std::int64_t blocks = 0;                // highest block number plus one
    bool has_image_layers = false;          // keys and values of image tokens, image embedder: Wan2.1 image-to-video
    LoraKind kind = LoraKind::kPlain;
    std::string text;  // "LoRA for Wan 14B (width 5120), rank 64, 400 layers, step-distilled"
};
LoraSummary lora_summary(const LoraKeys& keys);

}  // namespace studio::checkpoint
