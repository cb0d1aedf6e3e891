// model/vae_layers.h - the building blocks of both Wan VAEs, streaming over time. Activations are fp32 [T, H, W, C].
// Weights are constant; what a pass has seen so far lives in a VaeStream, so that one network serves several passes.
#pragma once
#include "model/vae_window.h"
#include "model/weight_source.h"

namespace studio {

/// The memory of one pass: per temporal layer the last input frames, at most two.
struct VaeStream {
    std::vector<at::Tensor> history;  // by slot; undefined until the layer has stored something
    /// By slot: did the last chunk leave the history as it found it, to the last bit? Empty: nobody asks.
    std::vector<bool> is_settled;
    bool is_first_chunk = true;       // the chunk of frame 0, which travels alone
    std::optional<DecoderRows> rows;  // of a pass that makes one band of the picture
};

/// Hands out slots while a network is built.
class SlotCounter {
  public:
    std::size_t next() { return count_++; }
    VaeStream new_stream() const { return {std::vector<at::Tensor>(count_), {}, true, {}}; }
    std::size_t count() const { return count_; }

  private:
    std::size_t count_ = 0;
};

/// 3x3x3 convolution, spatially padded, causal in time: the front is filled with the last frames of the chunk before,
/// then with zeros.   Source  Wan 2.1, wan/modules/vae.py, CausalConv3d; spec: wan.md 4.1.
class CausalConv {
  public:
    CausalConv() = default;
    CausalConv(const WeightSource& weights, const std::string& name, std::int64_t out, std::int64_t in,
               SlotCounter& slots);
    /// x [T, H, W, in] is the whole chunk; plus residual [T, H, W, out], or undefined.
    at::Tensor operator()(VaeStream& stream, const at::Tensor& x, const at::Tensor& residual = {}) const;

  private:
    at::Tensor weight_, weight_now_, bias_;
    std::size_t slot_ = 0;
};

/// Norm, SiLU, convolution, and what is added to its result.
class NormConv {
  public:
    NormConv() = default;
    NormConv(const WeightSource& weights, const std::string& norm, const std::string& conv, std::int64_t out,
             std::int64_t in, SlotCounter& slots);
    at::Tensor operator()(VaeStream& stream, const at::Tensor& x, const at::Tensor& residual = {}) const;

  private:
    at::Tensor gamma_;
    CausalConv conv_;
};

class ResidualBlock {
  public:
    ResidualBlock(const WeightSource& weights, const std::string& name, std::int64_t out, std::int64_t in,
                  SlotCounter& slots);
    at::Tensor operator()(VaeStream& stream, const at::Tensor& x) const;

  private:
    NormConv first_, second_;
    Affine shortcut_;  // undefined where in == out
};

/// Single-head attention over the pixels of each frame.
class FrameAttention {
  public:
    FrameAttention() = default;
    FrameAttention(const WeightSource& weights, const std::string& name, std::int64_t channels);
    at::Tensor operator()(const at::Tensor& x) const;

  private:
    at::Tensor gamma_;
    Affine qkv_, out_;
};

/// 1x1x1 convolution as a linear layer.
Affine load_pointwise(const WeightSource& weights, const std::string& name, std::int64_t out, std::int64_t in,
                      std::int64_t kernel_dims);

}  // namespace studio
