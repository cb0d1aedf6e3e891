#include "pipeline/generator.h"

#include <fmt/format.h>

#include "core/check.h"
#include "core/log.h"
#include "core/text.h"
#include "pipeline/embedding_cache.h"
#include "pipeline/latent_rgb.h"
#include "pipeline/pixels.h"
#include "tensor/guard.h"
#include "tensor/weights.h"

namespace studio::pipeline {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> text_files(const ModelParts& parts) {
    std::vector<fs::path> files(parts.text_encoder->checkpoint->files().begin(),
                                parts.text_encoder->checkpoint->files().end());
    files.push_back(parts.folder.parts.tokenizer);
    return files;
}

SamplerSettings sampler_settings(const DenoiseSettings& settings) {
    const auto kind = sampler_kind(settings.sampler);
    if (!kind) {
        throw Failure(invalid_argument("sampler",
                                       fmt::format("There is no sampler \"{}\".", escape_for_display(settings.sampler)),
                                       "Use rcm, unipc, euler or dpmpp."));
    }
    SamplerSettings out;
    out.kind = *kind;
    out.steps = settings.steps;
    out.shift = settings.shift;
    out.sigma_max = settings.sigma_max;
    return out;
}

class LocalGenerator final : public Generator {
  public:
    Result<void> open(std::shared_ptr<const ModelParts> parts, const ComputeChoice& choice) override {
        return guarded([&] {
            if (choice.threads > 0) set_compute_threads(choice.threads);
            const Compute compute = choose_compute(choice.device, choice.precision);
            const std::string identity =
                fmt::format("{}{}", files_identity(parts->files), int(compute.precision)) + compute.device.str();
            if (pipeline_ && identity == identity_) return;
            unload_now();
            pipeline_.emplace(std::move(parts), compute);
            identity_ = identity;
            if (pipeline_->parts().text_encoder) text_identity_ = files_identity(text_files(pipeline_->parts()));
        });
    }

    bool is_loaded(Part part) const override {
        if (!pipeline_) return false;
        switch (part) {
            case Part::kTextEncoder:
                return pipeline_->has_text_encoder();
            case Part::kTransformer:
                return pipeline_->has_transformer();
            case Part::kVae:
                return pipeline_->has_vae();
        }
        return false;
    }

    Result<void> load(Part part) override {
        return guarded([&] {
            switch (part) {
                case Part::kTextEncoder:
                    return opened().load_text_encoder();
                case Part::kTransformer:
                    return opened().load_transformer();
                case Part::kVae:
                    return opened().load_vae();
            }
        });
    }

    void release(Part part) override {
        if (!pipeline_) return;
        switch (part) {
            case Part::kTextEncoder:
                return pipeline_->release_text_encoder();
            case Part::kTransformer:
                return pipeline_->release_transformer();
            case Part::kVae:
                return pipeline_->release_vae();
        }
    }

    std::string device() const override { return pipeline_ ? pipeline_->compute().device.str() : std::string(); }
    std::string precision() const override {
        if (!pipeline_) return {};
        return pipeline_->compute().precision == Precision::kBF16 ? "bf16" : "fp32";
    }

    bool is_text_cached(const std::string& text) const override {
        if (!pipeline_) return false;
        const auto key = guard([&] { return cache_key(text); });
        return key.ok() && cache_.find(*key) != nullptr;
    }

    Result<void> encode_text(const std::string& prompt, const std::optional<std::string>& negative,
                             const StageHooks& hooks) override {
        return guarded([&] {
            const int total = negative ? 2 : 1;
            prompt_ = embed(prompt, hooks.stop);
            if (hooks.progress) hooks.progress(1, total);
            negative_.reset();
            if (!negative) return;
            negative_ = embed(*negative, hooks.stop);
            if (hooks.progress) hooks.progress(2, total);
        });
    }

    Result<void> denoise(const DenoiseSettings& settings, const StageHooks& hooks) override {
        return guarded([&] {
            STUDIO_CHECK(prompt_.has_value(), "encode_text() comes first");
            DenoiseInputs in;
            in.sampler = sampler_settings(settings);
            in.noise = opened().make_noise(settings.shape, settings.seed);
            in.prompt = *prompt_;
            in.negative = negative_;
            in.guidance = settings.guidance;
            in.seed = settings.seed;
            DenoiseHooks inner;
            inner.stop = hooks.stop;
            inner.on_block = hooks.progress;
            if (const LatentRgb* map = hooks.preview ? preview_map() : nullptr)
                inner.on_step = [&, map](const StepInfo& step) {
                    hooks.preview(step.index + 1, latent_frames(*map, step.denoised));
                };
            latents_ = opened().denoise(in, inner).latents;
        });
    }

