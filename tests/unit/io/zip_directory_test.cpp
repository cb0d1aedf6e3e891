#include "io/zip_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/torch_bytes.h"

namespace studio::io {
namespace {

using test::zip_bytes;
using test::ZipEndLies;
using test::ZipItem;
using testing::AllOf;
using testing::HasSubstr;

Result<ZipDirectory> parse(const std::string& bytes, const ZipLimits& limits = {}) {
    return read_zip_directory(std::as_bytes(std::span(bytes)), "m.pth", limits);
}

Error refused(const std::string& bytes, ErrorCode code = ErrorCode::kCorruptFile, const ZipLimits& limits = {}) {
    const auto result = parse(bytes, limits);
    EXPECT_FALSE(result.ok());
    if (result.ok()) return {};
    EXPECT_EQ(result.error().code, code) << result.error().message;
    EXPECT_EQ(result.error().file, "m.pth");
    EXPECT_FALSE(result.error().fix.empty());
    EXPECT_THAT(result.error().message, HasSubstr("m.pth"));
    return result.error();
}

std::vector<ZipItem> two() {
    return {{"a/x", "hello"}, {"a/data/0", "worlds"}};
}

std::string text_of(const std::string& bytes, const ZipEntry& entry) {
    return bytes.substr(entry.offset, entry.size);
}

TEST(ZipDirectory, ReadsStoredEntries) {
    for (const bool is_wide : {false, true}) {
        auto items = two();
        items[0].is_wide = items[1].is_wide = is_wide;
        const std::string bytes = zip_bytes(items, {.is_wide = is_wide});
        const auto zip = parse(bytes);
        ASSERT_TRUE(zip.ok()) << zip.error().message;
        EXPECT_EQ(zip->root, "a");
        ASSERT_EQ(zip->entries.size(), 2u);
        EXPECT_EQ(text_of(bytes, *zip->find("x")), "hello");
        EXPECT_EQ(text_of(bytes, *zip->find("data/0")), "worlds");
        EXPECT_EQ(zip->find("x")->crc32, 0x3610A686u);  // of "hello", by zlib
        EXPECT_EQ(zip->find("y"), nullptr);
    }
}

TEST(ZipDirectory, ReadsDescriptorsAndAnyAlignment) {
    auto items = two();
    items[0].flags = 8 | 1 << 11;  // as torch: sizes after the data, names in UTF-8
    items[0].extra = std::string("FB\x05\0ZZZZZ", 9);
    items[1].extra = std::string("FB\x01\0Z", 5);
    const std::string bytes = zip_bytes(items);
    const auto zip = parse(bytes);
    ASSERT_TRUE(zip.ok()) << zip.error().message;
    EXPECT_EQ(text_of(bytes, *zip->find("x")), "hello");
    EXPECT_EQ(text_of(bytes, *zip->find("data/0")), "worlds");
}

TEST(ZipDirectory, Row38CompressedEntries) {
    auto items = two();
    items[1].method = 8;
    const Error error = refused(zip_bytes(items), ErrorCode::kUnsupported);
    EXPECT_EQ(error.field, "a/data/0");
    EXPECT_THAT(error.message, HasSubstr("compressed"));
}

TEST(ZipDirectory, Row39CutAnywhere) {
    const std::string bytes = zip_bytes(two(), {.is_wide = true});
    for (std::size_t n = 0; n < bytes.size(); ++n) {
        const Error error = refused(bytes.substr(0, n));
        EXPECT_THAT(error.message, HasSubstr("ends early")) << n;
        EXPECT_THAT(error.fix, HasSubstr("resume")) << n;
    }
    EXPECT_THAT(refused(bytes.substr(0, 36)).message, AllOf(HasSubstr("36 bytes"), HasSubstr("a/x"), HasSubstr("38")));
}

TEST(ZipDirectory, Row40HeadersThatDisagree) {
    auto items = two();
    items[0].local_name = "a/y";
    EXPECT_THAT(refused(zip_bytes(items)).message, AllOf(HasSubstr("a/x"), HasSubstr("a/y")));
    items = two();
    items[1].size = 7;
    EXPECT_EQ(refused(zip_bytes(items)).field, "a/data/0");
    items = two();
    items[0].central_size = 4;  // then a byte belongs to nothing, too
    EXPECT_EQ(refused(zip_bytes(items)).field, "a/x");
    items = two();
    items[0].flags = 8;
    items[0].size = 3;  // in the descriptor
    EXPECT_EQ(refused(zip_bytes(items)).field, "a/x");
    for (const std::uint16_t flag : {1, 1 << 6, 1 << 13}) {
        items = two();
        items[0].flags = flag;
        EXPECT_THAT(refused(zip_bytes(items), ErrorCode::kUnsupported).message, HasSubstr("encrypted"));
    }
    for (const std::uint16_t flag : {2, 4, 1 << 5, 1 << 15}) {
        items = two();
        items[0].flags = flag;
        EXPECT_THAT(refused(zip_bytes(items)).message, HasSubstr("flags"));
    }
}

TEST(ZipDirectory, Row40FlagsOfOneHeaderOnly) {
    std::string bytes = zip_bytes(two());
    bytes[6] = 8;  // local header of the first entry
    EXPECT_EQ(refused(bytes).field, "a/x");
}

TEST(ZipDirectory, Row41NamesThatLeadOut) {
    for (const char* name : {"../../x", "/etc/passwd", "a/../x", "a/./x", "a//x", "a/", "a\\x", "C:/x", "a/\x01",
                             "a/x\n", "a/\xFF", "", "..", "a/\xE2\x80\xAEx", "a/CON:"}) {
        auto items = two();
        items[1].name = name;
        const Error error = refused(zip_bytes(items));
        EXPECT_THAT(error.message,
                    testing::AnyOf(HasSubstr("name"), HasSubstr("record is damaged"), HasSubstr("cannot hold")))
            << name;
    }
    auto items = two();
    items[1].name = "a/" + std::string(600, 'n');
    EXPECT_THAT(refused(zip_bytes(items)).message, HasSubstr("too long"));
}

TEST(ZipDirectory, Row41TwiceOrTwoRoots) {
    auto items = two();
    items[1].name = "a/x";
    EXPECT_THAT(refused(zip_bytes(items)).message, HasSubstr("twice"));
    items[1].name = "b/x";
    EXPECT_THAT(refused(zip_bytes(items)).message, HasSubstr("root folder"));
    items[1].name = "loose";
    EXPECT_THAT(refused(zip_bytes(items)).message, HasSubstr("outside"));
}

TEST(ZipDirectory, Row42OverlapsHolesAndEnds) {
    auto items = two();
    items[1].local_at = 0;  // both describe the first entry
    items[1].local_name = "a/x";
    EXPECT_FALSE(parse(zip_bytes(items)).ok());
    items = two();
    items[0].between = "hidden";
    EXPECT_EQ(refused(zip_bytes(items)).field, "a/data/0");
    items = two();
    items[1].between = "hidden";
    EXPECT_THAT(refused(zip_bytes(items)).message, HasSubstr("belong to no entry"));
    items = two();
    items[1].local_at = 1u << 20;
    EXPECT_THAT(refused(zip_bytes(items)).message, HasSubstr("no header"));
    for (const std::uint64_t size : {std::uint64_t{1000}, ~std::uint64_t{0}, std::uint64_t{1} << 63}) {
        items = two();
        items[1].flags = 8;
        items[1].central_size = size;
        items[1].is_wide = true;
        EXPECT_EQ(refused(zip_bytes(items)).field, "a/data/0") << size;
    }
}

/// An entry whose data contains another one, header and all: each looks right alone, and both end where they should.
TEST(ZipDirectory, Row42AnEntryInsideAnother) {
    const std::string inner = zip_bytes({{"a/y", "evil"}}).substr(0, 30 + 3 + 4);
    const std::vector<ZipItem> items{{"a/x", inner},
                                     {.name = "a/y", .data = "evil", .local_at = 33, .is_only_listed = true}};
    const Error error = refused(zip_bytes(items));
    EXPECT_EQ(error.field, "a/y");
    EXPECT_THAT(error.message, HasSubstr("overlaps"));
}

TEST(ZipDirectory, Row12BytesBeforeOrBehindTheArchive) {
    EXPECT_FALSE(parse(zip_bytes(two(), {.before = "#!/bin/sh\n"})).ok());
    EXPECT_THAT(refused(zip_bytes(two(), {.after = "tail"})).message, HasSubstr("4 bytes after the end"));
}

TEST(ZipDirectory, CountsThatLie) {
    for (const std::uint64_t entries : {0u, 1u, 3u, 60000u}) {
        EXPECT_FALSE(parse(zip_bytes(two(), {.entries = entries})).ok()) << entries;
        EXPECT_FALSE(parse(zip_bytes(two(), {.entries = entries, .is_wide = true})).ok()) << entries;
    }
    EXPECT_FALSE(parse(zip_bytes(two(), {.entries = std::uint64_t{1} << 60, .is_wide = true})).ok());
    for (const std::uint64_t value : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1} << 40, ~std::uint64_t{0}}) {
        EXPECT_FALSE(parse(zip_bytes(two(), {.directory_bytes = value, .is_wide = true})).ok()) << value;
        EXPECT_FALSE(parse(zip_bytes(two(), {.directory_at = value, .is_wide = true})).ok()) << value;
    }
    EXPECT_THAT(refused(zip_bytes(two()), ErrorCode::kCorruptFile, {.entries = 1}).message, HasSubstr("at most 1"));
    EXPECT_THAT(refused(zip_bytes({})).message, HasSubstr("empty archive"));
}

TEST(ZipDirectory, TheTwoEndRecordsMustAgree) {
    std::string bytes = zip_bytes(two(), {.is_wide = true});
    bytes[bytes.size() - 12] = 1;  // entries of the short record: neither the truth nor "see the long one"
    bytes[bytes.size() - 11] = 0;
    EXPECT_FALSE(parse(bytes).ok());
}

}  // namespace
}  // namespace studio::io
