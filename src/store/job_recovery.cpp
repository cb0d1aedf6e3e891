// What a start finds after an end that nobody planned: interrupted jobs, a damaged database, a crash loop.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/log.h"
#include "core/text.h"
#include "io/atomic_file.h"
#include "store/job_rows.h"
#include "store/job_store.h"
#include "store/schema.h"
#include "store/sidecar.h"

namespace studio::store {
namespace {

namespace fs = std::filesystem;

constexpr int kMostAttempts = 2;                        // a job that ended the program twice is not tried again
constexpr std::int64_t kCrashLoop_ms = 10 * 60 * 1000;  // three unclean ends within this
constexpr std::size_t kCrashLoopCount = 3;

Result<std::unique_ptr<Database>> open_and_migrate(const fs::path& path) {
    STUDIO_TRY(database, Database::open(path));
    STUDIO_TRY_VOID(database->check());
    STUDIO_TRY_VOID(migrate(*database));
    return database;
}

/// The damaged file and its journal, under a name with the time.
Result<fs::path> set_aside(const fs::path& path) {
    const fs::path aside = fs::path(path).replace_filename(fmt::format("jobs-damaged-{}.sqlite", now_ms()));
    std::error_code ec;
    fs::rename(path, aside, ec);
    if (ec)
        return Error{ErrorCode::kIo,
                     fmt::format("The damaged database of jobs cannot be set aside: {}.", ec.message()),
                     path_to_utf8(path),
                     {},
                     "Move the file away, then start again.",
                     {}};
    for (const char* suffix : {"-journal", "-wal", "-shm"}) {
        std::error_code ignored;
        fs::rename(fs::path(path) += suffix, fs::path(aside) += suffix, ignored);
    }
    return aside;
}

}  // namespace

Result<std::unique_ptr<JobStore>> JobStore::open(const fs::path& folder, const OutputCheck& is_complete) {
    std::error_code ec;
    fs::create_directories(folder, ec);
    STUDIO_TRY(lock, OwnerLock::acquire(folder));
    const fs::path path = folder / "jobs.sqlite";
    const bool is_lost = !fs::exists(path, ec) && fs::exists(folder / "jobs", ec);
    auto database = open_and_migrate(path);
    fs::path aside;
    if (!database && database.error().code == ErrorCode::kCorruptFile) {
        log::error("store: {}", database.error().message);
        STUDIO_TRY(moved, set_aside(path));
        aside = moved;
        database = open_and_migrate(path);
    }
    if (!database) return std::move(database).error();
    std::unique_ptr<JobStore> store(new JobStore(folder, std::move(lock), std::move(*database)));
    store->recovery_.set_aside = aside;
    if (is_lost || !aside.empty()) STUDIO_TRY_VOID(store->rebuild_from_sidecars());
    STUDIO_TRY_VOID(store->recover(is_complete));
    return store;
}

JobStore::~JobStore() {
    if (!database_) return;
    if (const auto noted = set_fact("clean", "1"); !noted) log::warning("store: {}", noted.error().message);
}

Result<std::optional<std::string>> JobStore::fact(std::string_view key) const {
    STUDIO_TRY(statement, database_->prepare("SELECT value FROM facts WHERE key = ?"));
    STUDIO_TRY(has_row, statement.bind(key).step());
    if (!has_row) return std::optional<std::string>();
    return std::optional<std::string>(statement.text(0));
}

Result<void> JobStore::set_fact(std::string_view key, std::string_view value) const {
    STUDIO_TRY(statement, database_->prepare("INSERT INTO facts (key, value) VALUES (?, ?) "
                                             "ON CONFLICT (key) DO UPDATE SET value = excluded.value"));
    return statement.bind(key).bind(value).run();
}

/// Sidecars of ended jobs come back in the order of their ends; what waited waits again, paused.
Result<void> JobStore::rebuild_from_sidecars() {
    Sidecars found = read_sidecars(folder_);
    recovery_.unreadable = found.unreadable;
    std::sort(found.records.begin(), found.records.end(), [](const JobRecord& a, const JobRecord& b) {
        const auto time = [](const JobRecord& r) { return r.ended_ms.value_or(r.created_ms); };
        return std::pair(time(a), a.position) < std::pair(time(b), b.position);
    });
    STUDIO_TRY(transaction, Transaction::begin(*database_));
    std::set<std::string> seen;
    STUDIO_TRY(mark, database_->prepare("UPDATE jobs SET ended_order = ? WHERE id = ?"));
    std::int64_t order = 0;
    for (JobRecord& record : found.records) {
        if (!seen.insert(record.uid).second) continue;
        if (record.state == JobState::kRunning) record.state = JobState::kInterrupted;
        STUDIO_TRY_VOID(insert(record));
        ++recovery_.rebuilt;
        if (!is_ended(record.state)) continue;
        mark.reset();
        STUDIO_TRY_VOID(mark.bind(++order).bind(database_->last_insert_id()).run());
    }
    STUDIO_TRY_VOID(transaction.commit());
    is_paused_ = true;
    return set_paused(true);
}

Result<void> JobStore::recover(const OutputCheck& is_complete) {
    STUDIO_TRY(paused, fact("paused"));
    is_paused_ = is_paused_ || paused == std::optional<std::string>("1");
    STUDIO_TRY_VOID(mark_start());
    STUDIO_TRY(statement, database_->prepare(select_jobs("WHERE state = 1 ORDER BY position DESC, id DESC")));
    STUDIO_TRY(running, rows(std::move(statement)));
    for (JobRecord& record : running)
        STUDIO_TRY_VOID(recover_running(std::move(record), is_complete));
    if (!recovery_.interrupted.empty() || recovery_.is_crash_loop) return set_paused(true);
    return {};
}

/// Whole: the program ended between the rename and the note of it. Else it waits first in the queue, or is given up.
Result<void> JobStore::recover_running(JobRecord record, const OutputCheck& is_complete) {
    if (!record.output_path.empty() && is_complete && is_complete(record)) {
        std::error_code ec;
        const auto size = fs::file_size(path_from_utf8(record.output_path), ec);
        STUDIO_TRY_VOID(finish(record.id, record.output_path, ec ? 0 : static_cast<std::int64_t>(size), nullptr));
        recovery_.completed.push_back(std::move(record));
        return {};
    }
    if (record.attempts >= kMostAttempts) {
        const Json error = {{"code", "Internal"},
                            {"message", fmt::format("The program ended twice while this job was in the stage \"{}\".",
                                                    record.stage.empty() ? "load" : record.stage)},
                            {"fix", "Try a smaller size or fewer frames; the log of the last run says more."},
                            {"field", "stage"},
                            {"file", ""}};
        STUDIO_TRY_VOID(fail(record.id, error, record.latents_path));
        recovery_.given_up.push_back(std::move(record));
        return {};
    }
    STUDIO_TRY(front, edge_position(true));
    record.state = JobState::kInterrupted;
    record.position = front;
    STUDIO_TRY_VOID(update(record));
    STUDIO_TRY_VOID(write_sidecar(folder_, record));
    recovery_.interrupted.insert(recovery_.interrupted.begin(), std::move(record));
    return {};
}

/// "starts" keeps the times of the last unclean ones; a clean end empties it.
Result<void> JobStore::mark_start() {
    STUDIO_TRY(clean, fact("clean"));
    recovery_.had_unclean_end = clean == std::optional<std::string>("0");
    std::vector<std::int64_t> starts;
    if (recovery_.had_unclean_end) {
        STUDIO_TRY(text, fact("starts"));
        const Json list = Json::parse(text.value_or("[]"), nullptr, false);
        if (list.is_array())
            for (const Json& item : list)
                if (item.is_number_integer()) starts.push_back(item.get<std::int64_t>());
    }
    const std::int64_t now = now_ms();
    // A clock that was set back counts as "just now": an old start in the future is no reason to forget it.
    std::erase_if(starts, [&](std::int64_t start) { return now - start > kCrashLoop_ms; });
    recovery_.is_crash_loop = starts.size() >= kCrashLoopCount;
    starts.push_back(now);
    STUDIO_TRY(transaction, Transaction::begin(*database_));
    STUDIO_TRY_VOID(set_fact("starts", Json(starts).dump()));
    STUDIO_TRY_VOID(set_fact("clean", "0"));
    return transaction.commit();
}

}  // namespace studio::store
