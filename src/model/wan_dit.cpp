#include "model/wan_dit.h"

#include <fmt/format.h>

#include <mutex>

#include "checkpoint/attention_kind.h"
#include "core/text.h"
#include "model/dit_block.h"
#include "model/dit_blocks.h"
#include "model/dit_context.h"
#include "model/dit_time.h"
#include "model/dit_weights.h"
#include "model/rope_table.h"
#include "tensor/guard.h"
#include "tensor/ops.h"

namespace studio {
namespace {

ops::SelfAttention decided_attention(const checkpoint::Recognised& recognised, const checkpoint::DitConfig& config,
                                     ops::SelfAttention how) {
    auto choice = checkpoint::choose_attention(ops::to_string(how.kind), config);
    if (!choice.ok()) throw Failure(choice.error().in_file(path_to_utf8(recognised.checkpoint->path())));
    how.kind = *ops::attention_kind(choice->kind);
    return how;
}

class WanDitImpl final : public WanDit {
  public:
    WanDitImpl(const checkpoint::Recognised& recognised, const Compute& compute, const DitOptions& options)
        : config_(checkpoint::dit_config(recognised).value()),
          compute_(compute),
          shape_{.num_heads = config_.num_heads,
                 .head_dim = config_.head_dim,
                 .ffn_dim = config_.ffn_dim,
                 .eps = config_.eps,
                 .cross_attn_norm = config_.cross_attn_norm,
                 .dtype = compute.dtype(),
                 .attention = decided_attention(recognised, config_, options.attention),
                 .feed_forward_values = options.feed_forward_values},
          on_block_mask_(options.on_block_mask),
          loader_(std::make_shared<const DitLoader>(recognised, config_, compute, options)),
          weights_(loader_->common()),
          blocks_(loader_, config_.num_layers, compute.device, options.residency) {}

    const checkpoint::DitConfig& config() const override { return config_; }

    std::shared_ptr<const DitContext> prepare(const at::Tensor& context, std::int64_t pad_to,
                                              const std::optional<at::Tensor>& image_context) const override {
        const c10::InferenceMode mode;
        return make_dit_context(weights_, blocks_, config_, compute_, context, pad_to, image_context);
    }

    at::Tensor forward(const at::Tensor& hidden, const at::Tensor& timestep, const DitContext& context,
                       std::stop_token stop, const std::function<void(int, int)>& on_block) const override {
        const c10::InferenceMode mode;
        const TokenGrid grid = check_input(hidden, context);
        const std::int64_t batch = hidden.size(0);
        const TimeEmbedding time = embed_time(weights_, config_.freq_dim, timestep, batch, grid.tokens());
        const at::Tensor table = rope_for(grid);
        at::Tensor x = patchify(hidden, grid);
        const int total = static_cast<int>(blocks_.count());
        for (int i = 0; i < total; ++i) {
            throw_if_cancelled(stop);
            DitBlockPass pass{context.blocks[static_cast<std::size_t>(i)], context.text_bias, time, table, batch};
            if (on_block_mask_) pass.on_block_mask = [&](const at::Tensor& mask) { on_block_mask_(i, mask); };
            blocks_.use(i, [&](const DitBlockWeights& w) { run_dit_block(x, w, shape_, pass); });
            if (on_block) on_block(i + 1, total);
        }
        throw_if_cancelled(stop);
        return head(x, time, batch, grid);
    }

  private:
    TokenGrid check_input(const at::Tensor& hidden, const DitContext& context) const {
        const auto [pt, ph, pw] = config_.patch;
        const bool fits = hidden.dim() == 5 && hidden.size(1) == config_.in_channels && hidden.numel() > 0 &&
                          hidden.size(2) % pt == 0 && hidden.size(3) % ph == 0 && hidden.size(4) % pw == 0;
        if (!fits) {
            throw Failure(invalid_argument(
                "hidden_states",
                fmt::format("A latent of shape [{}] does not fit: this network reads [B, {}, T, h, w] with sides "
                            "divisible by {} x {} x {}.",
                            fmt::join(hidden.sizes().begin(), hidden.sizes().end(), ", "), config_.in_channels, pt, ph,
                            pw),
                "Choose a size that the model can make."));
        }
        if (context.batch != hidden.size(0) || static_cast<std::int64_t>(context.blocks.size()) != blocks_.count()) {
            throw Failure(invalid_argument("encoder_hidden_states",
                                           fmt::format("The context was made for a batch of {}, the latent has {}.",
                                                       context.batch, hidden.size(0)),
                                           "Give text embeddings and latents with the same batch size."));
        }
        return {hidden.size(2) / pt, hidden.size(3) / ph, hidden.size(4) / pw};
    }

    at::Tensor rope_for(const TokenGrid& grid) const {
        const std::lock_guard lock(rope_mutex_);
        if (!(grid == rope_grid_)) {
            rope_ = rope_table(grid, config_.head_dim).to(compute_.device);
            rope_grid_ = grid;
        }
        return rope_;
    }

    // [B, C, T, h, w] -> fp32 [B * L, D]; a token's patch is read channel-slowest, as the convolution would.
    at::Tensor patchify(const at::Tensor& hidden, const TokenGrid& grid) const {
        const auto [pt, ph, pw] = config_.patch;
        const at::Tensor patches =
            hidden.to(compute_.device, at::kFloat)
                .reshape({hidden.size(0), config_.in_channels, grid.frames, pt, grid.rows, ph, grid.columns, pw})
                .permute({0, 2, 4, 6, 1, 3, 5, 7})
                .reshape({hidden.size(0) * grid.tokens(), -1});
        return ops::linear(patches, weights_.patch_embedding.weight, weights_.patch_embedding.bias);
    }

    // fp32 [B * L, D] -> fp32 [B, C_out, T, h, w]. The head uses the embedding itself, not its projection; a token's
    // outputs are channel-fastest, unlike the patch embedding's inputs.
    at::Tensor head(const at::Tensor& x, const TimeEmbedding& time, std::int64_t batch, const TokenGrid& grid) const {
        const auto [pt, ph, pw] = config_.patch;
        const at::Tensor shift = weights_.head_modulation[0] + time.embedding;
        const at::Tensor scale = weights_.head_modulation[1] + time.embedding;
        const at::Tensor z = ops::layer_norm_modulate(x, shift, scale, time.runs, config_.eps, at::kFloat);
        return ops::linear(z, weights_.head)
            .view({batch, grid.frames, grid.rows, grid.columns, pt, ph, pw, config_.out_channels})
            .permute({0, 7, 1, 4, 2, 5, 3, 6})
            .reshape({batch, config_.out_channels, grid.frames * pt, grid.rows * ph, grid.columns * pw});
    }

    checkpoint::DitConfig config_;
    Compute compute_;
    DitBlockShape shape_;
    std::function<void(int, const at::Tensor&)> on_block_mask_;
    std::shared_ptr<const DitLoader> loader_;
    DitCommonWeights weights_;
    DitBlocks blocks_;
    mutable std::mutex rope_mutex_;
    mutable TokenGrid rope_grid_;
    mutable at::Tensor rope_;
};

}  // namespace

std::unique_ptr<WanDit> WanDit::load(const checkpoint::Recognised& weights, const Compute& compute,
                                     const DitOptions& options) {
    const c10::InferenceMode mode;
    return std::make_unique<WanDitImpl>(weights, compute, options);
}

}  // namespace studio
