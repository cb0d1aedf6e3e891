// The image stage of VideoPipeline: pictures to what the transformer reads beside the noise.
#include "pipeline/image_condition.h"

#include <fmt/format.h>

#include "core/check.h"
#include "core/result.h"
#include "pipeline/video_pipeline.h"

namespace studio::pipeline {
namespace {

void check_picture(const char* field, const at::Tensor& picture, std::int64_t stride) {
    const bool fits = picture.dim() == 4 && picture.size(0) == 1 && picture.size(1) == 3 && picture.size(2) > 0 &&
                      picture.size(3) > 0 && picture.size(2) % stride == 0 && picture.size(3) % stride == 0;
    if (fits) return;
    throw Failure(
        invalid_argument(field,
                         fmt::format("A picture of the shape {} does not fit: 1 x 3 x H x W with sides that are "
                                     "multiples of {} is needed.",
                                     fmt::join(picture.sizes().vec(), " x "), stride),
                         "Resize the picture to the size of the video."));
}

}  // namespace

at::Tensor frame_mask(int num_frames, int step, bool has_last, std::int64_t height, std::int64_t width) {
    STUDIO_CHECK(num_frames >= 1 && (num_frames - 1) % step == 0, "a clip has step k + 1 frames");
    const std::int64_t frames = 1 + (num_frames - 1) / step;
    at::Tensor mask = at::zeros({1, step, frames, height, width}, at::kFloat);
    mask.select(2, 0).fill_(1);
    if (has_last) mask.select(2, frames - 1).select(1, step - 1).fill_(1);
    return mask;
}

ImageCondition VideoPipeline::encode_image(const ImageInput& image, int num_frames, const std::stop_token& stop,
                                           const std::function<void(int, int)>& on_frame) {
    const checkpoint::VaeConfig& config = parts_->vae_config;
    check_picture("image", image.first, config.spatial_stride);
    if (image.last) check_picture("end_image", *image.last, config.spatial_stride);
    WanVae::GreyClip clip{image.first, image.last, num_frames};
    ImageCondition out;
    if (parts_->kind == ModelKind::kTextImageToVideo) {
        clip.num_frames = 1;
        clip.last.reset();
        out.first_latent = vae().encode_grey(clip, stop, on_frame).z_normalised;
        return out;
    }
    const at::Tensor latent = vae().encode_grey(clip, stop, on_frame).z_normalised;
    const at::Tensor mask = frame_mask(num_frames, static_cast<int>(config.temporal_stride), image.last.has_value(),
                                       latent.size(3), latent.size(4));
    out.channels = at::cat({mask.to(latent.device()), latent}, 1);
    return out;
}

void VideoPipeline::load_image_encoder() {
    if (clip_) return;
    STUDIO_CHECK(parts_->image_encoder.has_value(), "the image encoder was not opened");
    clip_ = ClipEncoder::load(*parts_->image_encoder, compute_);
}

at::Tensor VideoPipeline::encode_clip(const std::vector<Frame>& pictures, const std::stop_token& stop) {
    STUDIO_CHECK(!pictures.empty(), "there must be a picture to encode");
    load_image_encoder();
    std::vector<at::Tensor> pixels;
    for (const Frame& picture : pictures)
        pixels.push_back(clip_->prepare(at::from_blob(const_cast<std::uint8_t*>(picture.rgb.data()),
                                                      {picture.height, picture.width, 3}, at::kByte)));
    return clip_->encode(at::cat(pixels, 0).to(compute_.device), false, stop).features;
}

}  // namespace studio::pipeline
