// store/job_history.h - what is asked of the history, and what opening a store had to repair.
#pragma once
#include <filesystem>
#include <vector>

#include "store/job_record.h"

namespace studio::store {

struct HistoryQuery {
    std::string text;  // part of the prompt; empty: all
    std::string model;
    std::string group;  // GenerationRequest::group of the jobs
    bool only_starred = false;
    /// Page backwards: records that ended before this one (JobRecord::id of the last one shown); 0: from the newest.
    std::int64_t before_id = 0;
    int limit = 200;
};

/// What opening had to repair, for people.
struct Recovery {
    std::vector<JobRecord> interrupted;  // ran when the program ended; first in the queue now, waiting for a person
    std::vector<JobRecord> completed;    // their video was whole: only the note of it was missing
    std::vector<JobRecord> given_up;     // ended the program twice: failed now
    std::filesystem::path set_aside;     // the damaged database, if there was one
    int rebuilt = 0;                     // jobs read back from their own files after that
    int unreadable = 0;                  // job files that could not be read
    bool is_crash_loop = false;          // three unclean ends within ten minutes: start paused
    bool had_unclean_end = false;
};

}  // namespace studio::store
