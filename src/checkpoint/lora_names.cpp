#include "checkpoint/lora_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <vector>

#include "checkpoint/names.h"

namespace studio::checkpoint {
namespace {

struct Ending {
    std::string_view text;
    LoraPart part;
};

// Longer endings before those they end with.
constexpr std::array<Ending, 17> kEndings{{
    {".lora_A.weight", LoraPart::kDown},
    {".lora_B.weight", LoraPart::kUp},
    {".lora_B.bias", LoraPart::kUpBias},
    {".lora_A", LoraPart::kDown},
    {".lora_B", LoraPart::kUp},
    {".lora_down.weight", LoraPart::kDown},
    {".lora_up.weight", LoraPart::kUp},
    {".lora_linear_layer.down.weight", LoraPart::kDown},
    {".lora_linear_layer.up.weight", LoraPart::kUp},
    {".lora.down.weight", LoraPart::kDown},
    {".lora.up.weight", LoraPart::kUp},
    {"_lora.down.weight", LoraPart::kDown},
    {"_lora.up.weight", LoraPart::kUp},
    {".alpha", LoraPart::kAlpha},
    {".diff", LoraPart::kDifference},
    {".diff_b", LoraPart::kBiasDifference},
    {".diff_m", LoraPart::kModulationDifference},
}};

constexpr std::array<std::string_view, 4> kNamedHalves{".lora_A.", ".lora_B.", ".lora_down.", ".lora_up."};

// PEFT puts the adapter's name into the key: "x.lora_A.default.weight".
std::string without_adapter_name(std::string_view key) {
    for (const std::string_view half : kNamedHalves) {
        const std::size_t at = key.find(half);
        if (at == key.npos) continue;
        const std::size_t last = key.rfind('.');
        const std::size_t start = at + half.size() - 1;
        if (last > start) return std::string(key.substr(0, start)).append(key.substr(last));
    }
    return std::string(key);
}

struct OtherAdapter {
    std::string_view mark, name;
};
constexpr std::array<OtherAdapter, 11> kOtherAdapters{{
    {".dora_scale", "DoRA"},
    {"lora_magnitude_vector", "DoRA"},
    {".hada_w", "LoHa"},
    {".lokr_w", "LoKr"},
    {".lora_mid.", "LoCon with a middle layer"},
    {".oft_", "OFT"},
    {".boft_", "BOFT"},
    {".glora_", "GLoRA"},
    {"lora_embedding_", "embedding LoRA"},
    {".a1.weight", "GLoRA"},
    {".set_weight", "weight replacement"},
}};

struct Prefix {
    std::string_view text, naming;
};
constexpr std::array<Prefix, 13> kPrefixes{{
    {"base_model.model.", "PEFT"},
    {"model.diffusion_model.", "ComfyUI"},
    {"diffusion_model.", "ComfyUI"},
    {"transformer_2.", "diffusers"},
    {"transformer.", "diffusers"},
    {"pipe.dit.", "official"},
    {"dit.", "official"},
    {"unet.", "diffusers"},
    {"module.", "official"},
    {"model.", "official"},
    {"net.", "official"},
    {"lora_unet_", "kohya"},
    {"lora_transformer_", "kohya"},
}};

constexpr std::array<std::string_view, 15> kBlockLayers{
    "self_attn.q",      "self_attn.k",      "self_attn.v",       "self_attn.o",       "self_attn.norm_q",
    "self_attn.norm_k", "cross_attn.q",     "cross_attn.k",      "cross_attn.v",      "cross_attn.o",
    "cross_attn.k_img", "cross_attn.v_img", "cross_attn.norm_q", "cross_attn.norm_k", "cross_attn.norm_k_img"};
constexpr std::array<std::string_view, 4> kMoreBlockLayers{"ffn.0", "ffn.2", "norm3", "modulation"};
constexpr std::array<std::string_view, 13> kTopLayers{
    "patch_embedding",   "text_embedding.0", "text_embedding.2", "time_embedding.0", "time_embedding.2",
    "time_projection.1", "head.head",        "head.modulation",  "img_emb.proj.0",   "img_emb.proj.1",
    "img_emb.proj.3",    "img_emb.proj.4",   "img_emb.emb_pos"};
constexpr std::array<std::string_view, 13> kDiffusersBlock{
    "attn1.to_q",     "attn1.to_k", "attn1.to_v",     "attn1.to_out.0",   "attn2.to_q",
    "attn2.to_k",     "attn2.to_v", "attn2.to_out.0", "attn2.add_k_proj", "attn2.add_v_proj",
    "ffn.net.0.proj", "ffn.net.2",  "norm2"};
constexpr std::array<std::string_view, 9> kDiffusersTop{"condition_embedder.text_embedder.linear_1",
                                                        "condition_embedder.text_embedder.linear_2",
                                                        "condition_embedder.time_embedder.linear_1",
                                                        "condition_embedder.time_embedder.linear_2",
                                                        "condition_embedder.time_proj",
                                                        "condition_embedder.image_embedder.ff.net.0.proj",
                                                        "condition_embedder.image_embedder.ff.net.2",
                                                        "proj_out",
                                                        "scale_shift_table"};

std::string flat(std::string_view name) {
    std::string out(name);
    std::replace(out.begin(), out.end(), '.', '_');
    return out;
}

std::string from_diffusers(std::string_view name) {
    std::string out = dit_name("diffusers", std::string(name) + ".").value_or(std::string(name) + ".");
    out.pop_back();
    return out;
}

using FlatNames = std::map<std::string, std::string, std::less<>>;

// kohya's names lose the difference between "." and "_"; known layers give it back.
const FlatNames& flat_block_layers() {
    static const FlatNames names = [] {
        FlatNames out;
        for (const auto layer : kBlockLayers)
            out.emplace(flat(layer), layer);
        for (const auto layer : kMoreBlockLayers)
            out.emplace(flat(layer), layer);
        for (const auto layer : kDiffusersBlock) {
            const std::string official = from_diffusers("blocks.0." + std::string(layer));
            out.emplace(flat(layer), official.substr(std::string_view("blocks.0.").size()));
        }
        return out;
    }();
    return names;
}

const FlatNames& flat_top_layers() {
    static const FlatNames names = [] {
        FlatNames out;
        for (const auto layer : kTopLayers)
            out.emplace(flat(layer), layer);
        for (const auto layer : kDiffusersTop)
            out.emplace(flat(layer), from_diffusers(layer));
        return out;
    }();
    return names;
}

// "blocks_12_self_attn_q" -> "blocks.12.self_attn.q"; the name itself where no layer is called so.
std::string from_flat(std::string_view name) {
    constexpr std::string_view kBlocks = "blocks_";
    if (name.starts_with(kBlocks)) {
        const std::string_view rest = name.substr(kBlocks.size());
        const std::size_t end = rest.find('_');
        if (end == rest.npos) return std::string(name);
        const auto index = split_index(std::string(rest.substr(0, end)) + ".x");
        const auto found = flat_block_layers().find(rest.substr(end + 1));
        if (!index || found == flat_block_layers().end()) return std::string(name);
        return fmt::format("blocks.{}.{}", index->first, found->second);
    }
    const auto found = flat_top_layers().find(name);
    return found == flat_top_layers().end() ? std::string(name) : found->second;
}

}  // namespace

std::optional<LoraKey> split_lora_key(std::string_view key) {
    const std::string plain = without_adapter_name(key);
    for (const Ending& ending : kEndings) {
        if (plain.size() <= ending.text.size() || !plain.ends_with(ending.text)) continue;
        return LoraKey{plain.substr(0, plain.size() - ending.text.size()), ending.part};
    }
    return std::nullopt;
}

std::optional<std::string_view> other_adapter(std::string_view key) {
    for (const OtherAdapter& other : kOtherAdapters) {
        if (key.find(other.mark) != key.npos) return other.name;
    }
    return std::nullopt;
}

LoraLayer lora_layer(std::string_view stem) {
    LoraLayer layer;
    layer.naming = "official";
    layer.is_text_encoder = stem.starts_with("lora_te") || stem.starts_with("text_encoder");
    bool is_first = true;
    for (bool found = true; found;) {
        found = false;
        for (const Prefix& prefix : kPrefixes) {
            if (!stem.starts_with(prefix.text)) continue;
            stem.remove_prefix(prefix.text.size());
            layer.is_second_expert = layer.is_second_expert || prefix.text == "transformer_2.";
            if (is_first) layer.naming = prefix.naming;
            is_first = false;
            found = true;
            break;
        }
    }
    layer.name = stem;
    // Old diffusers files name the attention processor.
    constexpr std::string_view kProcessor = ".processor.";
    if (const std::size_t at = layer.name.find(kProcessor); at != layer.name.npos) {
        layer.name.replace(at, kProcessor.size(), ".");
    }
    return layer;
}

bool is_diffusers_layer(std::string_view name) {
    for (const std::string_view mark :
         {".attn1.", ".attn2.", "condition_embedder.", "proj_out", "scale_shift_table", ".ffn.net."}) {
        if (name.find(mark) != name.npos) return true;
    }
    return false;
}

std::string official_layer(const LoraLayer& layer, bool is_diffusers) {
    if (layer.naming == "kohya" && layer.name.find('.') == layer.name.npos) return from_flat(layer.name);
    return is_diffusers ? from_diffusers(layer.name) : layer.name;
}

}  // namespace studio::checkpoint
