// pipeline/video_pipeline.h - the stages of a generation on tensors: text, noise, denoise, decode.
// `component pipeline` and Generator (the engine's Torch-free door) both run exactly this.
#pragma once
#include "model/umt5_encoder.h"
#include "model/wan_dit.h"
#include "model/wan_vae.h"
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

/// What goes into denoise() beside the text.
struct DenoiseInputs {
    at::Tensor noise;  // fp32 [1, C, T, h, w], unit normal
    TextEmbeds prompt;
    std::optional<TextEmbeds> negative;  // required when guidance != 1
    double guidance = 1;                 // v = u + guidance (c - u); 1 runs the prompt only
    SamplerSettings sampler;
    std::uint64_t seed = 0;               // stream of the noise that rcm draws at every step
    std::optional<at::Tensor> condition;  // [1, C_in - C, T, h, w], appended to the latent (image-to-video)
    std::optional<at::Tensor> image_context;
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

/// Throws Failure and c10::Error (wrap in guard()). One thread: all calls come from the thread that owns the tensors,
/// inside c10::InferenceMode.
class VideoPipeline {
  public:
    VideoPipeline(std::shared_ptr<const ModelParts> parts, const Compute& compute);

    const ModelParts& parts() const { return *parts_; }
    const Compute& compute() const { return compute_; }

    // Parts load on first use; these let a caller choose the moment and free memory between stages.
    void load_text_encoder();
    void load_transformer();
    void load_vae();
    void release_text_encoder() { text_encoder_.reset(); }
    void release_transformer() { dit_.reset(); }
    void release_vae() { vae_.reset(); }
    bool has_text_encoder() const { return text_encoder_ != nullptr; }
    bool has_transformer() const { return dit_ != nullptr; }
    bool has_vae() const { return vae_ != nullptr; }
    const WanVae& vae();

    /// Errors   InvalidArgument (shapes, ids out of the vocabulary, invalid UTF-8).
    TextEmbeds encode_text(const TextInput& input, const std::stop_token& stop = {});

    /// Unit noise for a seed: [1, C, T, h, w] (tensor/noise.h, stream 0).
    at::Tensor make_noise(const VideoShape& shape, std::uint64_t seed) const;

    /// Errors   InvalidArgument (shapes that do not fit the network, guidance without negative), Cancelled, CorruptFile
    ///          naming the transformer and the step when its output is not finite.
    Denoised denoise(const DenoiseInputs& inputs, const DenoiseHooks& hooks = {});

    /// Frames in order, fp32 [1, 3, n, H, W] in [-1, 1].
    void decode(const at::Tensor& latents, const std::function<void(const at::Tensor& frames)>& sink,
                const std::stop_token& stop = {});

  private:
    at::Tensor velocity(const at::Tensor& x, double timestep, const DenoiseInputs& in, const DitContext& prompt,
                        const DitContext* negative, const std::stop_token& stop,
                        const std::function<void(int)>& on_block);

    std::shared_ptr<const ModelParts> parts_;
    Compute compute_;
    std::unique_ptr<Umt5Encoder> text_encoder_;
    std::unique_ptr<WanDit> dit_;
    std::unique_ptr<WanVae> vae_;
};

}  // namespace studio::pipeline
