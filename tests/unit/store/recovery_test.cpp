#include <sqlite3.h>

#include <fstream>

#include "store/job_store.h"
#include "unit/store/store_fixture.h"

namespace studio::store {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

/// What a kill leaves: the object's memory is abandoned, its lock file replaced, its "clean" mark never written.
class RecoveryTest : public StoreTest {
  protected:
    void reopen_after_kill(const JobStore::OutputCheck& is_complete = {}) {
        const auto copy = std::filesystem::path(folder_.string() + "-copy");
        std::filesystem::remove_all(copy);
        std::filesystem::copy(folder_, copy, std::filesystem::copy_options::recursive);
        store_.reset();
        std::filesystem::remove_all(folder_);
        std::filesystem::rename(copy, folder_);
        open(is_complete);
    }
    std::filesystem::path database() const { return folder_ / "jobs.sqlite"; }
    void write(const std::filesystem::path& path, const std::string& text) {
        std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
    }
};

TEST_F(RecoveryTest, InterruptedJobStandsFirstAndTheQueueIsPaused) {
    add("a");
    const auto b = add("b");
    store_->start(b).value();
    store_->note_output(b, "/out/b.mp4").value();
    store_->note_stage(b, "decode").value();
    store_->note_latents(b, "/state/b.safetensors").value();
    reopen_after_kill();
    EXPECT_TRUE(store_->recovery().had_unclean_end);
    ASSERT_THAT(store_->recovery().interrupted, SizeIs(1));
    EXPECT_EQ(store_->recovery().interrupted[0].stage, "decode");
    EXPECT_THAT(order(), ElementsAre("b", "a"));
    EXPECT_TRUE(store_->is_paused());
    EXPECT_EQ(store_->next().value()->draft.prompt, "a");  // an interrupted job waits for a person
    store_->resume(b).value();
    EXPECT_EQ(store_->next().value()->draft.prompt, "b");
    EXPECT_EQ(store_->next().value()->latents_path, "/state/b.safetensors");
}

TEST_F(RecoveryTest, WholeVideoIsNotMadeTwice) {
    const auto a = add("a");
    store_->start(a).value();
    store_->note_output(a, "/out/a.mp4").value();
    reopen_after_kill([](const JobRecord& record) { return record.output_path == "/out/a.mp4"; });
    EXPECT_EQ(store_->find(a).value().state, JobState::kFinished);
    EXPECT_THAT(store_->recovery().completed, SizeIs(1));
    EXPECT_EQ(store_->history_size().value(), 1);
    EXPECT_FALSE(store_->is_paused());
}

TEST_F(RecoveryTest, SecondCrashGivesUpAndNamesTheStage) {
    const auto a = add("a");
    for (int i = 0; i < 2; ++i) {
        store_->start(a).value();
        store_->note_output(a, "/out/a.mp4").value();
        store_->note_stage(a, "denoise").value();
        reopen_after_kill();
        if (i == 0) store_->resume(a).value();
    }
    const auto given_up = store_->find(a).value();
    EXPECT_EQ(given_up.state, JobState::kFailed);
    EXPECT_THAT(given_up.error["message"].get<std::string>(), testing::HasSubstr("denoise"));
    EXPECT_THAT(store_->recovery().given_up, SizeIs(1));
}

TEST_F(RecoveryTest, ThreeUncleanEndsAreACrashLoop) {
    for (int i = 0; i < 2; ++i) {
        reopen_after_kill();
        EXPECT_FALSE(store_->recovery().is_crash_loop) << i;
    }
    reopen_after_kill();
    EXPECT_TRUE(store_->recovery().is_crash_loop);
    EXPECT_TRUE(store_->is_paused());
    open();  // a clean end ends the loop
    EXPECT_FALSE(store_->recovery().is_crash_loop);
}

TEST_F(RecoveryTest, DamagedDatabaseIsSetAsideAndRebuilt) {
    for (int i = 0; i < 20; ++i)
        add_finished("done " + std::to_string(i));
    const auto waiting = add("waiting");
    static_cast<void>(waiting);
    const auto running = add("running");
    store_->start(running).value();
    store_->note_output(running, "/out/r.mp4").value();
    for (const std::string& damage : {std::string("this is a text file\n"), std::string(5000, '\0'), std::string()}) {
        store_.reset();
        if (damage.empty())
            std::filesystem::remove(database());
        else
            write(database(), damage);
        open();
        EXPECT_EQ(store_->recovery().rebuilt, 22);
        EXPECT_EQ(std::filesystem::exists(store_->recovery().set_aside), !damage.empty());
        EXPECT_EQ(store_->history_size().value(), 20);
        EXPECT_EQ(store_->history({}).value().front().draft.prompt, "done 19");
        EXPECT_TRUE(store_->is_paused());
    }
}

TEST_F(RecoveryTest, EveryZeroedPageIsNoticedOrHarmless) {
    for (int i = 0; i < 60; ++i)
        add_finished("done " + std::to_string(i));
    store_.reset();
    const auto size = std::filesystem::file_size(database());
    std::ifstream in(database(), std::ios::binary);
    const std::string whole((std::istreambuf_iterator<char>(in)), {});
    for (std::size_t page = 0; page * 4096 < size; ++page) {
        std::string damaged = whole;
        damaged.replace(page * 4096, 4096, std::string(4096, '\0'));
        write(database(), damaged);
        open();
        EXPECT_EQ(store_->history_size().value(), 60) << "page " << page;
        store_.reset();
    }
}

TEST_F(RecoveryTest, NewerDatabaseIsRefusedAndUntouched) {
    store_.reset();
    sqlite3* handle = nullptr;
    ASSERT_EQ(sqlite3_open(database().c_str(), &handle), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(handle, "PRAGMA user_version = 99", nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(handle);
    const auto opened = JobStore::open(folder_, {});
    ASSERT_FALSE(opened.ok());
    EXPECT_EQ(opened.error().code, ErrorCode::kUnsupported);
    EXPECT_EQ(opened.error().field, "user_version");
    EXPECT_TRUE(std::filesystem::exists(database()));
}

TEST_F(RecoveryTest, LockedDatabaseIsAnErrorThatSaysSo) {
    store_.reset();
    sqlite3* handle = nullptr;
    ASSERT_EQ(sqlite3_open(database().c_str(), &handle), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(handle, "BEGIN EXCLUSIVE", nullptr, nullptr, nullptr), SQLITE_OK);
    const auto opened = Database::open(database(), 100);
    const auto refused = opened.ok() ? (*opened)->check() : Result<void>(opened.error());
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::kIo);
    EXPECT_THAT(refused.error().message, testing::HasSubstr("locked"));
    sqlite3_close(handle);
}

TEST_F(RecoveryTest, HostileSidecarsAreCountedAndLeftAlone) {
    add_finished("good");
    store_.reset();
    std::filesystem::create_directories(folder_ / "jobs" / "zz");
    write(folder_ / "jobs" / "zz" / "a.json", "{");
    write(folder_ / "jobs" / "zz" / "b.json", R"({"uid":"../../../../etc/passwd"})");
    write(folder_ / "jobs" / "zz" / "c.json", std::string(100, '['));
    std::filesystem::remove(database());
    open();
    EXPECT_EQ(store_->recovery().rebuilt, 1);
    EXPECT_EQ(store_->recovery().unreadable, 3);
    EXPECT_TRUE(std::filesystem::exists(folder_ / "jobs" / "zz" / "b.json"));
}

}  // namespace
}  // namespace studio::store
