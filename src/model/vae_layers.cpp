#include "model/vae_layers.h"

#include "tensor/ops.h"
#include "tensor/ops_video.h"

namespace studio {

Affine load_pointwise(const WeightSource& weights, const std::string& name, std::int64_t out, std::int64_t in,
                      std::int64_t kernel_dims) {
    std::vector<std::int64_t> shape{out, in};
    shape.resize(static_cast<std::size_t>(2 + kernel_dims), 1);
    return {weights.get(name + ".weight", shape, at::kFloat).reshape({out, in}),
            weights.get(name + ".bias", {out}, at::kFloat)};
}

CausalConv::CausalConv(const WeightSource& weights, const std::string& name, std::int64_t out, std::int64_t in,
                       SlotCounter& slots)
    : bias_(weights.get(name + ".bias", {out}, at::kFloat)), slot_(slots.next()) {
    const at::Tensor weight = weights.get(name + ".weight", {out, in, 3, 3, 3}, at::kFloat);
    weight_ = ops::conv_weight(weight);
    weight_now_ = ops::conv_weight(weight.select(2, 2));
}

at::Tensor CausalConv::operator()(VaeStream& stream, const at::Tensor& x, const at::Tensor& residual) const {
    at::Tensor& history = stream.history[slot_];
    // A lone first frame sees only zeros behind it: it needs no history and a third of the arithmetic.
    const bool is_alone = !history.defined() && x.size(0) == 1;
    // Two frames from the first chunk on, and written in place: the memory of a pass does not grow with its length.
    if (!history.defined()) history = at::zeros({2, x.size(1), x.size(2), x.size(3)}, x.options());
    at::Tensor y = is_alone ? ops::causal_conv({}, x, weight_now_, bias_, {.space_padding = 1}, residual)
                            : ops::causal_conv(history, x, weight_, bias_, {.space_padding = 1}, residual);
    if (x.size(0) == 1) {
        // The frame before moves up. Settled: both kept frames are as they were.
        const at::Tensor moved = history.slice(0, 1).clone();
        if (!stream.is_settled.empty())
            stream.is_settled[slot_] = !is_alone && at::equal(history.slice(0, 0, 1), moved) && at::equal(moved, x);
        history.slice(0, 0, 1).copy_(moved);
        history.slice(0, 1).copy_(x);
        return y;
    }
    const at::Tensor latest = x.slice(0, x.size(0) - 2);
    if (!stream.is_settled.empty()) stream.is_settled[slot_] = at::equal(history, latest);
    history.copy_(latest);
    return y;
}

NormConv::NormConv(const WeightSource& weights, const std::string& norm, const std::string& conv, std::int64_t out,
                   std::int64_t in, SlotCounter& slots)
    : gamma_(weights.get(norm + ".gamma", {in, 1, 1, 1}, at::kFloat).reshape({in})),
      conv_(weights, conv, out, in, slots) {}

at::Tensor NormConv::operator()(VaeStream& stream, const at::Tensor& x, const at::Tensor& residual) const {
    at::Tensor normed = at::empty_like(x);
    ops::channel_norm_into(x, gamma_, true, normed);
    return conv_(stream, normed, residual);
}

ResidualBlock::ResidualBlock(const WeightSource& weights, const std::string& name, std::int64_t out, std::int64_t in,
                             SlotCounter& slots)
    : first_(weights, name + ".residual.0", name + ".residual.2", out, in, slots),
      second_(weights, name + ".residual.3", name + ".residual.6", out, out, slots) {
    if (in != out) shortcut_ = load_pointwise(weights, name + ".shortcut", out, in, 3);
}

at::Tensor ResidualBlock::operator()(VaeStream& stream, const at::Tensor& x) const {
    const at::Tensor y = first_(stream, x);
    return second_(stream, y, shortcut_.weight.defined() ? ops::linear(x, shortcut_.weight, shortcut_.bias) : x);
}

FrameAttention::FrameAttention(const WeightSource& weights, const std::string& name, std::int64_t channels)
    : gamma_(weights.get(name + ".norm.gamma", {channels, 1, 1}, at::kFloat).reshape({channels})),
      qkv_(load_pointwise(weights, name + ".to_qkv", 3 * channels, channels, 2)),
      out_(load_pointwise(weights, name + ".proj", channels, channels, 2)) {}

at::Tensor FrameAttention::operator()(const at::Tensor& x) const {
    const std::int64_t channels = x.size(3);
    at::Tensor normed = at::empty_like(x);
    ops::channel_norm_into(x, gamma_, false, normed);
    const at::Tensor qkv = ops::linear(normed, qkv_.weight, qkv_.bias).view({x.size(0), -1, 1, 3 * channels});
    const auto third = [&](std::int64_t i) { return qkv.slice(3, i * channels, (i + 1) * channels); };
    at::Tensor y = ops::linear(ops::attention(third(0), third(1), third(2)), out_.weight, out_.bias);
    return y.view(x.sizes()).add_(x);
}

}  // namespace studio
