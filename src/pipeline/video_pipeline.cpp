#include "pipeline/video_pipeline.h"

#include <fmt/format.h>

#include "core/check.h"
#include "core/platform.h"
#include "core/text.h"
#include "tensor/guard.h"
#include "tensor/noise.h"

namespace studio::pipeline {
namespace {

/// Weights that turn numbers into NaN are a fault of their file (or of the precision), never a black video.
void require_finite(const at::Tensor& values, const checkpoint::Recognised& part, const std::string& what,
                    const Compute& compute) {
    if (at::isfinite(values).all().item<bool>()) return;
    const bool is_bf16 = compute.precision == Precision::kBF16;
    throw Failure(corrupt_file(
        path_to_utf8(part.checkpoint->path()), {},
        fmt::format("{} holds values that are not numbers: the weights are damaged{}.", what,
                    is_bf16 ? ", or do not bear bf16" : ""),
        is_bf16 ? "Try --precision fp32; if it stays, download the model again." : "Download the model again."));
}

[[noreturn]] void bad_shape(const char* field, const at::Tensor& got, const std::string& want) {
    throw Failure(invalid_argument(
        field, fmt::format("\"{}\" has the shape {}; {} is needed.", field, fmt::join(got.sizes().vec(), " x "), want),
        "Give a tensor of the shape named."));
}

/// Zero rows at the end stand for padding; they are counted, not computed. One row stays in any case.
TextEmbeds without_padding(const at::Tensor& rows_1nd, std::int64_t text_len) {
    const at::Tensor context = rows_1nd.to(at::kFloat);
    const at::Tensor used = at::nonzero(context[0].ne(0).any(-1));
    const std::int64_t count = used.numel() == 0 ? 1 : used.max().item<std::int64_t>() + 1;
    return {context.slice(1, 0, count).contiguous(), std::max(text_len, rows_1nd.size(1))};
}

void forget_pages(const checkpoint::Recognised& part) {
    for (const auto& tensor : part.tensors)
        platform::forget_pages(part.checkpoint->bytes(*tensor.stored));
}

void check_ids(const at::Tensor& ids, const at::Tensor& mask, std::int64_t vocabulary) {
    if (ids.dim() != 2 || ids.size(0) != 1 || ids.size(1) < 1) bad_shape("ids", ids, "1 x L");
    if (!mask.sizes().equals(ids.sizes())) bad_shape("mask", mask, "the shape of the ids");
    const auto low = ids.min().item<std::int64_t>(), high = ids.max().item<std::int64_t>();
    if (low < 0 || high >= vocabulary) {
        throw Failure(invalid_argument("ids",
                                       fmt::format("Token id {} is outside the text encoder's vocabulary of {}.",
                                                   low < 0 ? low : high, vocabulary),
                                       "Use the tokenizer that belongs to this text encoder."));
    }
}

}  // namespace

at::Tensor TextEmbeds::padded() const {
    const std::int64_t missing = pad_to - context.size(1);
    return missing > 0 ? at::constant_pad_nd(context, {0, 0, 0, missing}) : context;
}

VideoPipeline::VideoPipeline(std::shared_ptr<const ModelParts> parts, const Compute& compute,
                             const PipelineOptions& options)
    : parts_(std::move(parts)), compute_(compute), options_(options) {
    STUDIO_CHECK(parts_ != nullptr, "a pipeline needs a model");
}

void VideoPipeline::load_text_encoder() {
    if (text_encoder_) return;
    STUDIO_CHECK(parts_->text_encoder.has_value(), "the text encoder was not opened");
    text_encoder_ = Umt5Encoder::load(*parts_->text_encoder, compute_, residency());
}

Residency VideoPipeline::residency() const {
    return memory_.streams_blocks ? Residency::kStreamed : Residency::kResident;
}

void VideoPipeline::use(const MemoryChoice& choice) {
    if (choice.streams_blocks != memory_.streams_blocks) {
        release_text_encoder();
        release_transformer();
    }
    memory_ = choice;
}

void VideoPipeline::release_text_encoder() {
    if (!text_encoder_) return;
    text_encoder_.reset();
    forget_pages(*parts_->text_encoder);
}

void VideoPipeline::release_transformer() {
    if (dit_) forget_pages(parts_->dit);
    if (dit_low_) forget_pages(*parts_->transformer_2);
    dit_.reset();
    dit_low_.reset();
}

void VideoPipeline::release_image_encoder() {
    if (!clip_) return;
    clip_.reset();
    forget_pages(*parts_->image_encoder);
}

void VideoPipeline::release_vae() {
    if (!vae_) return;
    vae_.reset();
    forget_pages(parts_->vae);
}

void VideoPipeline::load_expert(Expert expert) {
    const bool is_low = expert == Expert::kLowNoise;
    STUDIO_CHECK(!is_low || parts_->has_two_experts(), "this model has one transformer");
    std::unique_ptr<WanDit>& wanted = is_low ? dit_low_ : dit_;
    if (wanted) return;
    // Before the new one is read: two of them at once are what the memory choice rules out.
    if (!memory_.keeps_all) release_transformer();
    DitOptions options = options_.dit;
    options.residency = residency();
    if (is_low) options.loras = options_.loras_low;
    wanted = WanDit::load(is_low ? *parts_->transformer_2 : parts_->dit, compute_, options);
}

void VideoPipeline::load_vae() {
    if (vae_) return;
    vae_ = WanVae::load(parts_->vae, compute_);  // fp32 values in any case
    forget_pages(parts_->vae);  // its convolutions run in layouts of their own; what is left is small
}

const WanVae& VideoPipeline::vae() {
    load_vae();
    return *vae_;
}

TextEmbeds VideoPipeline::encode_text(const TextInput& input, const std::stop_token& stop) {
    const std::int64_t text_len = parts_->dit_config.text_len, text_dim = parts_->dit_config.text_dim;
    if (input.embeds) {
        const at::Tensor& given = *input.embeds;
        if (given.dim() != 3 || given.size(0) != 1 || given.size(1) < 1 || given.size(2) != text_dim)
            bad_shape("embeds", given, fmt::format("1 x n x {}", text_dim));
        return without_padding(given, text_len);
    }
    at::Tensor ids, mask;
    if (input.ids) {
        ids = input.ids->to(at::kLong);
        mask = input.mask ? input.mask->to(at::kLong) : at::ones_like(ids);
    } else {
        STUDIO_CHECK(parts_->tokenizer != nullptr, "the tokenizer was not opened");
        const std::string cleaned = text::clean_prompt(input.text).value();
        const auto encoded = parts_->tokenizer->encode(cleaned, static_cast<std::size_t>(text_len)).value();
        ids = at::tensor(at::ArrayRef<std::int32_t>(encoded.ids), at::kInt).to(at::kLong).unsqueeze(0);
        mask = at::ones_like(ids);
    }
    load_text_encoder();
    check_ids(ids, mask, text_encoder_->config().vocab_size);
    const at::Tensor rows = text_encoder_->encode(ids.to(compute_.device), mask.to(compute_.device), stop);
    require_finite(rows, *parts_->text_encoder, "The text encoder's output", compute_);
    return without_padding(rows * mask.to(rows.device()).unsqueeze(-1).to(rows.scalar_type()), text_len);
}

at::Tensor VideoPipeline::make_noise(const VideoShape& shape, std::uint64_t seed) const {
    const LatentShape latent = latent_shape(shape, parts_->dit_config, parts_->vae_config).value();
    return gaussian_noise({1, latent.channels, latent.frames, latent.height, latent.width}, seed, 0);
}

void VideoPipeline::decode(const at::Tensor& latents, const std::function<void(const at::Tensor&)>& sink,
                           const std::stop_token& stop, std::optional<RowRange> band) {
    if (latents.dim() != 5 || latents.size(0) != 1 || latents.size(1) != parts_->vae_config.z_dim)
        bad_shape("latents", latents, fmt::format("1 x {} x T x h x w", parts_->vae_config.z_dim));
    vae().decode(
        latents.to(compute_.device, at::kFloat),
        [&](const at::Tensor& frames) {
            require_finite(frames, parts_->vae, "A decoded picture", Compute{compute_.device, Precision::kF32});
            sink(frames);
        },
        stop, band);
}

}  // namespace studio::pipeline
