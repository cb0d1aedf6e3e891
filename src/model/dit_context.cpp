#include "model/dit_context.h"

#include <fmt/format.h>

#include "core/error.h"
#include "tensor/ops.h"

namespace studio {
namespace {

// The image embedder keeps PyTorch's default epsilon, whatever the config says for the rest of the network.
constexpr double kImageNormEps = 1e-5;

struct PackedText {
    at::Tensor rows;  // [B, n, text_dim]
    at::Tensor bias;  // see DitContext
};

// Trailing rows that are zero in every batch element, and padding that was asked for, become one row with a log count.
PackedText pack_text(const at::Tensor& context, std::int64_t pad_to) {
    const std::int64_t given = context.size(1);
    std::int64_t kept = given;
    if (given > 0) {
        const at::Tensor used = at::nonzero(context.ne(0).any(2).any(0).cpu());
        kept = used.numel() == 0 ? 0 : used[-1].item<std::int64_t>() + 1;
    }
    const std::int64_t zeros = std::max(given, pad_to) - kept;
    if (zeros <= 1 && given >= pad_to) return {context, {}};
    const at::Tensor zero_row = at::zeros({context.size(0), 1, context.size(2)}, context.options());
    PackedText packed{at::cat({context.slice(1, 0, kept), zero_row}, 1), at::zeros({1, 1, 1, kept + 1}, at::kFloat)};
    packed.bias.mutable_data_ptr<float>()[kept] = static_cast<float>(std::log(static_cast<double>(zeros)));
    packed.bias = packed.bias.to(context.device());
    return packed;
}

// Activations that are quantised share a scale over 128 rows, so that rows count even where their values do not.
PackedText pad_text(const at::Tensor& context, std::int64_t pad_to) {
    const std::int64_t missing = pad_to - context.size(1);
    return {missing > 0 ? at::constant_pad_nd(context, {0, 0, 0, missing}) : context, {}};
}

void check_text(const at::Tensor& context, const checkpoint::DitConfig& config) {
    if (context.dim() == 3 && context.size(0) > 0 && context.size(1) > 0 && context.size(2) == config.text_dim) return;
    throw Failure(
        invalid_argument("encoder_hidden_states",
                         fmt::format("The text embedding has shape [{}], but this network reads [B, n, {}].",
                                     fmt::join(context.sizes().begin(), context.sizes().end(), ", "), config.text_dim),
                         "Use the text encoder that belongs to this model."));
}

// [B or 2B, tokens, image_dim] -> fp32 [B, all tokens, image_dim]; FLF2V brings first and last picture as two rows.
at::Tensor check_image(const at::Tensor& image, const checkpoint::DitConfig& config, std::int64_t batch) {
    const bool is_shaped = image.dim() == 3 && image.size(2) == config.image_dim && image.size(1) > 0;
    const std::int64_t per_batch = is_shaped && image.size(0) % batch == 0 ? image.size(0) / batch : 0;
    const bool is_joined = config.image_pos_len > 0 && per_batch * image.size(1) == config.image_pos_len;
    if (per_batch == 1 && config.image_pos_len == 0) return image;
    if (is_joined) return image.reshape({batch, config.image_pos_len, config.image_dim});
    const std::string needed = config.image_pos_len > 0 ? fmt::format("{} rows in all", config.image_pos_len)
                                                        : std::string("one picture per batch element");
    throw Failure(invalid_argument(
        "encoder_hidden_states_image",
        fmt::format("The image embedding has shape [{}], but this network reads {} of width {}.",
                    fmt::join(image.sizes().begin(), image.sizes().end(), ", "), needed, config.image_dim),
        "Use the image encoder that belongs to this model, with one picture, or two for first-last-frame models."));
}

at::Tensor embed_text(const DitCommonWeights& weights, const at::Tensor& rows) {
    at::Tensor hidden = ops::linear(rows, weights.text_in);
    ops::gelu_tanh_(hidden);
    return ops::linear(hidden, weights.text_out);
}

at::Tensor embed_image(const ImageEmbedderWeights& w, const at::Tensor& image, at::ScalarType type) {
    const at::Tensor placed = w.positions.defined() ? image + w.positions : image;
    const at::Tensor normed = ops::layer_norm(placed, w.norm_in.weight, w.norm_in.bias, kImageNormEps, type);
    const at::Tensor hidden = at::gelu(ops::linear(normed, w.linear_in), "none");
    const at::Tensor wide = ops::linear(hidden, w.linear_out).to(at::kFloat);
    return ops::layer_norm(wide, w.norm_out.weight, w.norm_out.bias, kImageNormEps, type);
}

}  // namespace

std::shared_ptr<const DitContext> make_dit_context(const DitCommonWeights& weights, const DitBlocks& blocks,
                                                   const checkpoint::DitConfig& config, const Compute& compute,
                                                   const at::Tensor& context, std::int64_t pad_to,
                                                   const std::optional<at::Tensor>& image_context) {
    check_text(context, config);
    if (config.has_image_embedder != image_context.has_value()) {
        throw Failure(invalid_argument(
            "encoder_hidden_states_image",
            config.has_image_embedder ? "This network needs image features, and none were given."
                                      : "Image features were given, but this network has no image embedder.",
            config.has_image_embedder ? "Give an image." : "Use an image-to-video model that has one."));
    }
    auto result = std::make_shared<DitContext>();
    result->batch = context.size(0);
    const PackedText packed = blocks.quantises_context() ? pad_text(context, pad_to) : pack_text(context, pad_to);
    result->text_bias = packed.bias.defined() ? packed.bias.to(compute.device) : at::Tensor();
    const at::Tensor text = embed_text(weights, packed.rows.to(compute.device, compute.dtype()));
    at::Tensor image;
    if (image_context) {
        const at::Tensor wide = check_image(*image_context, config, result->batch).to(compute.device, at::kFloat);
        image = embed_image(*weights.image, wide, compute.dtype());
    }
    const auto split = [&](const at::Tensor& x) { return x.unflatten(-1, {config.num_heads, config.head_dim}); };
    for (std::int64_t i = 0; i < blocks.count(); ++i) {
        const AttentionWeights w = blocks.cross_keys(i);
        const auto keys = [&](const at::Tensor& x, const Linear& k, const at::Tensor& norm) {
            return split(ops::rms_norm(ops::linear(x, k), norm, config.eps).to(compute.dtype()));
        };
        DitContext::Block entry;
        entry.k = keys(text, w.k, w.norm_k);
        entry.v = split(ops::linear(text, w.v));
        if (image.defined()) {
            entry.k_image = keys(image, w.k_image, w.norm_k_image);
            entry.v_image = split(ops::linear(image, w.v_image));
        }
        result->blocks.push_back(std::move(entry));
    }
    return result;
}

}  // namespace studio
