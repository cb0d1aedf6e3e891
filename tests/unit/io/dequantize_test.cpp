#include "io/dequantize.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "io/checkpoint.h"
#include "io/crc32.h"
#include "io/read_values.h"

namespace studio::io {
namespace {

const std::filesystem::path kData = std::filesystem::path(STUDIO_TEST_DATA) / "io";

template <class T>
std::vector<float> expand(DType dtype, const std::vector<T>& stored) {
    std::vector<float> out(stored.size() * sizeof(T) / size_of(dtype));
    dequantize(dtype, std::as_bytes(std::span(stored)), out);
    return out;
}

TEST(Dequantize, EveryBlockTypeAsGgufPy) {
    const auto data = Checkpoint::open(kData / "block_values.safetensors");
    ASSERT_TRUE(data.ok()) << data.error().message;
    int types = 0;
    for (int i = static_cast<int>(DType::kQ8_0); i <= static_cast<int>(DType::kIQ4_XS); ++i) {
        const auto dtype = static_cast<DType>(i);
        const std::string name(dtype_name(dtype));
        const TensorInfo *const blocks = (*data)->find("blocks." + name), *const wanted =
                                                                              (*data)->find("values." + name);
        ASSERT_TRUE(blocks != nullptr && wanted != nullptr) << name;
        std::vector<float> out(value_count(*wanted), -1), expected(out.size());
        read_values(**data, *wanted, 0, expected);
        // From an odd address: nothing may depend on alignment.
        std::vector<std::byte> shifted(blocks->nbytes + 1);
        std::memcpy(shifted.data() + 1, (*data)->bytes(*blocks).data(), blocks->nbytes);
        dequantize(dtype, std::span(shifted).subspan(1), out);
        EXPECT_EQ(std::memcmp(out.data(), expected.data(), out.size() * sizeof(float)), 0) << name;
        ++types;
    }
    EXPECT_EQ(types, 12);
}

TEST(Dequantize, EveryHalf) {
    std::vector<std::uint16_t> all(65536);
    for (std::size_t i = 0; i < all.size(); ++i)
        all[i] = static_cast<std::uint16_t>(i);
    const auto out = expand(DType::kF16, all);
    for (std::size_t i = 0; i < all.size(); ++i) {
        const int exponent = static_cast<int>(i >> 10 & 31), fraction = static_cast<int>(i & 1023);
        const double magnitude = exponent == 0    ? std::ldexp(fraction, -24)
                                 : exponent == 31 ? (fraction == 0 ? HUGE_VAL : std::nan(""))
                                                  : std::ldexp(1024 + fraction, exponent - 25);
        if (std::isnan(magnitude)) {
            ASSERT_TRUE(std::isnan(out[i])) << i;
        } else {
            ASSERT_EQ(out[i], static_cast<float>(magnitude) * (i < 32768 ? 1.0f : -1.0f)) << i;
        }
        ASSERT_EQ(std::signbit(out[i]), i >= 32768) << i;
    }
}

TEST(Dequantize, EveryFloat8) {
    std::vector<std::uint8_t> all(256);
    for (std::size_t i = 0; i < all.size(); ++i)
        all[i] = static_cast<std::uint8_t>(i);
    const auto e4m3 = expand(DType::kF8E4M3, all), e5m2 = expand(DType::kF8E5M2, all);
    for (std::size_t i = 0; i < all.size(); ++i) {
        const float sign = i < 128 ? 1.0f : -1.0f;
        const int e4 = static_cast<int>(i >> 3 & 15), f3 = static_cast<int>(i & 7);
        if ((i & 127) == 127) {
            EXPECT_TRUE(std::isnan(e4m3[i])) << i;
        } else {
            EXPECT_EQ(e4m3[i], sign * static_cast<float>(e4 == 0 ? std::ldexp(f3, -9) : std::ldexp(8 + f3, e4 - 10)))
                << i;
        }
        const int e5 = static_cast<int>(i >> 2 & 31), f2 = static_cast<int>(i & 3);
        if (e5 == 31) {
            EXPECT_EQ(std::isnan(e5m2[i]), f2 != 0) << i;
            EXPECT_TRUE(f2 != 0 || e5m2[i] == sign * HUGE_VALF) << i;
        } else {
            EXPECT_EQ(e5m2[i], sign * static_cast<float>(e5 == 0 ? std::ldexp(f2, -16) : std::ldexp(4 + f2, e5 - 17)))
                << i;
        }
    }
    EXPECT_EQ(e4m3[0x7E], 448.0f);
    EXPECT_EQ(e5m2[0x7B], 57344.0f);
}

TEST(Dequantize, OtherPlainTypes) {
    using testing::ElementsAre;
    EXPECT_THAT(expand<double>(DType::kF64, {1.5, -1e300, 0.1}), ElementsAre(1.5f, -HUGE_VALF, 0.1f));
    EXPECT_THAT(expand<float>(DType::kF32, {1.5f, -0.0f}), ElementsAre(1.5f, -0.0f));
    EXPECT_THAT(expand<std::uint16_t>(DType::kBF16, {0x3FC0, 0xC000}), ElementsAre(1.5f, -2.0f));
    EXPECT_THAT(expand<std::int64_t>(DType::kI64, {-3, std::int64_t{1} << 40}), ElementsAre(-3.0f, 1099511627776.0f));
    EXPECT_THAT(expand<std::int32_t>(DType::kI32, {-7, 16777217}), ElementsAre(-7.0f, 16777216.0f));
    EXPECT_THAT(expand<std::int16_t>(DType::kI16, {-300, 300}), ElementsAre(-300.0f, 300.0f));
    EXPECT_THAT(expand<std::int8_t>(DType::kI8, {-128, 127}), ElementsAre(-128.0f, 127.0f));
    EXPECT_THAT(expand<std::uint8_t>(DType::kU8, {0, 255}), ElementsAre(0.0f, 255.0f));
    EXPECT_THAT(expand<std::uint8_t>(DType::kBool, {0, 1, 7}), ElementsAre(0.0f, 1.0f, 1.0f));
    EXPECT_TRUE(expand<float>(DType::kF32, {}).empty());
}

TEST(ReadValues, BlocksFromAnyPlace) {
    const auto opened = Checkpoint::open(kData / "small.gguf");
    ASSERT_TRUE(opened.ok());
    for (const char* name : {"block.Q4_0", "block.Q8_0", "block.Q6_K", "block.IQ4_XS", "flat.weight"}) {
        const TensorInfo& info = *(*opened)->find(name);
        std::vector<float> all(value_count(info));
        read_values(**opened, info, 0, all);
        for (std::uint64_t begin = 0; begin <= all.size(); begin += 13) {
            for (const std::uint64_t count :
                 {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{45}, std::uint64_t{300}}) {
                std::vector<float> part(std::min<std::uint64_t>(count, all.size() - begin));
                read_values(**opened, info, begin, part);
                EXPECT_TRUE(std::equal(part.begin(), part.end(), all.begin() + static_cast<std::ptrdiff_t>(begin)))
                    << name << begin;
            }
        }
        std::vector<std::byte> element(1);
        EXPECT_THROW(read_elements(**opened, info, 0, element), Failure);
    }
}

TEST(Crc32, MatchesPublishedValues) {
    const auto of = [](std::string_view text) { return crc32(0, std::as_bytes(std::span(text))); };
    EXPECT_EQ(of(""), 0u);
    EXPECT_EQ(of("123456789"), 0xCBF43926u);
    EXPECT_EQ(of("The quick brown fox jumps over the lazy dog"), 0x414FA339u);
    EXPECT_EQ(of(std::string(1000000, 'a')), 0xDC25BFBCu);  // zlib
    std::string mixed(5000, '\0');
    for (std::size_t i = 0; i < mixed.size(); ++i)
        mixed[i] = static_cast<char>(i * i + i / 7);
    for (const std::size_t cut :
         {0u, 1u, 15u, 16u, 63u, 64u, 65u, 1000u, 4999u, 5000u}) {  // both ways of computing, joined
        const auto bytes = std::as_bytes(std::span(mixed));
        EXPECT_EQ(crc32(crc32(0, bytes.first(cut)), bytes.subspan(cut)), of(mixed)) << cut;
        std::uint32_t slow = 0;
        for (const std::byte& value : bytes.first(cut))
            slow = crc32(slow, {&value, 1});
        EXPECT_EQ(slow, crc32(0, bytes.first(cut))) << cut;
    }
}

}  // namespace
}  // namespace studio::io
