#include "core/platform.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <thread>
#include <vector>

#include "core/text.h"
#include "support/environment.h"
#include "support/temp_folder.h"

namespace studio::platform {
namespace {

namespace fs = std::filesystem;

TEST(Platform, FoldersFollowStudioHome) {
    const test::TempFolder home;
    set_environment("STUDIO_HOME", path_to_utf8(home.path()));
    const fs::path data = user_data_dir(), config = user_config_dir(), state = user_state_dir();
    for (const fs::path& folder : {data, config, state})
        EXPECT_EQ(folder.parent_path(), home.path());
    EXPECT_NE(data, config);
    EXPECT_NE(data, state);
    EXPECT_FALSE(fs::exists(data)) << "asking must not create anything";
}

#ifndef _WIN32
TEST(Platform, FoldersFollowXdgAndIgnoreRelativeOnes) {
    ::unsetenv("STUDIO_HOME");
    ::setenv("HOME", "/home/somebody", 1);
    ::setenv("XDG_DATA_HOME", "/somewhere/data", 1);
    ::setenv("XDG_STATE_HOME", "relative/path", 1);
    ::unsetenv("XDG_CONFIG_HOME");
    EXPECT_EQ(user_data_dir(), "/somewhere/data/turbo-studio");
    EXPECT_EQ(user_state_dir(), "/home/somebody/.local/state/turbo-studio");
    EXPECT_EQ(user_config_dir(), "/home/somebody/.config/turbo-studio");
}
#endif

TEST(Platform, DescribesTheMachine) {
    const Memory memory = physical_memory();
    EXPECT_GT(memory.total_bytes, 100u << 20);
    EXPECT_GT(memory.available_bytes, 0u);
    EXPECT_LE(memory.available_bytes, memory.total_bytes);
    EXPECT_GE(physical_cores(), 1);
    EXPECT_LE(physical_cores(), static_cast<int>(std::max(1u, std::thread::hardware_concurrency())));
    EXPECT_FALSE(cpu_name().empty());
    EXPECT_FALSE(os_name().empty());
    EXPECT_TRUE(fs::exists(executable_path()));
}

TEST(Platform, PeakMemoryGrowsWithUse) {
    const std::uint64_t before = process_peak_rss_bytes();
    EXPECT_GT(before, 0u);
    EXPECT_GT(process_rss_bytes(), 0u);
    std::vector<char> block(64u << 20);
    for (std::size_t i = 0; i < block.size(); i += 1024)
        block[i] = static_cast<char>(i);
    EXPECT_GE(process_peak_rss_bytes(), before + (32u << 20));
    EXPECT_EQ(block[1024], 0);
}

TEST(RenameNoReplace, NeverReplaces) {
    const test::TempFolder folder;
    const auto from = folder.write("from", "new"), to = folder.write("to", "old");
    const auto refused = rename_no_replace(from, to);
    ASSERT_TRUE(refused.ok());
    EXPECT_FALSE(*refused);
    EXPECT_EQ(test::read_file(to), "old");
    EXPECT_EQ(test::read_file(from), "new");
    const auto done = rename_no_replace(from, folder / path_from_utf8("größe"));
    ASSERT_TRUE(done.ok());
    EXPECT_TRUE(*done);
    EXPECT_FALSE(fs::exists(from));
}

TEST(RenameNoReplace, ReportsAMissingFolder) {
    const test::TempFolder folder;
    const auto result = rename_no_replace(folder.write("from", "x"), folder / "none" / "to");
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().code, ErrorCode::kIo);
    EXPECT_FALSE(result.error().fix.empty());
    EXPECT_TRUE(fs::exists(folder / "from"));
}

TEST(RenameNoReplace, OnlyOneOfManyWins) {
    const test::TempFolder folder;
    std::vector<fs::path> sources;
    for (int i = 0; i < 8; ++i)
        sources.push_back(folder.write("source" + std::to_string(i), std::to_string(i)));
    std::atomic<int> winners{0};
    {
        std::vector<std::jthread> threads;
        for (const fs::path& source : sources) {
            threads.emplace_back([&] {
                const auto result = rename_no_replace(source, folder / "target");
                winners += result.ok() && *result ? 1 : 0;
            });
        }
    }
    EXPECT_EQ(winners, 1);
}

TEST(CreateNewFile, RefusesAnExistingName) {
    const test::TempFolder folder;
    int number = 0;
    EXPECT_EQ(create_new_file(folder.write("there", "x"), number), nullptr);
    EXPECT_EQ(number, EEXIST);
    std::FILE* const stream = create_new_file(folder / "new", number);
    ASSERT_NE(stream, nullptr);
    std::fputs("a\n", stream);
    std::fflush(stream);
    EXPECT_EQ(sync_stream(stream), 0);
    std::fclose(stream);
    EXPECT_EQ(test::read_file(folder / "new"), "a\n") << "written as bytes";
}

TEST(Sync, ReportsMissingFiles) {
    const test::TempFolder folder;
    EXPECT_TRUE(sync_file(folder.write("f", "x")).ok());
    EXPECT_TRUE(sync_folder(folder.path()).ok());
    EXPECT_EQ(sync_file(folder / "none").error().code, ErrorCode::kIo);
}

#ifndef _WIN32
std::atomic<int> g_signal{0};

TEST(OnTermination, CallsFromAHelperThread) {
    on_termination([](int number) { g_signal = number; });
    for (const int number : {SIGTERM, SIGINT}) {
        g_signal = 0;
        ASSERT_EQ(std::raise(number), 0);
        for (int i = 0; i < 500 && g_signal == 0; ++i)
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        EXPECT_EQ(g_signal, number);
    }
}
#endif

}  // namespace
}  // namespace studio::platform
