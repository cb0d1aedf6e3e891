#include "core/file_lock.h"

#include <gtest/gtest.h>

#include "core/text.h"
#include "support/temp_folder.h"

namespace studio {
namespace {

TEST(FileLock, OneOwnerAtATimeAndNothingLeft) {
    const test::TempFolder folder;
    for (int round = 0; round < 3; ++round) {
        auto first = FileLock::try_lock(folder / "lock");
        ASSERT_TRUE(first.ok());
        ASSERT_TRUE(first->has_value());
        const auto second = FileLock::try_lock(folder / "lock");
        ASSERT_TRUE(second.ok());
        EXPECT_FALSE(second->has_value());
        FileLock moved = *std::move(*first);
        EXPECT_FALSE(FileLock::try_lock(folder / "lock").value().has_value());
    }
    EXPECT_EQ(folder.count_files(), 0u);
}

TEST(FileLock, AFileThatIsLeftFromACrashIsNoLock) {
    const test::TempFolder folder;
    const auto path = folder.write("lock", "");
    EXPECT_TRUE(FileLock::try_lock(path).value().has_value());
    EXPECT_EQ(folder.count_files(), 0u);
    const auto refused = FileLock::try_lock(folder / "no such folder" / "lock");
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::kIo);
    EXPECT_FALSE(refused.error().fix.empty());
}

}  // namespace
}  // namespace studio
