#include "convert/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "checkpoint/configs.h"
#include "checkpoint/names.h"
#include "convert/diffusers_names.h"
#include "convert/encode.h"
#include "convert/sources.h"
#include "convert/weight_values.h"
#include "core/text.h"

namespace studio::convert {
namespace {

using checkpoint::NamedTensor;
using checkpoint::Recognised;
using checkpoint::Role;
using checkpoint::Scheme;
using io::DType;

constexpr std::uint64_t kPage = 4096;
// A transformer with this prefix is known everywhere; what stands outside of it belongs to no part, so padding may.
constexpr std::string_view kBlocksPrefix = "model.diffusion_model.";

bool is_float(DType dtype) {
    return dtype == DType::kF32 || dtype == DType::kF16 || dtype == DType::kBF16 || dtype == DType::kF64;
}

std::string without(std::string_view name, std::string_view ending) {
    return std::string(name.substr(0, name.size() - ending.size()));
}

/// A Linear inside blocks but proj_l.   Source: spec turbodiffusion.md 6.3.
bool is_quantised_layer(const NamedTensor& tensor) {
    const std::string_view name = tensor.name;
    if (!name.starts_with("blocks.") || !name.ends_with(".weight") || tensor.shape.size() != 2) return false;
    return name.find("proj_l") == name.npos && (name.find("_attn.") != name.npos || name.find(".ffn.") != name.npos);
}

bool is_norm(std::string_view name) {
    return name.find(".norm_q.") != name.npos || name.find(".norm_k.") != name.npos ||
           name.find(".norm_k_img.") != name.npos || name.find(".norm3.") != name.npos;
}

class Planner {
  public:
    Planner(const Recognised& part, const Options& options, const Tick& tick)
        : part_(part), options_(options), tick_(tick) {}
    Result<Plan> diffusers();
    Result<Plan> w8a8();
    Result<Plan> blocks();

  private:
    void add(std::string name, DType dtype, std::vector<std::int64_t> shape, Produce produce) {
        plan_.tensors.push_back({std::move(name), dtype, std::move(shape), std::move(produce)});
    }
    /// As stored if that is `wanted` (or nothing is wanted and it is a plain type), else encoded.
    void add_values(const NamedTensor& tensor, std::string name, std::vector<std::int64_t> shape,
                    std::optional<DType> wanted, std::uint64_t begin, std::uint64_t count);
    void add_whole(const NamedTensor& tensor, std::string name, std::optional<DType> wanted) {
        add_values(tensor, std::move(name), tensor.shape, wanted, 0, element_count(tensor));
    }
    void split_qkv(const NamedTensor& tensor);
    void add_quantised(const NamedTensor& tensor, const std::string& layer);
    void keep_quantised(const NamedTensor& tensor, const std::string& prefix);
    void add_marker(const std::string& prefix);
    void pad_blocks();

