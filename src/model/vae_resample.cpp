#include "model/vae_resample.h"

#include "tensor/ops_video.h"

namespace studio {
namespace {

// Rows (or columns) of a 3-wide kernel that fall on the same source pixel after doubling. Even outputs see source
// pixels -1 and 0, odd outputs 0 and +1.
at::Tensor fold_axis(const at::Tensor& weight, std::int64_t axis, std::int64_t parity) {
    const auto tap = [&](std::int64_t i) { return weight.select(axis, i); };
    const at::Tensor first = parity == 0 ? tap(0) : tap(0) + tap(1);
    const at::Tensor second = parity == 0 ? tap(1) + tap(2) : tap(2);
    return at::stack({first, second}, axis);
}

// [out, in, 3, 3] -> [4 * out, in, 2, 2], parity (row, column) slowest.
at::Tensor phase_weight(const at::Tensor& weight) {
    const at::Tensor wide = weight.to(at::kDouble);
    std::vector<at::Tensor> phases;
    for (std::int64_t row = 0; row < 2; ++row) {
        for (std::int64_t column = 0; column < 2; ++column) {
            phases.push_back(fold_axis(fold_axis(wide, 2, row), 3, column));
        }
    }
    return at::cat(phases, 0).to(at::kFloat);
}

}  // namespace

Downsample::Downsample(const WeightSource& weights, const std::string& name, std::int64_t channels, bool over_time,
                       SlotCounter& slots)
    : weight_(ops::conv_weight(weights.get(name + ".resample.1.weight", {channels, channels, 3, 3}, at::kFloat))),
      bias_(weights.get(name + ".resample.1.bias", {channels}, at::kFloat)) {
    if (!over_time) return;
    slot_ = slots.next();
    time_weight_ = ops::conv_weight(weights.get(name + ".time_conv.weight", {channels, channels, 3, 1, 1}, at::kFloat));
    time_bias_ = weights.get(name + ".time_conv.bias", {channels}, at::kFloat);
}

at::Tensor Downsample::operator()(VaeStream& stream, const at::Tensor& x) const {
    const at::Tensor padded = at::constant_pad_nd(x, {0, 0, 0, 1, 0, 1}).contiguous();
    at::Tensor y = ops::conv_frames(padded, weight_, bias_, {.space_stride = 2});
    if (!time_weight_.defined()) return y;
    at::Tensor& last = stream.history[slot_];
    const at::Tensor seen = last.defined() ? at::cat({last, y}, 0) : at::Tensor();
    const at::Tensor latest = y.slice(0, y.size(0) - 1);
    if (!stream.is_settled.empty()) stream.is_settled[slot_] = last.defined() && at::equal(last, latest);
    last = latest.clone();
    return seen.defined() ? ops::conv_frames(seen, time_weight_, time_bias_, {.time_stride = 2}) : y;
}

Upsample::Upsample(const WeightSource& weights, const std::string& name, std::int64_t out, std::int64_t in,
                   bool over_time, SlotCounter& slots)
    : phase_weight_(
          ops::conv_weight(phase_weight(weights.get(name + ".resample.1.weight", {out, in, 3, 3}, at::kFloat)))),
      phase_bias_(weights.get(name + ".resample.1.bias", {out}, at::kFloat).repeat({4})),
      out_(out) {
    if (!over_time) return;
    slot_ = slots.next();
    time_weight_ = ops::conv_weight(weights.get(name + ".time_conv.weight", {2 * in, in, 3, 1, 1}, at::kFloat));
    time_bias_ = weights.get(name + ".time_conv.bias", {2 * in}, at::kFloat);
}

at::Tensor Upsample::operator()(VaeStream& stream, const at::Tensor& x) const {
    // Frame 0 goes around the temporal convolution and is not part of its history either.
    const bool doubles_time = time_weight_.defined() && !stream.is_first_chunk;
    return twice_the_size(doubles_time ? twice_the_frames(stream, x) : x);
}

at::Tensor Upsample::twice_the_frames(VaeStream& stream, const at::Tensor& x) const {
    at::Tensor& history = stream.history[slot_];
    if (!history.defined()) history = at::zeros({2, x.size(1), x.size(2), x.size(3)}, x.options());
    const at::Tensor input = at::cat({history, x}, 0);
    history = input.slice(0, input.size(0) - 2).clone();
    const at::Tensor both = ops::conv_frames(input, time_weight_, time_bias_, {});
    // First half of the channels: even output frames, second half: odd ones.
    return both.unflatten(3, {2, -1}).permute({0, 3, 1, 2, 4}).reshape({-1, x.size(1), x.size(2), x.size(3)});
}

at::Tensor Upsample::twice_the_size(const at::Tensor& x) const {
    const std::int64_t frames = x.size(0), height = x.size(1), width = x.size(2);
    // Padded by one: output (i, j) of the 2x2 kernel sees source pixels (i-1, i) x (j-1, j).
    const at::Tensor phases = ops::conv_frames(x, phase_weight_, phase_bias_, {.space_padding = 1});
    at::Tensor y = at::empty({frames, height, 2, width, 2, out_}, x.options());
    for (std::int64_t row = 0; row < 2; ++row) {
        for (std::int64_t column = 0; column < 2; ++column) {
            const std::int64_t channel = (2 * row + column) * out_;
            y.select(2, row).select(3, column).copy_(
                phases.slice(1, row, row + height).slice(2, column, column + width).slice(3, channel, channel + out_));
        }
    }
    return y.view({frames, 2 * height, 2 * width, out_});
}

at::Tensor average_down(const at::Tensor& x, std::int64_t out, std::int64_t time_factor, std::int64_t space_factor) {
    at::Tensor padded = x;
    if (const std::int64_t rest = x.size(0) % time_factor; rest != 0) {
        const at::Tensor zeros = at::zeros({time_factor - rest, x.size(1), x.size(2), x.size(3)}, x.options());
        padded = at::cat({zeros, x}, 0);
    }
    const std::int64_t frames = padded.size(0) / time_factor;
    const std::int64_t height = x.size(1) / space_factor, width = x.size(2) / space_factor;
    return padded.view({frames, time_factor, height, space_factor, width, space_factor, x.size(3)})
        .permute({0, 2, 4, 6, 1, 3, 5})
        .reshape({frames, height, width, out, -1})
        .mean(-1);
}

at::Tensor duplicate_up(const at::Tensor& x, std::int64_t out, std::int64_t time_factor, std::int64_t space_factor,
                        bool is_first_chunk) {
    const std::int64_t repeats = out * time_factor * space_factor * space_factor / x.size(3);
    const at::Tensor y =
        x.repeat_interleave(repeats, 3)
            .view({x.size(0), x.size(1), x.size(2), out, time_factor, space_factor, space_factor})
            .permute({0, 4, 1, 5, 2, 6, 3})
            .reshape({x.size(0) * time_factor, x.size(1) * space_factor, x.size(2) * space_factor, out});
    return is_first_chunk ? y.slice(0, time_factor - 1) : y;
}

}  // namespace studio
