#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <limits>

#include "core/log.h"
#include "io/finite.h"
#include "io/sha256.h"
#include "support/safetensors_bytes.h"
#include "support/temp_folder.h"

namespace studio::io {
namespace {

using testing::AllOf;
using testing::HasSubstr;

template <class T>
ValueScan scan(const std::vector<T>& values, DType dtype) {
    return scan_values(std::as_bytes(std::span(values)), dtype);
}

TEST(ScanValues, Row23CountsNanAndInfinityInEveryType) {
    const float nan = std::numeric_limits<float>::quiet_NaN(), inf = std::numeric_limits<float>::infinity();
    EXPECT_EQ(scan<float>({1, nan, -inf, 0, 3.4e38f, 1e-40f}, DType::kF32).non_finite, 2u);
    EXPECT_EQ(scan<double>({1, nan, 1e308}, DType::kF64).non_finite, 1u);
    EXPECT_EQ(scan<std::uint16_t>({0x7C00, 0xFC01, 0x7BFF, 0x3C00}, DType::kF16).non_finite, 2u);
    EXPECT_EQ(scan<std::uint16_t>({0x7F80, 0xFFC0, 0x7F7F, 0x3F80}, DType::kBF16).non_finite, 2u);
    EXPECT_EQ(scan<std::uint8_t>({0x7F, 0xFF, 0x7E, 0x78}, DType::kF8E4M3).non_finite, 2u);
    EXPECT_EQ(scan<std::uint8_t>({0x7C, 0xFE, 0x7B, 0x00}, DType::kF8E5M2).non_finite, 2u);
    EXPECT_EQ(scan<std::int32_t>({-1, 0x7F800000}, DType::kI32).non_finite, 0u);
    EXPECT_EQ(scan<std::uint8_t>({255, 127}, DType::kU8).non_finite, 0u);
}

TEST(ScanValues, FindsOneBadValueAnywhere) {
    std::vector<float> values(100003, 0.5f);
    values[0] = 1;
    for (const std::size_t at :
         {std::size_t{0}, std::size_t{16383}, std::size_t{16384}, std::size_t{99999}, values.size() - 1}) {
        std::vector<float> bad = values;
        bad[at] = std::numeric_limits<float>::quiet_NaN();
        EXPECT_EQ(scan(bad, DType::kF32).non_finite, 1u) << at;
    }
    EXPECT_EQ(scan(values, DType::kF32).non_finite, 0u);
}

TEST(ScanValues, Row24SeesZerosAndConstants) {
    EXPECT_TRUE(scan<float>({0, -0.0f, 0}, DType::kF32).is_all_zero);
    EXPECT_FALSE(scan<float>({0, -0.0f, 0}, DType::kF32).is_constant);
    EXPECT_TRUE(scan<float>({2, 2, 2}, DType::kF32).is_constant);
    EXPECT_FALSE(scan<float>({2}, DType::kF32).is_constant) << "one value is no constant tensor";
    EXPECT_FALSE(scan<float>({0, 0, 1}, DType::kF32).is_all_zero);
    EXPECT_FALSE(scan<float>({}, DType::kF32).is_all_zero);
}

TEST(ScanValues, ReadsUnalignedBytes) {
    std::vector<std::byte> bytes(1 + 3 * sizeof(float));
    const float values[] = {1, std::numeric_limits<float>::infinity(), 2};
    std::memcpy(bytes.data() + 1, values, sizeof values);
    EXPECT_EQ(scan_values(std::span(bytes).subspan(1), DType::kF32).non_finite, 1u);
}

TEST(RequireFinite, NamesTensorCountAndFile) {
    const test::TempFolder folder;
    const float values[] = {1, std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), 0, 0};
    const std::string data(reinterpret_cast<const char*>(values), sizeof values);
    const auto file = folder.write(
        "w.safetensors",
        test::safetensors_bytes("{" + test::entry("bad", 3, 0) + "," + test::entry("zero", 2, 12) + "}", data));
    const auto opened = Checkpoint::open(file);
    ASSERT_TRUE(opened.ok());
    const auto bad = require_finite(**opened, *(*opened)->find("bad"));
    ASSERT_FALSE(bad.ok());
    EXPECT_EQ(bad.error().code, ErrorCode::kCorruptFile);
    EXPECT_EQ(bad.error().field, "bad");
    EXPECT_THAT(bad.error().file, HasSubstr("w.safetensors"));
    EXPECT_THAT(bad.error().message, AllOf(HasSubstr("bad"), HasSubstr("2")));
    log::Options options;
    options.file = folder / "test.log";
    log::init(options);
    EXPECT_TRUE(require_finite(**opened, *(*opened)->find("zero")).ok());
    log::shutdown();
    EXPECT_THAT(test::read_file(options.file), AllOf(HasSubstr("zero"), HasSubstr("zeros only")));
}

#ifndef _WIN32
TEST(RequireFinite, Row22NoticesAFileThatIsCutShort) {
    const test::TempFolder folder;
    const auto file = folder.write(
        "w.safetensors", test::safetensors_bytes("{" + test::entry("w", 1 << 16, 0) + "}", std::string(4 << 16, '7')));
    const auto opened = Checkpoint::open(file);
    ASSERT_TRUE(opened.ok());
    std::filesystem::resize_file(file, 1000);
    const auto result = require_finite(**opened, *(*opened)->find("w"));
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().code, ErrorCode::kIo);
}
#endif

TEST(Sha256, MatchesPublishedVectors) {
    EXPECT_EQ(sha256_hex({}), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    const std::string abc = "abc";
    EXPECT_EQ(sha256_hex(std::as_bytes(std::span(abc))),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    Sha256 million;
    const std::string block(1000, 'a');
    for (int i = 0; i < 1000; ++i)
        million.update(std::as_bytes(std::span(block)));
    EXPECT_EQ(million.finish(), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256File, HashesReportsAndStops) {
    const test::TempFolder folder;
    const auto file = folder.write("abc", "abc");
    EXPECT_EQ(*sha256_file(file), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(sha256_file(folder / "none").error().code, ErrorCode::kNotFound);
    EXPECT_EQ(sha256_file(folder.path()).error().code, ErrorCode::kIo);
    std::stop_source stop;
    stop.request_stop();
    EXPECT_EQ(sha256_file(file, stop.get_token()).error().code, ErrorCode::kCancelled);
}

}  // namespace
}  // namespace studio::io
