#include "component/inputs.h"

#include "core/result.h"
#include "core/text.h"
#include "tensor/weights.h"

namespace studio::component {
namespace {

bool keeps_values(const at::Tensor& stored, const at::Tensor& converted) {
    const at::Tensor back = converted.to(stored.scalar_type());
    if (!at::isFloatingType(stored.scalar_type())) return at::equal(back, stored);
    return back.eq(stored).logical_or(stored.isnan().logical_and(back.isnan())).all().item<bool>();
}

/// Types whose every value the wanted type holds; no comparison is needed.
bool always_fits(at::ScalarType from, at::ScalarType to) {
    if (from == to) return true;
    if (to == at::kLong) return !at::isFloatingType(from);
    if (!at::isFloatingType(to)) return false;
    return from == at::kBFloat16 || from == at::kHalf || from == at::kFloat8_e4m3fn || from == at::kFloat8_e5m2 ||
           from == at::kByte || from == at::kChar || from == at::kShort || from == at::kBool;
}

}  // namespace

std::string shape_text(at::IntArrayRef shape) {
    std::string out = "[";
    for (const std::int64_t size : shape)
        out += (out.size() > 1 ? ", " : "") + std::to_string(size);
    return out + "]";
}

Inputs::Inputs(std::optional<std::filesystem::path> path, std::vector<std::string> prefixes)
    : path_(std::move(path)), prefixes_(std::move(prefixes)) {
    if (path_) file_ = io::Checkpoint::open(*path_).value();
}

const io::TensorInfo* Inputs::find(std::string_view name) const {
    if (!file_) return nullptr;
    for (const auto& prefix : prefixes_) {
        if (const auto* info = file_->find(prefix + std::string(name))) return info;
    }
    return file_->find(name);
}

void Inputs::refuse(std::string_view name, const std::string& message, const std::string& expected) const {
    throw Failure(corrupt_file(path_ ? path_to_utf8(*path_) : "", std::string(name),
                               "Input tensor \"" + std::string(name) + "\" " + message, "Give " + expected + "."));
}

at::Tensor Inputs::read(std::string_view name, at::ScalarType type) const {
    if (!path_)
        throw Failure(invalid_argument("--inputs", "This component needs the tensor \"" + std::string(name) + "\".",
                                       "Give a safetensors file that holds it with --inputs."));
    const auto* info = find(name);
    if (info == nullptr) {
        Error error;
        error.code = ErrorCode::kNotFound;
        error.file = path_to_utf8(*path_);
        error.field = name;
        error.message = "Input tensor \"" + std::string(name) + "\" is not in the file.";
        error.fix = "Add the tensor, or name its prefix with the option \"prefix\".";
        throw Failure(std::move(error));
    }
    if (io::is_blocked(info->dtype))
        refuse(name, "is stored as " + std::string(io::dtype_name(info->dtype)) + ".", "a plain type");
    const at::Tensor stored = stored_tensor(file_, *info);
    const at::Tensor converted = stored.to(type);
    if (!always_fits(stored.scalar_type(), type) && !keeps_values(stored, converted))
        refuse(name,
               std::string("is stored as ") + std::string(io::safetensors_name(info->dtype)) + " with values that " +
                   c10::toString(type) + " cannot hold.",
               "it as " + std::string(io::dtype_name(to_dtype(type))));
    return converted;
}

at::Tensor Inputs::read_checked(std::string_view name, at::ScalarType type, const std::vector<std::int64_t>& shape,
                                const char* meaning) const {
    const at::Tensor tensor = read(name, type);
    bool fits = tensor.dim() == static_cast<std::int64_t>(shape.size());
    std::string wanted = "[";
    for (std::size_t i = 0; i < shape.size(); ++i) {
        wanted += (i > 0 ? ", " : "") + (shape[i] == kAny ? std::string("any") : std::to_string(shape[i]));
        if (fits) {
            const std::int64_t size = tensor.size(static_cast<std::int64_t>(i));
            fits = shape[i] == kAny ? size >= 1 : size == shape[i];
        }
    }
    wanted += "]";
    if (!fits)
        refuse(name, "has shape " + shape_text(tensor.sizes()) + ", but " + wanted + " " + meaning + " is needed.",
               "\"" + std::string(name) + "\" with shape " + wanted + " " + meaning);
    return tensor;
}

at::Tensor Inputs::f32(std::string_view name, const std::vector<std::int64_t>& shape, const char* meaning) const {
    return read_checked(name, at::kFloat, shape, meaning);
}

at::Tensor Inputs::i64(std::string_view name, const std::vector<std::int64_t>& shape, const char* meaning) const {
    return read_checked(name, at::kLong, shape, meaning);
}

at::Tensor Inputs::of_type(std::string_view name, at::ScalarType type, const std::vector<std::int64_t>& shape,
                           const char* meaning) const {
    return read_checked(name, type, shape, meaning);
}

std::optional<at::Tensor> Inputs::optional_f32(std::string_view name, const std::vector<std::int64_t>& shape,
                                               const char* meaning) const {
    if (!has(name)) return std::nullopt;
    return f32(name, shape, meaning);
}

std::optional<at::Tensor> Inputs::optional_i64(std::string_view name, const std::vector<std::int64_t>& shape,
                                               const char* meaning) const {
    if (!has(name)) return std::nullopt;
    return i64(name, shape, meaning);
}

at::Tensor Inputs::f32_any_shape(std::string_view name) const {
    return read(name, at::kFloat);
}

}  // namespace studio::component
