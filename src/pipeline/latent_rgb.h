// pipeline/latent_rgb.h - a cheap look at a latent: one linear map from its channels to RGB.
#pragma once
#include <filesystem>
#include <vector>

#include "core/frame.h"
#include "core/result.h"
#include "tensor/torch_compat.h"

namespace studio::pipeline {

/// rgb = factors^T z + bias, in 0..1, on normalised latents.
struct LatentRgb {
    at::Tensor factors;  // fp32 [C, 3]
    at::Tensor bias;     // fp32 [3]
};

/// preview.json: {"latent_rgb_factors": [[r, g, b] x C], "latent_rgb_bias": [r, g, b]}.
/// Errors    NotFound, CorruptFile naming the file and the key.
Result<LatentRgb> read_latent_rgb(const std::filesystem::path& path, std::int64_t channels);

/// For a model without preview.json: least squares between latents and what `decode` makes of them, on smooth noise of
/// a fixed seed. decode: z [1, C, 1, h, w] -> frames [1, 3, 1, h s, w s] in [-1, 1].   Cost: four decodes of 16 x 16.
LatentRgb fit_latent_rgb(std::int64_t channels, const std::function<at::Tensor(const at::Tensor& z)>& decode);

/// latents [1, C, T, h, w] -> T small frames of w x h.
std::vector<Frame> latent_frames(const LatentRgb& map, const at::Tensor& latents);

}  // namespace studio::pipeline
