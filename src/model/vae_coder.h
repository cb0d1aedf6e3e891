// model/vae_coder.h - encoder and decoder stacks of Wan VAE 2.1 and 2.2, one chunk of frames at a time.
#pragma once
#include "checkpoint/configs.h"
#include "model/vae_resample.h"

namespace studio {

/// Residual blocks of one resolution and the change to the next. In 2.2 the whole level has a parameter-free shortcut.
struct VaeLevel {
    std::vector<ResidualBlock> blocks;
    std::optional<Downsample> down;
    std::optional<Upsample> up;
    bool has_shortcut = false;
    std::int64_t out = 0, time_factor = 1, space_factor = 1;  // of the shortcut
};

class VaeEncoder {
  public:
    VaeEncoder(const WeightSource& weights, const checkpoint::VaeConfig& config);
    VaeStream new_stream() const { return slots_.new_stream(); }
    /// Chunk 0 is one frame, later chunks multiples of four: [n, H, W, 3 p^2] -> [n', h, w, 2 z].
    at::Tensor operator()(VaeStream& stream, const at::Tensor& x) const;

    /// The same in parts, one after the other: each resolution, then the middle. What a part gives depends on its input
    /// and on its own slots of the stream only. The caller ends the chunk (stream.is_first_chunk = false).
    std::size_t num_parts() const { return levels_.size() + 1; }
    at::Tensor part(std::size_t index, VaeStream& stream, const at::Tensor& x) const;
    /// Are all histories of a part as the chunk before left them?   Precondition: stream.is_settled is in use.
    bool is_part_settled(std::size_t index, const VaeStream& stream) const;

  private:
    SlotCounter slots_;
    std::vector<std::size_t> part_ends_;  // slots of part i: from the end of i - 1
    CausalConv conv_in_;
    std::vector<VaeLevel> levels_;
    std::vector<ResidualBlock> middle_;
    FrameAttention attention_;
    NormConv head_;
    Affine out_;
};

class VaeDecoder {
  public:
    VaeDecoder(const WeightSource& weights, const checkpoint::VaeConfig& config);
    VaeStream new_stream() const { return slots_.new_stream(); }
    /// Chunk 0 is one latent frame, later chunks any number n: [n, h, w, z] -> [1 or 4 n, H, W, 3 p^2]. With
    /// stream.rows the input is the whole latent all the same, and H the band's rows.
    at::Tensor operator()(VaeStream& stream, const at::Tensor& x) const;

  private:
    SlotCounter slots_;
    Affine in_;
    CausalConv conv_in_;
    std::vector<ResidualBlock> middle_;
    FrameAttention attention_;
    std::vector<VaeLevel> levels_;
    NormConv head_;
};

}  // namespace studio
