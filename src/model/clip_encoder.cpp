#include "model/clip_encoder.h"

#include <fmt/format.h>

#include "model/weight_source.h"
#include "tensor/guard.h"
#include "tensor/ops.h"

namespace studio {
namespace {

constexpr double kMean[] = {0.48145466, 0.4578275, 0.40821073};
constexpr double kDeviation[] = {0.26862954, 0.26130258, 0.27577711};

struct Block {
    Affine norm1, norm2;  // fp32
    Linear qkv;           // official files: three projections in one
    Linear q, k, v;       // HF files
    Linear proj, mlp_in, mlp_out;
};

class ClipEncoderImpl final : public ClipEncoder {
  public:
    ClipEncoderImpl(const checkpoint::Recognised& recognised, const Compute& compute)
        : config_(checkpoint::clip_config(recognised).value()),
          compute_(compute),
          weights_(recognised, compute.device) {
        const std::int64_t dim = config_.dim, patch = config_.patch_size;
        patch_.weight =
            weights_.get("visual.patch_embedding.weight", {dim, 3, patch, patch}, at::kFloat).reshape({dim, -1});
        if (config_.has_patch_bias) patch_.bias = weights_.get("visual.patch_embedding.bias", {dim}, at::kFloat);
        class_row_ = weights_.get("visual.cls_embedding", {1, 1, dim}, at::kFloat);
        positions_ = weights_.get("visual.pos_embedding", {1, config_.tokens(), dim}, at::kFloat);
        pre_norm_ = norm("visual.pre_norm");
        for (std::int64_t i = 0; i + 1 < config_.num_layers; ++i)
            blocks_.push_back(block(i));
    }

    const checkpoint::ClipConfig& config() const override { return config_; }

    at::Tensor prepare(const at::Tensor& image) const override {
        const c10::InferenceMode mode;
        if (image.dim() != 3 || image.size(2) != 3 || image.scalar_type() != at::kByte || image.numel() == 0) {
            throw Failure(invalid_argument(
                "image",
                fmt::format("An image of shape [{}] cannot be encoded: needed are 8-bit values [H, W, 3].",
                            fmt::join(image.sizes().begin(), image.sizes().end(), ", ")),
                "Give an RGB image."));
        }
        const at::Tensor wide = image.to(at::kCPU, at::kFloat).permute({2, 0, 1}).unsqueeze(0).div(127.5).sub(1.0);
        const at::Tensor square = at::upsample_bicubic2d(wide.contiguous(), {config_.image_size, config_.image_size},
                                                         false, std::nullopt, std::nullopt);
        const auto per_channel = [](const double(&values)[3]) {
            return at::tensor(at::ArrayRef<double>(values), at::kDouble).to(at::kFloat).view({1, 3, 1, 1});
        };
        return square.mul(0.5).add(0.5).sub(per_channel(kMean)).div(per_channel(kDeviation));
    }

    Features encode(const at::Tensor& pixels, bool with_last, std::stop_token stop) const override {
        const c10::InferenceMode mode;
        at::Tensor x = embed(pixels);
        for (const Block& block : blocks_) {
            throw_if_cancelled(stop);
            run(block, x);
        }
        Features out;
        out.features = x.cpu();
        if (with_last) {
            throw_if_cancelled(stop);
            at::Tensor last = x.clone();
            run(block(config_.num_layers - 1), last);
            out.last = last.cpu();
        }
        return out;
    }

  private:
    Affine norm(const std::string& name) const {
        return {weights_.get(name + ".weight", {config_.dim}, at::kFloat),
                weights_.get(name + ".bias", {config_.dim}, at::kFloat)};
    }

    Block block(std::int64_t index) const {
        const std::string at_block = fmt::format("visual.transformer.{}.", index);
        const auto linear = [&](const char* name, std::int64_t out, std::int64_t in) {
            return weights_.linear(at_block + name, out, in, compute_.dtype());
        };
        const std::int64_t dim = config_.dim;
        Block b;
        b.norm1 = norm(at_block + "norm1");
        b.norm2 = norm(at_block + "norm2");
        if (config_.has_fused_qkv) {
            b.qkv = linear("attn.to_qkv", 3 * dim, dim);
        } else {
            b.q = linear("attn.q", dim, dim);
            b.k = linear("attn.k", dim, dim);
            b.v = linear("attn.v", dim, dim);
        }
        b.proj = linear("attn.proj", dim, dim);
        b.mlp_in = linear("mlp.0", config_.mlp_dim, dim);
        b.mlp_out = linear("mlp.2", dim, config_.mlp_dim);
        return b;
    }

    // [B, 3, S, S] -> fp32 [B, tokens, D]: the class row, then the patches row by row.
    at::Tensor embed(const at::Tensor& pixels) const {
        const std::int64_t side = config_.image_size, patch = config_.patch_size, across = side / patch;
        if (pixels.dim() != 4 || pixels.size(0) < 1 || pixels.size(1) != 3 || pixels.size(2) != side ||
            pixels.size(3) != side) {
            throw Failure(invalid_argument(
                "pixel_values",
                fmt::format("Pixels of shape [{}] do not fit: this image encoder reads [B, 3, {}, {}].",
                            fmt::join(pixels.sizes().begin(), pixels.sizes().end(), ", "), side, side),
                "Prepare the image for this encoder."));
        }
        const std::int64_t batch = pixels.size(0);
        const at::Tensor patches = pixels.to(compute_.device, at::kFloat)
                                       .reshape({batch, 3, across, patch, across, patch})
                                       .permute({0, 2, 4, 1, 3, 5})
                                       .reshape({batch, across * across, -1});
        const at::Tensor rows = ops::linear(patches, patch_.weight, patch_.bias);
        const at::Tensor all = at::cat({class_row_.expand({batch, 1, config_.dim}), rows}, 1) + positions_;
        return ops::layer_norm(all, pre_norm_.weight, pre_norm_.bias, config_.eps, at::kFloat);
    }

    void run(const Block& b, at::Tensor& x) const {
        const auto normed = [&](const Affine& norm) {
            return ops::layer_norm(x, norm.weight, norm.bias, config_.eps, compute_.dtype());
        };
        x.add_(attend(b, normed(b.norm1)));
        const at::Tensor hidden = at::gelu(ops::linear(normed(b.norm2), b.mlp_in), "none");
        x.add_(ops::linear(hidden, b.mlp_out));
    }

    at::Tensor attend(const Block& b, const at::Tensor& x) const {
        const auto heads = [&](const at::Tensor& t) { return t.unflatten(-1, {config_.num_heads, config_.head_dim}); };
        if (!config_.has_fused_qkv) {
            return ops::linear(
                ops::attention(heads(ops::linear(x, b.q)), heads(ops::linear(x, b.k)), heads(ops::linear(x, b.v))),
                b.proj);
        }
        const auto qkv = ops::linear(x, b.qkv).chunk(3, -1);
        return ops::linear(ops::attention(heads(qkv[0]), heads(qkv[1]), heads(qkv[2])), b.proj);
    }

    checkpoint::ClipConfig config_;
    Compute compute_;
    WeightSource weights_;
    Affine patch_;  // fp32 [D, 3 * patch * patch]
    at::Tensor class_row_, positions_;
    Affine pre_norm_;
    std::vector<Block> blocks_;  // all but the last, which is made when it is asked for
};

}  // namespace

std::unique_ptr<ClipEncoder> ClipEncoder::load(const checkpoint::Recognised& weights, const Compute& compute) {
    const c10::InferenceMode mode;
    return std::make_unique<ClipEncoderImpl>(weights, compute);
}

}  // namespace studio
