#include "tensor/guard.h"

#include <gtest/gtest.h>

#include <new>

#include "core/error.h"
#include "tensor/torch_compat.h"

namespace studio {
namespace {

Error caught(const std::function<void()>& body) {
    const Result<void> result = guard(body);
    EXPECT_FALSE(result.ok());
    if (result.ok()) return {};
    EXPECT_FALSE(result.error().message.empty());
    EXPECT_FALSE(result.error().fix.empty());
    return result.error();
}

TEST(Guard, PassesValuesThrough) {
    const Result<int> value = guard([] { return 3; });
    ASSERT_TRUE(value.ok());
    EXPECT_EQ(*value, 3);
    EXPECT_TRUE(guard([] {}).ok());
}

TEST(Guard, KeepsOurOwnErrors) {
    const Error error = caught([] { throw Failure(invalid_argument("steps", "Too many.", "Use fewer.")); });
    EXPECT_EQ(error.code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(error.field, "steps");
    EXPECT_EQ(error.message, "Too many.");
}

TEST(Guard, FillsInWhatAnErrorLeftEmpty) {
    caught([] { throw Failure(Error{}); });
    caught([] { throw std::runtime_error(""); });
    caught([] { throw 7; });
}

TEST(Guard, TurnsAtenErrorsIntoSentencesWithoutBacktrace) {
    const Error error = caught([] { at::ones({2, 3}).matmul(at::ones({2, 3})); });
    EXPECT_EQ(error.code, ErrorCode::kInternal);
    EXPECT_NE(error.message.find("shapes cannot be multiplied"), std::string::npos) << error.message;
    EXPECT_EQ(error.message.find("Exception raised from"), std::string::npos) << error.message;
    EXPECT_EQ(error.message.find("frame #"), std::string::npos) << error.message;
}

TEST(Guard, KnowsMemoryErrors) {
    EXPECT_EQ(caught([] { throw std::bad_alloc(); }).code, ErrorCode::kOutOfMemory);
    EXPECT_EQ(caught([] { TORCH_CHECK_WITH(OutOfMemoryError, false, "CUDA out of memory."); }).code,
              ErrorCode::kOutOfMemory);
    // More than any address space has: the CPU allocator's own error.
    EXPECT_EQ(caught([] { at::empty({std::int64_t{1} << 50}, at::kFloat); }).code, ErrorCode::kOutOfMemory);
    // oneDNN's own type has nothing but this text.
    EXPECT_EQ(caught([] { throw std::runtime_error("could not create a primitive"); }).code, ErrorCode::kOutOfMemory);
    EXPECT_EQ(caught([] { throw std::runtime_error("could not find a primitive"); }).code, ErrorCode::kInternal);
    // And the next job works.
    EXPECT_TRUE(guard([] { return at::ones({4}).sum().item<float>(); }).ok());
}

TEST(Guard, CancellationIsACode) {
    std::stop_source source;
    EXPECT_TRUE(guard([&] { throw_if_cancelled(source.get_token()); }).ok());
    source.request_stop();
    EXPECT_EQ(caught([&] { throw_if_cancelled(source.get_token()); }).code, ErrorCode::kCancelled);
}

}  // namespace
}  // namespace studio
