#include "checkpoint/schemes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "checkpoint/tensor_table.h"
#include "core/json.h"
#include "core/text.h"
#include "io/dtype.h"

namespace studio::checkpoint {
namespace {

constexpr const char* kDownload = "Download the file again, or use another version of this model.";
constexpr const char* kOtherVersion = "Use the 16-bit version of this model, or one of its fp8 or GGUF versions.";
constexpr std::int64_t kTile = 128;

/// A quantised layer, put together from tensors that may come in any order.
struct Layer {
    const NamedTensor* weight = nullptr;  // .weight or .int8_weight
    const NamedTensor* scale = nullptr;   // .scale_weight, .weight_scale or .scale
    const NamedTensor* format = nullptr;  // .comfy_quant
};

enum class Piece { kWeight, kInt8Weight, kScale, kTileScale, kInputScale, kFormat, kMarker, kTokenizer, kOther };

struct Suffix {
    std::string_view text;
    Piece piece;
};

constexpr std::array<Suffix, 8> kSuffixes{{{".int8_weight", Piece::kInt8Weight},
                                           {".scale_weight", Piece::kScale},
                                           {".weight_scale", Piece::kScale},
                                           {".scale_input", Piece::kInputScale},
                                           {".input_scale", Piece::kInputScale},
                                           {".comfy_quant", Piece::kFormat},
                                           {".scale", Piece::kTileScale},
                                           {".weight", Piece::kWeight}}};

/// What a tensor is for its layer, and the layer's name.
std::pair<Piece, std::string> take_apart(const std::string& name) {
    if (name == "scaled_fp8") return {Piece::kMarker, {}};
    if (name == "spiece_model" || name == "tekken_model") return {Piece::kTokenizer, {}};
    for (const Suffix& suffix : kSuffixes) {
        if (name.ends_with(suffix.text)) return {suffix.piece, name.substr(0, name.size() - suffix.text.size())};
    }
    return {Piece::kOther, {}};
}

bool is_fp8(io::DType type) {
    return type == io::DType::kF8E4M3 || type == io::DType::kF8E5M2;
}

std::uint64_t count_of(const std::vector<std::int64_t>& shape) {
    std::uint64_t out = 1;
    for (const std::int64_t side : shape)
        out *= static_cast<std::uint64_t>(side);
    return out;
}

class Folder {
  public:
    Folder(const io::Checkpoint& checkpoint, std::vector<NamedTensor>& tensors)
        : checkpoint_(checkpoint), tensors_(tensors) {}

    Result<void> run() {
        STUDIO_TRY_VOID(collect());
        STUDIO_TRY_VOID(check_header_formats());
        if (layers_.empty() && !has_marker_) return {};
        std::vector<NamedTensor> out;
        for (const NamedTensor& tensor : tensors_) {
            const auto [piece, layer] = take_apart(tensor.name);
            if (piece == Piece::kOther) out.push_back(tensor);
            if (piece != Piece::kWeight && piece != Piece::kInt8Weight) continue;
            const auto found = layers_.find(layer);
            NamedTensor weight = tensor;
            weight.name = layer + ".weight";
            if (found != layers_.end()) STUDIO_TRY_VOID(attach(found->second, weight));
            if (weight.scheme == Scheme::kPlain && is_fp8(weight.stored->dtype) && has_scales_) return unscaled(weight);
            out.push_back(std::move(weight));
        }
        for (const auto& [name, layer] : layers_) {
            if (layer.weight == nullptr) return orphan(layer, name);
        }
        tensors_ = std::move(out);
        return {};
    }

  private:
    Error corrupt(const NamedTensor& tensor, const std::string& why) const {
        return corrupt_file(path_to_utf8(checkpoint_.files()[tensor.stored->shard]), tensor.stored->name,
                            fmt::format("Tensor {}: {}.", tensor.stored->name, why), kDownload);
    }

