#include "pipeline/memory_plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "pipeline/stage_memory.h"

namespace studio::pipeline {
namespace {

// Measured with networks of a few kilobytes (bench/memory_prediction.py), beyond what the program holds when it plans.
constexpr std::uint64_t kRunBytes = 41u << 20;          // LibTorch's code and tables touched for the first time
constexpr std::uint64_t kEncoderBaseBytes = 8u << 20;   // x264: tables and threads
constexpr std::uint64_t kEncoderPictures = 60;          // x264: at most so many in flight
constexpr std::uint64_t kEncoderSamples = 5;            // of 8 bits per pixel of each: planes, their filtered copies
constexpr std::uint64_t kKeptBytes = 20u << 20;         // freed blocks that wait for reuse (activation_cache.cpp)
constexpr std::uint64_t kCudaHostBytes = 700u << 20;    // driver and libtorch_cuda
constexpr std::uint64_t kCudaDeviceBytes = 500u << 20;  // context and kernels

struct Parts {
    PartBytes text, transformer, transformer_2, image;
    Bytes vae;
};

struct Work {
    std::uint64_t text = 0, image = 0, denoise = 0, decode = 0, encoder = 0, waiting = 0;
};

Parts part_bytes(const ModelParts& parts, const PlanInputs& in) {
    Parts out;
    if (parts.text_encoder) out.text = text_encoder_bytes(*parts.text_encoder, in.element_bytes, in.is_cuda);
    out.transformer = transformer_bytes(parts.dit, in.element_bytes, in.is_cuda);
    if (parts.transformer_2) out.transformer_2 = transformer_bytes(*parts.transformer_2, in.element_bytes, in.is_cuda);
    if (parts.image_encoder && in.has_image)
        out.image = image_encoder_bytes(*parts.image_encoder, in.element_bytes, in.is_cuda);
    out.vae = vae_bytes(parts.vae, in.is_cuda);
    return out;
}

Work work_bytes(const ModelParts& parts, const PlanInputs& in, const LatentShape& latent, int bands) {
    Work out;
    const std::int64_t text_tokens = std::min(in.text_tokens, parts.dit_config.text_len);
    if (parts.text_config) out.text = text_stage_bytes(*parts.text_config, text_tokens, in.element_bytes);
    if (in.has_image) out.image = encode_stage_bytes(parts.vae_config, latent.height, latent.width);
    DenoiseSizes sizes;
    sizes.latent = latent;
    sizes.text_tokens = text_tokens + 1;
    if (parts.clip_config && in.has_image) sizes.image_tokens = parts.clip_config->tokens();
    sizes.condition_channels = parts.dit_config.in_channels - parts.dit_config.out_channels;
    sizes.prompts = in.prompts;
    sizes.element_bytes = in.element_bytes;
    sizes.is_sparse = in.is_sparse_attention;
    out.denoise = denoise_stage_bytes(parts.dit_config, sizes);
    out.decode = decode_stage_bytes(parts.vae_config, latent.height, latent.width, bands, latent.frames == 1);
    const auto pixels = static_cast<std::uint64_t>(in.shape.width) * static_cast<std::uint64_t>(in.shape.height);
    const auto frames = static_cast<std::uint64_t>(in.shape.num_frames);
    const auto padded =
        static_cast<std::uint64_t>(in.shape.width + 64) * static_cast<std::uint64_t>(in.shape.height + 96);
    out.encoder = kEncoderBaseBytes + std::min(frames, kEncoderPictures) * padded * kEncoderSamples;
    if (bands > 1) out.waiting = pixels * 3 * frames;
    return out;
}

/// Freed blocks wait for reuse: a part of what a stage needs, up to the cache's limit.
std::uint64_t with_kept(std::uint64_t work) {
    return work + std::min(work / 4, kKeptBytes);
}

std::string words_of(const MemoryChoice& choice) {
    std::string words = choice.keeps_all ? "everything stays loaded" : "one stage's parts at a time";
    if (choice.streams_blocks) words += ", blocks made ready one by one";
    if (choice.decode_bands > 1) words += fmt::format(", pictures decoded in {} bands", choice.decode_bands);
    return words;
}

std::string price_of(const MemoryChoice& choice, const ModelParts& parts, std::int64_t height) {
    std::string price;
    const auto add = [&](const std::string& text) { price += (price.empty() ? "" : "; ") + text; };
    if (!choice.keeps_all) add("the parts are loaded again for every video");
    if (choice.streams_blocks) add("every step reads the transformer's weights again");
    if (choice.decode_bands > 1)
        add(fmt::format("decoding computes {:.0f} % more",
                        100 * (decode_cost(parts.vae_config, height, choice.decode_bands) - 1)));
    return price;
}

class Planner {
  public:
    Planner(const ModelParts& parts, const PlanInputs& in, const LatentShape& latent)
        : parts_(parts), in_(in), latent_(latent), bytes_(part_bytes(parts, in)) {}

