#include "net/part_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/text.h"
#include "support/temp_folder.h"

namespace studio::net {
namespace {

namespace fs = std::filesystem;
using test::read_file;

std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text));
}

const PartState kWanted{"https://hub.example/x", "", "", 10, std::string(64, 'a')};

/// Append `text` and let go, as a process that is killed would.
void leave_part(const fs::path& target, std::string_view text, PartState state = kWanted) {
    auto part = PartFile::open(target, state);
    ASSERT_TRUE(part.ok()) << part.error().message;
    state.etag = "\"v1\"";
    ASSERT_TRUE(part->set_state(state).ok());
    ASSERT_TRUE(part->append(bytes_of(text)).ok());
}

TEST(PartFile, IsGoneOnWithAfterTheProcessEnded) {
    const test::TempFolder folder;
    const fs::path target = folder / "new" / "model.pth";
    leave_part(target, "hello");
    EXPECT_EQ(read_file(part_path(target)), "hello");
    EXPECT_FALSE(fs::exists(target));
    auto part = PartFile::open(target, kWanted);
    ASSERT_TRUE(part.ok());
    EXPECT_EQ(part->size(), 5u);
    EXPECT_EQ(part->state().etag, "\"v1\"");
    ASSERT_TRUE(part->hash_existing({}).ok());
    ASSERT_TRUE(part->append(bytes_of("world")).ok());
    const auto hash = part->finish();
    ASSERT_TRUE(hash.ok());
    EXPECT_EQ(*hash, io::sha256_hex(bytes_of("helloworld")));
    ASSERT_TRUE(part->commit(false).ok());
    EXPECT_EQ(read_file(target), "helloworld");
    EXPECT_FALSE(fs::exists(part_path(target)));
    EXPECT_FALSE(fs::exists(part_state_path(target)));
}

TEST(PartFile, BytesOfAnotherFileAreNotUsed) {
    const test::TempFolder folder;
    const fs::path target = folder / "model.pth";
    PartState other = kWanted;
    for (int kind = 0; kind < 4; ++kind) {
        leave_part(target, "hello");
        other = kWanted;
        if (kind == 0) other.sha256 = std::string(64, 'b');
        if (kind == 1) other.size = 11;
        if (kind == 2) fs::remove(part_state_path(target));
        if (kind == 3) std::ofstream(part_path(target), std::ios::app) << "longer than promised";
        auto part = PartFile::open(target, other);
        ASSERT_TRUE(part.ok());
        EXPECT_EQ(part->size(), 0u) << kind;
        part->discard();
    }
}

TEST(PartFile, ALinkInItsPlaceIsReplacedAndNotFollowed) {
    const test::TempFolder folder;
    const fs::path target = folder / "model.pth";
    folder.write("victim", "precious");
    fs::create_symlink(folder / "victim", part_path(target));
    leave_part(target, "hello");
    EXPECT_EQ(read_file(folder / "victim"), "precious");
    EXPECT_FALSE(fs::is_symlink(part_path(target)));
}

TEST(PartFile, OneOwnerAtATime) {
    const test::TempFolder folder;
    const fs::path target = folder / "model.pth";
    {
        auto first = PartFile::open(target, kWanted);
        ASSERT_TRUE(first.ok());
        const auto second = PartFile::open(target, kWanted);
        ASSERT_FALSE(second.ok());
        EXPECT_EQ(second.error().code, ErrorCode::kIo);
        EXPECT_EQ(second.error().field, "lock");
        EXPECT_EQ(second.error().file, path_to_utf8(target));
        EXPECT_FALSE(second.error().fix.empty());
        EXPECT_TRUE(PartFile::open(folder / "other.pth", kWanted).ok());
    }
    EXPECT_TRUE(PartFile::open(target, kWanted).ok());
    EXPECT_FALSE(fs::exists(folder / "model.pth.part.lock"));
}

TEST(PartFile, WhatHasTheNameIsOnlyReplacedWhenAllowed) {
    const test::TempFolder folder;
    const fs::path target = folder.write("model.pth", "mine");
    auto part = PartFile::open(target, kWanted);
    ASSERT_TRUE(part.ok());
    ASSERT_TRUE(part->append(bytes_of("new")).ok());
    ASSERT_TRUE(part->finish().ok());
    const auto refused = part->commit(false);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().file, path_to_utf8(target));
    EXPECT_EQ(read_file(target), "mine");
    ASSERT_TRUE(part->commit(true).ok());
    EXPECT_EQ(read_file(target), "new");
}

TEST(PartFile, RestartForgetsEverything) {
    const test::TempFolder folder;
    const fs::path target = folder / "model.pth";
    leave_part(target, "hello");
    auto part = PartFile::open(target, kWanted);
    ASSERT_TRUE(part.ok());
    ASSERT_TRUE(part->hash_existing({}).ok());
    ASSERT_TRUE(part->restart().ok());
    EXPECT_EQ(part->size(), 0u);
    ASSERT_TRUE(part->append(bytes_of("anew")).ok());
    EXPECT_EQ(*part->finish(), io::sha256_hex(bytes_of("anew")));
}

TEST(PartFile, AppendingBeforeHashingIsABug) {
    const test::TempFolder folder;
    const fs::path target = folder / "model.pth";
    leave_part(target, "hello");
    auto part = PartFile::open(target, kWanted);
    ASSERT_TRUE(part.ok());
    EXPECT_EQ(part->append(bytes_of("x")).error().code, ErrorCode::kInternal);
}

TEST(PartFile, AFullDiskIsNamedAndThePartKept) {
#ifdef __linux__
    if (!fs::exists("/dev/full")) GTEST_SKIP() << "no /dev/full";
    const test::TempFolder folder;
    const fs::path target = folder / "model.pth";
    auto part = PartFile::open(target, kWanted);
    ASSERT_TRUE(part.ok());
    // The open stream cannot be redirected; a part that leads to the full device stands for a full disk.
    fs::remove(part_path(target));
    fs::create_symlink("/dev/full", part_path(target));
    ASSERT_TRUE(part->restart().ok());
    const auto written = part->append(bytes_of("hello"));
    ASSERT_FALSE(written.ok());
    EXPECT_EQ(written.error().code, ErrorCode::kIo);
    EXPECT_EQ(written.error().field, "disk");
    EXPECT_EQ(written.error().file, path_to_utf8(target));
    EXPECT_THAT(written.error().fix, ::testing::HasSubstr("Free 10 bytes"));
#else
    GTEST_SKIP() << "needs /dev/full";
#endif
}

}  // namespace
}  // namespace studio::net
