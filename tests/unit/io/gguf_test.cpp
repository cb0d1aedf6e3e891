// GGUF files: what gguf-py wrote is read with its values; what was tampered with is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/text.h"
#include "io/checkpoint.h"
#include "io/finite.h"
#include "io/gguf_header.h"
#include "io/read_values.h"
#include "support/gguf_bytes.h"
#include "support/temp_folder.h"

namespace studio::io {
namespace {

using test::gguf_bytes;
using test::gguf_key;
using test::gguf_le;
using test::gguf_text;
using test::GgufParts;
using test::GgufTensor;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
const std::filesystem::path kData = std::filesystem::path(STUDIO_TEST_DATA) / "io";

Result<GgufHeader> parse(const std::string& bytes) {
    return parse_gguf_header(std::as_bytes(std::span(bytes)), "m.gguf");
}

Error refused(const std::string& bytes, ErrorCode code = ErrorCode::kCorruptFile) {
    const auto result = parse(bytes);
    EXPECT_FALSE(result.ok());
    if (result.ok()) return {};
    EXPECT_EQ(result.error().code, code) << result.error().message;
    EXPECT_EQ(result.error().file, "m.gguf");
    EXPECT_FALSE(result.error().fix.empty());
    return result.error();
}

std::string with_key(const std::string& key) {
    GgufParts parts;
    parts.keys.push_back(key);
    return gguf_bytes(parts);
}
std::string with_tensor(const GgufTensor& tensor) {
    GgufParts parts;
    parts.tensors = {tensor};
    return gguf_bytes(parts);
}

std::vector<float> values_of(const Checkpoint& checkpoint, const TensorInfo& info) {
    std::vector<float> out(value_count(info));
    read_values(checkpoint, info, 0, out);
    return out;
}

TEST(Gguf, WhatGgufPyWroteHasItsValues) {
    const auto opened = Checkpoint::open(kData / "small.gguf"),
               expected = Checkpoint::open(kData / "small_gguf.safetensors");
    ASSERT_TRUE(opened.ok() && expected.ok());
    EXPECT_EQ((*opened)->container(), "GGUF");
    ASSERT_EQ((*opened)->tensors().size(), (*expected)->tensors().size());
    for (const TensorInfo& wanted : (*expected)->tensors()) {
        const TensorInfo* const info = (*opened)->find(wanted.name);
        ASSERT_NE(info, nullptr) << wanted.name;
        EXPECT_EQ(info->shape, wanted.shape) << wanted.name << ": row-major, the flattened one as it was";
        EXPECT_EQ(values_of(**opened, *info), values_of(**expected, wanted)) << wanted.name;
        EXPECT_TRUE(require_finite(**opened, *info).ok()) << wanted.name;
    }
}

TEST(Gguf, MetadataOfAllTypes) {
    const auto opened = Checkpoint::open(kData / "small.gguf");
    ASSERT_TRUE(opened.ok());
    const auto& metadata = (*opened)->metadata();
    for (const auto& [key, value] :
         std::vector<std::pair<std::string, std::string>>{{"general.architecture", "wan"},
                                                          {"general.name", "größe"},
                                                          {"wan.block_count", "30"},
                                                          {"a.u8", "200"},
                                                          {"a.i8", "-100"},
                                                          {"a.u16", "60000"},
                                                          {"a.i16", "-30000"},
                                                          {"a.i32", "-5"},
                                                          {"a.u64", "9223372036854775808"},
                                                          {"a.i64", "-1099511627776"},
                                                          {"a.f32", "0.5"},
                                                          {"a.f64", "-0.001"},
                                                          {"a.yes", "true"},
                                                          {"a.no", "false"},
                                                          {"a.numbers", "[1.5, 2.5]"},
                                                          {"comfy.gguf.orig_shape.flat.weight", "[8, 4, 1, 2, 2]"}}) {
        ASSERT_TRUE(metadata.contains(key)) << key;
        EXPECT_EQ(metadata.at(key), value);
    }
    EXPECT_FALSE(metadata.contains("a.words") || metadata.contains("a.long"))
        << "texts and long arrays are passed over";
}

TEST(Gguf, Version2AndOtherAlignments) {
    GgufParts parts;
    parts.version = 2;
    EXPECT_TRUE(parse(gguf_bytes(parts)).ok());
    for (const std::uint32_t alignment : {16u, 64u, 4096u}) {
        parts = {};
        parts.alignment = alignment;
        parts.keys.push_back(gguf_key("general.alignment", 4, gguf_le(alignment, 4)));
        parts.tensors = {{.name = "a"}, {.name = "b", .offset = alignment}};
        parts.data.resize(alignment + 16);
        const auto header = parse(gguf_bytes(parts));
        ASSERT_TRUE(header.ok()) << header.error().message;
        EXPECT_EQ(header->tensors[0].offset % alignment, 0u);
        EXPECT_EQ(header->tensors[1].offset - header->tensors[0].offset, alignment);
    }
}

TEST(Gguf, Row47MagicVersionAndByteOrder) {
    GgufParts parts;
    parts.magic = "GGUX";
    EXPECT_THAT(refused(gguf_bytes(parts)).message, HasSubstr("no GGUF"));
    for (const std::uint32_t version : {0u, 1u, 4u, 99u}) {
        parts = {};
        parts.version = version;
        EXPECT_THAT(refused(gguf_bytes(parts), ErrorCode::kUnsupported).message,
                    HasSubstr("version " + std::to_string(version)));
    }
    parts.version = 3u << 24;
    EXPECT_THAT(refused(gguf_bytes(parts), ErrorCode::kUnsupported).message, HasSubstr("big-endian"));
}

TEST(Gguf, Row48CountsThatLie) {
    for (const std::uint64_t count :
         {~std::uint64_t{0}, std::uint64_t{1} << 40, std::uint64_t{1} << 62, std::uint64_t{65537}, std::uint64_t{12}}) {
        GgufParts parts;
        parts.claimed_tensors = count;
        EXPECT_FALSE(parse(gguf_bytes(parts)).ok()) << count;
        parts = {};
        parts.claimed_keys = count;
        EXPECT_FALSE(parse(gguf_bytes(parts)).ok()) << count;
    }
    GgufParts parts;
    parts.claimed_tensors = std::uint64_t{1} << 40;
    EXPECT_THAT(refused(gguf_bytes(parts)).message, HasSubstr("1099511627776 tensors"));
    parts = {};
    parts.claimed_keys = std::uint64_t{1} << 40;
    EXPECT_THAT(refused(gguf_bytes(parts)).message, HasSubstr("1099511627776 keys"));
}

TEST(Gguf, Row49Keys) {
    EXPECT_THAT(refused(with_key(gguf_le(~std::uint64_t{0}, 8) + "x")).message, HasSubstr("claims"));
    EXPECT_THAT(refused(with_key(gguf_key("", 0, "x"))).message, HasSubstr("no name"));
    const Error twice = refused(with_key(test::kGgufArchitecture));
    EXPECT_EQ(twice.field, "general.architecture");
    EXPECT_THAT(twice.message, HasSubstr("twice"));
    EXPECT_THAT(refused(with_key(gguf_key(std::string("a\0b", 3), 0, "x"))).message, HasSubstr("control"));
    EXPECT_EQ(refused(with_key(gguf_key("k", 13, "x"))).field, "k");
    EXPECT_EQ(refused(with_key(gguf_key("k", 4000000000u, "x"))).field, "k");
}

TEST(Gguf, Row50LongTextInAShortFile) {
    for (const std::uint64_t length : {std::uint64_t{1} << 30, std::uint64_t{1} << 60, ~std::uint64_t{0}}) {
        const Error error = refused(with_key(gguf_key("k", 8, gguf_le(length, 8))));
        EXPECT_EQ(error.field, "k");
    }
    EXPECT_THAT(refused(with_key(gguf_key("k", 8, gguf_le(1 << 20, 8)))).message, HasSubstr("ends early"));
}

TEST(Gguf, Row51Arrays) {
    std::string nested = gguf_le(9, 4) + gguf_le(1, 8);
    for (int i = 0; i < 9000; ++i)
        nested += gguf_le(9, 4) + gguf_le(1, 8);
    EXPECT_THAT(refused(with_key(gguf_key("k", 9, nested))).message, HasSubstr("array of arrays"));
    for (const std::uint32_t type : {0u, 5u, 8u, 10u}) {
        for (const std::uint64_t count : {std::uint64_t{1} << 61, ~std::uint64_t{0}, std::uint64_t{1} << 40}) {
            EXPECT_EQ(refused(with_key(gguf_key("k", 9, gguf_le(type, 4) + gguf_le(count, 8)))).field, "k");
        }
        EXPECT_EQ(refused(with_key(gguf_key("k", 9, gguf_le(type, 4) + gguf_le(4000, 8)))).field, "k");
    }
    EXPECT_THAT(refused(with_key(gguf_key("k", 9, gguf_le(77, 4) + gguf_le(1, 8)))).message, HasSubstr("type 77"));
}

TEST(Gguf, Row52Alignment) {
    for (const std::uint32_t alignment : {0u, 13u, 1u << 30, 3u << 10}) {
        const Error error = refused(with_key(gguf_key("general.alignment", 4, gguf_le(alignment, 4))));
        EXPECT_EQ(error.field, "general.alignment");
        EXPECT_THAT(error.message, HasSubstr(std::to_string(alignment)));
    }
    for (const auto& [type, bytes] :
         std::vector<std::pair<std::uint32_t, int>>{{0, 1}, {5, 4}, {10, 8}, {6, 4}, {8, 8}}) {
        EXPECT_THAT(refused(with_key(gguf_key("general.alignment", type, gguf_le(32, bytes)))).message,
                    HasSubstr("32-bit"));
    }
}

TEST(Gguf, Row53Dimensions) {
    for (const std::uint32_t count : {6u, 200u, 1u << 31}) {
        EXPECT_THAT(refused(with_tensor({.claimed_dims = count})).message,
                    HasSubstr(std::to_string(count) + " dimensions"));
    }
    for (const std::uint64_t extent : {std::uint64_t{0}, ~std::uint64_t{0}, std::uint64_t{1} << 63}) {
        EXPECT_EQ(refused(with_tensor({.dims = {extent}})).field, "w");
        EXPECT_EQ(refused(with_tensor({.dims = {4, extent}})).field, "w");
    }
    EXPECT_THAT(refused(with_tensor({.dims = {4194305, 4194305, 211106198978564}})).message, HasSubstr("overflows"));
    EXPECT_THAT(refused(with_tensor({.dims = {std::uint64_t{1} << 32, std::uint64_t{1} << 32}})).message,
                HasSubstr("overflows"));
}

TEST(Gguf, Row54Types) {
    for (const std::uint32_t type : {4u, 5u, 9u, 15u, 16u, 29u, 31u, 36u, 39u, 40u, 250u, 0xFFFFFFFFu}) {
        const Error error = refused(with_tensor({.type = type}), ErrorCode::kUnsupported);
        EXPECT_EQ(error.field, "w");
        EXPECT_THAT(error.message, HasSubstr("type " + std::to_string(type)));
    }
}

TEST(Gguf, Row55PartialBlocks) {
    EXPECT_THAT(refused(with_tensor({.dims = {33}, .type = 8})).message, AllOf(HasSubstr("33"), HasSubstr("Q8_0")));
    EXPECT_THAT(refused(with_tensor({.dims = {16, 2}, .type = 2})).message, HasSubstr("blocks of 32"));
    EXPECT_THAT(refused(with_tensor({.dims = {128, 2}, .type = 12})).message, HasSubstr("blocks of 256"));
}

TEST(Gguf, Row56And57OffsetsAndEnds) {
    EXPECT_THAT(refused(with_tensor({.offset = 5})).message, HasSubstr("multiple of 32"));
    for (const std::uint64_t offset : {std::uint64_t{32}, std::uint64_t{1} << 40, ~std::uint64_t{31}}) {
        const Error error = refused(with_tensor({.offset = offset}));
        EXPECT_THAT(error.message, HasSubstr("ends early"));
        EXPECT_EQ(error.field, "w");
    }
    EXPECT_THAT(refused(with_tensor({.dims = {5}})).message, HasSubstr("20 bytes"));
    EXPECT_THAT(refused(with_tensor({.dims = {1u << 30, 1u << 20}})).message, HasSubstr("ends early"));
    GgufParts late;
    late.tensors = {{.name = "a"}, {.name = "b", .dims = {5}, .offset = 32}};
    late.data.resize(48);  // begins within the file, ends four bytes behind it
    EXPECT_EQ(refused(gguf_bytes(late)).field, "b");
    GgufParts parts;
    parts.tensors = {{.name = "a", .dims = {8}}, {.name = "b", .dims = {8}}};
    parts.data.resize(64);
    EXPECT_THAT(refused(gguf_bytes(parts)).message,
                AllOf(HasSubstr("overlaps"), HasSubstr("tensor b"), HasSubstr("tensor a")));
    parts.tensors[1].offset = 32;
    EXPECT_TRUE(parse(gguf_bytes(parts)).ok());
    parts.tensors[0].dims = {9};  // by four bytes
    EXPECT_THAT(refused(gguf_bytes(parts)).message, HasSubstr("overlaps"));
    parts.tensors[1].name = "a";
    EXPECT_THAT(refused(gguf_bytes(parts)).message, HasSubstr("twice"));
}

TEST(Gguf, CutAnywhere) {
    const std::string bytes = gguf_bytes();
    for (std::size_t n = 0; n < bytes.size(); ++n)
        EXPECT_FALSE(parse(bytes.substr(0, n)).ok()) << n;
    EXPECT_TRUE(parse(bytes).ok());
}

TEST(Gguf, NamesOfTensors) {
    for (const std::string& name :
         {std::string(), std::string("a\0b", 3), std::string("a\n"), std::string("\xFF"), std::string(128, 'n')}) {
        refused(with_tensor({.name = name}));
    }
    EXPECT_TRUE(parse(with_tensor({.name = std::string(127, 'n')})).ok());
}

TEST(Gguf, OriginalShapeMustHoldTheSameValues) {
    const auto with_shape = [](const std::vector<std::uint64_t>& shape) {
        std::string numbers;
        for (const std::uint64_t extent : shape)
            numbers += gguf_le(extent, 4);
        return with_key(gguf_key("comfy.gguf.orig_shape.w", 9, gguf_le(5, 4) + gguf_le(shape.size(), 8) + numbers));
    };
    const auto header = parse(with_shape({2, 1, 2}));
    ASSERT_TRUE(header.ok());
    EXPECT_THAT(header->tensors[0].shape, ElementsAre(2, 1, 2));
    for (const auto& shape : std::vector<std::vector<std::uint64_t>>{{3},
                                                                     {2, 1},
                                                                     {0, 4},
                                                                     {0xFFFFFFFF, 4},
                                                                     {},
                                                                     {4, 2},
                                                                     {65536, 65536, 65536, 65536},
                                                                     {4, 1, 1, 1, 1, 1, 1, 1, 1}}) {
        EXPECT_EQ(refused(with_shape(shape)).field, "w");
    }
    EXPECT_TRUE(
        parse(with_key(gguf_key("comfy.gguf.orig_shape.other", 9, gguf_le(5, 4) + gguf_le(1, 8) + gguf_le(3, 4))))
            .ok());
}

TEST(Gguf, Row59BlocksWithAScaleThatIsNoNumber) {
    struct Kind {
        std::uint32_t type;
        std::uint64_t elements, bytes;
        std::vector<std::size_t> halves;
    };
    const std::vector<Kind> kinds{{8, 32, 34, {0}},      {2, 32, 18, {0}},       {3, 32, 20, {0, 2}},
                                  {6, 32, 22, {0}},      {7, 32, 24, {0, 2}},    {10, 256, 84, {80, 82}},
                                  {11, 256, 110, {108}}, {12, 256, 144, {0, 2}}, {13, 256, 176, {0, 2}},
                                  {14, 256, 210, {208}}, {20, 32, 18, {0}},      {23, 256, 136, {0}}};
    const test::TempFolder folder;
    for (const Kind& kind : kinds) {
        for (const std::size_t half : kind.halves) {
            GgufParts parts;
            parts.tensors = {{.name = "w", .dims = {kind.elements * 3}, .type = kind.type}};
            parts.data = std::string(kind.bytes * 3, '\x11');
            const auto good = Checkpoint::open(folder.write("good.gguf", gguf_bytes(parts)));
            ASSERT_TRUE(good.ok());
            EXPECT_TRUE(require_finite(**good, (*good)->tensors()[0]).ok());
            parts.data[kind.bytes + half + 1] = '\x7C';  // infinity or NaN, in the second block
            const auto bad = Checkpoint::open(folder.write("bad.gguf", gguf_bytes(parts)));
            ASSERT_TRUE(bad.ok());
            const auto verdict = require_finite(**bad, (*bad)->tensors()[0]);
            ASSERT_FALSE(verdict.ok()) << kind.type << " " << half;
            EXPECT_EQ(verdict.error().code, ErrorCode::kCorruptFile);
            EXPECT_EQ(verdict.error().field, "w");
            EXPECT_THAT(verdict.error().message, HasSubstr(std::to_string(kind.elements) + " values"));
        }
    }
}

TEST(Gguf, Row57NoByteBeyondTheFileIsReached) {
    const test::TempFolder folder;
    const auto opened = Checkpoint::open(folder.write("m.gguf", gguf_bytes()));
    ASSERT_TRUE(opened.ok());
    const TensorInfo& info = (*opened)->tensors()[0];
    EXPECT_EQ(info.offset + info.nbytes, std::filesystem::file_size(folder / "m.gguf"));
    std::vector<float> more(5);
    EXPECT_THROW(read_values(**opened, info, 0, more), Failure);
    EXPECT_THROW(read_values(**opened, info, ~std::uint64_t{0}, std::span(more).first(1)), Failure);
}

}  // namespace
}  // namespace studio::io
