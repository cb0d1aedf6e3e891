// store/sidecar.h - every job also as a small JSON file, so that a lost database can be rebuilt.
#pragma once
#include <filesystem>
#include <vector>

#include "store/job_record.h"

namespace studio::store {

/// `folder`/jobs/<first two digits>/<uid>.json
std::filesystem::path sidecar_path(const std::filesystem::path& folder, const std::string& uid);
/// Written aside, flushed and renamed.   Errors: Io naming the file.
Result<void> write_sidecar(const std::filesystem::path& folder, const JobRecord& record);
void remove_sidecar(const std::filesystem::path& folder, const std::string& uid);

struct Sidecars {
    std::vector<JobRecord> records;
    int unreadable = 0;
};
/// Everything readable under `folder`/jobs; files that are not jobs are counted and left alone.
Sidecars read_sidecars(const std::filesystem::path& folder);

}  // namespace studio::store
