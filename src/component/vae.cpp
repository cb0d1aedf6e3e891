#include "component/call.h"
#include "component/components.h"
#include "core/check.h"
#include "core/result.h"
#include "model/wan_vae.h"

namespace studio::component {

void run_vae_encode(Call& call) {
    (void)call.model();
    call.need_inputs();
    call.begin();
    const auto vae = WanVae::load(open_model(call, checkpoint::Role::kVae), call.compute());
    const at::Tensor video = call.inputs().f32("video", {1, 3, kAny, kAny, kAny}, "(1, RGB, frames, height, width)");
    const auto& config = vae->config();
    if (video.size(2) % config.temporal_stride != 1 || video.size(3) % config.spatial_stride != 0 ||
        video.size(4) % config.spatial_stride != 0)
        call.inputs().refuse("video", "has shape " + shape_text(video.sizes()) + ", which this VAE cannot divide.",
                             std::to_string(config.temporal_stride) + "k + 1 frames with sides that are multiples of " +
                                 std::to_string(config.spatial_stride));
    const auto encoded = vae->encode(video, call.stop);
    call.output("mean", encoded.mean);
    call.output("logvar", encoded.logvar);
    call.output("z_normalised", encoded.z_normalised);
}

void run_vae_decode(Call& call) {
    (void)call.model();
    call.need_inputs();
    call.begin();
    const auto vae = WanVae::load(open_model(call, checkpoint::Role::kVae), call.compute());
    const auto& config = vae->config();
    const at::Tensor z = call.inputs().f32("z_normalised", {1, config.z_dim, kAny, kAny, kAny},
                                           "(1, latent channels, frames, height, width)");
    const std::int64_t frames = 1 + config.temporal_stride * (z.size(2) - 1);
    at::Tensor video =
        at::empty({1, 3, frames, z.size(3) * config.spatial_stride, z.size(4) * config.spatial_stride}, at::kFloat);
    std::int64_t written = 0;
    vae->decode(
        z,
        [&](const at::Tensor& part) {
            video.narrow(2, written, part.size(2)).copy_(part);
            written += part.size(2);
        },
        call.stop);
    STUDIO_CHECK(written == frames, "the decoder gave another number of frames than its strides say");
    call.output("frames", video);
}

}  // namespace studio::component
