// model/vae_resample.h - changes of resolution in space and time in both Wan VAEs, and the parameter-free shortcuts
// of 2.2.
#pragma once
#include "model/vae_layers.h"

namespace studio {

/// Half the rows and columns (zero row and column at the far side only), then, with over_time, half the frames.
class Downsample {
  public:
    Downsample(const WeightSource& weights, const std::string& name, std::int64_t channels, bool over_time,
               SlotCounter& slots);
    at::Tensor operator()(VaeStream& stream, const at::Tensor& x) const;

  private:
    at::Tensor weight_, bias_, time_weight_, time_bias_;
    std::size_t slot_ = 0;
};

/// With over_time twice the frames (the first frame of a video stays single), then twice the rows and columns.
class Upsample {
  public:
    Upsample(const WeightSource& weights, const std::string& name, std::int64_t out, std::int64_t in, bool over_time,
             SlotCounter& slots);
    at::Tensor operator()(VaeStream& stream, const at::Tensor& x) const;

  private:
    at::Tensor twice_the_frames(VaeStream& stream, const at::Tensor& x) const;
    at::Tensor twice_the_size(const at::Tensor& x) const;

    // Nearest doubling followed by a 3x3 convolution is four 2x2 convolutions, one per output parity: 16 products
    // instead of 36, and no enlarged copy. Their weights are stacked: [4 * out, in, 2, 2].
    at::Tensor phase_weight_, phase_bias_, time_weight_, time_bias_;
    std::size_t slot_ = 0;
    std::int64_t out_ = 0;
};

/// Mean over groups of the unfolded input; a missing frame in front counts as zero.   Source  Wan 2.2, vae2_2.py,
/// AvgDown3D.
at::Tensor average_down(const at::Tensor& x, std::int64_t out, std::int64_t time_factor, std::int64_t space_factor);

/// Repeat and fold out; on the first chunk the time_factor - 1 frames before frame 0 are dropped.   Source  DupUp3D.
at::Tensor duplicate_up(const at::Tensor& x, std::int64_t out, std::int64_t time_factor, std::int64_t space_factor,
                        bool is_first_chunk);

}  // namespace studio
