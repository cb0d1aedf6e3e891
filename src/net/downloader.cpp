#include "net/downloader.h"

#include <algorithm>
#include <chrono>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>

#include "core/disk_space.h"
#include "core/text.h"
#include "net/part_file.h"

namespace studio::net {
namespace fs = std::filesystem;
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kReportEvery = std::chrono::milliseconds(100);
constexpr auto kRateWindow = std::chrono::seconds(10);

/// Bytes a second over the last ten seconds; bytes that were there before do not count.
class Rate {
  public:
    void add(Clock::time_point now, std::uint64_t bytes) {
        while (!samples_.empty() && (now - samples_.front().first > kRateWindow || samples_.front().second > bytes))
            samples_.pop_front();
        samples_.emplace_back(now, bytes);
    }
    double per_second() const {
        if (samples_.size() < 2) return 0;
        const double seconds = std::chrono::duration<double>(samples_.back().first - samples_.front().first).count();
        return seconds > 0 ? static_cast<double>(samples_.back().second - samples_.front().second) / seconds : 0;
    }

  private:
    std::deque<std::pair<Clock::time_point, std::uint64_t>> samples_;
};

class Batch {
  public:
    Batch(std::span<const FileRequest> requests, const NetOptions& options,
          const std::function<void(const DownloadProgress&)>& report)
        : requests_(requests), options_(options), report_(report), states_(requests.size()), results_(requests.size()) {
        for (std::size_t i = 0; i < requests.size(); ++i)
            states_[i].progress.total = requests[i].size;
    }

    Result<std::vector<FileResult>> run(const std::stop_token& outer);

  private:
    enum class Phase { kWaiting, kActive, kDone };
    struct FileNow {
        Phase phase = Phase::kWaiting;
        FileProgress progress;
    };

    void work();
    void update(std::size_t index, const FileProgress& progress);
    void send(bool is_last);
    std::string name(std::size_t index) const { return path_to_utf8(requests_[index].target.filename()); }

    std::span<const FileRequest> requests_;
    const NetOptions& options_;
    const std::function<void(const DownloadProgress&)>& report_;
    std::stop_source stop_;
    std::mutex mutex_;  // guards everything below
    std::size_t next_ = 0;
    std::vector<FileNow> states_;
    std::vector<std::optional<FileResult>> results_;
    std::optional<Error> error_;
    std::vector<std::string> notices_;
    Clock::time_point last_report_{};
    Rate rate_;
};

void Batch::work() {
    for (;;) {
        std::size_t index = 0;
        {
            const std::lock_guard lock(mutex_);
            if (error_ || next_ >= requests_.size()) return;
            index = next_++;
            states_[index].phase = Phase::kActive;
        }
        Result<FileResult> result = internal_error("a download ended without a result");
        try {
            result = download_file(
                requests_[index], options_, [&](const FileProgress& progress) { update(index, progress); },
                stop_.get_token());
        } catch (const Failure& failure) {
            result = failure.error();
        } catch (const std::exception& problem) {
            result = internal_error(problem.what());
        }
        const std::lock_guard lock(mutex_);
        states_[index].phase = Phase::kDone;
        if (result.ok()) {
            states_[index].progress.bytes = states_[index].progress.total = result->size;
            results_[index] = std::move(*result);
            continue;
        }
        // The others stop because of this one: their "cancelled" is not the story.
        if (!error_) error_ = std::move(result.error());
        stop_.request_stop();
    }
}

void Batch::update(std::size_t index, const FileProgress& progress) {
    const std::lock_guard lock(mutex_);
    if (!progress.notice.empty()) notices_.push_back(name(index) + ": " + progress.notice);
    states_[index].progress = progress;
    states_[index].progress.notice.clear();
    const auto now = Clock::now();
    if (now - last_report_ < kReportEvery && progress.notice.empty()) return;
    last_report_ = now;
    send(false);
}

void Batch::send(bool is_last) {
    DownloadProgress all;
    all.files = requests_.size();
    all.notices = std::exchange(notices_, {});
    bool is_total_known = true, is_moving = false, is_checking = false;
    for (std::size_t i = 0; i < states_.size(); ++i) {
        const FileNow& file = states_[i];
        all.bytes += file.progress.bytes;
        all.total += std::max(file.progress.total, file.progress.bytes);
        is_total_known = is_total_known && file.progress.total > 0;
        if (file.phase == Phase::kDone) ++all.files_done;
        if (file.phase != Phase::kActive) continue;
        all.current += (all.current.empty() ? "" : ", ") + name(i);
        is_moving = is_moving || file.progress.state == FileState::kDownloading;
        is_checking = is_checking || file.progress.state == FileState::kChecking;
    }
    if (!is_total_known && !is_last) all.total = 0;
    all.state = is_moving || is_last ? FileState::kDownloading
                : is_checking        ? FileState::kChecking
                                     : FileState::kWaiting;
    rate_.add(Clock::now(), all.bytes);
    all.bytes_per_second = rate_.per_second();
    if (all.total > 0 && all.bytes_per_second > 0)
        all.seconds_left = static_cast<double>(all.total - all.bytes) / all.bytes_per_second;
    report_(all);
}

Result<std::vector<FileResult>> Batch::run(const std::stop_token& outer) {
    const std::stop_callback forward(outer, [&] { stop_.request_stop(); });
    {
        std::vector<std::jthread> workers;
        const auto count = std::clamp<std::size_t>(static_cast<std::size_t>(std::clamp(options_.parallel, 1, 8)), 1,
                                                   std::max<std::size_t>(1, requests_.size()));
        for (std::size_t i = 0; i < count; ++i)
            workers.emplace_back([this] { work(); });
    }
    const std::lock_guard lock(mutex_);
    send(true);
    if (outer.stop_requested() && error_) return cancelled();
    if (error_) return *std::move(error_);
    std::vector<FileResult> out;
    for (auto& result : results_)
        out.push_back(*std::move(result));
    return out;
}

/// Bytes that are still to come, for files whose size is known.
std::uint64_t missing_bytes(const FileRequest& request) {
    std::error_code problem;
    if (const auto size = fs::file_size(request.target, problem); !problem && size == request.size) return 0;
    const auto part = fs::file_size(part_path(request.target), problem);
    return problem || part > request.size ? request.size : request.size - part;
}

}  // namespace

Result<std::vector<FileResult>> download_files(std::span<const FileRequest> requests, const NetOptions& options,
                                               const std::function<void(const DownloadProgress&)>& report,
                                               std::stop_token stop) {
    std::uint64_t missing = 0;
    for (const FileRequest& request : requests)
        missing += missing_bytes(request);
    if (!requests.empty() && missing > 0)
        STUDIO_TRY_VOID(require_disk_space(requests.front().target, missing, options.disk_reserve_bytes));
    return Batch(requests, options, report).run(stop);
}

}  // namespace studio::net
