#include "media/output_name.h"

#include "core/text.h"
#include "unit/media/media_fixture.h"

namespace studio::media {
namespace {

TEST(OutputName, ChecksTheTarget) {
    const TempFolder temp;
    EXPECT_TRUE(check_target(temp.path / "new.mp4").ok());
    expect_error(check_target(temp.path / "none" / "a.mp4").error(), ErrorCode::kNotFound, "does not exist");
    write_bytes(temp.path / "file", "x");
    EXPECT_TRUE(check_target(temp.path / "file").ok());  // taken, so it will be "file (2)"
    expect_error(check_target(temp.path / "file" / "a.mp4").error(), ErrorCode::kIo, "is a file");
    expect_error(check_target(temp.path).error(), ErrorCode::kIo, "folder");
    expect_error(check_target(temp.path / "").error(), ErrorCode::kInvalidArgument, "no file name");
    expect_error(check_target(temp.path / (std::string(252, 'x') + ".mp4")).error(), ErrorCode::kInvalidArgument,
                 "256 bytes");
    expect_error(check_target("/dev/null").error(), ErrorCode::kIo, "device");
    fs::create_symlink(temp.path / "file", temp.path / "link");
    fs::create_symlink(temp.path / "nowhere", temp.path / "dangling");
    expect_error(check_target(temp.path / "link").error(), ErrorCode::kIo, "symbolic link");
    expect_error(check_target(temp.path / "dangling").error(), ErrorCode::kIo, "symbolic link");
}

TEST(OutputName, PartNamesFitAndDiffer) {
    EXPECT_EQ(part_path("/a/clip.mp4", 1), fs::path("/a/clip.mp4.part"));
    EXPECT_EQ(part_path("/a/clip.mp4", 2), fs::path("/a/clip.mp4.2.part"));
    std::string name;
    for (int i = 0; i < 85; ++i)
        name += "狐";  // 255 bytes
    const std::string part = path_to_utf8(part_path("/a/" + name, 1).filename());
    EXPECT_EQ(part.size(), 83u * 3 + 5);
    EXPECT_FALSE(invalid_utf8_at(part));
}

TEST(OutputName, NeverReplaces) {
    const TempFolder temp;
    const fs::path target = temp.path / "clip.mp4";
    for (const char* expected : {"clip.mp4", "clip (2).mp4", "clip (3).mp4"}) {
        write_bytes(temp.path / "p", expected);
        const auto name = rename_to_free_name(temp.path / "p", target);
        ASSERT_TRUE(name.ok());
        EXPECT_EQ(name->filename(), expected);
        EXPECT_EQ(read_bytes(*name), expected);
    }
    write_bytes(temp.path / "p", "x");
    fs::create_symlink(temp.path / "nowhere", temp.path / "late.mp4");
    EXPECT_FALSE(rename_to_free_name(temp.path / "p", temp.path / "late.mp4").ok());
    EXPECT_FALSE(fs::exists(temp.path / "nowhere"));
    EXPECT_FALSE(rename_to_free_name(temp.path / "missing", temp.path / "z.mp4").ok());
}

TEST(OutputName, LongNamesAreCutByWholeCharacters) {
    const TempFolder temp;
    std::string stem;
    for (int i = 0; i < 83; ++i)
        stem += "狐";
    const fs::path target = temp.path / (stem + ".mp4");  // 253 bytes
    write_bytes(target, "taken");
    write_bytes(temp.path / "p", "new");
    const auto name = rename_to_free_name(temp.path / "p", target);
    ASSERT_TRUE(name.ok()) << name.error().message;
    const std::string utf8 = path_to_utf8(name->filename());
    EXPECT_LE(utf8.size(), 255u);
    EXPECT_FALSE(invalid_utf8_at(utf8));
    EXPECT_THAT(utf8, ::testing::EndsWith(" (2).mp4"));
}

}  // namespace
}  // namespace studio::media
