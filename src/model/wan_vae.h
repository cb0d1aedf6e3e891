// model/wan_vae.h - the Wan video VAE: streaming decoder and encoder (spec: wan.md 4).
#pragma once
#include <functional>
#include <stop_token>

#include "checkpoint/configs.h"
#include "model/vae_window.h"
#include "tensor/compute.h"
#include "tensor/torch_compat.h"

namespace studio {

/// Values are fp32 whatever the precision asked for, as in the official program: bf16 convolutions are slow on most CPUs.
/// On a device with our convolution kernel, bf16 lets the products alone be bf16 with fp32 sums (TurboDiffusion's VAE is
/// bf16 throughout).
class WanVae {
  public:
    /// Throws Failure.
    static std::unique_ptr<WanVae> load(const checkpoint::Recognised& weights, const Compute& compute);
    virtual ~WanVae() = default;
    virtual const checkpoint::VaeConfig& config() const = 0;

    struct Encoded {
        at::Tensor mean, logvar, z_normalised;  // fp32 [1, z, T, h, w]
    };
    /// video [1, 3, F, H, W] in [-1, 1], F = 4k+1, H and W multiples of the spatial stride.
    virtual Encoded encode(const at::Tensor& video, std::stop_token stop = {}) const = 0;

    /// A clip that is mostly grey: `first`, then mid-grey frames, then `last` if there is one.
    struct GreyClip {
        at::Tensor first;                // [1, 3, H, W] in [-1, 1]
        std::optional<at::Tensor> last;  // [1, 3, H, W]
        std::int64_t num_frames = 1;     // 4k + 1; more than 1 with a last picture
    };
    /// Runs of each part of the encoder (one per resolution, then the middle), and what a plain encode takes.
    struct EncodeWork {
        std::vector<int> runs;
        int plain = 0;
    };
    /// Equal to encode() of the whole clip to the last bit, but what repeats is computed once: a part whose input is
    /// that of the chunk before and whose histories did not change gives what it gave. Over 81 frames the costly high
    /// resolutions run for 5 to 7 of 21 chunks. on_chunk is told (done, total) latent frames.
    virtual Encoded encode_grey(const GreyClip& clip, std::stop_token stop = {},
                                const std::function<void(int, int)>& on_chunk = {},
                                EncodeWork* work = nullptr) const = 0;

    /// z_normalised [1, z, T, h, w] -> frames through `sink`, in order: fp32 [1, 3, n, H, W] clamped to [-1, 1], n = 1
    /// for the first latent frame and 4 for each later one. Memory does not grow with T. Cancellation is checked per
    /// latent frame. With `band`, only the picture rows of these latent rows are made (H = band.size() * spatial
    /// stride), from everything that they depend on: the same values up to rounding of the matrix library, in less
    /// memory and with some rows computed more than once (vae_window.h).
    virtual void decode(const at::Tensor& z_normalised, const std::function<void(const at::Tensor& frames)>& sink,
                        std::stop_token stop = {}, std::optional<RowRange> band = {}) const = 0;
};

}  // namespace studio
