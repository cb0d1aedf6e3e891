#include "model/wan_vae.h"

#include <fmt/format.h>

#include "core/check.h"
#include "model/vae_coder.h"
#include "model/vae_repeat.h"
#include "tensor/activation_cache.h"
#include "tensor/guard.h"
#include "tensor/ops_video.h"

namespace studio {
namespace {

// [n, H, W, 3] <-> [n, H/p, W/p, 3 p^2]; channel = c p^2 + (column mod p) p + (row mod p): the column is the slower
// one.
at::Tensor fold_pixels(const at::Tensor& x, std::int64_t p) {
    if (p == 1) return x.contiguous();
    return x.reshape({x.size(0), x.size(1) / p, p, x.size(2) / p, p, x.size(3)})
        .permute({0, 1, 3, 5, 4, 2})
        .reshape({x.size(0), x.size(1) / p, x.size(2) / p, x.size(3) * p * p});
}

at::Tensor unfold_pixels(const at::Tensor& x, std::int64_t p) {
    if (p == 1) return x;
    return x.view({x.size(0), x.size(1), x.size(2), x.size(3) / (p * p), p, p})
        .permute({0, 1, 5, 2, 4, 3})
        .reshape({x.size(0), x.size(1) * p, x.size(2) * p, x.size(3) / (p * p)});
}

at::Tensor to_video(const at::Tensor& frames) {
    return frames.permute({3, 0, 1, 2}).unsqueeze(0);
}

// A decode needs the most memory of all stages; what it kept for reuse is of no use to the next one.
struct ReleaseAtEnd {
    ReleaseAtEnd() = default;
    ReleaseAtEnd(const ReleaseAtEnd&) = delete;
    ReleaseAtEnd& operator=(const ReleaseAtEnd&) = delete;
    ~ReleaseAtEnd() { release_activation_cache(); }
};

class WanVaeImpl final : public WanVae {
  public:
    WanVaeImpl(const checkpoint::Recognised& recognised, const Compute& compute)
        : config_(checkpoint::vae_config(recognised).value()),
          device_(compute.device),
          may_round_(compute.precision == Precision::kBF16),
          decoder_(WeightSource(recognised, device_), config_),
          encoder_(WeightSource(recognised, device_), config_),
          mean_(at::tensor(config_.latents_mean, at::kDouble)),
          std_(at::tensor(config_.latents_std, at::kDouble)) {}

    const checkpoint::VaeConfig& config() const override { return config_; }

    Encoded encode(const at::Tensor& video, std::stop_token stop) const override {
        const c10::InferenceMode mode;
        const ops::Bf16Convolutions convolutions(may_round_);
        check_video(video);
        const ReleaseAtEnd release;
        VaeStream stream = encoder_.new_stream();
        std::vector<at::Tensor> parts;
        const std::int64_t step = config_.temporal_stride;
        for (std::int64_t begin = 0; begin < video.size(2);) {
            throw_if_cancelled(stop);
            const std::int64_t end = begin == 0 ? 1 : begin + step;
            const at::Tensor chunk =
                video[0].slice(1, begin, end).to(device_, at::kFloat).permute({1, 2, 3, 0}).contiguous();
            parts.push_back(encoder_(stream, fold_pixels(chunk, config_.patch_size)));
            begin = end;
        }
        return encoded(parts);
    }

    Encoded encode_grey(const GreyClip& clip, std::stop_token stop, const std::function<void(int, int)>& on_chunk,
                        EncodeWork* work) const override {
        const c10::InferenceMode mode;
        const ops::Bf16Convolutions convolutions(may_round_);
        check_grey(clip);
        const ReleaseAtEnd release;
        const auto frames = [&](const at::Tensor& picture_1chw) {
            return picture_1chw.to(device_, at::kFloat).permute({0, 2, 3, 1}).contiguous();
        };
        const std::int64_t step = config_.temporal_stride;
        const int chunks = static_cast<int>(1 + (clip.num_frames - 1) / step);
        const at::Tensor first = frames(clip.first);
        const at::Tensor grey = at::zeros({step, first.size(1), first.size(2), 3}, first.options());
        VaeRepeat encoder(encoder_);
        std::vector<at::Tensor> parts;
        for (int i = 0; i < chunks; ++i) {
            throw_if_cancelled(stop);
            at::Tensor chunk = i == 0 ? first : grey;
            const bool is_grey = i > 0 && !(clip.last && i + 1 == chunks);
            if (i > 0 && !is_grey) {
                chunk = grey.clone();
                chunk.slice(0, step - 1).copy_(frames(*clip.last));
            }
            parts.push_back(encoder(fold_pixels(chunk, config_.patch_size), is_grey));
            if (on_chunk) on_chunk(i + 1, chunks);
        }
        if (work != nullptr) *work = {encoder.runs(), chunks};
        return encoded(parts);
    }

