// store/job_rows.h - records to and from rows of the table "jobs"; private to this module.
#pragma once
#include <vector>

#include "store/job_record.h"
#include "store/sqlite.h"

namespace studio::store {

/// The columns in the order that read_row() and bind_row() use, without "id".
extern const char* const kColumns;
/// SELECT id and kColumns FROM jobs, followed by `rest`.
std::string select_jobs(std::string_view rest);

JobRecord read_row(const Statement& statement);
void bind_row(Statement& statement, const JobRecord& record);
Result<std::vector<JobRecord>> read_rows(Statement& statement);

std::int64_t now_ms();
std::string new_uid();

}  // namespace studio::store
