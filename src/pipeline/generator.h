// pipeline/generator.h - the engine's door to the pipeline: no Torch type, every failure a value, one thread.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/frame.h"
#include "core/result.h"
#include "pipeline/image_size.h"
#include "pipeline/memory_choice.h"
#include "pipeline/model_parts.h"
#include "pipeline/video_shape.h"

namespace studio::pipeline {

/// kTransformer is both experts where there are two; which of them is loaded when follows from MemoryChoice.
enum class Part { kTextEncoder, kImageEncoder, kTransformer, kVae };

/// An adapter and the transformer that it is for. The low-noise choice means nothing for a model with one transformer.
struct LoraUse {
    enum class Expert { kBoth, kHighNoise, kLowNoise };
    std::filesystem::path path;
    double strength = 1;
    Expert expert = Expert::kBoth;
    bool operator==(const LoraUse&) const = default;
};

struct ComputeChoice {
    std::string device = "auto";     // auto, cpu, cuda
    std::string precision = "auto";  // auto, fp32, bf16
    int threads = 0;                 // 0: leave as it is
    std::string attention = "auto";  // auto, dense, sla, sagesla, sage: of the transformer's self-attention
    double sla_topk = 0.1;
    std::vector<LoraUse> loras;  // merged in order
};

struct DenoiseSettings {
    VideoShape shape;
    std::uint64_t seed = 0;
    std::string sampler = "rcm";
    int steps = 4;
    double guidance = 1;
    double shift = 5;
    double sigma_max = 80;
    bool ode = false;                  // rcm: deterministic steps
    std::optional<double> guidance_2;  // two experts: of the low-noise one
    std::optional<double> boundary;    // two experts: where it takes over
};

/// The pictures that a video starts from (and ends with), at any size.
struct ImageSettings {
    VideoShape shape;
    Frame image;
    std::optional<Frame> end_image;  // first-and-last-frame models
    ImageFit fit = ImageFit::kFollow;
};

struct StageHooks {
    std::stop_token stop;
    std::function<void(int done, int total)> progress;                 // units of the stage
    std::function<void(int step, std::vector<Frame> frames)> preview;  // may be empty: then none is computed
};

/// Holds one model and one job's tensors. Parts stay loaded from job to job until release() or another model is opened.
/// Order of a job: open, (load kTextEncoder) encode_text, (load kVae, kImageEncoder) encode_image for a video from an
/// image, (load kTransformer) denoise, save_latents, (load kVae) decode, end_job.   Threads: all calls, construction
/// and destruction included, from one thread.
class Generator {
  public:
    static std::unique_ptr<Generator> make();
    virtual ~Generator() = default;

    /// Use this model and device; the same ones again keep what is loaded. Applies the thread count.
    virtual Result<void> open(std::shared_ptr<const ModelParts> parts, const ComputeChoice& choice) = 0;
    /// How to use memory from here on. A change frees what was loaded for another way.   After open().
    virtual void use(const MemoryChoice& choice) = 0;
    virtual bool is_loaded(Part part) const = 0;
    virtual Result<void> load(Part part) = 0;
    virtual void release(Part part) = 0;
    /// What "auto" became: "cpu", "fp32".
    virtual std::string device() const = 0;
    virtual std::string precision() const = 0;

    /// True when the embedding of this text is in the cache, so that encode_text needs no text encoder.
    virtual bool is_text_cached(const std::string& text) const = 0;
    /// `negative` only when guidance is on.
    virtual Result<void> encode_text(const std::string& prompt, const std::optional<std::string>& negative,
                                     const StageHooks& hooks) = 0;
    /// Does the model read an image encoder's rows beside the VAE's latent?
    virtual bool needs_image_encoder() const = 0;
    /// What denoise() will start from. Without this call it starts from noise alone. progress counts latent frames.
    virtual Result<void> encode_image(const ImageSettings& settings, const StageHooks& hooks) = 0;
    /// progress counts blocks over the whole run (steps x forwards x blocks); preview is called once per step.
    virtual Result<void> denoise(const DenoiseSettings& settings, const StageHooks& hooks) = 0;
    /// The final latents of this job as safetensors ("latents" F32 [1, C, T, h, w]).
    virtual Result<void> save_latents(const std::filesystem::path& path,
                                      const std::map<std::string, std::string>& metadata) = 0;
    /// Latents that save_latents() wrote, instead of denoise().   Errors  those of the reader; CorruptFile when they
    /// are not finite.
    virtual Result<void> load_latents(const std::filesystem::path& path) = 0;
    /// progress counts latent frames, once per band.
    virtual Result<void> decode(FrameSink& sink, const StageHooks& hooks) = 0;
    /// Empty the cache of encoded prompts.
    virtual void forget_texts() = 0;
    /// Free this job's tensors; the model stays.
    virtual void end_job() = 0;
    /// Free everything.
    virtual void unload() = 0;
};

}  // namespace studio::pipeline