    Result<void> save_latents(const fs::path& path, const std::map<std::string, std::string>& metadata) override {
        return guarded([&] {
            STUDIO_CHECK(latents_.defined(), "denoise() comes first");
            write_tensors(path, {{"latents", latents_}}, metadata);
        });
    }

    Result<void> decode(FrameSink& sink, const StageHooks& hooks) override {
        return guarded([&] {
            STUDIO_CHECK(latents_.defined(), "denoise() comes first");
            std::int64_t next = 0;
            int done = 0;
            const int total = static_cast<int>(latents_.size(2));
            const auto on_frames = [&](const at::Tensor& frames) {
                for (Frame& frame : to_frames(frames, next)) {
                    throw_if_cancelled(hooks.stop);
                    sink.push(std::move(frame)).value();
                    ++next;
                }
                if (hooks.progress) hooks.progress(++done, total);
            };
            opened().decode(latents_, on_frames, hooks.stop);
        });
    }

    void forget_texts() override { cache_.clear(); }
    void end_job() override {
        prompt_.reset();
        negative_.reset();
        latents_.reset();
    }
    void unload() override { unload_now(); }

  private:
    template <class F>
    Result<void> guarded(F&& body) {
        // Thread-local, hence in every entry: weights loaded as inference tensors are only ever used inside the mode.
        const c10::InferenceMode mode;
        return guard([&]() -> void { body(); });
    }

    VideoPipeline& opened() {
        STUDIO_CHECK(pipeline_.has_value(), "open() comes first");
        return *pipeline_;
    }

    std::string cache_key(const std::string& text) const {
        const ModelParts& parts = pipeline_->parts();
        const std::string cleaned = text::clean_prompt(text).value();
        const auto encoded =
            parts.tokenizer->encode(cleaned, static_cast<std::size_t>(parts.dit_config.text_len)).value();
        return fmt::format("{}{}\n{}", text_identity_, precision(), fmt::join(encoded.ids, ","));
    }

    TextEmbeds embed(const std::string& text, const std::stop_token& stop) {
        VideoPipeline& pipeline = opened();
        const std::string key = cache_key(text);
        if (const TextEmbeds* known = cache_.find(key)) return *known;
        throw_if_cancelled(stop);
        TextInput input;
        input.text = text;
        TextEmbeds embeds = pipeline.encode_text(input, stop);
        cache_.insert(key, embeds);
        return embeds;
    }

    /// preview.json of the model; without one a map fitted to the decoder, if that is loaded anyway. A broken file
    /// costs the preview, not the video.
    const LatentRgb* preview_map() {
        if (preview_ || is_preview_tried_) return preview_ ? &*preview_ : nullptr;
        const ModelParts& parts = opened().parts();
        const fs::path file = parts.folder.root / "preview.json";
        std::error_code ec;
        if (fs::exists(file, ec)) {
            is_preview_tried_ = true;
            auto map = read_latent_rgb(file, parts.vae_config.z_dim);
            if (map)
                preview_ = *std::move(map);
            else
                log::warning("no preview: {}", map.error().message);
        } else if (opened().has_vae()) {
            is_preview_tried_ = true;
            preview_ = fit_latent_rgb(parts.vae_config.z_dim, [&](const at::Tensor& z) {
                at::Tensor picture;
                opened().vae().decode(z, [&](const at::Tensor& frames) { picture = frames; });
                return picture;
            });
        }
        return preview_ ? &*preview_ : nullptr;
    }

    void unload_now() {
        end_job();
        pipeline_.reset();
        preview_.reset();
        is_preview_tried_ = false;
        identity_.clear();
        text_identity_.clear();
    }

    std::optional<VideoPipeline> pipeline_;
    std::string identity_, text_identity_;
    EmbeddingCache cache_;
    std::optional<LatentRgb> preview_;
    bool is_preview_tried_ = false;
    // This job's tensors.
    std::optional<TextEmbeds> prompt_, negative_;
    at::Tensor latents_;
};

}  // namespace

std::unique_ptr<Generator> Generator::make() {
    return std::make_unique<LocalGenerator>();
}

}  // namespace studio::pipeline
