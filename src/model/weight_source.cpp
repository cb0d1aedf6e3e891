#include "model/weight_source.h"

#include <fmt/format.h>

#include "core/platform.h"
#include "core/text.h"
#include "io/finite.h"
#include "io/read_values.h"
#include "model/lora_set.h"
#include "tensor/weights.h"

namespace studio {
namespace {

std::string shape_text(at::IntArrayRef shape) {
    return fmt::format("[{}]", fmt::join(shape.begin(), shape.end(), ", "));
}

bool stays_quantised(const checkpoint::NamedTensor& tensor) {
    const io::DType type = tensor.stored->dtype;
    return tensor.scheme != checkpoint::Scheme::kPlain || io::is_blocked(type) || type == io::DType::kF8E4M3 ||
           type == io::DType::kF8E5M2;
}

WeightScale scaling_of(checkpoint::Scheme scheme) {
    switch (scheme) {
        case checkpoint::Scheme::kPlain:
            return WeightScale::kNone;
        case checkpoint::Scheme::kTensorScale:
            return WeightScale::kTensor;
        case checkpoint::Scheme::kRowScale:
            return WeightScale::kRow;
        case checkpoint::Scheme::kTileScale:
            return WeightScale::kTile;
    }
    return WeightScale::kNone;
}

std::int64_t rows_of(const checkpoint::NamedTensor& tensor) {
    return tensor.shape.size() < 2 ? 1 : tensor.shape[0];
}

}  // namespace

WeightSource::WeightSource(const checkpoint::Recognised& recognised, at::Device device,
                           std::shared_ptr<const LoraSet> loras, Residency residency)
    : checkpoint_(recognised.checkpoint),
      tensors_(recognised.tensors),
      device_(device),
      copies_from_pinned_(device.is_cuda() && residency == Residency::kStreamed),
      loras_(std::move(loras)) {
    for (const auto& tensor : tensors_)
        by_name_.emplace(tensor.name, &tensor);
}

std::string WeightSource::file_of(const io::TensorInfo& stored) const {
    return path_to_utf8(checkpoint_->files()[stored.shard]);
}

void WeightSource::refuse(const checkpoint::NamedTensor& tensor, const std::string& message,
                          const std::string& fix) const {
    throw Failure(corrupt_file(file_of(*tensor.stored), tensor.name, message, fix));
}

const checkpoint::NamedTensor& WeightSource::find(const std::string& name, at::IntArrayRef shape) const {
    const auto found = by_name_.find(name);
    if (found == by_name_.end()) {
        throw Failure(corrupt_file(path_to_utf8(checkpoint_->path()), name, "The model has no tensor " + name + ".",
                                   "Get a complete copy of the model."));
    }
    const checkpoint::NamedTensor& tensor = *found->second;
    if (at::IntArrayRef(tensor.shape) != shape) {
        refuse(tensor, fmt::format("{} has shape {}, needed is {}.", name, shape_text(tensor.shape), shape_text(shape)),
               "The weights and config.json do not belong together; get both from one place.");
    }
    require_finite(*tensor.stored);
    return tensor;
}

void WeightSource::require_finite(const io::TensorInfo& stored) const {
    {
        const std::lock_guard lock(scanned_mutex_);
        if (scanned_.contains(&stored)) return;
    }
    io::require_finite(*checkpoint_, stored).value();
    const std::lock_guard lock(scanned_mutex_);
    scanned_.insert(&stored);
}

// The stored elements row by row; a view on the mapping unless the file holds a strided view.
at::Tensor WeightSource::stored_bytes(const io::TensorInfo& stored) const {
    if (stored.strides.empty()) {
        const auto bytes = checkpoint_->bytes(stored);
        return tensor_from_bytes(bytes, io::DType::kU8, {static_cast<std::int64_t>(bytes.size())}, checkpoint_);
    }
    const std::uint64_t count = io::value_count(stored) * io::size_of(stored.dtype);
    at::Tensor packed = at::empty({static_cast<std::int64_t>(count)}, at::kByte);
    io::read_elements(*checkpoint_, stored, 0, {static_cast<std::byte*>(packed.mutable_data_ptr()), count});
    return packed;
}

at::Tensor WeightSource::scale_of(const checkpoint::NamedTensor& tensor) const {
    if (tensor.scheme == checkpoint::Scheme::kPlain) return {};
    require_finite(*tensor.scale);
    at::Tensor scale = at::empty({static_cast<std::int64_t>(io::value_count(*tensor.scale))}, at::kFloat);
    io::read_values(*checkpoint_, *tensor.scale, 0,
                    {scale.mutable_data_ptr<float>(), static_cast<std::size_t>(scale.numel())});
    return scale;
}

LinearWeight WeightSource::quantised(const checkpoint::NamedTensor& tensor, at::ScalarType type) const {
    StoredRows rows;
    rows.dtype = tensor.stored->dtype;
    rows.rows = rows_of(tensor);
    rows.columns = static_cast<std::int64_t>(io::value_count(*tensor.stored)) / rows.rows;
    const int elements = io::block_format(rows.dtype).elements;
    if (rows.columns % elements != 0) {
        refuse(tensor,
               fmt::format("{} has shape {}, but the type {} stores {} values of a row together.", tensor.name,
                           shape_text(tensor.shape), io::dtype_name(rows.dtype), elements),
               "Get another copy of the model.");
    }
    rows.bytes = stored_bytes(*tensor.stored);
    rows.scaling = scaling_of(tensor.scheme);
    rows.scale = scale_of(tensor);
    return {std::move(rows), type, device_};
}

// As stored, of a floating-point type, on the CPU.
at::Tensor WeightSource::dense(const checkpoint::NamedTensor& tensor) const {
    if (!io::is_floating(tensor.stored->dtype)) {
        Error error;
        error.code = ErrorCode::kUnsupported;
        error.file = file_of(*tensor.stored);
        error.field = tensor.name;
        error.message = fmt::format("{} is stored as {}, which is not a floating-point type.", tensor.name,
                                    io::dtype_name(tensor.stored->dtype));
        error.fix = "Use a checkpoint whose weights are floating point, or quantised with their scales.";
        throw Failure(std::move(error));
    }
    return stored_tensor(checkpoint_, *tensor.stored).view(tensor.shape);
}

at::Tensor WeightSource::get(const std::string& name, at::IntArrayRef shape, at::ScalarType type) const {
    const checkpoint::NamedTensor& tensor = find(name, shape);
    const bool is_expanded = stays_quantised(tensor);
    const at::Tensor value = is_expanded ? quantised(tensor, at::kFloat).expand().view(shape) : dense(tensor);
    at::Tensor result;
    if (loras_ == nullptr || !loras_->changes(name)) {
        result = on_device(value, type);
    } else {
        result = value.to(device_, at::kFloat, false, true);
        loras_->add_to(name, result);
        result = result.to(type);
    }
    // A copy is what is used from here on: the pages that it was made from need not stay beside it.
    if (is_expanded || !result.is_alias_of(value)) forget(*tensor.stored);
    return result;
}

at::Tensor WeightSource::on_device(const at::Tensor& value, at::ScalarType type) const {
    if (!copies_from_pinned_) return value.to(device_, type);
    return value.to(type).pin_memory().to(device_, true);
}

void WeightSource::forget(const io::TensorInfo& stored) const {
    platform::forget_pages(checkpoint_->bytes(stored));
}

void WeightSource::forget(std::string_view prefix) const {
    for (const auto& tensor : tensors_)
        if (std::string_view(tensor.name).starts_with(prefix)) forget(*tensor.stored);
}

LinearWeight WeightSource::table(const std::string& name, std::int64_t rows, std::int64_t columns) const {
    const checkpoint::NamedTensor& tensor = find(name, {rows, columns});
    LinearWeight table = stays_quantised(tensor) ? quantised(tensor, at::kFloat) : LinearWeight(dense(tensor));
    forget(*tensor.stored);  // all of it was looked at; a run reads a few rows
    return table;
}

Linear WeightSource::linear(const std::string& name, std::int64_t out, std::int64_t in, at::ScalarType type,
                            Bias bias) const {
    const std::string weight = name + ".weight";
    const checkpoint::NamedTensor& tensor = find(weight, {out, in});
    Linear layer;
    if (stays_quantised(tensor)) {
        layer.weight = quantised(tensor, type);
        if (loras_ != nullptr) layer.deltas = loras_->deltas(weight, type, device_);
    } else {
        layer.weight = get(weight, {out, in}, type);
    }
    if (bias == Bias::kYes) layer.bias = get(name + ".bias", {out}, type);
    return layer;
}

}  // namespace studio
