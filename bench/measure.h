// bench/measure.h - what every benchmark program here shares: named numeric options, interleaved timing, medians.
#pragma once
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace studio::bench {

/// "--tokens 4096 --topk 0.1": numbers by name; an unknown name or a missing value ends the program with 2.
inline std::map<std::string, double> numbers(int argc, char** argv, std::map<std::string, double> defaults) {
    for (int i = 1; i < argc; i += 2) {
        const std::string name = argv[i];
        const auto it = name.rfind("--", 0) == 0 ? defaults.find(name.substr(2)) : defaults.end();
        if (it == defaults.end() || i + 1 == argc) {
            std::fprintf(stderr, "options:");
            for (const auto& [key, value] : defaults)
                std::fprintf(stderr, " --%s %g", key.c_str(), value);
            std::fprintf(stderr, "\n");
            std::exit(2);
        }
        it->second = std::strtod(argv[i + 1], nullptr);
    }
    return defaults;
}

struct Contender {
    std::string name;
    std::function<void()> run;
    std::vector<double> seconds = {};
    std::vector<double> cpu_seconds = {};  // of the whole process: comparable on a busy machine, with one thread
};

inline double cpu_now() {
    return double(std::clock()) / CLOCKS_PER_SEC;
}

/// A B C A B C ...: one warm-up round, then `repeats` timed ones.
inline void interleave(std::vector<Contender>& contenders, int repeats) {
    for (int round = -1; round < repeats; ++round) {
        for (Contender& c : contenders) {
            const double cpu = cpu_now();
            const auto start = std::chrono::steady_clock::now();
            c.run();
            const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
            if (round < 0) continue;
            c.seconds.push_back(took.count());
            c.cpu_seconds.push_back(cpu_now() - cpu);
        }
    }
}

inline double quantile(std::vector<double> values, double share) {
    std::sort(values.begin(), values.end());
    return values[std::size_t(share * double(values.size() - 1) + 0.5)];
}
inline double median(const std::vector<double>& values) {
    return quantile(values, 0.5);
}

/// The 1-minute load: above about one more than the program's own threads, wall times mean little.
inline double load_average() {
    double load = -1;
#ifdef __unix__
    if (getloadavg(&load, 1) != 1) load = -1;
#endif
    return load;
}

/// One line per contender: median, p10-p90, CPU time, and how many times faster than the first one it is.
inline void print(const std::vector<Contender>& contenders, const std::vector<double>& errors) {
    const double base = median(contenders.front().seconds), base_cpu = median(contenders.front().cpu_seconds);
    std::printf("%-34s %10s %19s %10s %8s %8s %12s\n", "", "median ms", "p10-p90 ms", "cpu ms", "faster", "by cpu",
                "error/fp64");
    for (std::size_t i = 0; i < contenders.size(); ++i) {
        const Contender& c = contenders[i];
        std::printf("%-34s %10.3f %9.3f-%9.3f %10.3f %7.2fx %7.2fx %12.2e\n", c.name.c_str(), median(c.seconds) * 1e3,
                    quantile(c.seconds, 0.1) * 1e3, quantile(c.seconds, 0.9) * 1e3, median(c.cpu_seconds) * 1e3,
                    base / median(c.seconds), base_cpu / median(c.cpu_seconds), errors[i]);
    }
}

}  // namespace studio::bench
