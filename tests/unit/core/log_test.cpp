#include "core/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "core/check.h"
#include "core/error.h"
#include "core/text.h"
#include "support/environment.h"
#include "support/temp_folder.h"

namespace studio {
namespace {

using testing::HasSubstr;
using testing::Not;

class Log : public testing::Test {
  protected:
    Log() { set_environment("STUDIO_LOG", ""); }
    ~Log() override {
        log::shutdown();
        set_environment("STUDIO_LOG", "");
    }
    std::string written_with(const log::Options& options) {
        log::init(options);
        log::debug("low {}", 1);
        log::info("middle {}", 2);
        log::error("high {}", 3);
        log::shutdown();
        return test::read_file(options.file);
    }
    log::Options options() const {
        log::Options out;
        out.file = folder_ / "state" / path_from_utf8("größe.log");
        return out;
    }
    test::TempFolder folder_;
};

TEST_F(Log, WritesFromItsLevelOnAndMakesTheFolder) {
    const std::string text = written_with(options());
    EXPECT_THAT(text, Not(HasSubstr("low")));
    EXPECT_THAT(text, HasSubstr("middle 2"));
    EXPECT_THAT(text, HasSubstr("high 3"));
}

TEST_F(Log, TheEnvironmentWins) {
    set_environment("STUDIO_LOG", "debug");
    EXPECT_THAT(written_with(options()), HasSubstr("low 1"));
    set_environment("STUDIO_LOG", "off");
    auto off = options();
    off.file = folder_ / "off.log";
    written_with(off);
    EXPECT_FALSE(std::filesystem::exists(off.file));
}

TEST_F(Log, IgnoresAnUnknownLevelAndSaysSo) {
    set_environment("STUDIO_LOG", "loud");
    EXPECT_THAT(written_with(options()), AllOf(HasSubstr("'loud'"), HasSubstr("middle 2")));
}

TEST_F(Log, OneMessageIsOneLine) {
    log::init(options());
    log::info("first\n2026 error forged \x1B[31m");
    log::shutdown();
    const std::string text = test::read_file(options().file);
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
    EXPECT_THAT(text, Not(HasSubstr("\x1B")));
}

TEST_F(Log, AFolderThatCannotBeWrittenIsNoError) {
    auto blocked = options();
    blocked.file = folder_.write("file", "x") / "studio.log";
    testing::internal::CaptureStderr();
    log::init(blocked);
    log::warning("still here");
    log::shutdown();
    const std::string text = testing::internal::GetCapturedStderr();
    EXPECT_THAT(text, AllOf(HasSubstr("cannot be written"), HasSubstr("still here")));
}

TEST_F(Log, RotatesAndKeepsTheNumberOfFiles) {
    auto small = options();
    small.file = folder_ / "r" / "studio.log";
    small.max_file_bytes = 2000;
    small.max_files = 3;
    log::init(small);
    for (int i = 0; i < 300; ++i)
        log::info("line number {}", i);
    log::shutdown();
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder_ / "r")) {
        ++files;
        EXPECT_LE(std::filesystem::file_size(entry), 2100u);
    }
    EXPECT_EQ(files, 3u);
}

TEST_F(Log, NothingIsFormattedWhenNothingListens) {
    EXPECT_FALSE(log::enabled(log::Level::kError)) << "before init";
    log::init(options());
    EXPECT_TRUE(log::enabled(log::Level::kInfo));
    EXPECT_FALSE(log::enabled(log::Level::kDebug));
    log::shutdown();
    EXPECT_TRUE(log::file_path().empty());
}

TEST_F(Log, AFailedCheckIsLoggedAndThrown) {
    log::init(options());
    try {
        STUDIO_CHECK(1 + 1 == 3, "sums are off");
        FAIL() << "nothing was thrown";
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.error().code, ErrorCode::kInternal);
        EXPECT_THAT(failure.error().message,
                    AllOf(HasSubstr("sums are off"), HasSubstr("1 + 1 == 3"), HasSubstr("log_test.cpp")));
        EXPECT_FALSE(failure.error().fix.empty());
    }
    log::shutdown();
    EXPECT_THAT(test::read_file(options().file), HasSubstr("sums are off"));
}

}  // namespace
}  // namespace studio
