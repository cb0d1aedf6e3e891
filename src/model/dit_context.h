// model/dit_context.h - text and image side of a DiT run: embedded once per prompt, keys and values once per block.
#pragma once
#include "checkpoint/configs.h"
#include "model/dit_blocks.h"

namespace studio {

struct DitContext {
    struct Block {
        at::Tensor k, v;              // [B, n, heads, head_dim]
        at::Tensor k_image, v_image;  // undefined without an image embedder
    };
    std::vector<Block> blocks;
    /// Added to the text logits: 0 for given rows, ln(count) for the one row that stands for `count` equal zero rows
    /// (softmax over m equal keys equals one key whose logit grew by ln m). [1, 1, 1, n] fp32, or undefined.
    at::Tensor text_bias;
    std::int64_t batch = 0;
};

/// See WanDit::prepare.   Throws Failure(InvalidArgument).
std::shared_ptr<const DitContext> make_dit_context(const DitCommonWeights& weights, const DitBlocks& blocks,
                                                   const checkpoint::DitConfig& config, const Compute& compute,
                                                   const at::Tensor& context, std::int64_t pad_to,
                                                   const std::optional<at::Tensor>& image_context);

}  // namespace studio
