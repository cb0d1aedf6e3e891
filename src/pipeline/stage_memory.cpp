#include "pipeline/stage_memory.h"

#include <algorithm>

#include "model/vae_window.h"

namespace studio::pipeline {
namespace {

using checkpoint::DitConfig;
using checkpoint::Umt5Config;
using checkpoint::VaeConfig;

std::uint64_t u(std::int64_t value) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(value, 0));
}

constexpr std::int64_t kF32 = 4;
// DitOptions::feed_forward_values
constexpr std::int64_t kFeedForwardValues = 16 << 20;

/// Adds up what lives as long as a pass and finds the largest sum of what lives in one layer.
struct Meter {
    bool is_single = false;  // a lone picture needs no frames in front
    std::int64_t kept = 0, fullest = 0;
    void keep(std::int64_t values) { kept += values; }
    void layer(std::int64_t values) { fullest = std::max(fullest, values); }
    std::uint64_t bytes() const { return u((kept + fullest) * kF32); }
};

/// Activations of one resolution while `frames` frames pass: a causal 3x3x3 convolution keeps two input frames and
/// builds its input with them in front.
class LevelMeter {
  public:
    LevelMeter(Meter& meter, std::int64_t frames, std::int64_t rows, std::int64_t columns)
        : meter_(meter), frames_(frames), pixels_(rows * columns) {}

    void norm_conv(std::int64_t in, std::int64_t out, std::int64_t alive) const {
        meter_.keep(2 * pixels_ * in);
        meter_.layer(alive + pixels_ * ((frames_ + (meter_.is_single ? 0 : 2)) * in + frames_ * out));
    }
    /// `held`: values that the caller keeps meanwhile.
    void residual(std::int64_t in, std::int64_t out, std::int64_t held) const {
        const std::int64_t x = frames_ * pixels_ * in, y = frames_ * pixels_ * out;
        norm_conv(in, out, held + x);
        norm_conv(out, out, held + x + y);
        if (in != out) meter_.layer(held + x + 2 * y);
    }
    std::int64_t values(std::int64_t channels) const { return frames_ * pixels_ * channels; }
    std::int64_t pixels() const { return pixels_; }
    std::int64_t frames() const { return frames_; }

  private:
    Meter& meter_;
    std::int64_t frames_, pixels_;
};

void middle(Meter& meter, const LevelMeter& level, std::int64_t channels) {
    level.residual(channels, channels, 0);
    level.residual(channels, channels, 0);
    meter.layer(level.values(channels) * 7);  // x, its norm, q, k and v, and what attention gives
}

std::uint64_t band_bytes(const VaeConfig& c, std::int64_t height, std::int64_t width, const DecoderRows& rows,
                         bool is_single) {
    Meter meter;
    meter.is_single = is_single;
    const std::size_t count = c.dim_mult.size();
    std::int64_t channels = c.decoder_base_dim * c.dim_mult.back();
    std::int64_t frames = 1;
    const LevelMeter latent(meter, 1, height, width);
    latent.norm_conv(c.z_dim, channels, latent.values(c.z_dim));
    middle(meter, latent, channels);
    for (std::size_t i = 0; i < count; ++i) {
        const std::int64_t columns = width << i;
        const LevelMeter level(meter, frames, rows.levels[i].size(), columns);
        const bool is_last = i + 1 == count;
        const std::int64_t out = c.decoder_base_dim * c.dim_mult[count - 1 - i];
        const std::int64_t received = c.is_22 && !is_last ? level.values(channels) : 0;
        std::int64_t in = channels;
        for (std::int64_t block = 0; block <= c.num_res_blocks; ++block) {
            level.residual(in, out, received);
            in = out;
        }
        channels = out;
        if (is_last) break;
        const std::int64_t next = c.is_22 ? out : out / 2;
        if (c.temporal_downsample[count - 2 - i] && !is_single) {
            meter.keep(2 * level.pixels() * out);
            meter.layer(received + level.pixels() * out * (2 * frames + 2 + 4 * frames));
            frames *= 2;
        }
        const std::int64_t pixels = frames * level.pixels();
        meter.layer(received + pixels * (out + 2 * 4 * next));
        if (c.is_22) meter.layer(received + pixels * next * 4 * 3);
        channels = next;
    }
    const LevelMeter head(meter, frames, rows.head.size(), width << (count - 1));
    const std::int64_t picture = 3 * c.patch_size * c.patch_size;
    head.norm_conv(channels, picture, head.values(channels));
    meter.layer(head.values(channels) + 5 * head.values(picture));  // clamped, unfolded, checked, made 8-bit
    return meter.bytes();
}

DecoderRows all_rows(const VaeConfig& c, std::int64_t height) {
    return decoder_rows(c, height, {0, height});
}

