// ui/models/job_rows.h - rows of a list of jobs; queue and history share them.
#pragma once
#include <algorithm>
#include <optional>
#include <vector>

#include "app/queue_client.h"

namespace studio::ui {

/// Null when there is no such row.
inline const store::JobRecord* jobAt(const std::vector<store::JobRecord>& jobs, int row) {
    return row >= 0 && row < int(jobs.size()) ? &jobs[std::size_t(row)] : nullptr;
}

inline std::optional<int> rowOfJob(const std::vector<store::JobRecord>& jobs, JobId id) {
    const auto at =
        std::find_if(jobs.begin(), jobs.end(), [id](const store::JobRecord& job) { return JobId(job.id) == id; });
    if (at == jobs.end()) return std::nullopt;
    return int(at - jobs.begin());
}

}  // namespace studio::ui
