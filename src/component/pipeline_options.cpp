#include "component/pipeline_options.h"

#include <limits>

#include "core/text.h"

namespace studio::component {
namespace {

pipeline::PartPaths read_parts(Options& options) {
    auto parts = options.optional_object("parts");
    if (!parts) return {};
    const auto path = [&](const char* key) {
        const auto text = parts->optional_text(key);
        return text ? path_from_utf8(*text) : std::filesystem::path{};
    };
    pipeline::PartPaths out;
    out.transformer = path("transformer");
    out.transformer_2 = path("transformer_2");
    out.vae = path("vae");
    out.text_encoder = path("text_encoder");
    out.tokenizer = path("tokenizer");
    out.image_encoder = path("image_encoder");
    parts->finish();
    return out;
}

}  // namespace

PipelineOptions read_pipeline_options(Options& options) {
    PipelineOptions out;
    out.from_image = options.choice("mode", std::nullopt, {"t2v", "i2v"}) == "i2v";
    const auto kind = options.choice("sampler", "unipc_diffusers",
                                     {"unipc_diffusers", "unipc_official", "dpmpp_official", "euler_diffusers", "rcm"});
    out.sampler.kind = sampler_kind(kind).value();
    out.sampler.steps =
        static_cast<int>(options.integer("steps", std::nullopt, 1, out.sampler.kind == SamplerKind::kRcm ? 4 : 1000));
    out.sampler.shift = options.number("shift", std::nullopt, 0.01, 1000);
    out.guidance = options.number("guidance", std::nullopt, 0, 1000);
    out.guidance_2 = options.optional_number("guidance_2", 0, 1000);
    out.boundary = options.optional_number("boundary", 1e-9, 1 - 1e-9);
    out.parts = read_parts(options);
    out.prompt = options.text("prompt", "");
    out.negative_prompt = options.text("negative_prompt", "");
    out.image = options.optional_text("image");
    out.seed = options.optional_integer("seed", 0, std::numeric_limits<std::int64_t>::max());
    out.height = options.optional_integer("height", 1, 1 << 16);
    out.width = options.optional_integer("width", 1, 1 << 16);
    out.num_frames = options.optional_integer("num_frames", 1, 1 << 16);
    return out;
}

}  // namespace studio::component
