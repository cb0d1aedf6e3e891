#include "checkpoint/variant.h"

#include <fmt/format.h>

#include <algorithm>

#include "checkpoint/tensor_table.h"
#include "io/dtype.h"

namespace studio::checkpoint {
namespace {

std::string amount(std::uint64_t values) {
    if (values >= 1000000000) return fmt::format("{:.1f} billion values", static_cast<double>(values) / 1e9);
    if (values >= 1000000) return fmt::format("{:.1f} million values", static_cast<double>(values) / 1e6);
    return fmt::format("{} values", values);
}

std::string plain_variant(const Recognised& recognised) {
    const TensorTable table(recognised);
    const auto size = [&](const char* name, std::size_t axis) -> std::int64_t {
        const NamedTensor* tensor = table.find(name);
        return tensor != nullptr && axis < tensor->shape.size() ? tensor->shape[axis] : 0;
    };
    const std::int64_t dim = size("head.modulation", 2), in = size("patch_embedding.weight", 1);
    const std::int64_t out = size("head.head.weight", 0) / 4;
    std::string scale = dim == 1536 ? " 1.3B" : dim == 3072 ? " 5B" : dim == 5120 ? " 14B" : "";
    if (scale.empty()) scale = fmt::format(" ({})", amount(value_count(recognised)));
    if (table.has_start("casual_audio_encoder.") || table.has_start("audio_injector.")) return "Wan2.2 S2V" + scale;
    if (table.has_start("pose_patch_embedding.") || table.has_start("face_adapter.")) return "Wan2.2 Animate" + scale;
    if (table.find("vace_patch_embedding.weight") != nullptr) return "Wan2.1 VACE" + scale;
    if (table.find("img_emb.emb_pos") != nullptr) return "Wan2.1 FLF2V" + scale;
    if (table.find("img_emb.proj.0.bias") != nullptr) return "Wan2.1 I2V" + scale;
    if (in == 36) return dim == 5120 ? "Wan2.2 I2V-A14B expert" : "Wan2.2 I2V" + scale;
    if (in == 48 && out == 48) return "Wan2.2 TI2V" + scale;
    if (dim == 5120) return "Wan2.1 T2V 14B or Wan2.2 T2V-A14B expert";
    return "Wan2.1 T2V" + scale;
}

/// TurboDiffusion's: the same networks with sparse-linear attention, distilled for few steps.
std::string dit_variant(const Recognised& recognised) {
    const bool is_turbo = TensorTable(recognised).has_start("blocks.0.self_attn.attn_op.local_attn.proj_l.");
    return (is_turbo ? "Turbo" : "") + plain_variant(recognised);
}

}  // namespace

std::uint64_t value_count(const Recognised& recognised) {
    std::uint64_t total = 0;
    for (const NamedTensor& tensor : recognised.tensors) {
        std::uint64_t values = 1;  // the shape was checked against the bytes
        for (const std::int64_t side : tensor.shape)
            values *= static_cast<std::uint64_t>(side);
        total += values;
    }
    return total;
}

std::string variant_of(const Recognised& recognised) {
    switch (recognised.role) {
        case Role::kDit:
            return dit_variant(recognised);
        case Role::kVae:
            return TensorTable(recognised).find("decoder.upsamples.0.upsamples.0.residual.2.weight") != nullptr
                       ? "Wan VAE 2.2"
                       : "Wan VAE 2.1";
        case Role::kTextEncoder:
            return fmt::format("UMT5 text encoder ({})", amount(value_count(recognised)));
        case Role::kClip:
            return fmt::format("CLIP image encoder ({})", amount(value_count(recognised)));
        case Role::kLora:
            return fmt::format("LoRA ({} tensors)", recognised.tensors.size());
        case Role::kOther:
            break;
    }
    return fmt::format("unknown ({} tensors)", recognised.tensors.size());
}

}  // namespace studio::checkpoint