    MemoryPlan plan(const MemoryChoice& choice) const {
        MemoryPlan out;
        out.choice = choice;
        const Work work = work_bytes(parts_, in_, latent_, choice.decode_bands);
        const auto part = [&](const PartBytes& p) { return choice.streams_blocks ? p.streamed() : p.all; };
        const Bytes text = part(bytes_.text), transformer = part(bytes_.transformer),
                    second = part(bytes_.transformer_2);
        const Bytes all = text + transformer + second + bytes_.image.all + bytes_.vae;
        const Bytes expert = transformer.all() >= second.all() ? transformer : second;
        const auto stage = [&](MemoryStage which, const Bytes& own, std::uint64_t activations, std::uint64_t host) {
            add(out, which, choice.keeps_all && !in_.only_decodes ? all : own, with_kept(activations), host);
        };
        if (!in_.only_decodes) {
            stage(MemoryStage::kText, text, work.text, 0);
            if (in_.has_image) stage(MemoryStage::kImage, bytes_.image.all + bytes_.vae, work.image, 0);
            stage(MemoryStage::kDenoise, expert, work.denoise, 0);
        }
        stage(MemoryStage::kDecode, bytes_.vae, work.decode, work.encoder + work.waiting);
        out.words = words_of(choice);
        out.price = price_of(choice, parts_, latent_.height);
        return out;
    }

  private:
    void add(MemoryPlan& plan, MemoryStage which, const Bytes& weights, std::uint64_t activations,
             std::uint64_t host) const {
        StageBytes stage{which, {in_.program_bytes + kRunBytes + host, 0}, 0};
        if (in_.is_cuda) {
            stage.device = kCudaDeviceBytes + weights.all() + activations;
            stage.host.owned += kCudaHostBytes;
        } else {
            stage.host = stage.host + weights + Bytes{activations, 0};
        }
        if (stage.host.all() > plan.host.all()) plan.host = stage.host;
        plan.device = std::max(plan.device, stage.device);
        plan.stages.push_back(stage);
    }

    const ModelParts& parts_;
    const PlanInputs& in_;
    LatentShape latent_;
    Parts bytes_;
};

std::uint64_t taken_by(const MemoryPlan& plan, MemoryStage stage) {
    for (const StageBytes& s : plan.stages)
        if (s.stage == stage) return s.host.all() + s.device;
    return 0;
}

bool decodes_in_less(const std::vector<MemoryPlan>& plans, const MemoryPlan& plan) {
    return taken_by(plan, MemoryStage::kDecode) < taken_by(plans.back(), MemoryStage::kDecode);
}

}  // namespace

std::string_view to_string(MemoryStage stage) noexcept {
    switch (stage) {
        case MemoryStage::kText:
            return "text";
        case MemoryStage::kImage:
            return "image";
        case MemoryStage::kDenoise:
            return "denoise";
        case MemoryStage::kDecode:
            return "decode";
    }
    return "";
}

std::vector<MemoryPlan> memory_plans(const ModelParts& parts, const PlanInputs& inputs) {
    const auto latent = latent_shape(inputs.shape, parts.dit_config, parts.vae_config);
    if (!latent) return {};
    const Planner planner(parts, inputs, *latent);
    std::vector<MemoryPlan> plans{planner.plan({})};
    constexpr int kMostBands = 32;
    const int most_bands = static_cast<int>(std::min<std::int64_t>(kMostBands, latent->height));
    for (const bool streams : {false, true}) {
        MemoryPlan plan = planner.plan({false, streams, 1});
        const auto gains_at = [&](MemoryStage stage) { return taken_by(plan, stage) < taken_by(plans[1], stage); };
        if (streams && !gains_at(MemoryStage::kText) && !gains_at(MemoryStage::kDenoise)) break;
        plans.push_back(std::move(plan));
        for (int bands = 2; bands <= most_bands; bands += bands < 4 ? 1 : bands / 2) {
            plan = planner.plan({false, streams, bands});
            if (decodes_in_less(plans, plan)) plans.push_back(std::move(plan));
        }
    }
    return plans;
}

bool fits(const MemoryPlan& plan, const MemoryFree& free, bool is_cuda) noexcept {
    const std::uint64_t host = plan.choice.keeps_all ? std::min(free.host, free.host_when_idle) : free.host;
    return plan.host.all() <= host && (!is_cuda || plan.device <= free.device);
}

std::size_t first_that_fits(const std::vector<MemoryPlan>& plans, const MemoryFree& free, bool is_cuda) noexcept {
    std::size_t i = 0;
    while (i < plans.size() && !fits(plans[i], free, is_cuda))
        ++i;
    return i;
}

std::size_t next_smaller(const std::vector<MemoryPlan>& plans, std::size_t index, MemoryStage stage) noexcept {
    const std::uint64_t now = taken_by(plans[index], stage);
    std::size_t least = plans.size();
    for (std::size_t i = index + 1; i < plans.size(); ++i) {
        const std::uint64_t bytes = taken_by(plans[i], stage);
        if (bytes <= now - now / 4) return i;
        if (bytes < now && (least == plans.size() || bytes < taken_by(plans[least], stage))) least = i;
    }
    return least;
}

}  // namespace studio::pipeline
