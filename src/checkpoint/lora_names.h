// checkpoint/lora_names.h - the keys of LoRA files taken apart: which layer, which part of its change. Used by
// lora_keys.cpp.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace studio::checkpoint {

enum class LoraPart {
    kDown,
    kUp,
    kUpBias,  // the bias of PEFT's lora_B, scaled like the product
    kAlpha,
    kDifference,            // of the weight, or of a bare parameter
    kBiasDifference,        // ".diff_b"
    kModulationDifference,  // ".diff_m"
};

struct LoraKey {
    std::string stem;  // what stands before the part, as in the file
    LoraPart part = LoraPart::kDown;
};

/// Nothing: no key of a LoRA.
std::optional<LoraKey> split_lora_key(std::string_view key);

/// "DoRA", "LoHa", ... for keys of adapters that are no LoRA; nothing for others.
std::optional<std::string_view> other_adapter(std::string_view key);

struct LoraLayer {
    std::string name;               // prefix taken off, separators as in the file
    std::string_view naming;        // by its prefix: "PEFT", "ComfyUI", "kohya", "diffusers" or "official"
    bool is_second_expert = false;  // transformer_2.
    bool is_text_encoder = false;   // lora_te..., text_encoder.
};
LoraLayer lora_layer(std::string_view stem);

/// Does a layer name (without prefix) follow diffusers' names? One such layer decides for the whole file, because
/// "norm2" means different layers in the two namings.
bool is_diffusers_layer(std::string_view name);

/// The official name of a layer: "blocks.0.self_attn.q", "head.head", "blocks.0.modulation".
std::string official_layer(const LoraLayer& layer, bool is_diffusers);

}  // namespace studio::checkpoint
