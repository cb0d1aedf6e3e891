#include "io/checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "core/text.h"
#include "io/mapped_file.h"
#include "io/safetensors_writer.h"
#include "support/safetensors_bytes.h"
#include "support/temp_folder.h"

#ifndef _WIN32
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>
#endif

namespace studio::io {
namespace {

namespace fs = std::filesystem;
using test::entry;
using test::safetensors_bytes;
using testing::AllOf;
using testing::HasSubstr;

std::string one_tensor(const std::string& name, std::string_view four_bytes = "1234") {
    return safetensors_bytes("{" + entry(name, 1, 0) + "}", four_bytes);
}

Error refused(const fs::path& path) {
    const auto result = Checkpoint::open(path);
    EXPECT_FALSE(result.ok()) << path;
    if (result.ok()) return {};
    EXPECT_FALSE(result.error().message.empty());
    EXPECT_FALSE(result.error().fix.empty());
    return result.error();
}

/// Two shards with the tensors a, b (first) and c (second).
struct Sharded {
    Sharded() {
        folder.write("w-00001-of-00002.safetensors",
                     safetensors_bytes("{" + entry("a", 1, 0) + "," + entry("b", 1, 4) + "}", "aaaabbbb"));
        folder.write("w-00002-of-00002.safetensors", one_tensor("c", "cccc"));
        index(
            R"("a":"w-00001-of-00002.safetensors","b":"w-00001-of-00002.safetensors","c":"w-00002-of-00002.safetensors")");
    }
    void index(const std::string& map) const {
        folder.write("w.safetensors.index.json", R"({"metadata":{"total_size":12},"weight_map":{)" + map + "}}");
    }
    fs::path index_path() const { return folder / "w.safetensors.index.json"; }
    test::TempFolder folder;
};

TEST(Checkpoint, OpensAFile) {
    const test::TempFolder folder;
    const auto file = folder.write(path_from_utf8("größe 中文.safetensors"), one_tensor("w", "wxyz"));
    const auto opened = Checkpoint::open(file);
    ASSERT_TRUE(opened.ok()) << opened.error().message;
    const Checkpoint& checkpoint = **opened;
    const TensorInfo* const info = checkpoint.find("w");
    ASSERT_NE(info, nullptr);
    EXPECT_EQ(std::memcmp(checkpoint.bytes(*info).data(), "wxyz", 4), 0);
    EXPECT_EQ(checkpoint.find("v"), nullptr);
    EXPECT_EQ(checkpoint.main_file(), file);
    EXPECT_TRUE(checkpoint.config_path().empty());
    EXPECT_TRUE(checkpoint.verify_unchanged().ok());
}

TEST(Checkpoint, OpensShardsByIndexOrFolder) {
    const Sharded sharded;
    for (const fs::path& path : {sharded.index_path(), sharded.folder.path()}) {
        const auto opened = Checkpoint::open(path);
        ASSERT_TRUE(opened.ok()) << opened.error().message;
        ASSERT_EQ((*opened)->tensors().size(), 3u);
        EXPECT_EQ((*opened)->files().size(), 2u);
        EXPECT_EQ(std::memcmp((*opened)->bytes(*(*opened)->find("c")).data(), "cccc", 4), 0);
        EXPECT_EQ(std::memcmp((*opened)->bytes(*(*opened)->find("b")).data(), "bbbb", 4), 0);
        EXPECT_EQ((*opened)->main_file(), sharded.index_path());
    }
}

TEST(Checkpoint, FindsTheConfigBesideTheWeights) {
    const test::TempFolder folder;
    const auto file = folder.write("w.safetensors", one_tensor("w"));
    folder.write("config.json", "{}");
    EXPECT_EQ((*Checkpoint::open(file))->config_path(), folder / "config.json");
    EXPECT_EQ((*Checkpoint::open(folder.path()))->config_path(), folder / "config.json");
}

TEST(CheckpointIndex, ShardMissingIsNamed) {
    const Sharded sharded;
    fs::remove(sharded.folder / "w-00002-of-00002.safetensors");
    const Error error = refused(sharded.index_path());
    EXPECT_EQ(error.code, ErrorCode::kNotFound);
    EXPECT_THAT(error.file, HasSubstr("w-00002-of-00002"));
}

TEST(CheckpointIndex, ShardDamagedIsNamed) {
    const Sharded sharded;
    sharded.folder.write("w-00002-of-00002.safetensors", "<!doctype html>");
    const Error error = refused(sharded.index_path());
    EXPECT_THAT(error.file, HasSubstr("w-00002-of-00002"));
    EXPECT_THAT(error.message, HasSubstr("web page"));
}

TEST(CheckpointIndex, MappedTensorMissingInItsShard) {
    const Sharded sharded;
    sharded.index(
        R"("a":"w-00001-of-00002.safetensors","b":"w-00001-of-00002.safetensors","c":"w-00002-of-00002.safetensors","d":"w-00002-of-00002.safetensors")");
    const Error error = refused(sharded.index_path());
    EXPECT_EQ(error.code, ErrorCode::kCorruptFile);
    EXPECT_EQ(error.field, "d");
}

TEST(CheckpointIndex, ShardTensorNotMapped) {
    const Sharded sharded;
    sharded.index(R"("a":"w-00001-of-00002.safetensors","c":"w-00002-of-00002.safetensors")");
    EXPECT_EQ(refused(sharded.index_path()).field, "b");
}

TEST(CheckpointIndex, TensorMappedToTheWrongShard) {
    const Sharded sharded;
    sharded.index(
        R"("a":"w-00001-of-00002.safetensors","b":"w-00002-of-00002.safetensors","c":"w-00002-of-00002.safetensors")");
    EXPECT_EQ(refused(sharded.index_path()).field, "b");
}

TEST(CheckpointIndex, TensorInTwoShards) {
    const Sharded sharded;
    sharded.folder.write("w-00002-of-00002.safetensors",
                         safetensors_bytes("{" + entry("a", 1, 0) + "," + entry("c", 1, 4) + "}", "aaaacccc"));
    EXPECT_THAT(refused(sharded.index_path()).message, HasSubstr("more than one"));
}

TEST(CheckpointIndex, PathsAreNeverFollowed) {
    const Sharded sharded;
    fs::create_directory(sharded.folder / "sub");
    sharded.folder.write("sub/x.safetensors", one_tensor("a"));
    for (const char* name : {"../x.safetensors", "/etc/passwd", "sub/x.safetensors", "sub\\\\x.safetensors",
                             "C:x.safetensors", "..", ".", "", "a\\u0000b", "x\\n"}) {
        sharded.index(std::string("\"a\":\"") + name + "\"");
        const Error error = refused(sharded.index_path());
        EXPECT_EQ(error.code, ErrorCode::kCorruptFile) << name;
        EXPECT_THAT(error.file, HasSubstr("index.json")) << name;
    }
}

TEST(CheckpointIndex, WrongForms) {
    const Sharded sharded;
    for (const char* text :
         {"{}", "[]", "7", "{\"weight_map\":[]}", "{\"weight_map\":{}}", "{\"weight_map\":{\"a\":5}}",
          "{\"weight_map\":null}", "{\"weight_map\":{\"a\":\"x\",\"a\":\"y\"}}", "not json", ""}) {
        sharded.folder.write("w.safetensors.index.json", text);
        const Error error = refused(sharded.index_path());
        EXPECT_EQ(error.code, ErrorCode::kCorruptFile) << text;
        EXPECT_THAT(error.file, HasSubstr("index.json"));
    }
}

TEST(CheckpointFolder, PrefersTheUsualName) {
    const test::TempFolder folder;
    folder.write("extra.safetensors", one_tensor("x"));
    folder.write("diffusion_pytorch_model.safetensors", one_tensor("w"));
    EXPECT_NE((*Checkpoint::open(folder.path()))->find("w"), nullptr);
}

TEST(CheckpointFolder, SeveralCandidatesAreNamed) {
    const test::TempFolder folder;
    folder.write("one.safetensors", one_tensor("x"));
    folder.write("two.safetensors", one_tensor("w"));
    const Error error = refused(folder.path());
    EXPECT_EQ(error.code, ErrorCode::kUnsupported);
    EXPECT_THAT(error.message, AllOf(HasSubstr("one.safetensors"), HasSubstr("two.safetensors")));
}

TEST(CheckpointFolder, ShardsWithoutIndex) {
    const Sharded sharded;
    fs::remove(sharded.index_path());
    EXPECT_THAT(refused(sharded.folder.path()).message, HasSubstr("index.json"));
}

TEST(CheckpointFolder, NothingInIt) {
    const test::TempFolder folder;
    EXPECT_EQ(refused(folder.path()).code, ErrorCode::kNotFound);
    folder.write("readme.txt", "PK");
    EXPECT_EQ(refused(folder.path()).code, ErrorCode::kNotFound);
}

TEST(CheckpointFolder, ASingleTorchOrGgufFileIsTaken) {
    for (const char* name : {"model.pth", "model.gguf", "weights.pt", "pytorch_model.bin", "x.ckpt"}) {
        const test::TempFolder folder;
        const auto file = folder.write(name, one_tensor("w"));  // its content counts, not its name
        const auto opened = Checkpoint::open(folder.path());
        ASSERT_TRUE(opened.ok()) << name << opened.error().message;
        EXPECT_EQ((*opened)->main_file(), file);
    }
}

TEST(CheckpointFolder, SeveralTorchFilesAreNamedAndSafetensorsIsPreferred) {
    const test::TempFolder folder;
    folder.write("vae.pth", "PK");
    folder.write("t5.pth", "PK");
    const Error error = refused(folder.path());
    EXPECT_EQ(error.code, ErrorCode::kUnsupported);
    EXPECT_THAT(error.message, AllOf(HasSubstr("vae.pth"), HasSubstr("t5.pth")));
    const auto file = folder.write("diffusion_pytorch_model.safetensors", one_tensor("w"));
    EXPECT_EQ((*Checkpoint::open(folder.path()))->main_file(), file);
}

TEST(CheckpointFolder, AWholePipelineIsNoPart) {
    const test::TempFolder folder;
    folder.write("model_index.json", "{}");
    folder.write("inputs.safetensors", one_tensor("x"));
    EXPECT_THAT(refused(folder.path()).message, HasSubstr("pipeline"));
}

TEST(CheckpointFolder, HalfWrittenFilesOfOursAreNotSeen) {
    const test::TempFolder folder;
    folder.write(".turbo-studio-1.safetensors", "half");
    folder.write("w.safetensors", one_tensor("w"));
    EXPECT_TRUE(Checkpoint::open(folder.path()).ok());
}

TEST(Checkpoint, WhatIsNoOrdinaryFile) {
    const test::TempFolder folder;
    EXPECT_EQ(refused(folder / "none.safetensors").code, ErrorCode::kNotFound);
    EXPECT_EQ(refused("").code, ErrorCode::kNotFound);
#ifndef _WIN32
    ASSERT_EQ(::mkfifo((folder / "pipe.safetensors").c_str(), 0600), 0);
    EXPECT_EQ(refused(folder / "pipe.safetensors").code, ErrorCode::kIo);
    EXPECT_EQ(refused("/dev/zero").code, ErrorCode::kIo);
    fs::create_symlink("loop.safetensors", folder / "loop.safetensors");
    refused(folder / "loop.safetensors");
#endif
}

#ifndef _WIN32
/// One tensor of 4 MiB.
fs::path large_file(const test::TempFolder& folder) {
    constexpr std::int64_t kElements = 1 << 20;
    return folder.write("large.safetensors",
                        safetensors_bytes("{" + entry("w", kElements, 0) + "}", std::string(4 * kElements, '7')));
}

TEST(Checkpoint, Row22FileShortenedWhileMappedIsAnErrorNotASignal) {
    const test::TempFolder folder;
    const auto file = large_file(folder);
    const auto opened = Checkpoint::open(file);
    ASSERT_TRUE(opened.ok());
    fs::resize_file(file, 8192);
    std::uint64_t sum = 0;
    for (const std::byte value : (*opened)->bytes((*opened)->tensors()[0]))
        sum += std::to_integer<std::uint64_t>(value);
    EXPECT_LT(sum, std::uint64_t{4} * (1 << 20) * '7') << "the lost part should read as zeros";
    const auto verdict = (*opened)->verify_unchanged();
    ASSERT_FALSE(verdict.ok());
    EXPECT_EQ(verdict.error().code, ErrorCode::kIo);
    EXPECT_THAT(verdict.error().file, HasSubstr("large.safetensors"));
    EXPECT_FALSE(verdict.error().fix.empty());
}

TEST(Checkpoint, Row22DamageIsRememberedWhenTheFileGrowsBack) {
    const test::TempFolder folder;
    const auto file = large_file(folder);
    const auto size = fs::file_size(file);
    const auto time = fs::last_write_time(file);
    const auto opened = Checkpoint::open(file);
    fs::resize_file(file, 8192);
    const auto bytes = (*opened)->bytes((*opened)->tensors()[0]);
    EXPECT_EQ(std::to_integer<int>(bytes[bytes.size() - 1]), 0);
    fs::resize_file(file, size);
    fs::last_write_time(file, time);
    EXPECT_FALSE((*opened)->verify_unchanged().ok());
}

TEST(Checkpoint, Row22RewrittenInPlaceIsNoticed) {
    const test::TempFolder folder;
    const auto file = large_file(folder);
    const auto opened = Checkpoint::open(file);
    fs::last_write_time(file, fs::last_write_time(file) + std::chrono::seconds(2));
    EXPECT_FALSE((*opened)->verify_unchanged().ok());
}

TEST(Checkpoint, Row22ReplacedByRenameKeepsWhatWasOpened) {
    const test::TempFolder folder;
    const auto file = folder.write("w.safetensors", one_tensor("w", "old!"));
    const auto opened = Checkpoint::open(file);
    fs::rename(folder.write("new", one_tensor("w", "new!")), file);
    EXPECT_EQ(std::memcmp((*opened)->bytes(*(*opened)->find("w")).data(), "old!", 4), 0);
    EXPECT_TRUE((*opened)->verify_unchanged().ok());
}

TEST(MappedFile, OtherBusErrorsStillEndTheProcess) {
    const test::TempFolder folder;
    const auto opened = Checkpoint::open(large_file(folder));  // installs the handler
    ASSERT_TRUE(opened.ok());
    // By the signal itself, or by the report of a sanitizer that had a handler before.
    const auto did_not_go_on = [](int status) { return !WIFEXITED(status) || WEXITSTATUS(status) != 0; };
    EXPECT_EXIT(
        {
            ::kill(::getpid(), SIGBUS);
            std::_Exit(0);
        },
        did_not_go_on, "");
}
#endif

TEST(MappedFile, AnEmptyFileIsEmpty) {
    const test::TempFolder folder;
    const auto file = MappedFile::open(folder.write("empty", ""));
    ASSERT_TRUE(file.ok());
    EXPECT_EQ((*file)->size(), 0u);
    EXPECT_TRUE((*file)->verify_unchanged().ok());
}

}  // namespace
}  // namespace studio::io
