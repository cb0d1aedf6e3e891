#include "app/data_root.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "app/machine_advice.h"
#include "core/json.h"
#include "core/platform.h"
#include "store/owner_lock.h"
#include "support/environment.h"
#include "support/temp_folder.h"

namespace studio {
namespace {

namespace fs = std::filesystem;

/// The system's folders of a user of our own.
class DataRootTest : public testing::Test {
  protected:
    DataRootTest() {
        for (const auto& [name, folder] :
             {std::pair{"XDG_DATA_HOME", "data"}, {"XDG_CONFIG_HOME", "config"}, {"XDG_STATE_HOME", "state"}})
            set_environment(name, (folder_ / "user" / folder).string());
        start();
    }
    ~DataRootTest() override {
        for (const char* name : {"XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "STUDIO_HOME"})
            set_environment(name, "");
    }
    /// A new process: nothing is known but what is on the disk.
    DataRoot start(const fs::path& option = {}) {
        set_environment("STUDIO_HOME", "");
        return use_data_root(option);
    }
    void fill() {
        write(platform::user_data_dir() / "models/a/weights.bin", std::string(100'000, 'w'));
        write(platform::user_data_dir() / "queue/jobs.db", "jobs");
        write(platform::user_config_dir() / "settings.json", "{}");
        write(platform::user_state_dir() / "studio.log", "log");
        fs::create_symlink(platform::user_data_dir() / "models/a", platform::user_data_dir() / "models/linked");
    }
    static void write(const fs::path& path, const std::string& text) {
        fs::create_directories(path.parent_path());
        std::ofstream(path, std::ios::binary) << text;
    }
    static std::string read(const fs::path& path) {
        std::ifstream file(path, std::ios::binary);
        return (std::stringstream() << file.rdbuf()).str();
    }
    static bool is_whole(const fs::path& data, const fs::path& config, const fs::path& state) {
        return read(data / "models/a/weights.bin") == std::string(100'000, 'w') &&
               read(data / "queue/jobs.db") == "jobs" && read(data / "models/linked/weights.bin").size() == 100'000 &&
               read(config / "settings.json") == "{}" && read(state / "studio.log") == "log";
    }
    bool is_old_whole() {
        return is_whole(folder_ / "user/data/turbo-studio", folder_ / "user/config/turbo-studio",
                        folder_ / "user/state/turbo-studio");
    }
    bool is_new_whole() { return is_whole(to_ / "data", to_ / "config", to_ / "state"); }
    static StoreReport silent() {
        return [](const StoreProgress&) {};
    }
    test::TempFolder folder_;
    fs::path to_ = folder_ / "second disk 盘";
};

TEST_F(DataRootTest, OptionBeforeEnvironmentBeforeChoice) {
    EXPECT_EQ(start().source, DataRoot::Source::kSystem);
    ASSERT_TRUE(choose_root(to_).ok());
    EXPECT_EQ(start().source, DataRoot::Source::kChosen);
    EXPECT_EQ(platform::user_data_dir(), to_ / "data");
    set_environment("STUDIO_HOME", (folder_ / "env").string());
    EXPECT_EQ(use_data_root().source, DataRoot::Source::kEnvironment);
    EXPECT_EQ(use_data_root(folder_ / "given").source, DataRoot::Source::kOption);
    EXPECT_EQ(platform::user_data_dir(), folder_ / "given/data");
    EXPECT_FALSE(data_root().can_change());
    EXPECT_EQ(check_new_root(to_).error().field, "folder");
}

TEST_F(DataRootTest, APortableFileDecides) {
    const fs::path mark = platform::executable_path().parent_path() / "portable";
    write(mark, "");
    const DataRoot root = start();
    fs::remove(mark);
    EXPECT_EQ(root.source, DataRoot::Source::kPortable);
    EXPECT_EQ(root.path.parent_path(), mark.parent_path());
}

TEST_F(DataRootTest, AChosenRootThatIsGoneIsSaid) {
    ASSERT_TRUE(choose_root(to_).ok());
    fs::remove_all(to_);
    EXPECT_TRUE(start().is_missing);
    EXPECT_FALSE(fs::exists(to_));  // nothing is begun in its place
}

TEST_F(DataRootTest, EverythingMovesAndTheOldIsGone) {
    fill();
    ASSERT_TRUE(schedule_move(to_).ok());
    ASSERT_TRUE(start().move_to.has_value());
    std::uint64_t copied = 0, checked = 0;
    const auto moved =
        run_move([&](const StoreProgress& p) { (p.action == "copying" ? copied : checked) = p.bytes; }, {});
    ASSERT_TRUE(moved.ok()) << moved.error().message;
    EXPECT_TRUE(is_new_whole());
    EXPECT_FALSE(fs::exists(folder_ / "user/data/turbo-studio"));
    EXPECT_FALSE(fs::exists(folder_ / "user/state/turbo-studio"));
    EXPECT_GT(copied, 100'000u);
    EXPECT_EQ(copied, checked);
    EXPECT_EQ(start().source, DataRoot::Source::kChosen);
    EXPECT_FALSE(data_root().move_to.has_value());
    // And once more, from a chosen root.
    const fs::path third = folder_ / "third";
    ASSERT_TRUE(schedule_move(third).ok());
    start();
    ASSERT_TRUE(run_move(silent(), {}).ok());
    EXPECT_TRUE(is_whole(third / "data", third / "config", third / "state"));
    EXPECT_FALSE(fs::exists(to_ / "data"));
}

TEST_F(DataRootTest, CancelledAtAnyReportTheOldRootIsWhole) {
    fill();
    for (int at = 0; at < 8; ++at) {
        SCOPED_TRACE(at);
        start();
        ASSERT_TRUE(schedule_move(to_).ok());
        start();
        std::stop_source stop;
        int reports = 0;
        const auto moved = run_move(
            [&](const StoreProgress&) {
                if (reports++ == at) stop.request_stop();
            },
            stop.get_token());
        if (moved.ok()) FAIL() << "not cancelled";
        EXPECT_EQ(moved.error().code, ErrorCode::kCancelled);
        EXPECT_TRUE(is_old_whole());
        EXPECT_FALSE(fs::exists(to_ / "data"));
        ASSERT_TRUE(cancel_move().ok());
        EXPECT_EQ(start().source, DataRoot::Source::kSystem);
        EXPECT_FALSE(data_root().move_to.has_value());
    }
}

TEST_F(DataRootTest, AfterAPowerCutWhileCopyingItBeginsAgain) {
    fill();
    ASSERT_TRUE(schedule_move(to_).ok());
    write(to_ / ".turbo-studio-moving", "");
    write(to_ / "data/models/a/weights.bin", "half");
    write(to_ / "data/rubbish", "x");
    start();
    EXPECT_EQ(data_root().source, DataRoot::Source::kSystem);
    ASSERT_TRUE(run_move(silent(), {}).ok());
    EXPECT_TRUE(is_new_whole());
    EXPECT_FALSE(fs::exists(to_ / "data/rubbish"));
}

TEST_F(DataRootTest, AfterAPowerCutWhileRemovingTheRestGoesAtTheNextStart) {
    fill();
    ASSERT_TRUE(schedule_move(to_).ok());
    start();
    const fs::path old = folder_ / "user/data/turbo-studio";
    ASSERT_TRUE(run_move(silent(), {}).ok());
    write(old / "models/left.bin", "x");
    const fs::path remembered = folder_ / "user/config/turbo-studio/data-root.json";
    Json json = *read_json_file(remembered);
    json["remove"] = {old.string(), (to_ / "data").string()};  // what is in use is never removed
    write(remembered, json.dump());
    start();
    EXPECT_FALSE(fs::exists(old));
    EXPECT_TRUE(is_new_whole());
}

TEST_F(DataRootTest, PlacesThatCannotBeAreRefused) {
    fill();
    EXPECT_EQ(schedule_move("relative").error().field, "folder");
    EXPECT_EQ(schedule_move(folder_ / "user/data/turbo-studio/inside").error().field, "folder");
    EXPECT_EQ(schedule_move(folder_ / "user").error().field, "folder");
    write(folder_ / "a file", "x");
    EXPECT_FALSE(schedule_move(folder_ / "a file").ok());
    write(folder_ / "taken/data/mine.txt", "x");
    EXPECT_EQ(schedule_move(folder_ / "taken").error().field, "folder");
    EXPECT_EQ(read(folder_ / "taken/data/mine.txt"), "x");
    EXPECT_FALSE(start().move_to.has_value());
    EXPECT_TRUE(is_old_whole());
}

TEST_F(DataRootTest, WhileAnotherProgramHasTheQueueNothingMoves) {
    fill();
    ASSERT_TRUE(schedule_move(to_).ok());
    start();
    const auto owner = store::OwnerLock::acquire(platform::user_data_dir() / "queue");
    ASSERT_TRUE(owner.ok());
    EXPECT_FALSE(run_move(silent(), {}).ok());
    EXPECT_TRUE(is_old_whole());
    EXPECT_FALSE(fs::exists(to_ / "data"));
}

TEST_F(DataRootTest, SizesOfEveryFolder) {
    fill();
    const auto uses = folder_uses(folder_ / "videos", {});
    ASSERT_EQ(uses.size(), 6u);
    EXPECT_EQ(uses[0].key, "models");
    EXPECT_EQ(uses[0].bytes, 100'000u);  // a link is not counted again
    EXPECT_GT(uses[0].free_bytes, 0u);
    EXPECT_EQ(uses[4].bytes, 0u);
}

MachineFacts machine(std::uint64_t gpu_gb, int major, std::uint64_t memory_gb) {
    MachineFacts facts;
    if (gpu_gb > 0) facts.gpu = "GPU";
    facts.gpu_bytes = gpu_gb * 1'000'000'000;
    facts.gpu_major = major;
    facts.cores = 8;
    facts.memory_bytes = memory_gb * 1'000'000'000;
    return facts;
}

TEST(MachineAdvice, RecommendsWhatFits) {
    EXPECT_EQ(advise(machine(24, 8, 64)).model, "turbowan2.1-t2v-14b-480p-quant");
    EXPECT_EQ(advise(machine(12, 8, 32)).model, "turbowan2.1-t2v-1.3b-480p-quant");
    EXPECT_EQ(advise(machine(24, 8, 16)).model, "turbowan2.1-t2v-1.3b-480p-quant");
    EXPECT_TRUE(advise(machine(24, 8, 8)).model.empty());
    const MachineAdvice none = advise(machine(0, 0, 32));
    EXPECT_TRUE(none.gpu.empty());
    EXPECT_FALSE(none.gpu_problem.empty());
    EXPECT_GT(*none.seconds, 10 * *advise(machine(24, 8, 64)).seconds);
    const MachineAdvice old = advise(machine(11, 7, 32));
    EXPECT_TRUE(old.gpu.empty());
    EXPECT_NE(old.gpu_problem.find("too old"), std::string::npos);
}

}  // namespace
}  // namespace studio
