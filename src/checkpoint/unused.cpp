#include "checkpoint/unused.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "checkpoint/names.h"
#include "core/text.h"

namespace studio::checkpoint {
namespace {

constexpr std::array<std::string_view, 15> kDitTop{"patch_embedding.",
                                                   "text_embedding.0.",
                                                   "text_embedding.2.",
                                                   "time_embedding.0.",
                                                   "time_embedding.2.",
                                                   "time_projection.1.",
                                                   "head.head.",
                                                   "head.modulation",
                                                   "img_emb.proj.0.",
                                                   "img_emb.proj.1.",
                                                   "img_emb.proj.3.",
                                                   "img_emb.proj.4.",
                                                   "img_emb.emb_pos",
                                                   "vace_",
                                                   "audio_"};
constexpr std::array<std::string_view, 19> kDitBlock{"modulation",
                                                     "norm3.",
                                                     "ffn.0.",
                                                     "ffn.2.",
                                                     "self_attn.q.",
                                                     "self_attn.k.",
                                                     "self_attn.v.",
                                                     "self_attn.o.",
                                                     "self_attn.norm_q.",
                                                     "self_attn.norm_k.",
                                                     "self_attn.attn_op.local_attn.proj_l.",
                                                     "cross_attn.q.",
                                                     "cross_attn.k.",
                                                     "cross_attn.v.",
                                                     "cross_attn.o.",
                                                     "cross_attn.norm_q.",
                                                     "cross_attn.norm_k.",
                                                     "cross_attn.k_img.",
                                                     "cross_attn.v_img."};
constexpr std::array<std::string_view, 10> kUmt5Block{
    "norm1.",      "norm2.",   "attn.q.", "attn.k.", "attn.v.", "attn.o.", "pos_embedding.embedding.",
    "ffn.gate.0.", "ffn.fc1.", "ffn.fc2."};
constexpr std::array<std::string_view, 2> kUmt5Top{"token_embedding.", "norm."};
constexpr std::array<std::string_view, 4> kVaeTop{"encoder.", "decoder.", "conv1.", "conv2."};
constexpr std::array<std::string_view, 1> kClipTop{"visual."};

bool starts_with_any(std::string_view name, std::span<const std::string_view> starts) {
    return std::any_of(starts.begin(), starts.end(), [&](std::string_view start) { return name.starts_with(start); });
}

bool is_in_block(std::string_view name, std::span<const std::string_view> starts) {
    if (!name.starts_with("blocks.")) return false;
    const auto index = split_index(name.substr(7));
    return index && starts_with_any(index->second, starts);
}

bool is_used(Role role, std::string_view name) {
    switch (role) {
        case Role::kDit:
            return starts_with_any(name, kDitTop) || is_in_block(name, kDitBlock) ||
                   name.find(".cross_attn.norm_k_img.") != name.npos;
        case Role::kTextEncoder:
            return starts_with_any(name, kUmt5Top) || is_in_block(name, kUmt5Block);
        case Role::kVae:
            return starts_with_any(name, kVaeTop);
        case Role::kClip:
            return starts_with_any(name, kClipTop);
        default:
            return true;
    }
}

}  // namespace

std::string unused_notice(const Recognised& part) {
    std::size_t count = 0;
    std::string names;
    for (const NamedTensor& tensor : part.tensors) {
        if (is_used(part.role, tensor.name)) continue;
        if (++count <= 3) names += fmt::format("{}{}", count > 1 ? ", " : "", escape_for_display(tensor.name, 80));
    }
    if (count == 0) return {};
    return fmt::format("{} holds {} tensor{} that this kind of network does not use: {}{}.",
                       escape_for_display(path_to_utf8(part.checkpoint->main_file().filename()), 200), count,
                       count > 1 ? "s" : "", names, count > 3 ? ", ..." : "");
}

}  // namespace studio::checkpoint
