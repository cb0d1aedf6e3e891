// model/dit_block.h - one block of a Wan DiT: self-attention, cross-attention and feed-forward over a residual stream.
#pragma once
#include <functional>

#include "model/dit_context.h"
#include "model/dit_time.h"
#include "model/dit_weights.h"
#include "tensor/self_attention.h"

namespace studio {

/// What all blocks of a network share.
struct DitBlockShape {
    std::int64_t num_heads = 1, head_dim = 1, ffn_dim = 1;
    double eps = 1e-6;
    bool cross_attn_norm = true;
    at::ScalarType dtype = at::kFloat;  // of linears and attention
    ops::SelfAttention attention;       // not kAuto
    /// About how many values of the feed-forward's hidden layer are made at once.
    std::int64_t feed_forward_values = 16 << 20;
};

/// What changes from pass to pass.
struct DitBlockPass {
    const DitContext::Block& context;
    const at::Tensor& text_bias;  // see DitContext
    const TimeEmbedding& time;
    const at::Tensor& rope;  // fp32 [L, head_dim / 2, 2]
    std::int64_t batch = 1;
    std::function<void(const at::Tensor&)> on_block_mask = {};  // of block-sparse attention; may be empty
};

/// x fp32 [batch * L, D], in place.   Throws  Failure.   Source  Wan 2.1, wan/modules/model.py, WanAttentionBlock.
void run_dit_block(at::Tensor& x, const DitBlockWeights& weights, const DitBlockShape& shape, const DitBlockPass& pass);

}  // namespace studio