    Result<void> collect() {
        for (const NamedTensor& tensor : tensors_) {
            const auto [piece, name] = take_apart(tensor.name);
            if (piece == Piece::kMarker) has_marker_ = has_scales_ = true;
            if (piece == Piece::kTokenizer) has_marker_ = true;
            if (piece == Piece::kFormat) STUDIO_TRY_VOID(set(layers_[name].format, tensor, name));
            if (piece == Piece::kInputScale) {
                if (!is_scale_type(tensor) || count_of(tensor.shape) != 1)
                    return corrupt(tensor, fmt::format("an input scale is one F32 number, this is {} {}",
                                                       io::dtype_name(tensor.stored->dtype), shape_text(tensor.shape)));
                layers_[name];
            }
            if (piece != Piece::kScale && piece != Piece::kTileScale && piece != Piece::kInt8Weight) continue;
            has_scales_ = true;
            Layer& layer = layers_[name];
            STUDIO_TRY_VOID(set(piece == Piece::kInt8Weight ? layer.weight : layer.scale, tensor, name));
        }
        for (const NamedTensor& tensor : tensors_) {
            const auto [piece, name] = take_apart(tensor.name);
            if (piece != Piece::kWeight) continue;
            const auto layer = layers_.find(name);
            if (layer != layers_.end()) STUDIO_TRY_VOID(set(layer->second.weight, tensor, name));
        }
        return {};
    }

    Result<void> set(const NamedTensor*& place, const NamedTensor& tensor, const std::string& layer) const {
        if (place != nullptr)
            return corrupt(tensor, fmt::format("the layer {} has {} as well", layer, place->stored->name));
        place = &tensor;
        return {};
    }

    static bool is_scale_type(const NamedTensor& tensor) { return tensor.stored->dtype == io::DType::kF32; }

    Result<void> attach(const Layer& layer, NamedTensor& weight) const {
        if (layer.format != nullptr) STUDIO_TRY_VOID(check_format(*layer.format, weight));
        if (layer.scale == nullptr) {
            const bool needs_one = layer.format != nullptr || weight.stored->dtype == io::DType::kI8 ||
                                   layer.weight->name.ends_with(".int8_weight");
            if (needs_one) return corrupt(weight, "there is no scale for it");
            return {};
        }
        const NamedTensor& scale = *layer.scale;
        if (!is_fp8(weight.stored->dtype) && weight.stored->dtype != io::DType::kI8) {
            return corrupt(scale, fmt::format("a scale for {}, which is stored as {} and needs none",
                                              weight.stored->name, io::dtype_name(weight.stored->dtype)));
        }
        if (!is_scale_type(scale)) {
            return corrupt(
                scale, fmt::format("a scale is stored as F32, this one as {}", io::dtype_name(scale.stored->dtype)));
        }
        if (weight.shape.size() != 2)
            return corrupt(scale, fmt::format("a scale for {}, which is no matrix", weight.stored->name));
        STUDIO_TRY(scheme, scheme_of(scale, weight));
        weight.scheme = scheme;
        weight.scale = scale.stored;
        return {};
    }

    Result<Scheme> scheme_of(const NamedTensor& scale, const NamedTensor& weight) const {
        const std::int64_t rows = weight.shape[0], columns = weight.shape[1];
        const auto& shape = scale.shape;
        const bool is_int8 = weight.stored->dtype == io::DType::kI8;
        if (scale.name.ends_with(".scale")) {
            const std::vector<std::int64_t> tiles{(rows + kTile - 1) / kTile, (columns + kTile - 1) / kTile};
            if (is_int8 && shape == tiles) return Scheme::kTileScale;
            return corrupt(
                scale,
                fmt::format("a scale of the shape {} does not fit {} {}; tiles of 128 x 128 ask for {}",
                            shape_text(shape), weight.stored->name, shape_text(weight.shape), shape_text(tiles)));
        }
        const bool is_one = shape.size() <= 1 && count_of(shape) == 1;
        if (is_one && !is_int8) return Scheme::kTensorScale;
        if (shape == std::vector{rows} || shape == std::vector<std::int64_t>{rows, 1}) return Scheme::kRowScale;
        return corrupt(
            scale, fmt::format("a scale of the shape {} does not fit {} {} stored as {}", shape_text(shape),
                               weight.stored->name, shape_text(weight.shape), io::dtype_name(weight.stored->dtype)));
    }

