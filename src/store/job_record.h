// store/job_record.h - one job as it is kept: what was asked for, where it stands, what came of it.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/json.h"

namespace studio::store {

/// Numbers are stored in the database and never change.
enum class JobState {
    kQueued = 0,
    kRunning = 1,
    kInterrupted = 2,  // the program ended while it ran; waits for a person
    kFinished = 3,
    kFailed = 4,
    kCancelled = 5,
};
std::string_view to_string(JobState state) noexcept;  // "queued", "running", ...: stable, for JSON
std::optional<JobState> job_state(std::string_view name) noexcept;
constexpr bool is_ended(JobState state) noexcept {
    return state == JobState::kFinished || state == JobState::kFailed || state == JobState::kCancelled;
}

/// What a person asked for.
struct JobDraft {
    Json request;        // GenerationRequest::to_json()
    std::string prompt;  // for lists and search, UTF-8
    std::string model;   // for people
};

struct JobRecord {
    std::int64_t id = 0;
    std::string uid;  // 32 hexadecimal digits; also inside the video's recipe
    JobState state = JobState::kQueued;
    std::int64_t position = 0;  // in the queue: smaller runs earlier
    JobDraft draft;
    std::int64_t created_ms = 0;  // wall clock, Unix time; for display only
    std::optional<std::int64_t> started_ms, ended_ms;
    int attempts = 0;   // how often it was started
    std::string stage;  // last stage that began: "load", "text", "denoise", "decode", "save"
    std::string output_path;
    std::int64_t output_bytes = 0;
    std::string latents_path;  // of a job whose decode is still to do
    Json error;                // of a failed job: {"code","message","fix",...}; null otherwise
    Json result;               // of a finished job: times, resolved settings; null otherwise
    bool is_starred = false;
};

/// The record as JSON for its sidecar file, and back.   Errors: CorruptFile naming `source` and the key.
Json to_json(const JobRecord& record);
Result<JobRecord> record_from_json(const Json& json, const std::string& source);

}  // namespace studio::store
