#include "pipeline/generator.h"

#include <fmt/format.h>

#include "core/check.h"
#include "core/log.h"
#include "core/text.h"
#include "pipeline/band_frames.h"
#include "pipeline/embedding_cache.h"
#include "pipeline/generator_settings.h"
#include "pipeline/image_fit.h"
#include "pipeline/pixels.h"
#include "pipeline/preview_map.h"
#include "tensor/guard.h"
#include "tensor/weights.h"

namespace studio::pipeline {
namespace {

namespace fs = std::filesystem;

class LocalGenerator final : public Generator {
  public:
    Result<void> open(std::shared_ptr<const ModelParts> parts, const ComputeChoice& choice) override {
        return guarded([&] {
            if (choice.threads > 0) set_compute_threads(choice.threads);
            const Compute compute = choose_compute(choice.device, choice.precision);
            const std::string identity =
                fmt::format("{}{}", files_identity(parts->files), int(compute.precision)) + compute.device.str();
            const std::string transformer = transformer_identity(choice);
            if (pipeline_ && identity == identity_) {
                if (transformer != transformer_identity_) pipeline_->use(pipeline_options(choice));
                transformer_identity_ = transformer;
                return;
            }
            unload_now();
            pipeline_.emplace(std::move(parts), compute, pipeline_options(choice));
            identity_ = identity;
            transformer_identity_ = transformer;
            if (pipeline_->parts().text_encoder) text_identity_ = files_identity(text_files(pipeline_->parts()));
        });
    }

    void use(const MemoryChoice& choice) override {
        memory_ = choice;
        if (pipeline_) pipeline_->use(choice);
    }

    bool is_loaded(Part part) const override {
        if (!pipeline_) return false;
        switch (part) {
            case Part::kTextEncoder:
                return pipeline_->has_text_encoder();
            case Part::kImageEncoder:
                return pipeline_->has_image_encoder();
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
                case Part::kImageEncoder:
                    return opened().load_image_encoder();
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
            case Part::kImageEncoder:
                return pipeline_->release_image_encoder();
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

    bool needs_image_encoder() const override { return pipeline_ && pipeline_->parts().dit_config.has_image_embedder; }

    Result<void> encode_image(const ImageSettings& settings, const StageHooks& hooks) override {
        return guarded([&] {
            image_ = {};
            const ModelParts& parts = opened().parts();
            const ResizeRule rule = resize_rule(parts.kind, parts.is_turbo);
            const auto fitted = [&](const Frame& picture) {
                return fit_image(picture, settings.shape, settings.fit, rule);
            };
            ImageInput input{fitted(settings.image), {}};
            if (settings.end_image) input.last = fitted(*settings.end_image);
            ImageCondition condition =
                opened().encode_image(input, settings.shape.num_frames, hooks.stop, hooks.progress);
            if (needs_image_encoder()) {
                std::vector<Frame> pictures{settings.image};
                if (settings.end_image) pictures.push_back(*settings.end_image);
                condition.context = opened().encode_clip(pictures, hooks.stop);
            }
            image_ = std::move(condition);
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
            in.guidance_2 = settings.guidance_2;
            in.boundary = settings.boundary;
            in.image = image_;
            in.seed = settings.seed;
            DenoiseHooks inner;
            inner.stop = hooks.stop;
            inner.on_block = hooks.progress;
            if (const LatentRgb* map = hooks.preview ? preview_.find(opened()) : nullptr)
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
            if (memory_.decode_bands > 1) return decode_bands(sink, hooks);
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

    Result<void> load_latents(const fs::path& path) override {
        return guarded([&] {
            auto tensors = read_tensors(path);
            const at::Tensor& stored = tensors["latents"];
            STUDIO_CHECK(stored.defined() && stored.dim() == 5, "read_latents_file() comes first");
            if (!at::isfinite(stored).all().item<bool>()) {
                throw Failure(corrupt_file(path_to_utf8(path), "latents",
                                           "The latents hold values that are not numbers.",
                                           "The file is damaged: make the video again."));
            }
            latents_ = stored.to(at::kFloat).clone();  // the file may go while the job runs
        });
    }

    void forget_texts() override { cache_.clear(); }
    void end_job() override {
        prompt_.reset();
        negative_.reset();
        image_ = {};
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

    /// All frames of one band, then of the next; the pictures are complete at the end only.
    void decode_bands(FrameSink& sink, const StageHooks& hooks) {
        const auto& vae = opened().parts().vae_config;
        const std::int64_t rows = latents_.size(3), stride = vae.spatial_stride;
        const std::int64_t bands = std::min<std::int64_t>(memory_.decode_bands, rows);
        const std::int64_t num_frames = 1 + (latents_.size(2) - 1) * vae.temporal_stride;
        BandFrames pictures(num_frames, rows * stride, latents_.size(4) * stride);
        int done = 0;
        const int total = static_cast<int>(bands * latents_.size(2));
        for (std::int64_t i = 0; i < bands; ++i) {
            const RowRange band = band_rows(rows, bands, i);
            std::int64_t next = 0;
            const auto on_frames = [&](const at::Tensor& frames) {
                pictures.add(frames, next, band.begin * stride);
                next += frames.size(2);
                if (hooks.progress) hooks.progress(++done, total);
            };
            opened().decode(latents_, on_frames, hooks.stop, band);
        }
        for (Frame& frame : pictures.take()) {
            throw_if_cancelled(hooks.stop);
            sink.push(std::move(frame)).value();
        }
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

    void unload_now() {
        end_job();
        pipeline_.reset();
        preview_ = {};
        identity_.clear();
        text_identity_.clear();
        transformer_identity_.clear();
    }

    std::optional<VideoPipeline> pipeline_;
    std::string identity_, text_identity_, transformer_identity_;
    EmbeddingCache cache_;
    PreviewMap preview_;
    MemoryChoice memory_;
    // This job's tensors.
    std::optional<TextEmbeds> prompt_, negative_;
    ImageCondition image_;
    at::Tensor latents_;
};

}  // namespace

std::unique_ptr<Generator> Generator::make() {
    return std::make_unique<LocalGenerator>();
}

}  // namespace studio::pipeline
