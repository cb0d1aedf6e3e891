// pipeline/video_pipeline.h - the stages of a generation on tensors: text, image, noise, denoise, decode.
// `component pipeline` and Generator (the engine's Torch-free door) both run exactly this.
#pragma once
#include "core/frame.h"
#include "model/clip_encoder.h"
#include "model/umt5_encoder.h"
#include "model/wan_dit.h"
#include "model/wan_vae.h"
#include "pipeline/memory_choice.h"
#include "pipeline/model_parts.h"
#include "pipeline/video_shape.h"
#include "sampler/sampler.h"
#include "tensor/compute.h"
#include "tensor/torch_compat.h"

namespace studio::pipeline {

/// One prompt, in any of three forms; the first that is given wins.
struct TextInput {
    std::optional<at::Tensor> embeds;  // float [1, n, d]
    std::optional<at::Tensor> ids;     // I64 [1, L]
    std::optional<at::Tensor> mask;    // I64 [1, L]; absent: all ones
    std::string text;                  // cleaned, tokenised and cut to text_len here
};

/// The encoded prompt. Rows that stand for padding are not stored: they are zero and counted by pad_to.
struct TextEmbeds {
    at::Tensor context;         // fp32 [1, n, d], CPU or the compute device
    std::int64_t pad_to = 512;  // rows the network sees
    at::Tensor padded() const;  // fp32 [1, max(n, pad_to), d], zero rows at the end
};

/// The pictures that a video starts from, at its size: fp32 [1, 3, H, W] in [-1, 1].
struct ImageInput {
    at::Tensor first;
    std::optional<at::Tensor> last;  // first-and-last-frame models
};

/// What the transformer reads of the pictures.
struct ImageCondition {
    std::optional<at::Tensor> channels;      // fp32 [1, 4 + z, T, h, w]: mask and latent, appended to the noise
    std::optional<at::Tensor> first_latent;  // fp32 [1, z, 1, h, w]: takes the place of latent frame 0 (TI2V-5B)
    std::optional<at::Tensor> context;       // fp32 [1 or 2, tokens, image_dim]: rows of the image encoder
};

/// What goes into denoise() beside the text.
struct DenoiseInputs {
    at::Tensor noise;  // fp32 [1, C, T, h, w], unit normal
    TextEmbeds prompt;
    std::optional<TextEmbeds> negative;  // required when guidance != 1
    double guidance = 1;                 // v = u + guidance (c - u); 1 runs the prompt only
    std::optional<double> guidance_2;    // of the low-noise expert; absent: the same
    std::optional<double> boundary;      // two experts: where the low-noise one takes over, in (0, 1)
    SamplerSettings sampler;
    std::uint64_t seed = 0;  // stream of the noise that rcm draws at every step
    ImageCondition image;
};

struct StepInfo {
    int index = 0, total = 0;
    const at::Tensor& latent;    // after the step, in the sampler's own type
    const at::Tensor& denoised;  // the clean latent as predicted before the step, fp32: what a preview should show
};

/// All called on the calling thread, between operations.
struct DenoiseHooks {
    std::stop_token stop;
    std::function<void(const StepInfo&)> on_step;
    std::function<void(int done, int total)> on_block;  // over the whole run: steps x forwards x blocks
};

struct Denoised {
    at::Tensor latents;  // fp32 [1, C, T, h, w], normalised: what decode() takes
    Schedule schedule;
};

/// Of two experts the one for much noise runs first.
enum class Expert { kHighNoise, kLowNoise };

struct PipelineOptions {
    DitOptions dit;                     // dit.loras: of the only transformer, or of the high-noise expert
    std::vector<LoraChoice> loras_low;  // of the low-noise expert
};

/// Throws Failure and c10::Error (wrap in guard()). One thread: all calls come from the thread that owns the tensors,
/// inside c10::InferenceMode.
class VideoPipeline {
  public:
    VideoPipeline(std::shared_ptr<const ModelParts> parts, const Compute& compute, const PipelineOptions& options = {});

    const ModelParts& parts() const { return *parts_; }
    const Compute& compute() const { return compute_; }

    // Parts load on first use; these let a caller choose the moment and free memory between stages.
    void load_text_encoder();
    /// The high-noise expert, or the only one. Of two experts both stay only where the memory choice keeps all.
    void load_transformer() { load_expert(Expert::kHighNoise); }
    void load_vae();
    // What is released also leaves the mapped pages of its files.
    void release_text_encoder();
    void release_transformer();
    void release_vae();
    void load_image_encoder();
    void release_image_encoder();
    bool has_image_encoder() const { return clip_ != nullptr; }
    bool has_text_encoder() const { return text_encoder_ != nullptr; }
    bool has_transformer() const { return dit_ != nullptr || dit_low_ != nullptr; }
    bool has_vae() const { return vae_ != nullptr; }
    const WanVae& vae();
    /// Other adapters or another attention: the transformers leave, everything else stays.
    void use(const PipelineOptions& options) {
        options_ = options;
        release_transformer();
    }
    /// Parts that were loaded for another way are released.
    void use(const MemoryChoice& choice);

    /// Errors   InvalidArgument (shapes, ids out of the vocabulary, invalid UTF-8).
    TextEmbeds encode_text(const TextInput& input, const std::stop_token& stop = {});

    /// Unit noise for a seed: [1, C, T, h, w] (tensor/noise.h, stream 0).
    at::Tensor make_noise(const VideoShape& shape, std::uint64_t seed) const;

    /// Pictures to what this model's transformer reads: mask and latent of the whole clip, or the clean first latent.
    /// The rows of the image encoder are made by encode_clip().   Errors  InvalidArgument, field "image".
    ImageCondition encode_image(const ImageInput& image, int num_frames, const std::stop_token& stop = {},
                                const std::function<void(int done, int total)>& on_frame = {});

    /// Rows of the image encoder for the pictures as they came, not as they were fitted: fp32 [n, tokens, image_dim].
    at::Tensor encode_clip(const std::vector<Frame>& pictures, const std::stop_token& stop = {});

    /// Errors   InvalidArgument (shapes that do not fit the network, guidance without negative), Cancelled, CorruptFile
    ///          naming the transformer and the step when its output is not finite.
    Denoised denoise(const DenoiseInputs& inputs, const DenoiseHooks& hooks = {});

    /// Frames in order, fp32 [1, 3, n, H, W] in [-1, 1]; with `band` only the pictures' rows of these latent rows.
    void decode(const at::Tensor& latents, const std::function<void(const at::Tensor& frames)>& sink,
                const std::stop_token& stop = {}, std::optional<RowRange> band = {});

  private:
    struct ExpertRun;  // one transformer with its contexts, while it is in use
    void load_expert(Expert expert);
    Residency residency() const;
    ExpertRun start_expert(Expert expert, const DenoiseInputs& in);
    at::Tensor velocity(const ExpertRun& run, const at::Tensor& x, double timestep, const DenoiseInputs& in,
                        const std::stop_token& stop, const std::function<void(int)>& on_block);

    std::shared_ptr<const ModelParts> parts_;
    Compute compute_;
    PipelineOptions options_;
    MemoryChoice memory_;
    std::unique_ptr<Umt5Encoder> text_encoder_;
    std::unique_ptr<WanDit> dit_, dit_low_;
    std::unique_ptr<WanVae> vae_;
    std::unique_ptr<ClipEncoder> clip_;
};

}  // namespace studio::pipeline
