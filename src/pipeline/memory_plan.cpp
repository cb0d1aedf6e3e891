#include "pipeline/memory_plan.h"

#include <algorithm>

namespace studio::pipeline {
namespace {

constexpr std::uint64_t kProgramBytes = 250u << 20;  // LibTorch's libraries and pools, codec

/// wan.md 10.2: about ten tensors of [tokens, dim] in fp32 are alive in one block, beside the hidden layer of the FFN.
std::uint64_t denoise_bytes(const checkpoint::DitConfig& dit, const LatentShape& latent, std::uint64_t element_bytes) {
    const auto tokens = static_cast<std::uint64_t>(latent.tokens);
    const auto dim = static_cast<std::uint64_t>(dit.dim);
    const std::uint64_t residual = tokens * dim * (2 * 4 + 8 * element_bytes);
    const std::uint64_t ffn = 2 * tokens * static_cast<std::uint64_t>(dit.ffn_dim) * element_bytes;
    const std::uint64_t cross = 2 * static_cast<std::uint64_t>(dit.num_layers * dit.text_len) * dim * element_bytes;
    const std::uint64_t latents =
        8 * 8 * static_cast<std::uint64_t>(latent.channels * latent.frames * latent.height * latent.width);
    return residual + ffn + cross + latents;
}

/// wan.md 10.3: the caches of all causal convolutions come to 99 bytes per pixel and base channel in fp32, the chunk of
/// four frames being upsampled to about 80 more. A patched VAE (2.2) works on a quarter of the pixels.
std::uint64_t decode_bytes(const checkpoint::VaeConfig& vae, const VideoShape& shape) {
    constexpr std::uint64_t kBytesPerPixelChannel = 180;
    const auto pixels = static_cast<std::uint64_t>(shape.width) * static_cast<std::uint64_t>(shape.height);
    const auto patch = static_cast<std::uint64_t>(vae.patch_size);
    return pixels * static_cast<std::uint64_t>(vae.decoder_base_dim) * kBytesPerPixelChannel / (patch * patch) +
           pixels * 3 * 4 * 8;
}

}  // namespace

MemoryPlan plan_memory(const ModelParts& parts, const VideoShape& shape, bool is_bf16, std::uint64_t available) {
    const std::uint64_t element_bytes = is_bf16 ? 2 : 4;
    MemoryPlan plan;
    if (parts.text_encoder) plan.text_weights = parameter_count(*parts.text_encoder) * element_bytes;
    plan.dit_weights = parameter_count(parts.dit) * element_bytes;
    plan.vae_weights = parameter_count(parts.vae) * 4;
    if (const auto latent = latent_shape(shape, parts.dit_config, parts.vae_config))
        plan.denoise_work = denoise_bytes(parts.dit_config, *latent, element_bytes);
    plan.decode_work = decode_bytes(parts.vae_config, shape);
    const std::uint64_t all = plan.text_weights + plan.dit_weights + plan.vae_weights + kProgramBytes +
                              std::max(plan.denoise_work, plan.decode_work);
    plan.keeps_all = all <= available / 2;
    plan.peak = plan.keeps_all ? all
                               : kProgramBytes + std::max({plan.text_weights, plan.dit_weights + plan.denoise_work,
                                                           plan.vae_weights + plan.decode_work});
    return plan;
}

}  // namespace studio::pipeline
