// io/dtype.h - element types as stored in checkpoint files.
#pragma once
#include <cstddef>
#include <optional>
#include <string_view>

namespace studio::io {

enum class DType {
    kF64,
    kF32,
    kF16,
    kBF16,
    kF8E4M3,
    kF8E5M2,
    kI64,
    kI32,
    kI16,
    kI8,
    kU8,
    kBool,
    // GGUF block types: a block of values with common scales. Layouts: io/dequantize.h.
    kQ8_0,
    kQ4_0,
    kQ4_1,
    kQ5_0,
    kQ5_1,
    kQ2_K,
    kQ3_K,
    kQ4_K,
    kQ5_K,
    kQ6_K,
    kIQ4_NL,
    kIQ4_XS,
};

/// How values are stored: `bytes` for every `elements` consecutive values of a row; plain types store one at a time.
struct BlockFormat {
    int elements = 1;
    int bytes = 1;
};
BlockFormat block_format(DType dtype) noexcept;
bool is_blocked(DType dtype) noexcept;  // more than one value to a block

std::size_t size_of(DType dtype) noexcept;          // bytes per element of a plain type; 0 for a block type
std::string_view dtype_name(DType dtype) noexcept;  // "BF16", "F8_E4M3", "Q4_K"
/// The same for plain types, empty for block types, which safetensors cannot hold.
std::string_view safetensors_name(DType dtype) noexcept;
std::optional<DType> dtype_from_safetensors(std::string_view name) noexcept;
/// Values are real numbers: plain floating point or a block type.
bool is_floating(DType dtype) noexcept;

}  // namespace studio::io
