// app/doctor.h - one look over the machine and the installation: what is there, what is missing, what to do about it.
#pragma once
#include <algorithm>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "core/json.h"
#include "core/result.h"

namespace studio {

struct Finding {
    enum class Status { kOk, kNote, kProblem };
    std::string key;    // stable, for JSON: "memory", "folder.outputs"
    std::string title;  // for people
    Status status = Status::kOk;
    std::string value;  // one line
    std::string fix;    // what to do; empty when nothing is to be done
    Json data = Json::object();
};

struct DoctorReport {
    std::vector<Finding> findings;
    bool is_healthy() const {
        return std::none_of(findings.begin(), findings.end(),
                            [](const Finding& finding) { return finding.status == Finding::Status::kProblem; });
    }
};
Json to_json(const DoctorReport& report);

struct DoctorOptions {
    bool with_self_test = true;  // runs the engine once on the demo model, a few seconds
    bool with_kernels = false;   // runs every kernel of our own once and compares it
    std::filesystem::path output_folder{"outputs"};
    std::stop_token stop;
};
/// Never fails: what cannot be found out is a finding.   Threads: any but the GUI thread; blocking.
DoctorReport examine(const DoctorOptions& options);

/// A tiny generation with the demo model in a temporary folder, through the real engine, file read back. The folder is
/// removed. Errors   whatever a generation can fail with.
Result<Json> run_self_test(std::stop_token stop);

}  // namespace studio
