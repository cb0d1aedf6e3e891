#include "checkpoint/attention_kind.h"
#include "component/call.h"
#include "component/components.h"
#include "core/result.h"
#include "core/text.h"
#include "model/wan_dit.h"

namespace studio::component {
namespace {

struct RunOptions {
    bool pad_context = false;
    bool block_mask = false;
    DitOptions network;
};

/// Everything is read and checked; what the engine does not do yet is refused by name, never run as something else.
RunOptions read_options(Call& call) {
    auto& options = call.options;
    RunOptions out;
    out.pad_context = options.boolean("pad_context", false);
    out.network.attention.kind =
        *ops::attention_kind(options.choice("attention", "auto", {"auto", "dense", "sla", "sagesla", "sage"}));
    out.network.attention.topk = options.number("sla_topk", 0.1, 1e-9, 1);
    out.network.quantize_activations = options.boolean("quantize_activations", false);
    for (auto& lora : options.objects("lora")) {
        LoraChoice choice;
        choice.path = path_from_utf8(lora.text("path", std::nullopt));
        choice.strength = lora.number("strength", 1.0, -1000, 1000);
        lora.finish();
        out.network.loras.push_back(std::move(choice));
    }
    out.block_mask = options.boolean("return_block_mask", false);
    (void)call.model();
    call.need_inputs();
    call.begin();
    return out;
}

void check_has_block_mask(const DitOptions& options, const checkpoint::DitConfig& config) {
    const auto choice = checkpoint::choose_attention(ops::to_string(options.attention.kind), config).value();
    if (ops::is_block_sparse(*ops::attention_kind(choice.kind))) return;
    unsupported("return_block_mask", "Attention \"" + choice.kind + "\" selects no blocks, so there is no map of them.",
                "Choose \"sla\" or \"sagesla\", or leave the option out.");
}

at::Tensor read_timestep(const Inputs& inputs, const at::Tensor& hidden, const checkpoint::DitConfig& config) {
    const std::int64_t batch = hidden.size(0);
    const std::int64_t tokens =
        (hidden.size(2) / config.patch[0]) * (hidden.size(3) / config.patch[1]) * (hidden.size(4) / config.patch[2]);
    const at::Tensor t = inputs.f32_any_shape("timestep");
    const bool fits = t.sizes().equals({batch}) || t.sizes().equals({batch, tokens});
    if (!fits)
        inputs.refuse(
            "timestep",
            "has shape " + shape_text(t.sizes()) + ", but the latent has batch " + std::to_string(batch) + " and " +
                std::to_string(tokens) + " tokens.",
            "one timestep per sample " + shape_text({batch}) + " or per token " + shape_text({batch, tokens}));
    if (!t.isfinite().all().item<bool>()) inputs.refuse("timestep", "is not finite.", "timesteps from 0 to 1000");
    return t;
}

at::Tensor read_hidden(const Inputs& inputs, const checkpoint::DitConfig& config) {
    const at::Tensor hidden = inputs.f32("hidden_states", {kAny, config.in_channels, kAny, kAny, kAny},
                                         "(batch, channels, frames, height, width)");
    for (int axis = 0; axis < 3; ++axis) {
        const std::int64_t patch = config.patch[static_cast<std::size_t>(axis)];
        if (hidden.size(2 + axis) % patch != 0)
            inputs.refuse("hidden_states",
                          "has shape " + shape_text(hidden.sizes()) + ", but the network cuts patches of " +
                              shape_text(config.patch) + ".",
                          "frames, height and width that are multiples of the patch");
    }
    return hidden;
}

/// Rows per sample, or two rows of images per sample for networks with a position embedding over both.
std::optional<at::Tensor> read_image_context(const Inputs& inputs, std::int64_t batch,
                                             const checkpoint::DitConfig& config) {
    if (!config.has_image_embedder) return std::nullopt;
    const at::Tensor rows = inputs.f32("encoder_hidden_states_image", {kAny, kAny, config.image_dim},
                                       "(images, tokens, width of the image encoder)");
    const std::int64_t per_sample = rows.size(0) * rows.size(1) / std::max<std::int64_t>(batch, 1);
    const bool one = rows.size(0) == batch;
    const bool two = rows.size(0) == 2 * batch && config.image_pos_len > 0;
    const bool fits = (one || two) && (config.image_pos_len == 0 || per_sample == config.image_pos_len);
    if (!fits)
        inputs.refuse(
            "encoder_hidden_states_image",
            "has shape " + shape_text(rows.sizes()) + ", which does not fit batch " + std::to_string(batch) + ".",
            config.image_pos_len > 0
                ? "two images per sample with " + std::to_string(config.image_pos_len) + " tokens together"
                : "one image per sample");
    return rows;
}

}  // namespace

void run_dit(Call& call) {
    RunOptions options = read_options(call);
    if (options.block_mask) {
        options.network.on_block_mask = [&call](int layer, const at::Tensor& mask) {
            call.output("blockmask.layer" + std::to_string(layer), mask, true);
        };
    }
    const auto dit = WanDit::load(open_model(call, checkpoint::Role::kDit), call.compute(), options.network);
    const auto& config = dit->config();
    if (options.block_mask) check_has_block_mask(options.network, config);
    const at::Tensor hidden = read_hidden(call.inputs(), config);
    const std::int64_t batch = hidden.size(0);
    const at::Tensor timestep = read_timestep(call.inputs(), hidden, config);
    const at::Tensor context = call.inputs().f32("encoder_hidden_states", {batch, kAny, config.text_dim},
                                                 "(batch, rows, width of the text encoder)");
    if (options.pad_context && context.size(1) > config.text_len)
        call.inputs().refuse("encoder_hidden_states",
                             "has more rows than the " + std::to_string(config.text_len) + " to pad to.",
                             "fewer rows, or leave \"pad_context\" out");
    const auto image = read_image_context(call.inputs(), batch, config);
    const auto prepared = dit->prepare(context, options.pad_context ? config.text_len : 0, image);
    call.output("output", dit->forward(hidden, timestep, *prepared, call.stop));
}

}  // namespace studio::component
