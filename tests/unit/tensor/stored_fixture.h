// tests/unit/tensor/stored_fixture.h - quantised matrices with random contents in every stored form.
#pragma once
#include <gtest/gtest.h>

#include <random>

#include "tensor/linear_weight.h"

namespace studio::test {

inline at::Tensor random_bytes(std::int64_t count, std::uint32_t seed) {
    std::mt19937 random(seed);
    at::Tensor bytes = at::empty({count}, at::kByte);
    for (std::int64_t i = 0; i < count; ++i)
        bytes.mutable_data_ptr<std::uint8_t>()[i] = static_cast<std::uint8_t>(random() % 120);
    return bytes;
}

inline at::Tensor random_values(at::IntArrayRef shape, std::uint32_t seed) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    at::Tensor values = at::empty(shape, at::kFloat);
    for (std::int64_t i = 0; i < values.numel(); ++i)
        values.mutable_data_ptr<float>()[i] = normal(random);
    return values;
}

/// I8 of both signs with positive scales near 1 / 128.
inline StoredRows int8_rows(std::int64_t rows, std::int64_t columns, WeightScale scaling, std::uint32_t seed = 1) {
    StoredRows out;
    out.dtype = io::DType::kI8;
    out.rows = rows;
    out.columns = columns;
    out.bytes = random_values({rows * columns}, seed).mul(40).clamp(-128, 127).to(at::kChar).view(at::kByte);
    out.scaling = scaling;
    const std::int64_t down = (rows + 127) / 128, across = (columns + 127) / 128;
    const std::int64_t scales = scaling == WeightScale::kTensor ? 1
                                : scaling == WeightScale::kRow  ? rows
                                                                : down * across;
    if (scaling != WeightScale::kNone) out.scale = random_values({scales}, seed + 1).abs().add(0.5).div(128);
    return out;
}

/// Blocks of one fp16 factor and 32 signed bytes; the factors are powers of two, so that every value is exact in fp32.
inline StoredRows q8_0_rows(std::int64_t rows, std::int64_t columns, std::uint32_t seed = 3) {
    StoredRows out;
    out.dtype = io::DType::kQ8_0;
    out.rows = rows;
    out.columns = columns;
    const std::int64_t blocks = rows * columns / 32;
    out.bytes = random_bytes(blocks * 34, seed);
    std::mt19937 random(seed);
    for (std::int64_t b = 0; b < blocks; ++b) {
        out.bytes.mutable_data_ptr<std::uint8_t>()[b * 34] = 0;
        out.bytes.mutable_data_ptr<std::uint8_t>()[b * 34 + 1] = static_cast<std::uint8_t>(0x20 + 4 * (random() % 3));
    }
    return out;
}

/// The value at (row, column) by the plain definition.
inline float value_at(const StoredRows& s, std::int64_t row, std::int64_t column) {
    const auto* bytes = s.bytes.const_data_ptr<std::uint8_t>();
    if (s.dtype == io::DType::kQ8_0) {
        const auto* block = bytes + (row * s.columns + column) / 32 * 34;
        const float factor = std::ldexp(1.0F, block[1] / 4 - 15);
        return factor * static_cast<float>(static_cast<std::int8_t>(block[2 + column % 32]));
    }
    const auto value = static_cast<float>(static_cast<std::int8_t>(bytes[row * s.columns + column]));
    const auto scale = [&](std::int64_t index) { return s.scale.const_data_ptr<float>()[index]; };
    switch (s.scaling) {
        case WeightScale::kNone:
            return value;
        case WeightScale::kTensor:
            return value * scale(0);
        case WeightScale::kRow:
            return value * scale(row);
        case WeightScale::kTile:
            break;
    }
    return value * scale(row / 128 * ((s.columns + 127) / 128) + column / 128);
}

inline at::Tensor values_of(const StoredRows& s) {
    at::Tensor out = at::empty({s.rows, s.columns}, at::kFloat);
    for (std::int64_t r = 0; r < s.rows; ++r) {
        for (std::int64_t c = 0; c < s.columns; ++c)
            out.mutable_data_ptr<float>()[r * s.columns + c] = value_at(s, r, c);
    }
    return out;
}

inline double relative(const at::Tensor& got, const at::Tensor& want) {
    if (got.sizes() != want.sizes()) return std::numeric_limits<double>::infinity();
    const at::Tensor g = got.to(at::kDouble), w = want.to(at::kDouble);
    return (at::linalg_vector_norm(g - w) / at::linalg_vector_norm(w)).item<double>();
}

}  // namespace studio::test
