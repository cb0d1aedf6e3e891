#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "core/text.h"
#include "io/atomic_file.h"
#include "io/checkpoint.h"
#include "io/safetensors_writer.h"
#include "support/temp_folder.h"

#ifndef _WIN32
#include <sys/resource.h>
#include <unistd.h>
#include <csignal>
#endif

namespace studio::io {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

std::span<const std::byte> bytes_of(const std::string& text) {
    return std::as_bytes(std::span(text));
}

TEST(WriteSafetensors, ReadsBackEqualAndAligned) {
    const test::TempFolder folder;
    const std::string f32 = "aaaabbbbcccc", f64 = "12345678", u8 = "xyz", i8 = "q";
    const std::vector<TensorBytes> tensors{{"small", DType::kU8, {3}, bytes_of(u8)},
                                           {"matrix", DType::kF32, {3, 1}, bytes_of(f32)},
                                           {"zahl ä", DType::kF64, {}, bytes_of(f64)},
                                           {"byte", DType::kI8, {1, 1}, bytes_of(i8)}};
    const auto file = folder / path_from_utf8("größe.safetensors");
    ASSERT_TRUE(write_safetensors(file, tensors, {{"made by", "a test"}}).ok());
    const auto opened = Checkpoint::open(file);
    ASSERT_TRUE(opened.ok()) << opened.error().message;
    EXPECT_EQ((*opened)->metadata().at("made by"), "a test");
    ASSERT_EQ((*opened)->tensors().size(), 4u);
    for (const TensorBytes& tensor : tensors) {
        const TensorInfo* const info = (*opened)->find(tensor.name);
        ASSERT_NE(info, nullptr) << tensor.name;
        EXPECT_EQ(info->dtype, tensor.dtype);
        EXPECT_EQ(info->shape, tensor.shape);
        EXPECT_EQ(info->offset % size_of(info->dtype), 0u) << tensor.name;
        EXPECT_EQ(std::memcmp((*opened)->bytes(*info).data(), tensor.bytes.data(), tensor.bytes.size()), 0);
    }
    EXPECT_EQ(folder.count_files(), 1u) << "something was left behind";
}

TEST(WriteSafetensors, RefusesWhatDoesNotFit) {
    const test::TempFolder folder;
    const std::string data = "12345678";
    const auto refuse = [&](const std::vector<TensorBytes>& tensors) {
        const auto result = write_safetensors(folder / "x.safetensors", tensors);
        ASSERT_FALSE(result.ok());
        EXPECT_EQ(result.error().code, ErrorCode::kInvalidArgument);
        EXPECT_EQ(folder.count_files(), 0u);
    };
    refuse({{"a", DType::kF32, {3}, bytes_of(data)}});
    refuse({{"a", DType::kF32, {-1, -2}, bytes_of(data)}});
    refuse({{"a", DType::kF32, {std::int64_t{1} << 40, std::int64_t{1} << 40}, bytes_of(data)}});
    refuse({{"a", DType::kF32, {2}, bytes_of(data)}, {"a", DType::kF64, {1}, bytes_of(data)}});
    refuse({{"__metadata__", DType::kF32, {2}, bytes_of(data)}});
    refuse({{"", DType::kF32, {2}, bytes_of(data)}});
    refuse({{"\xFF", DType::kF32, {2}, bytes_of(data)}});
}

TEST(WriteSafetensors, ReportsAMissingFolder) {
    const test::TempFolder folder;
    const auto result = write_safetensors(folder / "none" / "x.safetensors", {});
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().code, ErrorCode::kIo);
    EXPECT_THAT(result.error().file, HasSubstr("x.safetensors"));
    EXPECT_FALSE(result.error().fix.empty());
}

TEST(AtomicFile, NothingIsThereBeforeCommit) {
    const test::TempFolder folder;
    {
        auto file = AtomicFile::create(folder / "a.txt");
        ASSERT_TRUE(file.ok());
        ASSERT_TRUE(file->write("half").ok());
        EXPECT_FALSE(fs::exists(folder / "a.txt"));
        EXPECT_EQ(folder.count_files(), 1u);
    }
    EXPECT_EQ(folder.count_files(), 0u) << "the unfinished file stayed";
}

TEST(AtomicFile, CommitNewNeverReplaces) {
    const test::TempFolder folder;
    folder.write("a.txt", "old");
    auto file = AtomicFile::create(folder / "a.txt");
    ASSERT_TRUE(file->write("new").ok());
    const auto result = file->commit_new();
    ASSERT_TRUE(result.ok());
    EXPECT_FALSE(*result);
    EXPECT_EQ(test::read_file(folder / "a.txt"), "old");
    auto other = AtomicFile::create(folder / "b.txt");
    ASSERT_TRUE(other->write("new").ok());
    EXPECT_TRUE(*other->commit_new());
    EXPECT_EQ(test::read_file(folder / "b.txt"), "new");
}

TEST(AtomicFile, CommitReplacingReplaces) {
    const test::TempFolder folder;
    folder.write("a.txt", "old and longer");
    ASSERT_TRUE(write_text_file(folder / "a.txt", "new\n").ok());
    EXPECT_EQ(test::read_file(folder / "a.txt"), "new\n");
    EXPECT_EQ(folder.count_files(), 1u);
}

TEST(AtomicFile, AFolderAtTheTargetIsAnError) {
    const test::TempFolder folder;
    fs::create_directory(folder / "a.txt");
    folder.write("a.txt/inside", "x");
    const auto result = write_text_file(folder / "a.txt", "new");
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().code, ErrorCode::kIo);
    EXPECT_EQ(test::read_file(folder / "a.txt/inside"), "x");
    EXPECT_EQ(folder.count_files(), 2u);
}

#ifndef _WIN32
TEST(AtomicFile, ALinkAtTheTargetIsReplacedNotFollowed) {
    const test::TempFolder folder;
    const auto victim = folder.write("victim", "untouched");
    fs::create_symlink(victim, folder / "a.txt");
    ASSERT_TRUE(write_text_file(folder / "a.txt", "new").ok());
    EXPECT_EQ(test::read_file(victim), "untouched");
    EXPECT_FALSE(fs::is_symlink(folder / "a.txt"));
    fs::create_symlink(victim, folder / "b.txt");
    auto file = AtomicFile::create(folder / "b.txt");
    ASSERT_TRUE(file->write("new").ok());
    EXPECT_FALSE(*file->commit_new());
    EXPECT_EQ(test::read_file(victim), "untouched");
}

TEST(AtomicFile, AFullDiskIsReported) {
    const test::TempFolder folder;
    auto file = AtomicFile::create(folder / "a.txt");
    ASSERT_TRUE(file.ok());
    struct rlimit before {};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
    struct rlimit small = before;
    small.rlim_cur = 100000;
    ::signal(SIGXFSZ, SIG_IGN);  // the write then fails with EFBIG, as one on a full disk fails with ENOSPC
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
    auto result = file->write(std::string(1 << 20, 'x'));
    if (result.ok()) result = file->commit_replacing();
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().code, ErrorCode::kIo);
    EXPECT_FALSE(fs::exists(folder / "a.txt"));
}

TEST(AtomicFile, AReadOnlyFolderIsReported) {
    if (::geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
    const test::TempFolder folder;
    fs::permissions(folder.path(), fs::perms::owner_read | fs::perms::owner_exec);
    const auto result = write_text_file(folder / "a.txt", "x");
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().code, ErrorCode::kIo);
}
#endif

}  // namespace
}  // namespace studio::io