double band_multiplications(const VaeConfig& c, const DecoderRows& rows, std::int64_t height) {
    const std::size_t count = c.dim_mult.size();
    double channels = static_cast<double>(c.decoder_base_dim * c.dim_mult.back());
    double sum = 4 * 27 * channels * channels * static_cast<double>(height);
    double frames = 1, scale = 1;
    for (std::size_t i = 0; i < count; ++i) {
        const auto level_rows = static_cast<double>(rows.levels[i].size());
        const auto out = static_cast<double>(c.decoder_base_dim * c.dim_mult[count - 1 - i]);
        for (std::int64_t block = 0; block <= c.num_res_blocks; ++block) {
            sum += frames * level_rows * scale * 27 * (channels * out + out * out);
            channels = out;
        }
        if (i + 1 == count) break;
        if (c.temporal_downsample[count - 2 - i]) {
            sum += frames * level_rows * scale * 3 * 2 * out * out;
            frames *= 2;
        }
        channels = c.is_22 ? out : out / 2;
        sum += frames * level_rows * scale * 16 * out * channels;
        scale *= 2;
    }
    return sum;
}

}  // namespace

std::uint64_t text_stage_bytes(const Umt5Config& c, std::int64_t tokens, int element_bytes) {
    const std::int64_t inner = c.num_heads * c.d_kv;
    const std::int64_t residual = tokens * c.d_model * (2 * kF32 + element_bytes);
    const std::int64_t bias = 2 * tokens * tokens * c.num_heads * kF32 + 8 * tokens * tokens;
    const std::int64_t attention = 5 * tokens * inner * element_bytes;
    const std::int64_t feed_forward = 3 * tokens * c.d_ff * element_bytes;
    return u(residual + std::max(bias + attention, feed_forward));
}

std::uint64_t denoise_stage_bytes(const DitConfig& c, const DenoiseSizes& s) {
    const std::int64_t element = s.element_bytes, tokens = s.latent.tokens;
    const std::int64_t row = tokens * c.dim;
    const std::int64_t residual = row * kF32;
    // a, q, k, v, the attention's result and its projection; the rotation works in fp32
    std::int64_t attention = std::max(6 * row * element, 4 * row * element + row * kF32);
    // feature maps of q and k, output of the sparse branch, both branches in fp32
    if (s.is_sparse) attention += 3 * row * element + row * kF32;
    const std::int64_t gated = 2 * row * element + (element < kF32 ? row * kF32 : 0);
    const std::int64_t rows = std::min(tokens, std::max<std::int64_t>(256, kFeedForwardValues / c.ffn_dim));
    const std::int64_t feed_forward = 2 * row * element + rows * (c.ffn_dim + c.dim) * element;
    const std::int64_t context_rows = s.text_tokens + s.image_tokens;
    const std::int64_t cross = s.prompts * 2 * c.num_layers * context_rows * c.dim * element;
    const std::int64_t latent = s.latent.channels * s.latent.frames * s.latent.height * s.latent.width;
    const std::int64_t with_condition =
        (s.latent.channels + s.condition_channels) * s.latent.frames * s.latent.height * s.latent.width;
    const std::int64_t solver = 8 * latent * 8 + 3 * with_condition * kF32;
    const std::int64_t rotary = tokens * c.head_dim * kF32;
    return u(residual + std::max({attention, gated, feed_forward}) + cross + solver + rotary);
}

std::uint64_t decode_stage_bytes(const VaeConfig& c, std::int64_t height, std::int64_t width, int bands,
                                 bool is_single) {
    std::uint64_t most = 0;
    for (int i = 0; i < bands; ++i)
        most = std::max(most,
                        band_bytes(c, height, width, decoder_rows(c, height, band_rows(height, bands, i)), is_single));
    return most;
}

std::uint64_t encode_stage_bytes(const VaeConfig& c, std::int64_t height, std::int64_t width) {
    Meter meter;
    const std::size_t count = c.dim_mult.size();
    std::int64_t frames = 4, channels = c.base_dim;
    const std::int64_t picture = 3 * c.patch_size * c.patch_size;
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t above = count - 1 - i;
        const LevelMeter level(meter, frames, height << above, width << above);
        if (i == 0) level.norm_conv(picture, channels, level.values(2 * picture));
        const std::int64_t out = c.base_dim * c.dim_mult[i];
        const std::int64_t received = c.is_22 ? level.values(channels) : 0;
        for (std::int64_t block = 0; block < c.num_res_blocks; ++block) {
            level.residual(channels, out, received);
            channels = out;
        }
        if (i + 1 == count) break;
        meter.layer(received + level.values(out) * 2 + level.values(out) / 4);
        if (c.temporal_downsample[i]) {
            meter.keep(level.pixels() / 4 * out);
            frames = std::max<std::int64_t>(1, frames / 2);
        }
    }
    middle(meter, LevelMeter(meter, 1, height, width), channels);
    return meter.bytes();
}

double decode_cost(const VaeConfig& c, std::int64_t height, int bands) {
    const double whole = band_multiplications(c, all_rows(c, height), height);
    double sum = 0;
    for (int i = 0; i < bands; ++i)
        sum += band_multiplications(c, decoder_rows(c, height, band_rows(height, bands, i)), height);
    return whole > 0 ? sum / whole : 1;
}

}  // namespace studio::pipeline
