#include "model/dit_block.h"

#include "tensor/linear_input.h"
#include "tensor/ops.h"

namespace studio {
namespace {

// The parts of one block over one pass.
class Block {
  public:
    Block(const DitBlockWeights& weights, const DitBlockShape& shape, const DitBlockPass& pass)
        : w_(weights), shape_(shape), pass_(pass) {}

    void run(at::Tensor& x) const {
        const at::Tensor m = w_.modulation + pass_.time.projection;  // [rows, 6, D]
        {
            const AttentionWeights& own = w_.self_attention;
            const at::Tensor mixed = self_attention(modulated(x, m, 0, {&own.q, &own.k, &own.v}));
            ops::linear_add_(x, ops::linear_input(mixed, {&own.o}), own.o, m.select(1, 2), pass_.time.runs);
        }
        ops::linear_add_(x, cross_attention(x), w_.cross_attention.o);
        feed_forward_(x, modulated(x, m, 3, {&w_.ffn_in}), m.select(1, 5));
    }

  private:
    // Shift and scale are rows `first` and `first + 1` of the modulation.
    ops::LinearInput modulated(const at::Tensor& x, const at::Tensor& modulation, std::int64_t first,
                               ops::Readers readers) const {
        return ops::layer_norm_modulate_input(x, modulation.select(1, first), modulation.select(1, first + 1),
                                              pass_.time.runs, shape_.eps, shape_.dtype, readers);
    }

    // [B * L, D] -> [B, L, heads, head_dim]
    at::Tensor heads(const at::Tensor& x) const { return x.view({pass_.batch, -1, shape_.num_heads, shape_.head_dim}); }

    // [B * L, D], before the output projection.
    at::Tensor self_attention(const ops::LinearInput& a) const {
        const AttentionWeights& w = w_.self_attention;
        // On a device the kernels norm and turn q and k while they quantise them.
        const bool one_pass = shape_.attention.kind != ops::AttentionKind::kDense && pass_.rope.is_cuda();
        const auto ready = [&](const Linear& linear, const at::Tensor& norm) {
            const at::Tensor x = ops::linear(a, linear);
            return one_pass ? heads(x) : ops::rms_norm_rope(x, norm, shape_.eps, pass_.rope);
        };
        const at::Tensor q = ready(w.q, w.norm_q);
        const at::Tensor k = ready(w.k, w.norm_k);
        const at::Tensor v = heads(ops::linear(a, w.v));
        ops::AttentionInputs inputs{q, k, v, w.proj_l.weight, w.proj_l.bias, {}};
        if (one_pass) inputs.norm = {w.norm_q, w.norm_k, pass_.rope, shape_.eps};
        ops::AttentionTrace trace;
        const bool is_traced = pass_.on_block_mask && ops::is_block_sparse(shape_.attention.kind);
        const at::Tensor mixed = ops::self_attention(inputs, shape_.attention, is_traced ? &trace : nullptr);
        if (is_traced) pass_.on_block_mask(trace.mask);
        return mixed.flatten(0, 1);
    }

    // What the output projection reads.
    ops::LinearInput cross_attention(const at::Tensor& x) const {
        const AttentionWeights& w = w_.cross_attention;
        const ops::LinearInput a =
            shape_.cross_attn_norm
                ? ops::layer_norm_input(x, w_.cross_norm.weight, w_.cross_norm.bias, shape_.eps, shape_.dtype, {&w.q})
                : ops::linear_input(x.to(shape_.dtype), {&w.q});
        const at::Tensor normed = ops::rms_norm(ops::linear(a, w.q), w.norm_q, shape_.eps);
        const at::Tensor q = heads(normed.to(shape_.dtype));
        const DitContext::Block& context = pass_.context;
        at::Tensor out = ops::attention(q, context.k, context.v, pass_.text_bias);
        // Two softmaxes that share q, not one over both kinds of rows.
        if (context.k_image.defined()) out = out + ops::attention(q, context.k_image, context.v_image);
        return ops::linear_input(out.flatten(0, 1), {&w.o});
    }

    // x += ffn(b) * gate, some rows at a time: whole tiles of 128, which quantised activations share a scale over.
    void feed_forward_(at::Tensor& x, const ops::LinearInput& b, const at::Tensor& gate) const {
        const std::int64_t rows =
            std::max<std::int64_t>(256, shape_.feed_forward_values / shape_.ffn_dim / ops::kInt8Tile * ops::kInt8Tile);
        for (std::int64_t begin = 0; begin < b.rows(); begin += rows) {
            const std::int64_t end = std::min(begin + rows, b.rows());
            at::Tensor part = x.slice(0, begin, end);
            const ops::LinearInput hidden = ops::linear_gelu(b.slice(begin, end), w_.ffn_in, w_.ffn_out);
            ops::linear_add_(part, hidden, w_.ffn_out, gate, ops::runs_within(pass_.time.runs, begin, end));
        }
    }

    const DitBlockWeights& w_;
    const DitBlockShape& shape_;
    const DitBlockPass& pass_;
};

}  // namespace

void run_dit_block(at::Tensor& x, const DitBlockWeights& weights, const DitBlockShape& shape,
                   const DitBlockPass& pass) {
    Block(weights, shape, pass).run(x);
}

}  // namespace studio
