// io/dtype.h - element types as stored in checkpoint files.
#pragma once
#include <cstddef>
#include <optional>
#include <string_view>

namespace studio::io {

enum class DType { kF64, kF32, kF16, kBF16, kF8E4M3, kF8E5M2, kI64, kI32, kI16, kI8, kU8, kBool };

std::size_t size_of(DType dtype) noexcept;                // bytes per element
std::string_view safetensors_name(DType dtype) noexcept;  // "BF16", "F8_E4M3", ...
std::optional<DType> dtype_from_safetensors(std::string_view name) noexcept;
bool is_floating(DType dtype) noexcept;

}  // namespace studio::io
