#include "model/weight_source.h"

#include <fmt/format.h>

#include "core/text.h"
#include "io/finite.h"
#include "tensor/weights.h"

namespace studio {
namespace {

std::string shape_text(at::IntArrayRef shape) {
    return fmt::format("[{}]", fmt::join(shape.begin(), shape.end(), ", "));
}

}  // namespace

WeightSource::WeightSource(const checkpoint::Recognised& recognised, at::Device device)
    : checkpoint_(recognised.checkpoint), device_(device) {
    for (const auto& tensor : recognised.tensors)
        by_name_.emplace(tensor.name, &tensor);
}

at::Tensor WeightSource::get_as_stored(const std::string& name, at::IntArrayRef shape) const {
    const auto found = by_name_.find(name);
    if (found == by_name_.end()) {
        throw Failure(corrupt_file(path_to_utf8(checkpoint_->path()), name, "The model has no tensor " + name + ".",
                                   "Get a complete copy of the model."));
    }
    const checkpoint::NamedTensor& tensor = *found->second;
    const std::string file = path_to_utf8(checkpoint_->files()[tensor.stored->shard]);
    if (at::IntArrayRef(tensor.shape) != shape) {
        throw Failure(corrupt_file(
            file, name,
            fmt::format("{} has shape {}, needed is {}.", name, shape_text(tensor.shape), shape_text(shape)),
            "The weights and config.json do not belong together; get both from one place."));
    }
    io::require_finite(*checkpoint_, *tensor.stored).value();
    at::Tensor value = tensor_from_bytes(checkpoint_->bytes(*tensor.stored), tensor.stored->dtype, shape, checkpoint_);
    if (!at::isFloatingType(value.scalar_type())) {
        Error error;
        error.code = ErrorCode::kUnsupported;
        error.file = file;
        error.field = name;
        error.message = fmt::format("{} is stored as {}, which is not a floating-point type.", name,
                                    io::safetensors_name(tensor.stored->dtype));
        error.fix = "Use a checkpoint stored as F32, F16 or BF16.";
        throw Failure(std::move(error));
    }
    return value;
}

at::Tensor WeightSource::get(const std::string& name, at::IntArrayRef shape, at::ScalarType type) const {
    return get_as_stored(name, shape).to(device_, type);
}

Affine WeightSource::linear(const std::string& name, std::int64_t out, std::int64_t in, at::ScalarType type) const {
    return {get(name + ".weight", {out, in}, type), get(name + ".bias", {out}, type)};
}

}  // namespace studio