    void decode(const at::Tensor& z_normalised, const std::function<void(const at::Tensor&)>& sink,
                std::stop_token stop, std::optional<RowRange> band) const override {
        const c10::InferenceMode mode;
        const ops::Bf16Convolutions convolutions(may_round_);
        check_latent(z_normalised);
        const ReleaseAtEnd release;
        VaeStream stream = decoder_.new_stream();
        if (band) {
            STUDIO_CHECK(0 <= band->begin && band->begin < band->end && band->end <= z_normalised.size(3),
                         "a band of rows must lie inside the picture");
            stream.rows = decoder_rows(config_, z_normalised.size(3), *band);
        }
        const at::Tensor mean = mean_.to(device_, at::kFloat), deviation = std_.to(device_, at::kFloat);
        // One latent frame at a time: larger chunks are no faster here (measured at 128 x 128) and cost memory.
        for (std::int64_t frame = 0; frame < z_normalised.size(2); ++frame) {
            throw_if_cancelled(stop);
            const at::Tensor latent =
                z_normalised[0].select(1, frame).to(device_, at::kFloat).permute({1, 2, 0}).contiguous();
            const at::Tensor pixels = decoder_(stream, at::addcmul(mean, latent, deviation).unsqueeze(0));
            sink(to_video(unfold_pixels(pixels.clamp(-1.0, 1.0), config_.patch_size)));
        }
    }

  private:
    /// Chunks of the encoder's output as the distribution that they describe.
    Encoded encoded(const std::vector<at::Tensor>& chunks) const {
        const at::Tensor moments = to_video(at::cat(chunks, 0)).contiguous();
        Encoded result;
        result.mean = moments.slice(1, 0, config_.z_dim).contiguous();
        result.logvar = moments.slice(1, config_.z_dim).contiguous();
        const auto per_channel = [&](const at::Tensor& t) { return t.to(device_, at::kFloat).view({1, -1, 1, 1, 1}); };
        result.z_normalised = (result.mean - per_channel(mean_)) / per_channel(std_);
        return result;
    }

    void check_grey(const GreyClip& clip) const {
        const auto as_clip = [](const at::Tensor& picture) {
            return picture.dim() == 4 ? picture.unsqueeze(2) : picture;
        };
        check_video(as_clip(clip.first));
        const bool fits_last = !clip.last || (clip.last->sizes().equals(clip.first.sizes()) && clip.num_frames > 1);
        if (fits_last && clip.num_frames >= 1 && (clip.num_frames - 1) % config_.temporal_stride == 0) return;
        throw Failure(invalid_argument(
            "video", "The last picture differs in size from the first, or the number of frames does not fit.",
            fmt::format("Give both pictures one size, and {}k + 1 frames.", config_.temporal_stride)));
    }

    void check_video(const at::Tensor& video) const {
        const std::int64_t stride = config_.spatial_stride;
        const bool fits = video.dim() == 5 && video.size(0) == 1 && video.size(1) == 3 && video.numel() > 0 &&
                          (video.size(2) - 1) % config_.temporal_stride == 0 && video.size(3) % stride == 0 &&
                          video.size(4) % stride == 0;
        if (fits) return;
        throw Failure(invalid_argument(
            "video",
            fmt::format("A video of shape [{}] does not fit: the encoder reads [1, 3, F, H, W] with F = {}k + 1 and "
                        "sides divisible by {}.",
                        fmt::join(video.sizes().begin(), video.sizes().end(), ", "), config_.temporal_stride, stride),
            "Crop or resize the pictures, and use a frame count such as 1, 5, 9 or 17."));
    }

    void check_latent(const at::Tensor& z) const {
        if (z.dim() == 5 && z.size(0) == 1 && z.size(1) == config_.z_dim && z.numel() > 0) return;
        throw Failure(
            invalid_argument("z_normalised",
                             fmt::format("A latent of shape [{}] does not fit: this VAE reads [1, {}, T, h, w].",
                                         fmt::join(z.sizes().begin(), z.sizes().end(), ", "), config_.z_dim),
                             "Use the VAE that belongs to the diffusion model."));
    }

    checkpoint::VaeConfig config_;
    at::Device device_;
    bool may_round_;
    VaeDecoder decoder_;
    VaeEncoder encoder_;
    at::Tensor mean_, std_;  // fp64 [z]
};

}  // namespace

std::unique_ptr<WanVae> WanVae::load(const checkpoint::Recognised& weights, const Compute& compute) {
    const c10::InferenceMode mode;
    return std::make_unique<WanVaeImpl>(weights, compute);
}

}  // namespace studio
