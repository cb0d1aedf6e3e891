// The finished side of the store: pages of history, stars, moved files.
#include <fmt/format.h>

#include "store/job_rows.h"
#include "store/job_store.h"
#include "store/sidecar.h"

namespace studio::store {
namespace {

/// The text itself, wherever it stands: LIKE's own wildcards are literal characters here.
std::string like_pattern(const std::string& text) {
    std::string pattern = "%";
    for (const char c : text) {
        if (c == '%' || c == '_' || c == '\\') pattern += '\\';
        pattern += c;
    }
    return pattern + "%";
}

}  // namespace

Result<std::vector<JobRecord>> JobStore::history(const HistoryQuery& query) const {
    std::string where = "WHERE ended_order IS NOT NULL";
    if (query.before_id != 0) where += " AND ended_order < (SELECT ended_order FROM jobs WHERE id = ?1)";
    if (!query.text.empty()) where += " AND prompt LIKE ?2 ESCAPE '\\'";
    if (!query.model.empty()) where += " AND model = ?3";
    if (query.only_starred) where += " AND starred = 1";
    // instr() first: most rows need not be read as JSON then. The name itself may stand there in another spelling.
    if (!query.group.empty()) where += " AND instr(request, '\"group\"') > 0 AND json_extract(request, '$.group') = ?5";
    STUDIO_TRY(statement, database_->prepare(select_jobs(where + " ORDER BY ended_order DESC LIMIT ?4")));
    statement.bind(query.before_id).bind(like_pattern(query.text)).bind(query.model);
    statement.bind(static_cast<std::int64_t>(query.limit));
    if (!query.group.empty()) statement.bind(query.group);
    return rows(std::move(statement));
}

Result<std::int64_t> JobStore::history_size() const {
    STUDIO_TRY(statement, database_->prepare("SELECT COUNT(*) FROM jobs WHERE ended_order IS NOT NULL"));
    STUDIO_TRY(has_row, statement.step());
    return has_row ? statement.integer(0) : 0;
}

Result<void> JobStore::set_starred(std::int64_t id, bool is_starred) {
    STUDIO_TRY(record, edit(id, [&](JobRecord& r) -> Result<void> {
                   r.is_starred = is_starred;
                   return {};
               }));
    return write_sidecar(folder_, record);
}

Result<void> JobStore::relocate(std::int64_t id, const std::string& output_path) {
    STUDIO_TRY(record, edit(id, [&](JobRecord& r) -> Result<void> {
                   if (r.state != JobState::kFinished)
                       return invalid_argument("id", "Only a finished job has a video that can be located.",
                                               "Choose a finished job.");
                   r.output_path = output_path;
                   return {};
               }));
    return write_sidecar(folder_, record);
}

}  // namespace studio::store
