#include "convert/encode.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "io/dequantize.h"

namespace studio::convert {
namespace {

using io::DType;

std::uint16_t bits_of(DType dtype, float value) {
    std::uint16_t bits = 0;
    const float values[] = {value};
    encode(dtype, values, std::as_writable_bytes(std::span(&bits, 1)));
    return bits;
}

TEST(Encode, EveryHalfAndBfloatComesBackAsItWas) {
    for (const DType dtype : {DType::kF16, DType::kBF16}) {
        for (std::uint32_t bits = 0; bits <= 0xFFFF; ++bits) {
            const auto stored = static_cast<std::uint16_t>(bits);
            float value = 0;
            io::dequantize(dtype, std::as_bytes(std::span(&stored, 1)), std::span(&value, 1));
            if (std::isnan(value)) {
                EXPECT_TRUE(std::isnan(rounded(dtype, value)));
                continue;
            }
            ASSERT_EQ(bits_of(dtype, value), stored) << bits;
            ASSERT_EQ(rounded(dtype, value), value) << bits;
        }
    }
}

TEST(Encode, HalfwayGoesToTheEvenNeighbour) {
    for (const DType dtype : {DType::kF16, DType::kBF16}) {
        const std::uint32_t last = dtype == DType::kF16 ? 0x7BFF : 0x7F7F;
        for (std::uint32_t bits = 0; bits < last; bits += dtype == DType::kF16 ? 1 : 7) {
            const std::uint16_t both[] = {static_cast<std::uint16_t>(bits), static_cast<std::uint16_t>(bits + 1)};
            float values[2];
            io::dequantize(dtype, std::as_bytes(std::span(both)), values);
            const float middle =
                static_cast<float>((static_cast<double>(values[0]) + static_cast<double>(values[1])) / 2);
            ASSERT_EQ(bits_of(dtype, middle), bits % 2 == 0 ? both[0] : both[1]) << bits;
            ASSERT_EQ(bits_of(dtype, std::nextafter(middle, 0.0F)), both[0]) << bits;
            ASSERT_EQ(bits_of(dtype, std::nextafter(middle, std::numeric_limits<float>::infinity())), both[1]) << bits;
        }
    }
}

TEST(Encode, TooLargeForHalfIsCounted) {
    const float values[] = {65519.0F, 65520.0F, -1e10F, 1.0F, std::numeric_limits<float>::infinity()};
    std::vector<std::byte> out(10);
    EXPECT_EQ(encode(DType::kF16, values, out), 2u);
    std::vector<std::byte> wide(10);
    EXPECT_EQ(encode(DType::kBF16, values, wide), 0u);
}

TEST(Encode, TilesOfTurboDiffusion) {
    // The specification's vectors: a tile whose largest value is 4.
    const TileScale scale = tile_scale(4.0F);
    EXPECT_EQ(scale.stored, 0.03125F);
    EXPECT_EQ(scale.multiplier, 32.0F);
    const std::pair<float, int> cases[] = {{4.0F, 127},    {-4.0F, -128},  {3.96875F, 127},  {1.0F, 32},
                                           {0.046875F, 2}, {0.078125F, 2}, {-0.046875F, -2}, {-0.015625F, 0}};
    for (const auto& [value, want] : cases)
        EXPECT_EQ(quantize(value, scale.multiplier), want) << value;
    EXPECT_EQ(tile_scale(0.0F).stored, 1e-8F / 128.0F);  // a tile of zeros must not divide by zero
    EXPECT_EQ(quantize(0.0F, tile_scale(0.0F).multiplier), 0);
}

}  // namespace
}  // namespace studio::convert
