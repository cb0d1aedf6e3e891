#include "convert/stream_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/text.h"
#include "io/checkpoint.h"
#include "support/temp_folder.h"

namespace studio::convert {
namespace {

OutTensor bytes_tensor(std::string name, std::size_t count, char value, std::size_t given = 0) {
    const std::string bytes(given > 0 ? given : count, value);
    return {std::move(name), io::DType::kU8, {static_cast<std::int64_t>(count)}, [bytes](const ByteSink& sink) {
                return sink(std::as_bytes(std::span(bytes)));
            }};
}

TEST(StreamWriter, WritesInOrderAtTheAskedPlace) {
    const test::TempFolder folder;
    const std::vector<OutTensor> tensors{bytes_tensor("z", 5, 'z'), bytes_tensor("a", 3, 'a')};
    for (const std::uint64_t align : {std::uint64_t{8}, std::uint64_t{4096}}) {
        const auto file = folder / (std::to_string(align) + ".safetensors");
        ASSERT_TRUE(write_stream(file, tensors, align, {{"who", "we"}}).ok());
        const auto checkpoint = io::Checkpoint::open(file);
        ASSERT_TRUE(checkpoint.ok()) << checkpoint.error().message;
        const auto* const z = (*checkpoint)->find("z");
        const auto* const a = (*checkpoint)->find("a");
        EXPECT_EQ(z->offset % align, 0u);
        EXPECT_EQ(a->offset, z->offset + 5);
        EXPECT_EQ((*checkpoint)->metadata().at("who"), "we");
        EXPECT_EQ(static_cast<char>((*checkpoint)->bytes(*a)[2]), 'a');
    }
}

TEST(StreamWriter, NothingIsReplacedAndNothingLeft) {
    const test::TempFolder folder;
    const auto there = folder.write("a.safetensors", "mine");
    const auto refused = write_stream(there, std::vector<OutTensor>{bytes_tensor("a", 3, 'a')}, 8, {});
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(refused.error().field, "DST");
    EXPECT_EQ(test::read_file(there), "mine");
    // A producer that breaks its promise, one that fails.
    EXPECT_EQ(write_stream(folder / "b.safetensors", std::vector<OutTensor>{bytes_tensor("a", 3, 'a', 4)}, 8, {})
                  .error()
                  .code,
              ErrorCode::kInternal);
    const OutTensor failing{"f", io::DType::kU8, {1}, [](const ByteSink&) -> Result<void> { return cancelled(); }};
    EXPECT_EQ(write_stream(folder / "b.safetensors", std::vector<OutTensor>{failing}, 8, {}).error().code,
              ErrorCode::kCancelled);
    EXPECT_EQ(
        write_stream(folder / "no such folder" / "b.safetensors", std::vector<OutTensor>{failing}, 8, {}).error().code,
        ErrorCode::kIo);
    // A file that appears while the work goes on is not replaced either.
    const OutTensor late{"l", io::DType::kU8, {1}, [&](const ByteSink& sink) {
                             folder.write("late.safetensors", "theirs");
                             return sink(std::as_bytes(std::span("x", 1)));
                         }};
    EXPECT_EQ(write_stream(folder / "late.safetensors", std::vector<OutTensor>{late}, 8, {}).error().field, "DST");
    EXPECT_EQ(test::read_file(folder / "late.safetensors"), "theirs");
    EXPECT_EQ(folder.count_files(), 2u);
}

}  // namespace
}  // namespace studio::convert
