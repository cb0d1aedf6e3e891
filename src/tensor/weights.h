// tensor/weights.h - checkpoint bytes as tensors, without a copy where type and alignment allow.
#pragma once
#include <map>
#include <string>

#include "io/checkpoint.h"
#include "tensor/torch_compat.h"

namespace studio {

at::ScalarType to_scalar_type(io::DType dtype);  // throws Failure(Unsupported) for types LibTorch lacks
io::DType to_dtype(at::ScalarType type);

/// A tensor over the mapped bytes; shares ownership of `owner`, so the mapping outlives it. Copies only when unaligned.
at::Tensor tensor_from_bytes(std::span<const std::byte> bytes, io::DType dtype, at::IntArrayRef shape,
                             std::shared_ptr<const void> owner);

/// A stored tensor of a plain type in its stored type: over the mapped bytes, or packed when the file holds a strided
/// view.   Throws Failure(Unsupported): a block type.
at::Tensor stored_tensor(const std::shared_ptr<const io::Checkpoint>& checkpoint, const io::TensorInfo& info);

/// All tensors of a safetensors file or other checkpoint, by stored name.   Throws Failure.
std::map<std::string, at::Tensor> read_tensors(const std::filesystem::path& path);
/// Contiguous CPU tensors to a safetensors file.   Throws Failure.
void write_tensors(const std::filesystem::path& path, const std::map<std::string, at::Tensor>& tensors,
                   const std::map<std::string, std::string>& metadata = {});

}  // namespace studio
