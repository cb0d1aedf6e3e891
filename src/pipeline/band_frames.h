// pipeline/band_frames.h - pictures that are decoded band by band, joined as 8-bit frames.
#pragma once
#include <vector>

#include "core/frame.h"
#include "tensor/torch_compat.h"

namespace studio::pipeline {

/// Threads   one.
class BandFrames {
  public:
    BandFrames(std::int64_t num_frames, std::int64_t height, std::int64_t width);
    /// The next frames of one band, fp32 [1, 3, n, rows, W]; `top` is its first row. Every band starts at frame 0.
    void add(const at::Tensor& frames, std::int64_t first_frame, std::int64_t top);
    std::vector<Frame> take() { return std::move(frames_); }

  private:
    std::vector<Frame> frames_;
};

}  // namespace studio::pipeline
