// library/store_progress.h - how far long work on model files is: downloads, copies, checks, conversions.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace studio {

struct StoreProgress {
    std::string action;  // "downloading", "checking", "copying", "waiting"
    std::uint64_t bytes = 0;
    std::uint64_t total = 0;  // 0: not known
    double bytes_per_second = 0;
    std::optional<double> seconds_left;
    std::size_t files_done = 0, files = 0;
    std::string current;               // file names
    std::vector<std::string> notices;  // new ones since the last report
};

/// Called from any thread, one call at a time, at most 10 times a second; must return at once.
using StoreReport = std::function<void(const StoreProgress&)>;

}  // namespace studio
