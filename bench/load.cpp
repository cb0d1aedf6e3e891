// bench_load [--megabytes 1500] [--folder DIR] [--rounds 3] [--check]
// How fast weights load, beside a plain sequential read of the same file from an emptied cache in the same run: time,
// bytes asked from the disk, peak memory, and the time to open a file that is in the cache. --check: exit 1 when a goal
// is missed.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <stdexcept>
#include <vector>

#include "core/text.h"
#include "io/checkpoint.h"
#include "io/finite.h"
#include "load_files.h"

namespace studio::bench {
namespace {

namespace fs = std::filesystem;

struct Measured {
    double seconds = 0;
    std::uint64_t read_bytes = 0, peak_rss = 0;
};

double now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// The number behind `key` in a file of /proc.
std::uint64_t proc_value(const char* file, const std::string& key) {
    std::ifstream in(file);
    for (std::string word; in >> word;) {
        std::uint64_t value = 0;
        if (word == key && in >> value) return value;
    }
    return 0;
}

void forget(const fs::path& path) {
    const int fd = ::open(path.c_str(), O_RDONLY);
    ::fdatasync(fd);
    ::posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    ::close(fd);
    std::ofstream("/proc/sys/vm/drop_caches") << "1\n";  // only root may; the advice above is enough for one file
}

/// In a process of its own, so that memory and counters are those of the work alone.
Measured measure(const std::function<void()>& work) {
    int ends[2];
    if (::pipe(ends) != 0) throw std::runtime_error("no pipe");
    const pid_t child = ::fork();
    if (child == 0) {
        const std::uint64_t before = proc_value("/proc/self/io", "read_bytes:");
        const double start = now();
        work();
        Measured m{now() - start, proc_value("/proc/self/io", "read_bytes:") - before,
                   proc_value("/proc/self/status", "VmHWM:") * 1024};
        ::_exit(::write(ends[1], &m, sizeof m) == sizeof m ? 0 : 1);
    }
    ::close(ends[1]);
    Measured m;
    const bool is_there = ::read(ends[0], &m, sizeof m) == sizeof m;
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    if (!is_there || status != 0) throw std::runtime_error("a measurement failed");
    return m;
}

void read_plainly(const fs::path& path) {
    const int fd = ::open(path.c_str(), O_RDONLY);
    ::posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    std::vector<char> buffer(8u << 20);
    while (::read(fd, buffer.data(), buffer.size()) > 0) {
    }
    ::close(fd);
}

/// What every loader does with its weights, in the order of the file.
void load(const fs::path& path) {
    const auto opened = io::Checkpoint::open(path);
    const io::Checkpoint& checkpoint = *opened.value();
    std::vector<const io::TensorInfo*> order;
    for (const io::TensorInfo& tensor : checkpoint.tensors())
        order.push_back(&tensor);
    std::sort(order.begin(), order.end(), [](const auto* a, const auto* b) { return a->offset < b->offset; });
    for (const io::TensorInfo* tensor : order)
        io::require_finite(checkpoint, *tensor).value();
}

template <class Get>
double median(std::vector<Measured> all, Get get) {
    std::sort(all.begin(), all.end(), [&](const Measured& a, const Measured& b) { return get(a) < get(b); });
    return static_cast<double>(get(all[all.size() / 2]));
}

bool run(const char* name, const fs::path& path, int rounds) {
    const auto size = static_cast<double>(fs::file_size(path));
    std::vector<Measured> plain, cold, warm, opening;
    for (int i = 0; i < rounds; ++i) {  // in turns, so that both meet the same disk
        forget(path);
        plain.push_back(measure([&] { read_plainly(path); }));
        forget(path);
        cold.push_back(measure([&] { load(path); }));
        warm.push_back(measure([&] { load(path); }));
        opening.push_back(measure([&] { (void)io::Checkpoint::open(path).value(); }));
    }
    const auto seconds = [](const Measured& m) { return m.seconds; };
    const double share = median(plain, seconds) / median(cold, seconds);
    const double read = median(cold, [](const Measured& m) { return m.read_bytes; }) / size;
    const double peak = median(cold, [](const Measured& m) { return m.peak_rss; }) / size;
    const double open_ms = 1000 * median(opening, seconds);
    const bool passes = share >= 0.9 && read <= 1.01 && peak <= 1.05 && open_ms < 50;
    fmt::print("| {:11} | {:7.3f} | {:10.2f} | {:9.2f} | {:5.0f} % | {:9.4f} | {:9.4f} | {:9.2f} | {:9.2f} | {} |\n",
               name, size / 1e9, size / 1e9 / median(plain, seconds), size / 1e9 / median(cold, seconds), 100 * share,
               read, peak, size / 1e9 / median(warm, seconds), open_ms, passes ? "yes" : "no");
    std::fflush(stdout);
    return passes;
}

}  // namespace

int run_bench(int argc, char** argv) {
    std::int64_t megabytes = 1500, rounds = 3;
    fs::path folder = fs::temp_directory_path();
    bool check = false;
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        const std::string value = i + 1 < argc ? argv[i + 1] : "";
        if (word == "--check") {
            check = true;
        } else if (word == "--folder" && !value.empty()) {
            folder = value, ++i;
        } else if ((word == "--megabytes" || word == "--rounds") && parse_int64(value).value_or(0) > 0) {
            (word == "--rounds" ? rounds : megabytes) = *parse_int64(value), ++i;
        } else {
            return std::fputs("bench_load [--megabytes N] [--folder DIR] [--rounds N] [--check]\n", stderr), 2;
        }
    }
    double load_average = 0;
    (void)::getloadavg(&load_average, 1);
    fmt::print("load average {:.2f}, {} rounds, medians\n", load_average, rounds);
    fmt::print(
        "| container | GB | plain read GB/s | load GB/s | share | bytes read / file | peak memory / file | warm load "
        "GB/s | warm "
        "open ms | goals met |\n|---|---|---|---|---|---|---|---|---|---|\n");
    bool all = true;
    for (const auto& [name, container] :
         {std::pair{"safetensors", Container::kSafetensors}, std::pair{"torch zip", Container::kTorch},
          std::pair{"GGUF Q8_0", Container::kGguf}}) {
        const fs::path path = folder / fmt::format("turbo-studio-bench-{}.weights", ::getpid());
        write_weights(path, container, static_cast<std::uint64_t>(megabytes) << 20);
        all = run(name, path, static_cast<int>(rounds)) && all;
        fs::remove(path);
    }
    return check && !all ? 1 : 0;
}

}  // namespace studio::bench

int main(int argc, char** argv) {
    try {
        return studio::bench::run_bench(argc, argv);
    } catch (const std::exception& problem) {
        return std::fprintf(stderr, "%s\n", problem.what()), 1;
    }
}
