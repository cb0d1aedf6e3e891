#include "io/dtype.h"

#include <array>

namespace studio::io {
namespace {

struct Row {
    DType dtype;
    std::string_view name;
    std::size_t size;
};

// In the order of the enumeration.
constexpr std::array<Row, 12> kRows{{{DType::kF64, "F64", 8},
                                     {DType::kF32, "F32", 4},
                                     {DType::kF16, "F16", 2},
                                     {DType::kBF16, "BF16", 2},
                                     {DType::kF8E4M3, "F8_E4M3", 1},
                                     {DType::kF8E5M2, "F8_E5M2", 1},
                                     {DType::kI64, "I64", 8},
                                     {DType::kI32, "I32", 4},
                                     {DType::kI16, "I16", 2},
                                     {DType::kI8, "I8", 1},
                                     {DType::kU8, "U8", 1},
                                     {DType::kBool, "BOOL", 1}}};

const Row& row_of(DType dtype) noexcept {
    return kRows[static_cast<std::size_t>(dtype)];
}

}  // namespace

std::size_t size_of(DType dtype) noexcept {
    return row_of(dtype).size;
}

std::string_view safetensors_name(DType dtype) noexcept {
    return row_of(dtype).name;
}

std::optional<DType> dtype_from_safetensors(std::string_view name) noexcept {
    for (const Row& row : kRows) {
        if (row.name == name) return row.dtype;
    }
    return std::nullopt;
}

bool is_floating(DType dtype) noexcept {
    return dtype <= DType::kF8E5M2;
}

}  // namespace studio::io
