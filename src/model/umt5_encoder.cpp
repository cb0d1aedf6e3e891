#include "model/umt5_encoder.h"

#include <fmt/format.h>

#include "model/block_stream.h"
#include "model/position_bucket.h"
#include "model/weight_source.h"
#include "tensor/guard.h"
#include "tensor/ops.h"

namespace studio {
namespace {

struct Layer {
    at::Tensor norm1, norm2;   // fp32 [d_model]
    Linear q, k, v, o;         // no biases anywhere in UMT5
    at::Tensor position_bias;  // fp32 [buckets, heads]; every layer owns one, unlike T5
    Linear gate, up, down;
};

Layer load_layer(const WeightSource& weights, const checkpoint::Umt5Config& c, std::int64_t index,
                 at::ScalarType type) {
    const std::string at_block = fmt::format("blocks.{}.", index);
    const std::int64_t inner = c.num_heads * c.d_kv;
    const auto linear = [&](const char* name, std::int64_t out, std::int64_t in) {
        return weights.linear(at_block + name, out, in, type, WeightSource::Bias::kNone);
    };
    Layer layer;
    layer.norm1 = weights.get(at_block + "norm1.weight", {c.d_model}, at::kFloat);
    layer.norm2 = weights.get(at_block + "norm2.weight", {c.d_model}, at::kFloat);
    layer.q = linear("attn.q", inner, c.d_model);
    layer.k = linear("attn.k", inner, c.d_model);
    layer.v = linear("attn.v", inner, c.d_model);
    layer.o = linear("attn.o", c.d_model, inner);
    layer.position_bias =
        weights.get(at_block + "pos_embedding.embedding.weight", {c.num_buckets, c.num_heads}, at::kFloat);
    layer.gate = linear("ffn.gate.0", c.d_ff, c.d_model);
    layer.up = linear("ffn.fc1", c.d_ff, c.d_model);
    layer.down = linear("ffn.fc2", c.d_model, c.d_ff);
    return layer;
}

class Umt5EncoderImpl final : public Umt5Encoder {
  public:
    Umt5EncoderImpl(const checkpoint::Recognised& recognised, const Compute& compute, Residency residency)
        : config_(checkpoint::umt5_config(recognised).value()),
          compute_(compute),
          buckets_(config_.num_buckets, config_.max_distance),
          weights_(std::make_shared<const WeightSource>(recognised, compute.device, nullptr, residency)) {
        const WeightSource& weights = *weights_;
        embedding_ = weights.table("token_embedding.weight", config_.vocab_size, config_.d_model);
        final_norm_ = weights.get("norm.weight", {config_.d_model}, at::kFloat);
        if (residency == Residency::kStreamed) {
            stream_layers();
            return;
        }
        for (std::int64_t i = 0; i < config_.num_layers; ++i) {
            layers_.push_back(load_layer(weights, config_, i, compute.dtype()));
        }
    }

    const checkpoint::Umt5Config& config() const override { return config_; }

    at::Tensor encode(const at::Tensor& ids, const at::Tensor& mask, std::stop_token stop) const override {
        const c10::InferenceMode mode;
        check_input(ids, mask);
        at::Tensor out = at::zeros({ids.size(0), ids.size(1), config_.d_model}, at::kFloat);
        for (std::int64_t row = 0; row < ids.size(0); ++row) {
            const at::Tensor positions = at::nonzero(mask[row]).flatten();
            if (positions.numel() == 0) continue;
            const at::Tensor encoded = encode_row(ids[row].index_select(0, positions), positions, stop);
            out[row].index_copy_(0, positions, encoded.cpu());
        }
        return out;
    }

  private:
    void check_input(const at::Tensor& ids, const at::Tensor& mask) const {
        if (ids.dim() != 2 || ids.sizes() != mask.sizes() || ids.scalar_type() != at::kLong) {
            throw Failure(invalid_argument("ids", "Token ids and mask must be I64 tensors of one shape [B, L].",
                                           "Tokenise the prompt again."));
        }
        if (ids.numel() == 0) return;
        const auto lowest = ids.min().item<std::int64_t>();
        const auto highest = ids.max().item<std::int64_t>();
        if (lowest < 0 || highest >= config_.vocab_size) {
            throw Failure(
                invalid_argument("ids",
                                 fmt::format("Token id {} is outside the text encoder's {} entries.",
                                             lowest < 0 ? lowest : highest, config_.vocab_size),
                                 "Tokenizer and text encoder do not belong together; take both from the same model."));
        }
    }

