#include "core/file_lock.h"

#include <gtest/gtest.h>

#include <thread>

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

TEST(FileLock, BesideAFileWaitsForTheOwnerAndNamesTheFileWhenItStays) {
    const test::TempFolder folder;
    const auto file = folder / "new folder" / "settings.json";
    {
        auto held = FileLock::lock_beside(file);
        ASSERT_TRUE(held.ok()) << held.error().message;
        const auto refused = FileLock::lock_beside(file, std::chrono::milliseconds(30));
        ASSERT_FALSE(refused.ok());
        EXPECT_EQ(refused.error().code, ErrorCode::kIo);
        EXPECT_NE(refused.error().message.find("settings.json"), std::string::npos);
        std::optional<FileLock> owned = std::move(*held);
        std::thread owner([&owned] {
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
            owned.reset();
        });
        EXPECT_TRUE(FileLock::lock_beside(file, std::chrono::minutes(1)).ok());
        owner.join();
    }
    EXPECT_TRUE(FileLock::lock_beside(file, std::chrono::milliseconds(0)).ok());
    EXPECT_TRUE(std::filesystem::is_empty(folder / "new folder"));
}

}  // namespace
}  // namespace studio