    /// {"format": "float8_e4m3fn"}; anything else needs arithmetic that is not done here.
    Result<void> check_format(const NamedTensor& format, const NamedTensor& weight) const {
        const auto bytes = checkpoint_.bytes(*format.stored);
        if (format.stored->dtype != io::DType::kU8 || bytes.size() > 4096)
            return corrupt(format, "a layer's format is a short text stored as U8");
        auto json = parse_json({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, format.stored->name);
        if (!json.ok() || !json->is_object()) return corrupt(format, "its content is no JSON object");
        return check_format_name(*json, format.stored->name, weight);
    }

    Result<void> check_format_name(const Json& json, const std::string& field, const NamedTensor& weight) const {
        const auto at = json.find("format");
        const std::string name = at != json.end() && at->is_string() ? at->get<std::string>() : "";
        const io::DType type = weight.stored->dtype;
        if ((name == "float8_e4m3fn" && type == io::DType::kF8E4M3) ||
            (name == "float8_e5m2" && type == io::DType::kF8E5M2)) {
            return {};
        }
        return Error{ErrorCode::kUnsupported,
                     fmt::format("The layer {} is stored as {} in the format \"{}\", which this program does not read.",
                                 weight.name, io::dtype_name(type), escape_for_display(name, 60)),
                     path_to_utf8(checkpoint_.files()[weight.stored->shard]),
                     field,
                     kOtherVersion,
                     {}};
    }

    /// The same table in the header: {"layers": {"<stored layer>": {"format": ...}}}.
    Result<void> check_header_formats() const {
        const auto at = checkpoint_.metadata().find("_quantization_metadata");
        if (at == checkpoint_.metadata().end()) return {};
        const std::string file = path_to_utf8(checkpoint_.main_file());
        auto json = parse_json(at->second, file);
        const bool is_table =
            json.ok() && json->is_object() && json->contains("layers") && (*json)["layers"].is_object();
        if (!is_table) {
            return corrupt_file(file, "_quantization_metadata",
                                "The header's _quantization_metadata is no table of layers.", kDownload);
        }
        std::map<std::string_view, const NamedTensor*> stored;
        for (const NamedTensor& tensor : tensors_)
            stored[tensor.stored->name] = &tensor;
        for (const auto& [layer, format] : (*json)["layers"].items()) {
            const auto weight = stored.find(layer + ".weight");
            if (weight == stored.end()) continue;  // a layer of another part in the same file
            STUDIO_TRY_VOID(check_format_name(format, "_quantization_metadata", *weight->second));
        }
        return {};
    }

    Error unscaled(const NamedTensor& weight) const {
        return corrupt(weight, fmt::format("it is stored as {} in a file with scales, but has no scale itself",
                                           io::dtype_name(weight.stored->dtype)));
    }

    Error orphan(const Layer& layer, const std::string& name) const {
        const NamedTensor* const piece = layer.scale != nullptr ? layer.scale : layer.format;
        if (piece != nullptr)
            return corrupt(*piece, fmt::format("there is no weight {}.weight that it belongs to", name));
        return corrupt_file(path_to_utf8(checkpoint_.main_file()), name + ".input_scale",
                            fmt::format("The layer {} has an input scale and no weight.", name), kDownload);
    }

    const io::Checkpoint& checkpoint_;
    std::vector<NamedTensor>& tensors_;
    std::map<std::string, Layer> layers_;
    bool has_marker_ = false;  // something is to be left out even without layers
    bool has_scales_ = false;
};

}  // namespace

Result<void> fold_scales(const io::Checkpoint& checkpoint, std::vector<NamedTensor>& tensors) {
    return Folder(checkpoint, tensors).run();
}

std::string stored_as(const NamedTensor& tensor) {
    const std::string type(io::dtype_name(tensor.stored->dtype));
    switch (tensor.scheme) {
        case Scheme::kPlain:
            return type;
        case Scheme::kTensorScale:
            return type + "*scale";
        case Scheme::kRowScale:
            return type + "*row scale";
        case Scheme::kTileScale:
            return type + "+scale128";
    }
    return type;
}

}  // namespace studio::checkpoint
