#include "app/output_path.h"

#include <gtest/gtest.h>

#include "core/text.h"
#include "support/temp_folder.h"

namespace studio {
namespace {

namespace fs = std::filesystem;

class OutputPath : public testing::Test {
  protected:
    Result<OutputChoice> choose(const fs::path& wanted) {
        return choose_output(path_to_utf8(wanted), "a-star-1", 1000);
    }
    Error error_of(const fs::path& wanted) {
        const auto choice = choose(wanted);
        EXPECT_FALSE(choice.ok());
        if (choice.ok()) return {};
        EXPECT_EQ(choice.error().field, "output");
        EXPECT_FALSE(choice.error().fix.empty());
        return choice.error();
    }
    test::TempFolder folder_;
};

TEST_F(OutputPath, AFolderGetsAName) {
    EXPECT_EQ(choose(folder_.path())->path, folder_ / "a-star-1.mp4");
    folder_.write("a-star-1.mp4", "x");
    EXPECT_EQ(choose(folder_.path())->path, folder_ / "a-star-1 (2).mp4");
    EXPECT_EQ(folder_.count_files(), 1u);  // probing leaves nothing behind
}

TEST_F(OutputPath, AFileKeepsItsNameUnlessTaken) {
    const auto choice = choose(folder_ / "雪 %d '\".MP4");
    ASSERT_TRUE(choice.ok()) << choice.error().message;
    EXPECT_EQ(choice->path, folder_ / "雪 %d '\".MP4");
    EXPECT_TRUE(choice->notices.empty());
    folder_.write("v.mp4", "x");
    folder_.write("v (2).mp4", "x");
    const auto third = choose(folder_ / "v.mp4");
    EXPECT_EQ(third->path, folder_ / "v (3).mp4");
    EXPECT_EQ(third->notices.size(), 1u);
}

TEST_F(OutputPath, NoOutputMeansTheOutputsFolderHere) {
    const fs::path before = fs::current_path();
    fs::current_path(folder_.path());
    const auto choice = choose_output("", "a-star-1", 1000);
    const bool planning_made_it = fs::exists("outputs");
    const bool made = choice.ok() && make_output_folder(choice->path).ok() && fs::is_directory("outputs");
    const auto again = choose_output("", "a-star-1", 1000);
    fs::current_path(before);
    ASSERT_TRUE(choice.ok());
    EXPECT_EQ(choice->path, fs::canonical(folder_.path()) / "outputs/a-star-1.mp4");
    EXPECT_EQ(choice->notices.size(), 1u);  // that the folder will be made
    EXPECT_FALSE(planning_made_it);
    EXPECT_TRUE(made);
    EXPECT_TRUE(again->notices.empty());
}

TEST_F(OutputPath, RefusesWhatCannotBeWritten) {
    EXPECT_EQ(error_of(folder_ / "absent").code, ErrorCode::kNotFound);
    EXPECT_EQ(error_of(folder_ / "absent/v.mp4").code, ErrorCode::kNotFound);
    EXPECT_EQ(error_of(folder_ / "v.avi").code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(error_of(folder_ / (std::string(260, 'x') + ".mp4")).code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(error_of(folder_.write("plain", "x")).code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(choose_output(std::string("a\0b.mp4", 7), "s", 1).error().code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(error_of(folder_ / "plain/v.mp4").code, ErrorCode::kNotFound);
}

TEST_F(OutputPath, RefusesLinksAlsoDanglingOnes) {
    folder_.write("real.mp4", "x");
    fs::create_symlink(folder_ / "real.mp4", folder_ / "link.mp4");
    fs::create_symlink(folder_ / "nowhere", folder_ / "dangling.mp4");
    fs::create_symlink("/dev/null", folder_ / "device.mp4");
    for (const char* name : {"link.mp4", "dangling.mp4", "device.mp4"})
        EXPECT_EQ(error_of(folder_ / name).code, ErrorCode::kIo) << name;
    EXPECT_EQ(test::read_file(folder_ / "real.mp4"), "x");
}

TEST_F(OutputPath, RefusesAFullDiskBeforeTheWork) {
    const auto choice = choose_output(path_to_utf8(folder_.path()), "s", std::uint64_t{1} << 60);
    ASSERT_FALSE(choice.ok());
    EXPECT_EQ(choice.error().code, ErrorCode::kIo);
    EXPECT_NE(choice.error().message.find("full"), std::string::npos);
}

#ifdef __linux__
TEST_F(OutputPath, RefusesAFolderThatTakesNoFiles) {
    // /proc refuses new files to everyone, root included.
    EXPECT_EQ(error_of("/proc/v.mp4").code, ErrorCode::kIo);
}
#endif

}  // namespace
}  // namespace studio
