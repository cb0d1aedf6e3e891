#include "io/new_folder.h"

#include <gtest/gtest.h>

#include "core/text.h"
#include "support/temp_folder.h"

namespace studio::io {
namespace {

namespace fs = std::filesystem;

TEST(NewFolder, AppearsWithItsContentOrNotAtAll) {
    const test::TempFolder folder;
    {
        auto made = NewFolder::create(folder / "new");
        ASSERT_TRUE(made.ok());
        fs::create_directory(made->path() / "inside");
        EXPECT_FALSE(fs::exists(folder / "new"));
        EXPECT_TRUE(made->commit().value());
    }
    EXPECT_TRUE(fs::exists(folder / "new" / "inside"));
    {
        auto dropped = NewFolder::create(folder / "other");
        ASSERT_TRUE(dropped.ok());
        fs::create_directory(dropped->path() / "inside");
        const NewFolder moved = std::move(*dropped);
        EXPECT_TRUE(fs::exists(moved.path()));
    }
    EXPECT_EQ(folder.count_files(), 2u);
}

TEST(NewFolder, NothingIsReplaced) {
    const test::TempFolder folder;
    auto made = NewFolder::create(folder / "name");
    ASSERT_TRUE(made.ok());
    folder.write("name", "mine");
    EXPECT_FALSE(made->commit().value());
    EXPECT_EQ(test::read_file(folder / "name"), "mine");
    const auto refused = NewFolder::create(folder / "no such folder" / "name");
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::kIo);
    EXPECT_EQ(refused.error().file, path_to_utf8(folder / "no such folder" / "name"));
    EXPECT_FALSE(refused.error().fix.empty());
}

}  // namespace
}  // namespace studio::io
