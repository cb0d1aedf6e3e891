#include "checkpoint/lora_keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "checkpoint/lora_alpha.h"
#include "checkpoint/lora_names.h"
#include "checkpoint/tensor_table.h"
#include "core/text.h"
#include "io/read_values.h"

namespace studio::checkpoint {
namespace {

// What a file says about one layer.
struct Parts {
    const io::TensorInfo *down = nullptr, *up = nullptr, *up_bias = nullptr, *alpha = nullptr, *difference = nullptr,
                         *bias_difference = nullptr, *modulation_difference = nullptr;

    const io::TensorInfo*& of(LoraPart part) {
        switch (part) {
            case LoraPart::kDown:
                return down;
            case LoraPart::kUp:
                return up;
            case LoraPart::kUpBias:
                return up_bias;
            case LoraPart::kAlpha:
                return alpha;
            case LoraPart::kDifference:
                return difference;
            case LoraPart::kBiasDifference:
                return bias_difference;
            case LoraPart::kModulationDifference:
                break;
        }
        return modulation_difference;
    }
};

class Reader {
  public:
    explicit Reader(std::shared_ptr<const io::Checkpoint> file)
        : file_(std::move(file)), path_(path_to_utf8(file_->main_file())) {}

    Result<LoraKeys> read() {
        STUDIO_TRY_VOID(collect());
        STUDIO_TRY(alphas, LoraAlphas::read(*file_));
        LoraKeys keys;
        keys.naming = naming_;
        for (const auto& [stem, parts] : layers_)
            STUDIO_TRY_VOID(add_layer(stem, parts, alphas, keys.changes));
        if (keys.changes.empty()) return wrong({}, "The file holds no LoRA.", "Choose a LoRA file.");
        std::sort(keys.changes.begin(), keys.changes.end(), [](const LoraChange& a, const LoraChange& b) {
            return std::pair(a.tensor, a.is_low_rank()) < std::pair(b.tensor, b.is_low_rank());
        });
        for (std::size_t i = 1; i < keys.changes.size(); ++i) {
            const LoraChange &a = keys.changes[i - 1], &b = keys.changes[i];
            if (a.tensor == b.tensor && a.is_low_rank() == b.is_low_rank())
                return wrong(b.key, fmt::format("The keys {} and {} both change {}.", a.key, b.key, a.tensor), kBroken);
        }
        keys.file = std::move(file_);
        return keys;
    }

  private:
    static constexpr const char* kBroken = "Get another copy of the LoRA; this one was put together wrongly.";

    Error wrong(const std::string& key, const std::string& message, const std::string& fix) const {
        return corrupt_file(path_, key, message, fix);
    }
    Error unsupported(const std::string& key, const std::string& message, const std::string& fix) const {
        return Error{ErrorCode::kUnsupported, message, path_, key, fix, {}};
    }

    Result<void> collect() {
        bool has_first = false, has_second = false;
        std::string second_key;
        for (const io::TensorInfo& tensor : file_->tensors()) {
            if (const auto other = other_adapter(tensor.name)) {
                return unsupported(tensor.name,
                                   fmt::format("{} belongs to a {}, which is not applied here.", tensor.name, *other),
                                   "Use a plain LoRA; most tools can convert to one.");
            }
            const auto key = split_lora_key(tensor.name);
            if (!key) {
                return wrong(tensor.name, fmt::format("{} is no key of a LoRA.", tensor.name),
                             "Choose a LoRA file, or get another copy of this one.");
            }
            const LoraLayer layer = lora_layer(key->stem);
            if (layer.is_text_encoder) {
                return unsupported(
                    tensor.name,
                    fmt::format("{} changes a text encoder; only the video transformer can be changed.", tensor.name),
                    "Use a LoRA of the video transformer.");
            }
            (layer.is_second_expert ? has_second : has_first) = true;
            if (layer.is_second_expert) second_key = tensor.name;
            if (naming_.empty() || naming_ == "official") naming_ = layer.naming;
            is_diffusers_ = is_diffusers_ || is_diffusers_layer(layer.name);
            const io::TensorInfo*& place = layers_[key->stem].of(key->part);
            if (place != nullptr) {
                return wrong(tensor.name,
                             fmt::format("{} and {} are the same part of one layer.", place->name, tensor.name),
                             "Use a file with one adapter only.");
            }
            place = &tensor;
        }
        if (has_first && has_second) {
            return unsupported(second_key, "The file holds adapters of both experts (transformer and transformer_2).",
                               "Split it into one file for each expert and give each to its expert.");
        }
        return {};
    }

