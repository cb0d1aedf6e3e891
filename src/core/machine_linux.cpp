// What this process may use of the machine: memory and processors, control groups included.
#include <fmt/format.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "core/platform.h"
#include "core/text.h"

namespace studio::platform {
namespace {

/// The value of "Name:   123 kB" in a /proc file, in bytes.
std::uint64_t kilobyte_field(const char* file, const std::string& name) {
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) {
        if (line.rfind(name, 0) != 0) continue;
        const auto first = line.find_first_of("0123456789");
        if (first == std::string::npos) return 0;
        const auto last = line.find_first_not_of("0123456789", first);
        const auto value = parse_int64(std::string_view(line).substr(first, last - first));
        return static_cast<std::uint64_t>(value.value_or(0)) * 1024;
    }
    return 0;
}

std::vector<std::string> words_of(const std::string& file) {
    std::ifstream in(file);
    std::vector<std::string> words;
    for (std::string word; words.size() < 16 && in >> word;)
        words.push_back(word);
    return words;
}

/// Folders of this process's control groups (version 2), innermost first, up to the root.
std::vector<std::string> control_groups() {
    std::vector<std::string> out;
    std::ifstream in("/proc/self/cgroup");
    for (std::string line; std::getline(in, line);) {
        if (line.rfind("0::", 0) != 0) continue;
        for (std::string path = line.substr(3); !path.empty() && path != "/"; path.resize(path.rfind('/'))) {
            out.push_back("/sys/fs/cgroup" + path);
        }
    }
    out.emplace_back("/sys/fs/cgroup");
    return out;
}

std::optional<std::uint64_t> number_in(const std::string& file) {
    const auto words = words_of(file);
    const auto value = words.empty() ? std::nullopt : parse_int64(words[0]);
    if (!value || *value < 0) return std::nullopt;
    return static_cast<std::uint64_t>(*value);
}

/// Pages of files in a group's account are given back under pressure, so they count as available.
std::uint64_t reclaimable(const std::string& group) {
    std::ifstream in(group + "/memory.stat");
    std::uint64_t value = 0;
    for (std::string key; in >> key >> value;) {
        if (key == "inactive_file") return value;
    }
    return 0;
}

int quota_cores() {
    double fewest = 1e9;
    for (const std::string& group : control_groups()) {
        const auto words = words_of(group + "/cpu.max");
        if (words.size() != 2 || words[0] == "max") continue;
        const auto quota = parse_double(words[0]), period = parse_double(words[1]);
        if (quota && period && *period > 0) fewest = std::min(fewest, *quota / *period);
    }
    const auto quota = number_in("/sys/fs/cgroup/cpu/cpu.cfs_quota_us");  // version 1
    const auto period = number_in("/sys/fs/cgroup/cpu/cpu.cfs_period_us");
    if (quota && period && *quota > 0 && *period > 0) {
        fewest = std::min(fewest, static_cast<double>(*quota) / static_cast<double>(*period));
    }
    return fewest > 1e6 ? 1 << 20 : std::max(1, static_cast<int>(fewest + 0.5));
}

}  // namespace

Memory physical_memory() {
    Memory memory{kilobyte_field("/proc/meminfo", "MemTotal:"), kilobyte_field("/proc/meminfo", "MemAvailable:")};
    for (const std::string& group : control_groups()) {
        const auto limit = number_in(group + "/memory.max");
        const auto used = number_in(group + "/memory.current");
        if (!limit || !used) continue;
        memory.total_bytes = std::min(memory.total_bytes, *limit);
        const std::uint64_t held = *used - std::min(*used, reclaimable(group));
        memory.available_bytes = std::min(memory.available_bytes, *limit - std::min(*limit, held));
    }
    return memory;
}

// getrusage would start from the peak of the program that started us.
std::uint64_t process_peak_rss_bytes() {
    return kilobyte_field("/proc/self/status", "VmHWM:");
}
std::uint64_t process_rss_bytes() {
    return kilobyte_field("/proc/self/status", "VmRSS:");
}

int physical_cores() {
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0) {
        return std::max(1, std::min<int>(static_cast<int>(std::thread::hardware_concurrency()), quota_cores()));
    }
    std::set<std::pair<std::string, std::string>> cores;  // hyper-threads of one core count once
    int unknown = 0;
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
        if (!CPU_ISSET(cpu, &allowed)) continue;
        const std::string topology = fmt::format("/sys/devices/system/cpu/cpu{}/topology/", cpu);
        const auto package = words_of(topology + "physical_package_id"), core = words_of(topology + "core_id");
        if (package.empty() || core.empty()) {
            ++unknown;
        } else {
            cores.emplace(package[0], core[0]);
        }
    }
    return std::max(1, std::min(static_cast<int>(cores.size()) + unknown, quota_cores()));
}

std::string cpu_name() {
    std::ifstream in("/proc/cpuinfo");
    for (std::string line; std::getline(in, line);) {
        const auto colon = line.find(": ");
        if (line.rfind("model name", 0) == 0 && colon != std::string::npos) return line.substr(colon + 2);
    }
    return "unknown processor";
}

}  // namespace studio::platform
