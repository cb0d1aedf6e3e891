// model/wan_vae.h - the Wan video VAE: streaming decoder and encoder (spec: wan.md 4).
#pragma once
#include <functional>
#include <stop_token>

#include "checkpoint/configs.h"
#include "tensor/compute.h"
#include "tensor/torch_compat.h"

namespace studio {

/// Computes in fp32 whatever the precision asked for, as the official program does: bf16 convolutions are slow on most
/// CPUs and cost visible accuracy.
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

    /// z_normalised [1, z, T, h, w] -> frames through `sink`, in order: fp32 [1, 3, n, H, W] clamped to [-1, 1], n = 1
    /// for the first latent frame and 4 for each later one. Memory does not grow with T. Cancellation is checked per
    /// latent frame.
    virtual void decode(const at::Tensor& z_normalised, const std::function<void(const at::Tensor& frames)>& sink,
                        std::stop_token stop = {}) const = 0;
};

}  // namespace studio
