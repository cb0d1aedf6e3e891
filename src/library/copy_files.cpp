#include "library/copy_files.h"

#include <fmt/format.h>

#include <chrono>
#include <fstream>

#include "core/disk_space.h"
#include "core/text.h"
#include "io/atomic_file.h"
#include "io/sha256.h"

namespace studio {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kBlock = 4u << 20;
constexpr std::size_t kMaxFiles = 10000;
constexpr std::int64_t kReportEvery_ns = 100'000'000;
constexpr std::uint64_t kReserve = 64u << 20;

std::int64_t now_ns() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

Error cannot_read(const fs::path& path, std::string_view why) {
    return {ErrorCode::kIo,
            fmt::format("{} cannot be read: {}.", escape_for_display(path_to_utf8(path), 1000), why),
            path_to_utf8(path),
            {},
            "Check the permissions of the file and of its folders.",
            {}};
}

}  // namespace

ProgressMeter::ProgressMeter(std::string action, std::uint64_t total, std::size_t files, const StoreReport& report)
    : report_(report), started_ns_(now_ns()) {
    progress_.action = std::move(action);
    progress_.total = total;
    progress_.files = files;
}

void ProgressMeter::start_file(const fs::path& file) {
    progress_.current = path_to_utf8(file.filename());
    send(true);
}

void ProgressMeter::add(std::uint64_t bytes) {
    progress_.bytes += bytes;
    send(false);
}

void ProgressMeter::end_file() {
    ++progress_.files_done;
    send(progress_.files_done == progress_.files);
}

void ProgressMeter::send(bool is_forced) {
    const auto now = now_ns();
    if (!is_forced && now - last_ns_ < kReportEvery_ns) return;
    last_ns_ = now;
    const double seconds = static_cast<double>(now - started_ns_) * 1e-9;
    progress_.bytes_per_second = seconds > 0 ? static_cast<double>(progress_.bytes) / seconds : 0;
    progress_.seconds_left.reset();
    if (progress_.bytes_per_second > 0 && progress_.total >= progress_.bytes)
        progress_.seconds_left = static_cast<double>(progress_.total - progress_.bytes) / progress_.bytes_per_second;
    report_(progress_);
}

Result<std::vector<FileCopy>> list_copies(const fs::path& from, const fs::path& to) {
    std::vector<FileCopy> copies;
    std::error_code problem;
    if (fs::is_regular_file(from, problem)) {
        copies.push_back({from, to / from.filename(), fs::file_size(from, problem), {}});
        return copies;
    }
    for (fs::recursive_directory_iterator it(from, problem), end; !problem && it != end; it.increment(problem)) {
        std::error_code ignored;
        if (!it->is_regular_file(ignored)) continue;
        if (copies.size() >= kMaxFiles) {
            return Error{
                ErrorCode::kUnsupported,
                fmt::format("{} holds more than {} files.", escape_for_display(path_to_utf8(from), 1000), kMaxFiles),
                path_to_utf8(from),
                {},
                "Choose the model's own folder, or add it in place.",
                {}};
        }
        copies.push_back({it->path(), to / it->path().lexically_relative(from), it->file_size(ignored), {}});
    }
    if (problem) return cannot_read(from, problem.message());
    return copies;
}

Result<void> copy_files(std::span<FileCopy> copies, const StoreReport& report, const std::stop_token& stop) {
    std::uint64_t total = 0;
    for (const FileCopy& copy : copies)
        total += copy.size;
    if (!copies.empty()) STUDIO_TRY_VOID(require_disk_space(copies.front().to, total, kReserve));
    ProgressMeter meter("copying", total, copies.size(), report);
    std::vector<char> block(kBlock);
    for (FileCopy& copy : copies) {
        std::error_code problem;
        fs::create_directories(copy.to.parent_path(), problem);
        meter.start_file(copy.from);
        std::ifstream in(copy.from, std::ios::binary);
        if (!in) return cannot_read(copy.from, "the system refuses to open it");
        STUDIO_TRY(out, io::AtomicFile::create(copy.to));
        io::Sha256 hash;
        while (in.read(block.data(), static_cast<std::streamsize>(block.size())), in.gcount() > 0) {
            if (stop.stop_requested()) return cancelled();
            const auto bytes = std::as_bytes(std::span(block.data(), static_cast<std::size_t>(in.gcount())));
            hash.update(bytes);
            STUDIO_TRY_VOID(out.write(bytes));
            meter.add(bytes.size());
        }
        if (in.bad()) return cannot_read(copy.from, "reading failed");
        STUDIO_TRY_VOID(out.commit_replacing());
        copy.sha256 = hash.finish();
        meter.end_file();
    }
    return {};
}

}  // namespace studio
