#include "checkpoint/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

namespace studio::checkpoint {
namespace {

constexpr std::array<Renaming, 13> kDitTop{{
    {"condition_embedder.text_embedder.linear_1.", "text_embedding.0."},
    {"condition_embedder.text_embedder.linear_2.", "text_embedding.2."},
    {"condition_embedder.time_embedder.linear_1.", "time_embedding.0."},
    {"condition_embedder.time_embedder.linear_2.", "time_embedding.2."},
    {"condition_embedder.time_proj.", "time_projection.1."},
    {"condition_embedder.image_embedder.norm1.", "img_emb.proj.0."},
    {"condition_embedder.image_embedder.ff.net.0.proj.", "img_emb.proj.1."},
    {"condition_embedder.image_embedder.ff.net.2.", "img_emb.proj.3."},
    {"condition_embedder.image_embedder.norm2.", "img_emb.proj.4."},
    {"condition_embedder.image_embedder.pos_embed", "img_emb.emb_pos"},
    {"proj_out.", "head.head."},
    {"scale_shift_table", "head.modulation"},
    {"patch_embedding.", "patch_embedding."},
}};

// Inside "blocks.N." and "vace_blocks.N.". The affine norm changes its number: diffusers norm2 is norm3 here.
constexpr std::array<Renaming, 21> kDitBlock{{
    {"scale_shift_table", "modulation"},
    {"attn1.to_q.", "self_attn.q."},
    {"attn1.to_k.", "self_attn.k."},
    {"attn1.to_v.", "self_attn.v."},
    {"attn1.to_out.0.", "self_attn.o."},
    {"attn1.norm_q.", "self_attn.norm_q."},
    {"attn1.norm_k.", "self_attn.norm_k."},
    {"attn1.", "self_attn."},
    {"attn2.to_q.", "cross_attn.q."},
    {"attn2.to_k.", "cross_attn.k."},
    {"attn2.to_v.", "cross_attn.v."},
    {"attn2.to_out.0.", "cross_attn.o."},
    {"attn2.norm_q.", "cross_attn.norm_q."},
    {"attn2.norm_k.", "cross_attn.norm_k."},
    {"attn2.add_k_proj.", "cross_attn.k_img."},
    {"attn2.add_v_proj.", "cross_attn.v_img."},
    {"attn2.norm_added_k.", "cross_attn.norm_k_img."},
    {"norm2.", "norm3."},
    {"ffn.net.0.proj.", "ffn.0."},
    {"ffn.net.2.", "ffn.2."},
    {"proj_in.", "before_proj."},
}};

constexpr std::array<Renaming, 5> kVaeResidual{{{"norm1.", "residual.0."},
                                                {"conv1.", "residual.2."},
                                                {"norm2.", "residual.3."},
                                                {"conv2.", "residual.6."},
                                                {"conv_shortcut.", "shortcut."}}};

std::string residual(std::string_view rest) {
    return rename_start(rest, kVaeResidual).value_or(std::string(rest));
}

/// How many different j there are in "<start>j.".
int count_indices(std::span<const PlainTensor> tensors, const std::string& start, int fallback) {
    std::set<int> seen;
    for (const PlainTensor& tensor : tensors) {
        const std::string_view name = tensor.name;
        if (!name.starts_with(start)) continue;
        if (const auto index = split_index(name.substr(start.size()))) seen.insert(index->first);
    }
    return seen.empty() ? fallback : static_cast<int>(seen.size());
}

bool has_name(std::span<const PlainTensor> tensors, const std::string& name) {
    return std::any_of(tensors.begin(), tensors.end(), [&](const PlainTensor& t) { return t.name == name; });
}

/// The projection of sparse-linear attention, whatever attention class its makers wrapped around it.
std::string with_sla_name(std::string_view name) {
    constexpr std::string_view kMark = ".self_attn.", kPublished = "attn_op.local_attn.proj_l.";
    const auto at = name.find(kMark);
    const auto proj = name.find(".proj_l.", at == name.npos ? 0 : at);
    if (at == name.npos || proj == name.npos) return std::string(name);
    return std::string(name.substr(0, at + kMark.size())).append(kPublished).append(name.substr(proj + 8));
}

}  // namespace

std::optional<std::pair<int, std::string_view>> split_index(std::string_view text) {
    int value = 0;
    const char* const end = text.data() + std::min<std::size_t>(text.size(), 5);
    const auto [stop, failed] = std::from_chars(text.data(), end, value);
    if (failed != std::errc{} || value < 0 || stop == text.data() + text.size() || *stop != '.') return std::nullopt;
    return std::pair(value, text.substr(static_cast<std::size_t>(stop - text.data()) + 1));
}

std::optional<std::string> rename_start(std::string_view name, std::span<const Renaming> table) {
    for (const Renaming& rule : table) {
        if (name.starts_with(rule.from)) return std::string(rule.to).append(name.substr(rule.from.size()));
    }
    return std::nullopt;
}

std::optional<std::string> dit_name(std::string_view layout, std::string_view name) {
    if (layout != "diffusers") return with_sla_name(name);
    for (const std::string_view stack : {"blocks.", "vace_blocks."}) {
        if (!name.starts_with(stack)) continue;
        const auto index = split_index(name.substr(stack.size()));
        if (!index) break;
        const std::string start = fmt::format("{}{}.", stack, index->first);
        if (index->second.starts_with("attn2.norm_added_q."))
            return std::nullopt;  // written by some tools, used by none
        if (stack == "vace_blocks." && index->second.starts_with("proj_out.")) {
            return start + "after_proj." + std::string(index->second.substr(9));
        }
        return with_sla_name(start + rename_start(index->second, kDitBlock).value_or(std::string(index->second)));
    }
    return rename_start(name, kDitTop).value_or(std::string(name));
}

VaeNames::VaeNames(std::span<const PlainTensor> tensors, const Identity& identity)
    : is_diffusers_(identity.role == Role::kVae && identity.layout == "diffusers") {
    if (!is_diffusers_) return;
    const std::string& prefix = identity.prefix;
    is_22_ = has_name(tensors, prefix + "encoder.down_blocks.0.resnets.0.norm1.gamma") ||
             has_name(tensors, prefix + "decoder.up_blocks.0.upsampler.resample.1.weight");
    encoder_resnets_ = count_indices(tensors, prefix + "encoder.down_blocks.0.resnets.", 2);
    decoder_resnets_ = count_indices(tensors, prefix + "decoder.up_blocks.0.resnets.", encoder_resnets_ + 1);
}

std::string VaeNames::official(std::string_view name) const {
    if (!is_diffusers_) return std::string(name);
    if (name.starts_with("quant_conv.")) return "conv1." + std::string(name.substr(11));
    if (name.starts_with("post_quant_conv.")) return "conv2." + std::string(name.substr(16));
    for (const std::string_view side : {"encoder.", "decoder."}) {
        if (!name.starts_with(side)) continue;
        const std::string_view rest = name.substr(side.size());
        constexpr std::array<Renaming, 4> kEnds{{{"conv_in.", "conv1."},
                                                 {"norm_out.", "head.0."},
                                                 {"conv_out.", "head.2."},
                                                 {"mid_block.attentions.0.", "middle.1."}}};
        if (const auto renamed = rename_start(rest, kEnds)) return std::string(side) + *renamed;
        if (rest.starts_with("mid_block.resnets.0."))
            return fmt::format("{}middle.0.{}", side, residual(rest.substr(20)));
        if (rest.starts_with("mid_block.resnets.1."))
            return fmt::format("{}middle.2.{}", side, residual(rest.substr(20)));
        return std::string(side) + block_name(side, rest);
    }
    return std::string(name);
}

std::string VaeNames::block_name(std::string_view side, std::string_view rest) const {
    const bool is_encoder = side == "encoder.";
    const std::string_view list = is_encoder ? "down_blocks." : "up_blocks.";
    const auto level = rest.starts_with(list) ? split_index(rest.substr(list.size())) : std::nullopt;
    if (!level) return std::string(rest);
    const std::string_view official_list = is_encoder ? "downsamples" : "upsamples";
    const int resnets = is_encoder ? encoder_resnets_ : decoder_resnets_;
    std::string_view tail = level->second;
    if (is_encoder && !is_22_)
        return fmt::format("{}.{}.{}", official_list, level->first, residual(tail));  // one row there, too
    int place = -1;
    std::string inner;
    if (tail.starts_with("resnets.")) {
        const auto index = split_index(tail.substr(8));
        if (index && index->first < resnets) {
            place = index->first;
            inner = residual(index->second);
        }
    } else {
        for (const std::string_view sampler : {"upsamplers.0.", "upsampler.", "downsampler."}) {
            if (!tail.starts_with(sampler)) continue;
            place = resnets;
            inner = tail.substr(sampler.size());
            break;
        }
    }
    if (place < 0) return std::string(rest);
    if (is_22_) return fmt::format("{0}.{1}.{0}.{2}.{3}", official_list, level->first, place, inner);
    return fmt::format("{}.{}.{}", official_list, level->first * (resnets + 1) + place, inner);
}

}  // namespace studio::checkpoint
