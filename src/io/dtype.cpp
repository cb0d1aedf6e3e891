#include "io/dtype.h"

#include <array>

namespace studio::io {
namespace {

struct Row {
    DType dtype;
    std::string_view name;
    BlockFormat format;
};

// In the order of the enumeration. Block sizes: GGUF specification (ggml-common.h of ggml).
constexpr std::array<Row, 24> kRows{
    {{DType::kF64, "F64", {1, 8}},       {DType::kF32, "F32", {1, 4}},         {DType::kF16, "F16", {1, 2}},
     {DType::kBF16, "BF16", {1, 2}},     {DType::kF8E4M3, "F8_E4M3", {1, 1}},  {DType::kF8E5M2, "F8_E5M2", {1, 1}},
     {DType::kI64, "I64", {1, 8}},       {DType::kI32, "I32", {1, 4}},         {DType::kI16, "I16", {1, 2}},
     {DType::kI8, "I8", {1, 1}},         {DType::kU8, "U8", {1, 1}},           {DType::kBool, "BOOL", {1, 1}},
     {DType::kQ8_0, "Q8_0", {32, 34}},   {DType::kQ4_0, "Q4_0", {32, 18}},     {DType::kQ4_1, "Q4_1", {32, 20}},
     {DType::kQ5_0, "Q5_0", {32, 22}},   {DType::kQ5_1, "Q5_1", {32, 24}},     {DType::kQ2_K, "Q2_K", {256, 84}},
     {DType::kQ3_K, "Q3_K", {256, 110}}, {DType::kQ4_K, "Q4_K", {256, 144}},   {DType::kQ5_K, "Q5_K", {256, 176}},
     {DType::kQ6_K, "Q6_K", {256, 210}}, {DType::kIQ4_NL, "IQ4_NL", {32, 18}}, {DType::kIQ4_XS, "IQ4_XS", {256, 136}}}};

const Row& row_of(DType dtype) noexcept {
    return kRows[static_cast<std::size_t>(dtype)];
}

}  // namespace

BlockFormat block_format(DType dtype) noexcept {
    return row_of(dtype).format;
}

bool is_blocked(DType dtype) noexcept {
    return row_of(dtype).format.elements > 1;
}

std::size_t size_of(DType dtype) noexcept {
    return is_blocked(dtype) ? 0 : static_cast<std::size_t>(row_of(dtype).format.bytes);
}

std::string_view dtype_name(DType dtype) noexcept {
    return row_of(dtype).name;
}

std::string_view safetensors_name(DType dtype) noexcept {
    return is_blocked(dtype) ? std::string_view() : row_of(dtype).name;
}

std::optional<DType> dtype_from_safetensors(std::string_view name) noexcept {
    for (const Row& row : kRows) {
        if (row.name == name && row.format.elements == 1) return row.dtype;
    }
    return std::nullopt;
}

bool is_floating(DType dtype) noexcept {
    return dtype <= DType::kF8E5M2 || is_blocked(dtype);
}

}  // namespace studio::io
