#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "checkpoint/lora_keys.h"
#include "checkpoint/names.h"

namespace studio::checkpoint {
namespace {

// Words that the makers of distilled LoRAs put into the header.
constexpr std::array<std::string_view, 7> kDistilledWords{"lightning", "lightx2v", "causvid",     "distill",
                                                          "4step",     "4-step",   "self-forcing"};

bool says_distilled(const io::Checkpoint& file) {
    for (const auto& [key, value] : file.metadata()) {
        std::string text = value;
        std::transform(text.begin(), text.end(), text.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        for (const std::string_view word : kDistilledWords) {
            if (text.find(word) != text.npos) return true;
        }
    }
    return false;
}

struct Counts {
    std::size_t block_layers = 0;  // low-rank, among the ten linears of a block
    std::size_t whole_number_alphas = 0;
    bool has_time_projection = false, has_block_differences = false;
};

// Wan 2.2 Lightning: rank 64, alpha a stored whole number (8), exactly the ten linears of every block. CausVid and the
// lightx2v extractions: time projection, biases and norms besides the linears.   Source: spec wan.md 9.
bool looks_distilled(const LoraKeys& keys, const LoraSummary& summary, const Counts& counts) {
    const bool is_lightning = summary.rank_min == 64 && summary.rank_max == 64 && counts.whole_number_alphas > 0 &&
                              summary.blocks > 0 && summary.differences == 0 &&
                              counts.block_layers == 10 * static_cast<std::size_t>(summary.blocks) &&
                              counts.block_layers == summary.low_rank_layers;
    const bool is_extraction = counts.has_time_projection && counts.has_block_differences;
    return is_lightning || is_extraction || says_distilled(*keys.file);
}

std::string network_of(const LoraSummary& s) {
    switch (s.width) {
        case 0:
            return "a Wan transformer";
        case 1536:
            return "Wan 1.3B (width 1536)";
        case 3072:
            return "Wan 5B (width 3072)";
        case 5120:
            return s.has_image_layers ? "Wan2.1 image-to-video 14B (width 5120)" : "Wan 14B (width 5120)";
        default:
            return fmt::format("a Wan transformer of width {}", s.width);
    }
}

std::string describe(const LoraSummary& s) {
    std::string text = fmt::format("LoRA for {}", network_of(s));
    if (s.low_rank_layers > 0) {
        text += s.rank_min == s.rank_max ? fmt::format(", rank {}", s.rank_min)
                                         : fmt::format(", ranks {} to {}", s.rank_min, s.rank_max);
        text += fmt::format(", {} layers", s.low_rank_layers);
    }
    if (s.differences > 0) text += fmt::format(", {} stored differences", s.differences);
    if (s.kind == LoraKind::kStepDistilled) text += ", step-distilled (few steps, no guidance)";
    return text;
}

void count_blocks(const std::string& tensor, LoraSummary& summary) {
    constexpr std::string_view kBlocks = "blocks.";
    if (!tensor.starts_with(kBlocks)) return;
    const auto index = split_index(std::string_view(tensor).substr(kBlocks.size()));
    if (index) summary.blocks = std::max<std::int64_t>(summary.blocks, index->first + 1);
}

void take_sizes(const LoraChange& change, LoraSummary& summary) {
    if (!change.is_low_rank()) {
        if (change.tensor.ends_with(".modulation") && !change.down->shape.empty())
            summary.width = change.down->shape.back();
        return;
    }
    const std::string_view name = change.tensor;
    if (name.ends_with("attn.q.weight") || name.ends_with("attn.o.weight")) summary.width = change.up->shape[0];
    if (name.ends_with("ffn.0.weight")) {
        summary.ffn_width = change.up->shape[0];
        if (summary.width == 0) summary.width = change.down->shape[1];
    }
}

}  // namespace

LoraSummary lora_summary(const LoraKeys& keys) {
    LoraSummary out;
    out.naming = keys.naming;
    Counts counts;
    for (const LoraChange& change : keys.changes) {
        count_blocks(change.tensor, out);
        take_sizes(change, out);
        const bool is_in_block = change.tensor.starts_with("blocks.");
        out.has_image_layers = out.has_image_layers || change.tensor.starts_with("img_emb.") ||
                               change.tensor.find("_img.") != std::string::npos;
        counts.has_time_projection = counts.has_time_projection || change.tensor.starts_with("time_projection.");
        if (!change.is_low_rank()) {
            ++out.differences;
            counts.has_block_differences = counts.has_block_differences || is_in_block;
            continue;
        }
        out.rank_min = out.low_rank_layers == 0 ? change.rank() : std::min(out.rank_min, change.rank());
        out.rank_max = std::max(out.rank_max, change.rank());
        ++out.low_rank_layers;
        counts.block_layers += is_in_block ? 1 : 0;
    }
    for (const io::TensorInfo& tensor : keys.file->tensors()) {
        const bool is_whole = tensor.dtype == io::DType::kI64 || tensor.dtype == io::DType::kI32;
        counts.whole_number_alphas += is_whole && tensor.name.ends_with(".alpha") ? 1 : 0;
    }
    if (looks_distilled(keys, out, counts)) out.kind = LoraKind::kStepDistilled;
    out.text = describe(out);
    return out;
}

}  // namespace studio::checkpoint