    const Recognised& part_;
    const Options& options_;
    const Tick& tick_;
    Plan plan_;
};

void Planner::add_values(const NamedTensor& tensor, std::string name, std::vector<std::int64_t> shape,
                         std::optional<DType> wanted, std::uint64_t begin, std::uint64_t count) {
    const DType stored = tensor.stored->dtype;
    const bool is_plain = tensor.scheme == Scheme::kPlain && !io::is_blocked(stored);
    // Whole numbers that are no weights (there are none in known networks) and fp8 without scale stay unless asked for.
    if (is_plain && (!wanted || stored == *wanted || !io::is_floating(stored)))
        return add(std::move(name), stored, std::move(shape), stored_elements(part_, tensor, begin, count, tick_));
    const DType dtype = wanted.value_or(DType::kBF16);
    const bool is_exact = is_plain && dtype == DType::kF32 && stored != DType::kF64;
    plan_.changed += is_exact ? 0 : 1;
    add(std::move(name), dtype, std::move(shape), encoded_values(part_, tensor, begin, count, dtype, tick_));
}

/// HF keeps three matrices where the official tower has one.
void Planner::split_qkv(const NamedTensor& tensor) {
    const auto at = tensor.name.find("attn.to_qkv.");
    std::vector<std::int64_t> shape = tensor.shape;
    shape[0] /= 3;
    const std::uint64_t count = element_count(tensor) / 3;
    for (int i = 0; i < 3; ++i) {
        const std::string name = tensor.name.substr(0, at) + "attn." + "qkv"[i] + "." + tensor.name.substr(at + 12);
        add_values(tensor, diffusers_clip_name(name), shape, options_.dtype, static_cast<std::uint64_t>(i) * count,
                   count);
    }
}

Result<Plan> Planner::diffusers() {
    std::optional<checkpoint::VaeConfig> vae;
    if (part_.role == Role::kVae) {
        STUDIO_TRY(config, checkpoint::vae_config(part_));
        vae = std::move(config);
    }
    for (const NamedTensor& tensor : part_.tensors) {
        std::vector<std::int64_t> shape = tensor.shape;
        switch (part_.role) {
            case Role::kDit:
                add_whole(tensor, diffusers_dit_name(tensor.name), options_.dtype);
                break;
            case Role::kVae:
                add_whole(tensor, diffusers_vae_name(tensor.name, *vae), options_.dtype);
                break;
            case Role::kTextEncoder:
                add_whole(tensor, diffusers_umt5_name(tensor.name), options_.dtype);
                break;
            default:
                if (tensor.name.find("attn.to_qkv.") != std::string::npos) {
                    split_qkv(tensor);
                    break;
                }
                if (tensor.name == "visual.cls_embedding") shape = {shape.back()};
                if (tensor.name == "visual.pos_embedding") shape = {shape[shape.size() - 2], shape.back()};
                add_values(tensor, diffusers_clip_name(tensor.name), shape, options_.dtype, 0, element_count(tensor));
        }
    }
    return std::move(plan_);
}

void Planner::add_quantised(const NamedTensor& tensor, const std::string& layer) {
    ++plan_.quantised;
    const std::vector<std::int64_t> scale_shape{(tensor.shape[0] + kTile - 1) / kTile,
                                                (tensor.shape[1] + kTile - 1) / kTile};
    if (tensor.scheme == Scheme::kTileScale) {  // is W8A8 already
        add(layer + ".int8_weight", DType::kI8, tensor.shape,
            stored_elements(part_, tensor, 0, element_count(tensor), tick_));
        add(layer + ".scale", DType::kF32, scale_shape, stored_scale(part_, *tensor.scale, tick_));
        return;
    }
    ++plan_.changed;
    const DType rounding =
        tensor.stored->dtype == DType::kF16 && tensor.scheme == Scheme::kPlain ? DType::kF16 : DType::kBF16;
    QuantisedWeight weight = quantised_weight(part_, tensor, rounding, tick_);
    add(layer + ".int8_weight", DType::kI8, tensor.shape, std::move(weight.int8_weight));
    add(layer + ".scale", DType::kF32, scale_shape, std::move(weight.scale));
}

Result<Plan> Planner::w8a8() {
    for (const NamedTensor& tensor : part_.tensors) {
        if (is_quantised_layer(tensor)) {
            add_quantised(tensor, without(tensor.name, ".weight"));
            continue;
        }
        const bool is_stored_float = tensor.scheme == Scheme::kPlain && is_float(tensor.stored->dtype);
        // The published files: norms in fp32, everything else in bf16.
        const DType wanted =
            is_norm(tensor.name)
                ? DType::kF32
                : options_.dtype.value_or(is_stored_float && tensor.stored->dtype == DType::kF16 ? DType::kF16
                                                                                                 : DType::kBF16);
        if (tensor.name == "patch_embedding.weight" && tensor.shape.size() == 5) {
            add_values(tensor, tensor.name,
                       {tensor.shape[0], tensor.shape[1] * tensor.shape[2] * tensor.shape[3] * tensor.shape[4]}, wanted,
                       0, element_count(tensor));
            continue;
        }
        add_whole(tensor, tensor.name, wanted);
    }
    std::stable_sort(plan_.tensors.begin(), plan_.tensors.end(),
                     [](const OutTensor& a, const OutTensor& b) { return block_of(a.name) < block_of(b.name); });
    return std::move(plan_);
}

/// Weights and scales as they are, under the names of the layout that uses this kind of scale.
void Planner::keep_quantised(const NamedTensor& tensor, const std::string& prefix) {
    const std::string layer = prefix + without(tensor.name, ".weight");
    const Produce values = stored_elements(part_, tensor, 0, element_count(tensor), tick_);
    const Produce scale = stored_scale(part_, *tensor.scale, tick_);
    ++plan_.quantised;
    if (tensor.scheme == Scheme::kTileScale) {
        add(layer + ".int8_weight", tensor.stored->dtype, tensor.shape, values);
        add(layer + ".scale", DType::kF32, tensor.scale->shape, scale);
    } else {
        add(layer + ".weight", tensor.stored->dtype, tensor.shape, values);
        add(layer + (tensor.scheme == Scheme::kTensorScale ? ".scale_weight" : ".weight_scale"), DType::kF32,
            tensor.scale->shape, scale);
    }
}

/// ComfyUI's marker of scaled fp8: two elements say that the weights are expanded before the product.
void Planner::add_marker(const std::string& prefix) {
    add(prefix + "scaled_fp8", DType::kF8E4M3, {2}, constant_bytes(std::vector<std::byte>(2), tick_));
}

Result<Plan> Planner::blocks() {
    const std::string prefix(part_.role == Role::kDit ? kBlocksPrefix : "");
    bool has_tensor_scale = false;
    for (const NamedTensor& tensor : part_.tensors) {
        const bool is_scaled = tensor.scheme != Scheme::kPlain && !options_.dtype;
        has_tensor_scale = has_tensor_scale || (is_scaled && tensor.scheme == Scheme::kTensorScale);
        if (is_scaled)
            keep_quantised(tensor, prefix);
        else
            add_whole(tensor, prefix + tensor.name, options_.dtype);
    }
    if (has_tensor_scale) add_marker(prefix);
    const auto key = [&](const OutTensor& tensor) {
        const std::string_view name = std::string_view(tensor.name).substr(prefix.size());
        // Larger elements first: with the block's start everything in it is aligned.
        return std::tuple(block_of(name), -static_cast<int>(io::size_of(tensor.dtype)), name);
    };
    std::sort(plan_.tensors.begin(), plan_.tensors.end(),
              [&](const OutTensor& a, const OutTensor& b) { return key(a) < key(b); });
    if (part_.role == Role::kDit) pad_blocks();
    return std::move(plan_);
}

/// The format knows no holes: each block is filled up to a page by a tensor that belongs to nothing.
void Planner::pad_blocks() {
    std::vector<OutTensor> padded;
    std::uint64_t reached = 0;
    int last = std::numeric_limits<int>::min();
    for (OutTensor& tensor : plan_.tensors) {
        const int block = block_of(std::string_view(tensor.name).substr(kBlocksPrefix.size()));
        if (block != last && reached % kPage != 0) {
            const std::uint64_t rest = kPage - reached % kPage;
            padded.push_back({fmt::format("padding.{}", padded.size()),
                              DType::kU8,
                              {static_cast<std::int64_t>(rest)},
                              constant_bytes(std::vector<std::byte>(static_cast<std::size_t>(rest)), tick_)});
            reached += rest;
        }
        last = block;
        reached += tensor.bytes();
        padded.push_back(std::move(tensor));
    }
    plan_.tensors = std::move(padded);
}

}  // namespace

int block_of(std::string_view name) {
    constexpr int kAfter = std::numeric_limits<int>::max();
    for (const std::string_view start : {"blocks.", "visual.transformer."}) {
        if (!name.starts_with(start)) continue;
        if (const auto index = checkpoint::split_index(name.substr(start.size()))) return index->first;
    }
    return name.starts_with("head.") || name.starts_with("norm.") || name.starts_with("visual.post_norm.") ? kAfter
                                                                                                           : -1;
}

Result<Plan> make_plan(const Recognised& part, const Options& options, const Tick& tick) {
    if (part.role == Role::kOther || part.role == Role::kLora) {
        return Error{ErrorCode::kUnsupported,
                     fmt::format("{} is {}, and only transformers, VAEs, text and image encoders are converted.",
                                 escape_for_display(path_to_utf8(part.checkpoint->path()), 1000),
                                 part.role == Role::kLora ? "a LoRA" : "not a part of a Wan model"),
                     path_to_utf8(part.checkpoint->path()),
                     "SRC",
                     "Name a part of a Wan model.",
                     {}};
    }
    if (options.dtype && *options.dtype != DType::kF32 && *options.dtype != DType::kF16 &&
        *options.dtype != DType::kBF16)
        return invalid_argument("--dtype", "Weights are written as bf16, f16 or f32.", "Choose one of these.");
    Planner planner(part, options, tick);
    if (options.form == Form::kDiffusers) return planner.diffusers();
    if (options.form == Form::kBlocks) return planner.blocks();
    if (part.role != Role::kDit)
        return invalid_argument(
            "--to",
            fmt::format("W8A8 is a form of transformers; {} is a {}.",
                        escape_for_display(path_to_utf8(part.checkpoint->path()), 1000), to_string(part.role)),
            "Use --to diffusers or --to blocks for this part.");
    return planner.w8a8();
}

}  // namespace studio::convert