    // [n] positions of the real tokens -> bucket of every (query, key) pair, [n, n].
    at::Tensor bucket_table(const at::Tensor& positions) const {
        const std::int64_t n = positions.numel();
        const auto* at_position = positions.const_data_ptr<std::int64_t>();
        at::Tensor table = at::empty({n, n}, at::kLong);
        auto* out = table.mutable_data_ptr<std::int64_t>();
        for (std::int64_t query = 0; query < n; ++query) {
            for (std::int64_t key = 0; key < n; ++key) {
                out[query * n + key] = buckets_(at_position[key] - at_position[query]);
            }
        }
        return table;
    }

    at::Tensor encode_row(const at::Tensor& ids, const at::Tensor& positions, const std::stop_token& stop) const {
        const at::Tensor buckets = bucket_table(positions).flatten().to(compute_.device);
        // Residual stream in fp32: rows are few, and 16-bit sums lose the small contributions of late layers.
        at::Tensor x = embedding_.select_rows(ids).to(compute_.device, at::kFloat);
        for (std::int64_t i = 0; i < config_.num_layers; ++i) {
            throw_if_cancelled(stop);
            if (!stream_) {
                run_layer(x, layers_[static_cast<std::size_t>(i)], buckets);
                continue;
            }
            const Layer layer = stream_->take(i);
            run_layer(x, layer, buckets);
            finish_device_work(compute_.device);  // before its memory is given to the copies of a later layer
        }
        return ops::rms_norm(x, final_norm_, config_.eps);
    }

    void run_layer(at::Tensor& x, const Layer& layer, const at::Tensor& buckets) const {
        const std::int64_t n = x.size(0);
        const at::Tensor bias =
            layer.position_bias.index_select(0, buckets).view({1, n, n, config_.num_heads}).permute({0, 3, 1, 2});
        x.add_(attend(layer, normed(x, layer.norm1), bias));
        x.add_(feed_forward(layer, normed(x, layer.norm2)));
    }

    void stream_layers() {
        const auto make = [from = weights_, config = config_, type = compute_.dtype()](std::int64_t index) {
            return load_layer(*from, config, index, type);
        };
        const auto forget = [from = weights_](std::int64_t index) { from->forget(fmt::format("blocks.{}.", index)); };
        stream_ = std::make_unique<BlockStream<Layer>>(config_.num_layers, compute_.device, make, forget);
    }

    at::Tensor normed(const at::Tensor& x, const at::Tensor& weight) const {
        return ops::rms_norm(x, weight, config_.eps).to(compute_.dtype());
    }

    at::Tensor attend(const Layer& layer, const at::Tensor& x, const at::Tensor& bias) const {
        const auto split = [&](const Linear& linear) {
            return ops::linear(x, linear).view({1, -1, config_.num_heads, config_.d_kv});
        };
        // T5 has no 1/sqrt(d): the initialisation of its weights absorbs it.
        return ops::linear(ops::attention(split(layer.q), split(layer.k), split(layer.v), bias, 1.0)[0], layer.o);
    }

    at::Tensor feed_forward(const Layer& layer, const at::Tensor& x) const {
        at::Tensor hidden = ops::linear(x, layer.gate);
        ops::gelu_tanh_(hidden);
        return ops::linear(hidden.mul_(ops::linear(x, layer.up)), layer.down);
    }

    checkpoint::Umt5Config config_;
    Compute compute_;
    PositionBuckets buckets_;
    std::shared_ptr<const WeightSource> weights_;
    LinearWeight embedding_;
    at::Tensor final_norm_;
    std::vector<Layer> layers_;                   // or:
    std::unique_ptr<BlockStream<Layer>> stream_;  // each made ready just before it runs
};

}  // namespace

std::unique_ptr<Umt5Encoder> Umt5Encoder::load(const checkpoint::Recognised& weights, const Compute& compute,
                                               Residency residency) {
    const c10::InferenceMode mode;
    return std::make_unique<Umt5EncoderImpl>(weights, compute, residency);
}

}  // namespace studio
