#include "tensor/weights.h"

#include "core/check.h"
#include "io/read_values.h"
#include "io/safetensors_writer.h"

namespace studio {
namespace {

struct TypePair {
    io::DType stored;
    at::ScalarType type;
};

constexpr TypePair kTypes[] = {
    {io::DType::kF64, at::kDouble},
    {io::DType::kF32, at::kFloat},
    {io::DType::kF16, at::kHalf},
    {io::DType::kBF16, at::kBFloat16},
    {io::DType::kF8E4M3, at::kFloat8_e4m3fn},
    {io::DType::kF8E5M2, at::kFloat8_e5m2},
    {io::DType::kI64, at::kLong},
    {io::DType::kI32, at::kInt},
    {io::DType::kI16, at::kShort},
    {io::DType::kI8, at::kChar},
    {io::DType::kU8, at::kByte},
    {io::DType::kBool, at::kBool},
};

std::int64_t element_count(at::IntArrayRef shape) {
    std::int64_t count = 1;
    for (const std::int64_t size : shape) {
        STUDIO_CHECK(size >= 0 && !__builtin_mul_overflow(count, size, &count), "tensor shape overflows");
    }
    return count;
}

}  // namespace

at::ScalarType to_scalar_type(io::DType dtype) {
    for (const auto& pair : kTypes) {
        if (pair.stored == dtype) return pair.type;
    }
    Error error;
    error.code = ErrorCode::kUnsupported;
    error.message = "The element type " + std::string(io::dtype_name(dtype)) + " has no counterpart in LibTorch.";
    error.fix = "Use a checkpoint stored as F32, F16, BF16 or FP8.";
    throw Failure(std::move(error));
}

io::DType to_dtype(at::ScalarType type) {
    for (const auto& pair : kTypes) {
        if (pair.type == type) return pair.stored;
    }
    Error error;
    error.code = ErrorCode::kUnsupported;
    error.message = std::string("Tensors of type ") + c10::toString(type) + " cannot be stored in a safetensors file.";
    error.fix = "Convert the tensor to a real type first.";
    throw Failure(std::move(error));
}

at::Tensor tensor_from_bytes(std::span<const std::byte> bytes, io::DType dtype, at::IntArrayRef shape,
                             std::shared_ptr<const void> owner) {
    const auto type = to_scalar_type(dtype);
    const auto options = at::TensorOptions().dtype(type);
    const auto element_bytes = static_cast<std::int64_t>(io::size_of(dtype));
    const std::int64_t count = element_count(shape);
    STUDIO_CHECK(count <= std::numeric_limits<std::int64_t>::max() / element_bytes &&
                     static_cast<std::uint64_t>(count * element_bytes) == bytes.size(),
                 "tensor bytes do not fit its shape");
    if (count == 0) return at::empty(shape, options);
    const auto address = reinterpret_cast<std::uintptr_t>(bytes.data());
    if (address % static_cast<std::uintptr_t>(element_bytes) != 0) {
        at::Tensor copy = at::empty(shape, options);
        std::memcpy(copy.mutable_data_ptr(), bytes.data(), bytes.size());
        return copy;
    }
    // The mapping is read-only: a write through this tensor is a fault. Models only read their weights.
    void* data = const_cast<std::byte*>(bytes.data());
    return at::from_blob(
        data, shape, [owner = std::move(owner)](void*) {}, options);
}

at::Tensor stored_tensor(const std::shared_ptr<const io::Checkpoint>& checkpoint, const io::TensorInfo& info) {
    if (info.strides.empty()) return tensor_from_bytes(checkpoint->bytes(info), info.dtype, info.shape, checkpoint);
    at::Tensor packed = at::empty(info.shape, to_scalar_type(info.dtype));
    io::read_elements(*checkpoint, info, 0, {static_cast<std::byte*>(packed.mutable_data_ptr()), packed.nbytes()});
    return packed;
}

std::map<std::string, at::Tensor> read_tensors(const std::filesystem::path& path) {
    std::shared_ptr<const io::Checkpoint> checkpoint = io::Checkpoint::open(path).value();
    std::map<std::string, at::Tensor> tensors;
    for (const io::TensorInfo& info : checkpoint->tensors()) {
        tensors.emplace(info.name, stored_tensor(checkpoint, info));
    }
    return tensors;
}

void write_tensors(const std::filesystem::path& path, const std::map<std::string, at::Tensor>& tensors,
                   const std::map<std::string, std::string>& metadata) {
    std::vector<at::Tensor> keep;
    std::vector<io::TensorBytes> entries;
    for (const auto& [name, tensor] : tensors) {
        keep.push_back(tensor.detach().cpu().contiguous());
        const at::Tensor& plain = keep.back();
        entries.push_back({name,
                           to_dtype(plain.scalar_type()),
                           plain.sizes().vec(),
                           {static_cast<const std::byte*>(plain.const_data_ptr()), plain.nbytes()}});
    }
    io::write_safetensors(path, entries, metadata).value();
}

}  // namespace studio