    Result<void> add_layer(const std::string& stem, const Parts& parts, const LoraAlphas& alphas,
                           std::vector<LoraChange>& changes) const {
        const std::string layer = official_layer(lora_layer(stem), is_diffusers_);
        const bool is_parameter = layer.ends_with("modulation") || layer.ends_with("emb_pos");
        double scale = 1;
        if (parts.down != nullptr || parts.up != nullptr) {
            STUDIO_TRY_VOID(check_pair(stem, parts));
            STUDIO_TRY(found, scale_of(stem, parts, alphas));
            scale = found;
            changes.push_back({layer + ".weight", parts.down->name, parts.down, parts.up, scale});
        } else if (parts.up_bias != nullptr || (parts.alpha != nullptr && parts.difference == nullptr)) {
            const io::TensorInfo* lone = parts.up_bias != nullptr ? parts.up_bias : parts.alpha;
            return wrong(lone->name, fmt::format("{} stands alone: {} has no low-rank pair.", lone->name, stem),
                         kBroken);
        }
        const auto add = [&](const io::TensorInfo* part, const std::string& tensor, double factor) {
            if (part != nullptr) changes.push_back({tensor, part->name, part, nullptr, factor});
        };
        add(parts.up_bias, layer + ".bias", scale);
        add(parts.difference, is_parameter ? layer : layer + ".weight", 1);
        add(parts.bias_difference, layer + ".bias", 1);
        add(parts.modulation_difference, layer + ".modulation", 1);
        for (const io::TensorInfo* part : {parts.down, parts.up, parts.up_bias, parts.difference, parts.bias_difference,
                                           parts.modulation_difference}) {
            if (part != nullptr && !io::is_floating(part->dtype))
                return wrong(part->name,
                             fmt::format("{} is stored as {}, which is no floating-point type.", part->name,
                                         io::dtype_name(part->dtype)),
                             kBroken);
        }
        return {};
    }

    Result<void> check_pair(const std::string& stem, const Parts& parts) const {
        if (parts.down == nullptr || parts.up == nullptr) {
            const io::TensorInfo* there = parts.down != nullptr ? parts.down : parts.up;
            return wrong(there->name,
                         fmt::format("{} has no counterpart: the {} half of {} is missing.", there->name,
                                     parts.down != nullptr ? "up (B)" : "down (A)", stem),
                         "Get a complete copy of the LoRA.");
        }
        const auto &down = parts.down->shape, &up = parts.up->shape;
        const bool are_matrices = down.size() >= 2 && up.size() >= 2 && io::value_count(*parts.down) > 0 &&
                                  std::all_of(up.begin() + 2, up.end(), [](std::int64_t size) { return size == 1; });
        if (!are_matrices || down[0] != up[1]) {
            return wrong(parts.down->name,
                         fmt::format("The ranks of {} differ: {} has shape {}, {} has shape {}.", stem,
                                     parts.down->name, shape_text(down), parts.up->name, shape_text(up)),
                         "Get another copy of the LoRA; the two halves of this layer do not belong together.");
        }
        return {};
    }

    Result<double> scale_of(const std::string& stem, const Parts& parts, const LoraAlphas& alphas) const {
        const auto rank = static_cast<double>(parts.down->shape[0]);
        if (parts.alpha == nullptr) return alphas.scale(lora_layer(stem).name, parts.down->shape[0]);
        float alpha = NAN;
        if (io::value_count(*parts.alpha) == 1) io::read_values(*file_, *parts.alpha, 0, {&alpha, 1});
        if (!std::isfinite(alpha))
            return wrong(parts.alpha->name, fmt::format("{} is not one finite number.", parts.alpha->name), kBroken);
        return static_cast<double>(alpha) / rank;
    }

    std::shared_ptr<const io::Checkpoint> file_;
    std::string path_, naming_;
    bool is_diffusers_ = false;
    std::map<std::string, Parts> layers_;  // by stem
};

}  // namespace

Result<LoraKeys> read_lora_keys(std::shared_ptr<const io::Checkpoint> file) {
    return Reader(std::move(file)).read();
}

}  // namespace studio::checkpoint
