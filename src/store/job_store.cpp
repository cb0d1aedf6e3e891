#include "store/job_store.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"
#include "store/job_rows.h"
#include "store/sidecar.h"

namespace studio::store {
namespace {

Error wrong_state(const JobRecord& record, std::string_view wish) {
    return invalid_argument("id", fmt::format("A job that is {} cannot be {}.", to_string(record.state), wish),
                            "Look at the queue again: it has changed.");
}

bool is_waiting(const JobRecord& record) {
    return record.state == JobState::kQueued || record.state == JobState::kInterrupted;
}

std::string state_list(std::initializer_list<JobState> states) {
    std::string text;
    for (const JobState state : states)
        text += (text.empty() ? "" : ", ") + std::to_string(static_cast<int>(state));
    return "(" + text + ")";
}

}  // namespace

JobStore::JobStore(std::filesystem::path folder, OwnerLock lock, std::unique_ptr<Database> database)
    : folder_(std::move(folder)), lock_(std::move(lock)), database_(std::move(database)) {}

Result<void> JobStore::insert(const JobRecord& record) const {
    STUDIO_TRY(statement,
               database_->prepare(fmt::format(
                   "INSERT INTO jobs ({}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", kColumns)));
    bind_row(statement, record);
    return statement.run();
}

Result<void> JobStore::update(const JobRecord& record) const {
    STUDIO_TRY(statement, database_->prepare(fmt::format(
                              "UPDATE jobs SET ({}) = (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) WHERE id = ?",
                              kColumns)));
    bind_row(statement, record);
    statement.bind(record.id);
    return statement.run();
}

Result<std::int64_t> JobStore::edge_position(bool at_front) const {
    STUDIO_TRY(statement, database_->prepare(fmt::format("SELECT {}(position) FROM jobs WHERE state IN {}",
                                                         at_front ? "MIN" : "MAX",
                                                         state_list({JobState::kQueued, JobState::kInterrupted}))));
    STUDIO_TRY(has_row, statement.step());
    if (!has_row || statement.is_null(0)) return std::int64_t(0);
    return statement.integer(0) + (at_front ? -1 : 1);
}

Result<JobRecord> JobStore::add(const JobDraft& draft, bool at_front) {
    JobRecord record;
    record.uid = new_uid();
    record.draft = draft;
    record.created_ms = now_ms();
    // The file first: if the program ends here, a file without a row is forgotten at the next start.
    STUDIO_TRY_VOID(write_sidecar(folder_, record));
    const auto stored = [&]() -> Result<void> {
        STUDIO_TRY(transaction, Transaction::begin(*database_));
        STUDIO_TRY(position, edge_position(at_front));
        record.position = position;
        STUDIO_TRY_VOID(insert(record));
        record.id = database_->last_insert_id();
        return transaction.commit();
    }();
    if (!stored) {
        remove_sidecar(folder_, record.uid);
        return stored.error();
    }
    return record;
}

Result<std::vector<JobRecord>> JobStore::rows(Statement statement) const {
    return read_rows(statement);
}

Result<std::vector<JobRecord>> JobStore::waiting() const {
    STUDIO_TRY(statement, database_->prepare(select_jobs(
                              fmt::format("WHERE state IN {} ORDER BY state = {} DESC, position, id",
                                          state_list({JobState::kQueued, JobState::kRunning, JobState::kInterrupted}),
                                          static_cast<int>(JobState::kRunning)))));
    return rows(std::move(statement));
}

Result<std::optional<JobRecord>> JobStore::next() const {
    STUDIO_TRY(statement, database_->prepare(select_jobs("WHERE state = 0 ORDER BY position, id LIMIT 1")));
    STUDIO_TRY(has_row, statement.step());
    if (!has_row) return std::optional<JobRecord>();
    return std::optional<JobRecord>(read_row(statement));
}

Result<bool> JobStore::has_request_with(std::string_view text) const {
    STUDIO_TRY(statement, database_->prepare("SELECT 1 FROM jobs WHERE instr(request, ?) > 0 LIMIT 1"));
    return statement.bind(text).step();
}

Result<JobRecord> JobStore::find(std::int64_t id) const {
    STUDIO_TRY(statement, database_->prepare(select_jobs("WHERE id = ?")));
    STUDIO_TRY(has_row, statement.bind(id).step());
    if (has_row) return read_row(statement);
    return Error{ErrorCode::kNotFound,
                 fmt::format("There is no job {}.", id),
                 path_to_utf8(database_->path()),
                 "id",
                 "Look at the queue again: it has changed.",
                 {}};
}

Result<JobRecord> JobStore::edit(std::int64_t id, const std::function<Result<void>(JobRecord&)>& change) {
    STUDIO_TRY(transaction, Transaction::begin(*database_));
    STUDIO_TRY(record, find(id));
    STUDIO_TRY_VOID(change(record));
    STUDIO_TRY_VOID(update(record));
    STUDIO_TRY_VOID(transaction.commit());
    return record;
}

Result<void> JobStore::move(std::int64_t id, std::int64_t before_id) {
    STUDIO_TRY(transaction, Transaction::begin(*database_));
    STUDIO_TRY(moved, find(id));
    if (!is_waiting(moved)) return wrong_state(moved, "moved");
    STUDIO_TRY(queue, waiting());
    std::vector<std::int64_t> order;
    for (const JobRecord& record : queue) {
        if (record.id == before_id) order.push_back(id);
        if (record.id != id && is_waiting(record)) order.push_back(record.id);
    }
    if (before_id == 0)
        order.push_back(id);
    else if (std::find(order.begin(), order.end(), id) == order.end() || before_id == id)
        return invalid_argument("before_id", fmt::format("Job {} does not wait.", before_id),
                                "Look at the queue again: it has changed.");
    STUDIO_TRY(statement, database_->prepare("UPDATE jobs SET position = ? WHERE id = ?"));
    for (std::size_t i = 0; i < order.size(); ++i) {
        statement.reset();
        STUDIO_TRY_VOID(statement.bind(static_cast<std::int64_t>(i)).bind(order[i]).run());
    }
    return transaction.commit();
}

Result<void> JobStore::change(std::int64_t id, const JobDraft& draft) {
    STUDIO_TRY(record, edit(id, [&](JobRecord& r) -> Result<void> {
                   if (!is_waiting(r)) return wrong_state(r, "changed");
                   r.draft = draft;
                   r.latents_path.clear();  // they belong to what was asked for before
                   return {};
               }));
    return write_sidecar(folder_, record);
}

Result<JobRecord> JobStore::duplicate(std::int64_t id) {
    STUDIO_TRY(record, find(id));
    return add(record.draft);
}

Result<void> JobStore::resume(std::int64_t id) {
    STUDIO_TRY(front, edge_position(true));
    STUDIO_TRY(back, edge_position(false));
    STUDIO_TRY(record, edit(id, [&](JobRecord& r) -> Result<void> {
                   if (r.state == JobState::kRunning || r.state == JobState::kQueued || r.state == JobState::kFinished)
                       return wrong_state(r, "resumed");
                   const bool is_retry = r.state != JobState::kInterrupted;
                   r.position = is_retry ? back : front;
                   if (is_retry) r.attempts = 0;  // an interrupted one keeps its count: see kMostAttempts
                   r.state = JobState::kQueued;
                   r.error = nullptr;
                   r.ended_ms.reset();
                   return {};
               }));
    STUDIO_TRY(statement, database_->prepare("UPDATE jobs SET ended_order = NULL WHERE id = ?"));
    STUDIO_TRY_VOID(statement.bind(id).run());
    return write_sidecar(folder_, record);
}

Result<void> JobStore::remove(std::int64_t id) {
    STUDIO_TRY(record, find(id));
    if (record.state == JobState::kRunning) return wrong_state(record, "removed");
    STUDIO_TRY(statement, database_->prepare("DELETE FROM jobs WHERE id = ? AND state <> 1"));
    STUDIO_TRY_VOID(statement.bind(id).run());
    remove_sidecar(folder_, record.uid);
    return {};
}

Result<void> JobStore::set_paused(bool is_paused) {
    STUDIO_TRY_VOID(set_fact("paused", is_paused ? "1" : "0"));
    is_paused_ = is_paused;
    return {};
}

Result<void> JobStore::start(std::int64_t id) {
    STUDIO_TRY(record, edit(id, [&](JobRecord& r) -> Result<void> {
                   if (r.state != JobState::kQueued) return wrong_state(r, "started");
                   r.state = JobState::kRunning;
                   r.output_path.clear();
                   r.started_ms = now_ms();
                   r.stage.clear();
                   ++r.attempts;
                   return {};
               }));
    static_cast<void>(record);
    return {};
}

Result<void> JobStore::note_stage(std::int64_t id, const std::string& stage) {
    STUDIO_TRY(record, edit(id, [&](JobRecord& r) -> Result<void> {
                   if (r.state != JobState::kRunning) return wrong_state(r, "in progress");
                   r.stage = stage;
                   return {};
               }));
    static_cast<void>(record);
    return {};
}

Result<void> JobStore::note_output(std::int64_t id, const std::string& path) {
    STUDIO_TRY(record, edit(id, [&](JobRecord& r) -> Result<void> {
                   if (r.state != JobState::kRunning) return wrong_state(r, "in progress");
                   r.output_path = path;
                   return {};
               }));
    static_cast<void>(record);
    return {};
}

Result<void> JobStore::note_latents(std::int64_t id, const std::string& path) {
    STUDIO_TRY(record, edit(id, [&](JobRecord& r) -> Result<void> {
                   if (r.state != JobState::kRunning) return wrong_state(r, "in progress");
                   r.latents_path = path;
                   return {};
               }));
    return write_sidecar(folder_, record);
}

Result<void> JobStore::end(std::int64_t id, JobState state, const std::function<void(JobRecord&)>& change) {
    STUDIO_TRY(transaction, Transaction::begin(*database_));
    STUDIO_TRY(record, find(id));
    if (record.state != JobState::kRunning && !(state == JobState::kCancelled && is_waiting(record)))
        return wrong_state(record, to_string(state));
    record.state = state;
    record.ended_ms = now_ms();
    change(record);
    STUDIO_TRY_VOID(update(record));
    STUDIO_TRY(statement, database_->prepare("UPDATE jobs SET ended_order = "
                                             "(SELECT COALESCE(MAX(ended_order), 0) + 1 FROM jobs) WHERE id = ?"));
    STUDIO_TRY_VOID(statement.bind(id).run());
    STUDIO_TRY_VOID(transaction.commit());
    return write_sidecar(folder_, record);
}

Result<void> JobStore::finish(std::int64_t id, const std::string& output_path, std::int64_t output_bytes,
                              const Json& result) {
    return end(id, JobState::kFinished, [&](JobRecord& r) {
        r.output_path = output_path;
        r.output_bytes = output_bytes;
        r.result = result;
        r.latents_path.clear();
    });
}

Result<void> JobStore::fail(std::int64_t id, const Json& error, const std::string& latents_path) {
    return end(id, JobState::kFailed, [&](JobRecord& r) {
        r.error = error;
        r.latents_path = latents_path;
    });
}

Result<void> JobStore::cancel(std::int64_t id) {
    return end(id, JobState::kCancelled, [](JobRecord&) {});
}

Result<void> JobStore::put_back(std::int64_t id) {
    STUDIO_TRY(front, edge_position(true));
    STUDIO_TRY(record, edit(id, [&](JobRecord& r) -> Result<void> {
                   if (r.state != JobState::kRunning) return wrong_state(r, "put back");
                   r.state = JobState::kQueued;
                   r.position = front;
                   --r.attempts;
                   return {};
               }));
    return write_sidecar(folder_, record);
}

}  // namespace studio::store
