#include "model/vae_coder.h"

#include <fmt/format.h>

#include "tensor/ops.h"

namespace studio {
namespace {

using checkpoint::VaeConfig;

// Names: 2.1 numbers all layers of a side in one row, 2.2 has a list per level.
class LayerNames {
  public:
    LayerNames(std::string side, bool is_22) : side_(std::move(side)), is_22_(is_22) {}
    std::string next(std::size_t level) {
        if (level != level_) {
            level_ = level;
            in_level_ = 0;
        }
        const std::string list = side_.substr(side_.find('.') + 1);
        return is_22_ ? fmt::format("{}.{}.{}.{}", side_, level, list, in_level_++)
                      : fmt::format("{}.{}", side_, flat_++);
    }

  private:
    std::string side_;
    bool is_22_;
    std::size_t level_ = 0;
    int in_level_ = 0, flat_ = 0;
};

VaeLevel encoder_level(const WeightSource& weights, const VaeConfig& config, std::size_t level, std::int64_t in,
                       LayerNames& names, SlotCounter& slots) {
    const bool is_last = level + 1 == config.dim_mult.size();
    const bool over_time = !is_last && config.temporal_downsample[level];
    VaeLevel result;
    result.out = config.base_dim * config.dim_mult[level];
    for (std::int64_t i = 0; i < config.num_res_blocks; ++i) {
        result.blocks.emplace_back(weights, names.next(level), result.out, i == 0 ? in : result.out, slots);
    }
    if (!is_last) result.down.emplace(weights, names.next(level), result.out, over_time, slots);
    result.has_shortcut = config.is_22;
    result.time_factor = over_time ? 2 : 1;
    result.space_factor = is_last ? 1 : 2;
    return result;
}

// `in` is what the level receives; the 2.1 upsamplers halve the channels, so the next level receives half.
VaeLevel decoder_level(const WeightSource& weights, const VaeConfig& config, std::size_t level, std::int64_t in,
                       LayerNames& names, SlotCounter& slots) {
    const std::size_t count = config.dim_mult.size();
    const bool is_last = level + 1 == count;
    const bool over_time = !is_last && config.temporal_downsample[count - 2 - level];
    VaeLevel result;
    result.out = config.decoder_base_dim * config.dim_mult[count - 1 - level];
    for (std::int64_t i = 0; i <= config.num_res_blocks; ++i) {
        result.blocks.emplace_back(weights, names.next(level), result.out, i == 0 ? in : result.out, slots);
    }
    if (!is_last) {
        const std::int64_t next = config.is_22 ? result.out : result.out / 2;
        result.up.emplace(weights, names.next(level), next, result.out, over_time, slots);
    }
    result.has_shortcut = config.is_22 && !is_last;
    result.time_factor = over_time ? 2 : 1;
    result.space_factor = 2;
    return result;
}

// Rows `wanted` of y, whose rows are `present`.
at::Tensor only_rows(const at::Tensor& y, RowRange present, RowRange wanted) {
    if (present == wanted) return y;
    return y.slice(1, wanted.begin - present.begin, wanted.end - present.begin).contiguous();
}

std::vector<ResidualBlock> middle_blocks(const WeightSource& weights, const std::string& side, std::int64_t channels,
                                         SlotCounter& slots) {
    std::vector<ResidualBlock> blocks;
    for (const char* index : {"0", "2"})
        blocks.emplace_back(weights, side + ".middle." + index, channels, channels, slots);
    return blocks;
}

}  // namespace

VaeEncoder::VaeEncoder(const WeightSource& weights, const VaeConfig& config) {
    const std::int64_t pixels = 3 * config.patch_size * config.patch_size;
    std::int64_t channels = config.base_dim;
    conv_in_ = CausalConv(weights, "encoder.conv1", channels, pixels, slots_);
    LayerNames names("encoder.downsamples", config.is_22);
    for (std::size_t level = 0; level < config.dim_mult.size(); ++level) {
        levels_.push_back(encoder_level(weights, config, level, channels, names, slots_));
        channels = levels_.back().out;
        part_ends_.push_back(slots_.count());
    }
    middle_ = middle_blocks(weights, "encoder", channels, slots_);
    attention_ = FrameAttention(weights, "encoder.middle.1", channels);
    head_ = NormConv(weights, "encoder.head.0", "encoder.head.2", 2 * config.z_dim, channels, slots_);
    out_ = load_pointwise(weights, "conv1", 2 * config.z_dim, 2 * config.z_dim, 3);
    part_ends_.push_back(slots_.count());
}

at::Tensor VaeEncoder::operator()(VaeStream& stream, const at::Tensor& x) const {
    at::Tensor y = x;
    for (std::size_t i = 0; i < num_parts(); ++i)
        y = part(i, stream, y);
    stream.is_first_chunk = false;
    return y;
}

at::Tensor VaeEncoder::part(std::size_t index, VaeStream& stream, const at::Tensor& x) const {
    if (index == levels_.size()) {
        const at::Tensor y = middle_[1](stream, attention_(middle_[0](stream, x)));
        return ops::linear(head_(stream, y), out_.weight, out_.bias);
    }
    const VaeLevel& level = levels_[index];
    at::Tensor y = index == 0 ? conv_in_(stream, x) : x;
    const at::Tensor received = level.has_shortcut ? y : at::Tensor();
    for (const ResidualBlock& block : level.blocks)
        y = block(stream, y);
    if (level.down) y = (*level.down)(stream, y);
    if (level.has_shortcut) y.add_(average_down(received, level.out, level.time_factor, level.space_factor));
    return y;
}

bool VaeEncoder::is_part_settled(std::size_t index, const VaeStream& stream) const {
    const auto begin = stream.is_settled.begin() + static_cast<std::ptrdiff_t>(index == 0 ? 0 : part_ends_[index - 1]);
    const auto end = stream.is_settled.begin() + static_cast<std::ptrdiff_t>(part_ends_[index]);
    return std::all_of(begin, end, [](bool settled) { return settled; });
}

VaeDecoder::VaeDecoder(const WeightSource& weights, const VaeConfig& config) {
    const std::int64_t pixels = 3 * config.patch_size * config.patch_size;
    std::int64_t channels = config.decoder_base_dim * config.dim_mult.back();
    in_ = load_pointwise(weights, "conv2", config.z_dim, config.z_dim, 3);
    conv_in_ = CausalConv(weights, "decoder.conv1", channels, config.z_dim, slots_);
    middle_ = middle_blocks(weights, "decoder", channels, slots_);
    attention_ = FrameAttention(weights, "decoder.middle.1", channels);
    LayerNames names("decoder.upsamples", config.is_22);
    for (std::size_t level = 0; level < config.dim_mult.size(); ++level) {
        levels_.push_back(decoder_level(weights, config, level, channels, names, slots_));
        const VaeLevel& added = levels_.back();
        channels = added.up && !config.is_22 ? added.out / 2 : added.out;
    }
    head_ = NormConv(weights, "decoder.head.0", "decoder.head.2", pixels, channels, slots_);
}

at::Tensor VaeDecoder::operator()(VaeStream& stream, const at::Tensor& x) const {
    at::Tensor y = conv_in_(stream, ops::linear(x, in_.weight, in_.bias));
    y = middle_[1](stream, attention_(middle_[0](stream, y)));
    RowRange present{0, y.size(1)};
    const auto keep_rows = [&](RowRange wanted) {
        y = only_rows(y, present, wanted);
        present = wanted;
    };
    for (std::size_t i = 0; i < levels_.size(); ++i) {
        const VaeLevel& level = levels_[i];
        if (stream.rows) keep_rows(stream.rows->levels[i]);
        const at::Tensor received = level.has_shortcut ? y : at::Tensor();
        for (const ResidualBlock& block : level.blocks)
            y = block(stream, y);
        if (level.up) {
            y = (*level.up)(stream, y);
            present = {2 * present.begin, 2 * present.end};
        }
        if (level.has_shortcut) {
            y.add_(duplicate_up(received, level.out, level.time_factor, level.space_factor, stream.is_first_chunk));
        }
    }
    if (stream.rows) keep_rows(stream.rows->head);
    y = head_(stream, y);
    if (stream.rows) keep_rows(stream.rows->out);
    stream.is_first_chunk = false;
    return y;
}

}  // namespace studio
