// One test per way a safetensors file can be broken; the row numbers are those of the fault table (faults.md 3.1).
#include "io/safetensors_header.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/json.h"
#include "core/text.h"
#include "io/checkpoint.h"
#include "support/safetensors_bytes.h"
#include "support/temp_folder.h"

namespace studio::io {
namespace {

using test::entry;
using test::safetensors_bytes;
using testing::AllOf;
using testing::HasSubstr;

Result<SafetensorsHeader> parse(const std::string& bytes, const SafetensorsLimits& limits = {}) {
    return parse_safetensors_header(std::as_bytes(std::span(bytes)), "m.safetensors", limits);
}

/// The file must be refused; the error names the file, says why and what to do.
Error refused(const std::string& bytes, const SafetensorsLimits& limits = {}) {
    auto result = parse(bytes, limits);
    EXPECT_FALSE(result.ok()) << escape_for_display(bytes, 300);
    if (result.ok()) return {};
    EXPECT_THAT(result.error().message, HasSubstr("m.safetensors"));
    EXPECT_EQ(result.error().file, "m.safetensors");
    EXPECT_FALSE(result.error().fix.empty());
    return result.error();
}

Error refused_header(const std::string& header, const std::string& data = {}) {
    return refused(safetensors_bytes(header, data));
}

std::string tensor(const std::string& fields) {
    return R"({"a":{)" + fields + "}}";
}

TEST(SafetensorsHeader, ReadsAGoodFile) {
    const auto result = parse(
        safetensors_bytes("{\"__metadata__\":{\"format\":\"pt\"}," + entry("b", 2, 4) + "," + entry("a", 1, 0) + "}   ",
                          std::string(12, 'x')));
    ASSERT_TRUE(result.ok()) << result.error().message;
    ASSERT_EQ(result->tensors.size(), 2u);
    EXPECT_EQ(result->tensors[0].name, "a");
    EXPECT_EQ(result->tensors[1].nbytes, 8u);
    EXPECT_EQ(result->tensors[1].offset - result->tensors[0].offset, 4u);
    EXPECT_EQ(result->metadata.at("format"), "pt");
}

TEST(SafetensorsHeader, ReadsScalarsEveryTypeAndTheEmptyMarker) {
    struct Case {
        const char* name;
        std::size_t size;
    };
    std::string header = "{", data;
    for (const Case& c : std::initializer_list<Case>{{"F64", 8},
                                                     {"F32", 4},
                                                     {"F16", 2},
                                                     {"BF16", 2},
                                                     {"F8_E4M3", 1},
                                                     {"F8_E5M2", 1},
                                                     {"I64", 8},
                                                     {"I32", 4},
                                                     {"I16", 2},
                                                     {"I8", 1},
                                                     {"U8", 1},
                                                     {"BOOL", 1}}) {
        const std::string begin = std::to_string(data.size());
        data.append(c.size, '\1');
        header += fmt::format(R"("t.{0}":{{"dtype":"{0}","shape":[],"data_offsets":[{1},{2}]}},)", c.name, begin,
                              data.size());
    }
    const std::string end = std::to_string(data.size());
    header += R"("x.scaled_fp8":{"dtype":"F8_E4M3","shape":[0],"data_offsets":[)" + end + "," + end + "]}}";
    const auto result = parse(safetensors_bytes(header, data));
    ASSERT_TRUE(result.ok()) << result.error().message;
    EXPECT_EQ(result->tensors.size(), 13u);
    for (const TensorInfo& info : result->tensors) {
        if (info.nbytes == 0) continue;
        EXPECT_EQ(info.name, "t." + std::string(safetensors_name(info.dtype)));
    }
}

TEST(SafetensorsHeader, Row1Empty) {
    EXPECT_THAT(refused("").message, HasSubstr("empty"));
}

TEST(SafetensorsHeader, Row2TooShort) {
    for (std::size_t n = 1; n < 10; ++n)
        EXPECT_THAT(refused(std::string(n, '\2')).message, HasSubstr("too short"));
}

TEST(SafetensorsHeader, Row3HeaderLengthZero) {
    refused(std::string(8, '\0'));
    refused(std::string(9, '\0'));
    refused(std::string(40, '\0'));
    EXPECT_THAT(refused(std::string(200, '\0')).message, HasSubstr("unfinished download"));
}

TEST(SafetensorsHeader, Row4HeaderLongerThanTheFileNamesBothNumbers) {
    EXPECT_THAT(refused(safetensors_bytes("{}", "", 1000)).message, AllOf(HasSubstr("1000"), HasSubstr("2:")));
}

TEST(SafetensorsHeader, Row5HeaderLengthsNearTheEndOfTheRange) {
    for (const std::uint64_t n :
         {std::uint64_t{1} << 63, ~std::uint64_t{0}, ~std::uint64_t{0} - 7, ~std::uint64_t{0} - 8}) {
        refused(safetensors_bytes("{}" + std::string(100, ' '), "", n));
    }
}

TEST(SafetensorsHeader, Row6HeaderAboveTheLimit) {
    SafetensorsLimits limits;
    limits.header_bytes = 64;
    EXPECT_TRUE(parse(safetensors_bytes("{}" + std::string(62, ' ')), limits).ok());
    EXPECT_THAT(refused(safetensors_bytes("{}" + std::string(63, ' ')), limits).message, HasSubstr("64"));
    EXPECT_EQ(SafetensorsLimits().header_bytes, 16u << 20);
    EXPECT_THAT(refused(safetensors_bytes("{}" + std::string(100u << 20, ' '))).message, HasSubstr("16777216"));
}

TEST(SafetensorsHeader, Row7DoesNotBeginWithABrace) {
    refused_header(" {}");
    refused_header("\xEF\xBB\xBF{}");
    refused_header("[1,2,3] ");
    refused_header("\"text\"");
}

TEST(SafetensorsHeader, Row8NotUtf8GivesTheOffset) {
    EXPECT_THAT(refused_header("{\"\xFF\":1}").message, HasSubstr("byte 10"));
    EXPECT_THAT(refused_header("{\"\xC0\xAF\":1}").message, HasSubstr("UTF-8"));
}

TEST(SafetensorsHeader, Row9NestedDeep) {
    refused_header("{\"a\":" + std::string(5000000, '['));
    std::string objects = "{";
    for (int i = 0; i < 100000; ++i)
        objects += "\"a\":{";
    refused_header(objects);
    refused_header(tensor(R"("dtype":"F32","shape":[[1]],"data_offsets":[0,4])"), "1234");
    refused_header(tensor(R"("dtype":"F32","shape":{"x":1},"data_offsets":[0,4])"), "1234");
}

TEST(SafetensorsHeader, Row10DuplicateName) {
    const Error error = refused_header("{" + entry("a", 1, 0) + "," + entry("a", 1, 4) + "}", "12345678");
    EXPECT_EQ(error.field, "a");
    EXPECT_THAT(error.message, HasSubstr("twice"));
}

TEST(SafetensorsHeader, Row11OverlapByOneByteNamesBoth) {
    const std::string header =
        R"({"first":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"second":{"dtype":"U8","shape":[4],"data_offsets":[3,7]}})";
    EXPECT_THAT(refused_header(header, "1234567").message,
                AllOf(HasSubstr("first"), HasSubstr("second"), HasSubstr("overlaps")));
    const std::string same =
        R"({"first":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"second":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})";
    EXPECT_THAT(refused_header(same, "1234").message, HasSubstr("overlaps"));
}

TEST(SafetensorsHeader, Row12HolesAndTrailingBytes) {
    EXPECT_THAT(refused_header("{" + entry("a", 1, 0) + "," + entry("b", 1, 8) + "}", std::string(12, '1')).message,
                HasSubstr("hole"));
    EXPECT_THAT(refused_header("{" + entry("a", 1, 4) + "}", "12345678").message, HasSubstr("hole"));
    EXPECT_THAT(refused_header("{" + entry("a", 1, 0) + "}", "1234PK\x03\x04zip").message,
                HasSubstr("after the last tensor"));
    EXPECT_THAT(refused_header("{}", "x").message, HasSubstr("after the last tensor"));
}

TEST(SafetensorsHeader, Row13BadOffsets) {
    for (const char* offsets :
         {"[4,0]", "[-4,0]", "[0,-4]", "[0.0,4.0]", "[0,4,8]", "[0]", "[]", "[\"0\",\"4\"]", "\"0,4\"", "4", "null",
          "[null,4]", "[true,4]", "{}", "[18446744073709551612,18446744073709551616]", "[18446744073709551612,0]"}) {
        const Error error =
            refused_header(tensor(std::string(R"("dtype":"F32","shape":[1],"data_offsets":)") + offsets), "1234");
        EXPECT_EQ(error.field, "a") << offsets;
        EXPECT_EQ(error.code, ErrorCode::kCorruptFile);
    }
}

TEST(SafetensorsHeader, Row14ShapeProductOverflows) {
    for (const char* shape :
         {"[4194305,4194305,211106198978564]", "[8589934592,8589934592]", "[9223372036854775807,2]",
          "[9223372036854775808]", "[99999999999999999999]", "[0,9223372036854775807,9223372036854775807]"}) {
        const Error error = refused_header(
            tensor(std::string(R"("dtype":"U8","shape":)") + shape + R"(,"data_offsets":[0,4])"), "1234");
        EXPECT_EQ(error.code, ErrorCode::kCorruptFile) << shape;
    }
    EXPECT_THAT(
        refused_header(tensor(R"("dtype":"U8","shape":[4194305,4194305,211106198978564],"data_offsets":[0,4])"), "1234")
            .message,
        HasSubstr("overflows"));
}

TEST(SafetensorsHeader, Row15ShapeDoesNotFitItsBytes) {
    EXPECT_THAT(
        refused_header(tensor(R"("dtype":"F32","shape":[2,3],"data_offsets":[0,12])"), std::string(12, '1')).message,
        AllOf(HasSubstr("24"), HasSubstr("12")));
    refused_header(tensor(R"("dtype":"BF16","shape":[],"data_offsets":[0,4])"), "1234");
}

TEST(SafetensorsHeader, Row15TruncatedDataSaysHowFarItGoes) {
    const Error error = refused_header("{" + entry("a", 100, 0) + "}", std::string(399, '1'));
    EXPECT_THAT(error.message, AllOf(HasSubstr("400"), HasSubstr("399")));
    EXPECT_THAT(error.fix, HasSubstr("download"));
}

TEST(SafetensorsHeader, Row16And17NoElements) {
    EXPECT_THAT(refused_header(tensor(R"("dtype":"F32","shape":[0],"data_offsets":[0,0])")).message,
                HasSubstr("no elements"));
    refused_header(tensor(R"("dtype":"F32","shape":[3,0,2],"data_offsets":[0,0])"));
    refused_header("{" + entry("a", 2, 0) + R"(,"scaled_fp8":{"dtype":"F32","shape":[0],"data_offsets":[4,4]}})",
                   "12345678");
}

TEST(SafetensorsHeader, Row18UnknownTypeIsNamed) {
    for (const char* dtype : {"F13", "F4", "F6_E2M3", "f32", "", "F32\\u0000"}) {
        const Error error = refused_header(
            tensor(std::string(R"("dtype":")") + dtype + R"(","shape":[1],"data_offsets":[0,4])"), "1234");
        EXPECT_EQ(error.field, "a");
    }
    EXPECT_THAT(refused_header(tensor(R"("dtype":"F6_E2M3","shape":[1],"data_offsets":[0,4])"), "1234").message,
                HasSubstr("F6_E2M3"));
    refused_header(tensor(R"("dtype":7,"shape":[1],"data_offsets":[0,4])"), "1234");
}

TEST(SafetensorsHeader, Row19TooManyTensors) {
    std::string header = "{", data(65537, '1');
    for (int i = 0; i < 65537; ++i) {
        header += fmt::format(R"({}"t{}":{{"dtype":"U8","shape":[1],"data_offsets":[{},{}]}})", i > 0 ? "," : "", i, i,
                              i + 1);
    }
    EXPECT_THAT(refused_header(header + "}", data).message, HasSubstr("65536"));
}

TEST(SafetensorsHeader, Row20BadMetadata) {
    for (const char* metadata : {R"({"x":5})", R"({"x":{"y":"z"}})", R"({"x":["y"]})", R"({"x":null})", R"({"x":true})",
                                 "[]", "5", "\"t\"", R"({"x":"1","x":"2"})"}) {
        const Error error =
            refused_header(std::string(R"({"__metadata__":)") + metadata + "," + entry("a", 1, 0) + "}", "1234");
        EXPECT_EQ(error.code, ErrorCode::kCorruptFile) << metadata;
    }
    EXPECT_THAT(refused_header(R"({"__metadata__":{"x":")" + std::string(10 << 20, 'y') + "\"}}").message,
                HasSubstr("__metadata__"));
    refused_header(R"({"__metadata__":{},"__metadata__":{}})");
}

TEST(SafetensorsHeader, Row21StrangeNames) {
    for (const std::string& name : {std::string("a\\u0000b"), std::string("a\\nb"), std::string("a\u202Eb"),
                                    std::string(65536, 'n'), std::string()}) {
        const Error error = refused_header("{" + entry(name, 1, 0) + "}", "1234");
        EXPECT_LT(error.message.size(), 500u);
        EXPECT_EQ(error.message.find('\n'), std::string::npos);
        EXPECT_EQ(error.message.find('\0'), std::string::npos);
    }
    EXPECT_TRUE(parse(safetensors_bytes("{" + entry("../../etc/passwd", 1, 0) + "}", "1234")).ok())
        << "a name is never a path";
}

TEST(SafetensorsHeader, MoreThanEightDimensions) {
    EXPECT_TRUE(
        parse(safetensors_bytes(tensor(R"("dtype":"U8","shape":[1,1,1,1,1,1,1,1],"data_offsets":[0,1])"), "1")).ok());
    EXPECT_THAT(refused_header(tensor(R"("dtype":"U8","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,1])"), "1").message,
                HasSubstr("8 dim"));
}

TEST(SafetensorsHeader, MissingRepeatedAndUnknownKeys) {
    EXPECT_THAT(refused_header(tensor(R"("shape":[1],"data_offsets":[0,4])"), "1234").message,
                HasSubstr("dtype is missing"));
    EXPECT_THAT(refused_header(tensor(R"("dtype":"F32","data_offsets":[0,4])"), "1234").message,
                HasSubstr("shape is missing"));
    EXPECT_THAT(refused_header(tensor(R"("dtype":"F32","shape":[1])"), "1234").message,
                HasSubstr("data_offsets is missing"));
    EXPECT_THAT(
        refused_header(tensor(R"("dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4])"), "1234").message,
        HasSubstr("twice"));
    EXPECT_THAT(refused_header(tensor(R"("dtype":"F32","shape":[1],"data_offsets":[0,4],"url":"x")"), "1234").message,
                HasSubstr("url"));
    refused_header(R"({"a":5})");
    refused_header(R"({"a":"b"})");
    refused_header(R"({"a":[1]})");
    refused_header(R"({"a":null})");
}

TEST(SafetensorsHeader, BrokenJson) {
    for (const char* header :
         {"{", "{\"a\"", "{\"a\":{", "{,}", "{}x", "{}{}", "{\"a\":{\"dtype\":\"F32\",\"shape\":[1,]}}", "{'a':1}"}) {
        EXPECT_EQ(refused_header(header).code, ErrorCode::kCorruptFile);
    }
    EXPECT_THAT(refused_header(tensor(R"("dtype":"F32","shape":[1e999],"data_offsets":[0,4])"), "1234").message,
                HasSubstr("too large"));
}

TEST(SafetensorsHeader, EveryCutOfAGoodFileIsRefused) {
    const std::string good =
        safetensors_bytes("{" + entry("a", 3, 0) + "," + entry("b", 1, 12) + "}", std::string(16, '1'));
    ASSERT_TRUE(parse(good).ok());
    for (std::size_t n = 0; n < good.size(); ++n)
        refused(good.substr(0, n));
}

TEST(SafetensorsHeader, CommonWrongContentIsNamed) {
    EXPECT_THAT(refused("<!DOCTYPE html><html><body>404</body></html>").message, HasSubstr("web page"));
    EXPECT_THAT(refused("\n <HTML><head></head>").message, HasSubstr("web page"));
    EXPECT_THAT(refused("version https://git-lfs.github.com/spec/v1\noid sha256:00\n").message, HasSubstr("Git LFS"));
    EXPECT_THAT(refused("{\"error\":\"Repository not found\"}").message, HasSubstr("JSON text"));
    EXPECT_THAT(refused(std::string("PK\x03\x04\x14\0\0\0\0\0", 10)).message, HasSubstr("zip"));
    EXPECT_EQ(refused(std::string("PK\x03\x04\x14\0\0\0\0\0", 10)).code, ErrorCode::kUnsupported);
    EXPECT_THAT(refused("GGUF\3\0\0\0abcdefgh").message, testing::AnyOf(HasSubstr("GGUF"), HasSubstr("short")));
    EXPECT_THAT(refused(std::string("GGUF\3\0\0\0abcdefgh", 16)).message, HasSubstr("GGUF"));
}

}  // namespace
}  // namespace studio::io
