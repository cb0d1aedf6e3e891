// model/vae_repeat.h - an encoder pass that skips what the chunk before has computed already.
#pragma once
#include "model/vae_coder.h"

namespace studio {

/// Each part of the encoder is a function of its input and of its histories. Once a chunk has left the histories of a
/// part as it found them, the same input gives the same output and leaves them so again: from then on the part need not
/// run. A part is asked only when all parts before it repeat, because only then its input repeats. Exact: equality is
/// of bits.
class VaeRepeat {
  public:
    explicit VaeRepeat(const VaeEncoder& encoder);
    /// One chunk, as VaeEncoder's. `repeats`: every later chunk that is said to repeat equals this one.
    at::Tensor operator()(const at::Tensor& x, bool repeats);
    /// How often each part ran.
    const std::vector<int>& runs() const noexcept { return runs_; }

  private:
    const VaeEncoder& encoder_;
    VaeStream stream_;
    std::vector<at::Tensor> settled_;  // outputs of the leading parts that repeat
    std::vector<int> runs_;
};

}  // namespace studio
