// A child process drives the store through whole lives of jobs and is killed at a random moment; what it acknowledged
// over a pipe must be there afterwards, once.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <random>
#include <set>

#include "store/job_store.h"
#include "unit/store/store_fixture.h"

namespace studio::store {
namespace {

namespace fs = std::filesystem;

/// The video of a job carries its uid, as the recipe in a real one does.
bool is_own_output(const JobRecord& record) {
    std::ifstream in(record.output_path);
    std::string uid;
    return static_cast<bool>(std::getline(in, uid)) && uid == record.uid;
}

/// Lives of jobs without end. Every acknowledged submit is written to `acknowledged` as one line.
[[noreturn]] void work(const fs::path& folder, int acknowledged, unsigned seed) {
    auto store = std::move(JobStore::open(folder, is_own_output)).value();
    const auto waiting = store->waiting().value();
    for (const auto& record : waiting)
        if (record.state == JobState::kInterrupted) store->resume(record.id).value();
    std::mt19937 random(seed);
    for (int i = 0;; ++i) {
        const std::string prompt = std::to_string(seed) + "-" + std::to_string(i);
        const auto added = store->add({{{"prompt", prompt}}, prompt, "m"}, random() % 4 == 0).value();
        const std::string line = added.uid + "\n";
        if (::write(acknowledged, line.data(), line.size()) != ssize_t(line.size())) _exit(2);
        if (random() % 3 != 0) continue;
        const auto job = store->next().value();
        if (!job) continue;
        const fs::path out = folder / "out" / (job->uid + ".mp4"), part = out.string() + ".part";
        store->start(job->id).value();
        store->note_output(job->id, out.string()).value();
        store->note_stage(job->id, "denoise").value();
        store->note_latents(job->id, (folder / "latents").string()).value();
        std::ofstream(part) << job->uid << "\n";
        fs::rename(part, out);
        store->finish(job->id, out.string(), 33, {{"total_s", 1}}).value();
    }
}

std::vector<std::string> lines_of(int fd) {
    std::string text;
    char buffer[4096];
    for (ssize_t n = 0; (n = ::read(fd, buffer, sizeof buffer)) > 0;)
        text.append(buffer, std::size_t(n));
    std::vector<std::string> lines;
    for (std::size_t at = 0, end = 0; (end = text.find('\n', at)) != std::string::npos; at = end + 1)
        lines.push_back(text.substr(at, end - at));
    return lines;
}

int kill_count() {
    const char* text = std::getenv("STUDIO_KILLS");  // the long run of a benchmark asks for 1,000
    return text != nullptr ? std::atoi(text) : 40;
}

TEST(StoreKill, NothingAcknowledgedIsLostOrDoubled) {
    const fs::path folder = fs::temp_directory_path() / ("studio-kill-" + std::to_string(::getpid()));
    fs::remove_all(folder);
    fs::create_directories(folder / "out");
    std::mt19937 random(11);
    std::set<std::string> acknowledged;
    double slowest_s = 0;
    for (int round = 0; round < kill_count(); ++round) {
        int ends[2];
        ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
        const pid_t child = ::fork();
        if (child == 0) work(folder, ends[1], unsigned(round) * 7919u);
        ::close(ends[1]);
        ::usleep(20'000 + random() % 120'000);
        ::kill(child, SIGKILL);
        int status = 0;
        ::waitpid(child, &status, 0);
        ASSERT_TRUE(WIFSIGNALED(status)) << "the worker ended by itself with " << WEXITSTATUS(status);
        for (const auto& uid : lines_of(ends[0]))
            ASSERT_TRUE(acknowledged.insert(uid).second);
        ::close(ends[0]);

        const auto before = std::chrono::steady_clock::now();
        auto opened = JobStore::open(folder, is_own_output);
        slowest_s =
            std::max(slowest_s, std::chrono::duration<double>(std::chrono::steady_clock::now() - before).count());
        ASSERT_TRUE(opened.ok()) << opened.error().message;
        const auto& store = *opened;
        ASSERT_TRUE(store->recovery().set_aside.empty());
        std::multiset<std::string> present;
        int videos = 0;
        const auto waiting = store->waiting().value();
        for (const auto& record : waiting) {
            present.insert(record.uid);
            ASSERT_FALSE(is_own_output(record)) << "a job whose video is there waits again";
        }
        HistoryQuery all;
        all.limit = 1'000'000;
        const auto ended = store->history(all).value();
        for (const auto& record : ended) {
            present.insert(record.uid);
            if (record.state != JobState::kFinished) continue;
            ASSERT_TRUE(is_own_output(record)) << "finished without its video";
            ++videos;
        }
        for (const auto& uid : acknowledged)
            ASSERT_EQ(present.count(uid), 1u) << "lost or doubled: " << uid << " in round " << round;
        int files = 0;
        for (const auto& entry : fs::directory_iterator(folder / "out"))
            files += entry.path().extension() == ".mp4";
        ASSERT_EQ(files, videos);
    }
    std::printf("%d kills, %zu jobs acknowledged, 0 lost, 0 doubled; slowest start %.0f ms\n", kill_count(),
                acknowledged.size(), slowest_s * 1000);
    RecordProperty("acknowledged", static_cast<int>(acknowledged.size()));
    EXPECT_GT(acknowledged.size(), 20u);
    EXPECT_LT(slowest_s, 3.0);
    fs::remove_all(folder);
}

}  // namespace
}  // namespace studio::store
