#include "core/files.h"

#include <gtest/gtest.h>

#include "core/text.h"
#include "support/temp_folder.h"

#ifndef _WIN32
#include <sys/stat.h>
#include <unistd.h>
#endif

namespace studio {
namespace {

TEST(ReadSmallFile, ReadsUpToTheLimit) {
    const test::TempFolder folder;
    const auto file = folder.write("a.txt", std::string("x\0y", 3));
    ASSERT_TRUE(read_small_file(file, 3).ok());
    EXPECT_EQ(*read_small_file(file, 3), std::string("x\0y", 3));
    ASSERT_FALSE(read_small_file(file, 2).ok());
    EXPECT_EQ(read_small_file(file, 2).error().code, ErrorCode::kCorruptFile);
    EXPECT_EQ(*read_small_file(folder.write("empty", ""), 0), "");
}

TEST(ReadSmallFile, ReadsNamesOutsideAscii) {
    const test::TempFolder folder;
    const auto file = folder.write(path_from_utf8("größe 中文.txt"), "ok");
    EXPECT_EQ(*read_small_file(file, 10), "ok");
}

TEST(RequireRegularFile, TellsWhatIsThereInstead) {
    const test::TempFolder folder;
    EXPECT_EQ(require_regular_file(folder / "no").error().code, ErrorCode::kNotFound);
    EXPECT_EQ(require_regular_file("").error().code, ErrorCode::kNotFound);
    EXPECT_EQ(require_regular_file(folder.path()).error().code, ErrorCode::kIo);
    EXPECT_NE(require_regular_file(folder.path()).error().message.find("folder"), std::string::npos);
    EXPECT_TRUE(require_regular_file(folder.write("f", "x")).ok());
}

#ifndef _WIN32
TEST(RequireRegularFile, NeverWaitsForAPipe) {
    const test::TempFolder folder;
    ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
    EXPECT_EQ(read_small_file(folder / "pipe", 10).error().code, ErrorCode::kIo);
    EXPECT_EQ(read_small_file("/dev/zero", 10).error().code, ErrorCode::kIo);
}

TEST(RequireRegularFile, RefusesNulAndFollowsLinks) {
    const test::TempFolder folder;
    const auto file = folder.write("f", "x");
    EXPECT_EQ(require_regular_file(std::string(file.string()).append("\0y", 2)).error().code, ErrorCode::kNotFound);
    std::filesystem::create_symlink(file, folder / "link");
    EXPECT_TRUE(require_regular_file(folder / "link").ok());
    std::filesystem::create_symlink("nowhere", folder / "broken");
    EXPECT_EQ(require_regular_file(folder / "broken").error().code, ErrorCode::kNotFound);
    std::filesystem::create_symlink("loop", folder / "loop");
    EXPECT_FALSE(require_regular_file(folder / "loop").ok());
}

TEST(ReadSmallFile, ReportsMissingPermission) {
    if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
    const test::TempFolder folder;
    const auto file = folder.write("f", "x");
    std::filesystem::permissions(file, std::filesystem::perms::none);
    EXPECT_EQ(read_small_file(file, 10).error().code, ErrorCode::kIo);
}
#endif

}  // namespace
}  // namespace studio
