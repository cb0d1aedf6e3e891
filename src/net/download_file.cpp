#include "net/download_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "core/disk_space.h"
#include "core/log.h"
#include "core/text.h"
#include "net/part_file.h"
#include "net/request.h"
#include "net/wrong_body.h"

namespace studio::net {
namespace fs = std::filesystem;
namespace {

constexpr std::uint64_t kMaxUnannounced = 64u << 20;  // without any promise about its size
constexpr int kMaxRestarts = 4;

/// What one try came to.
enum class Verdict { kComplete, kTryAgain, kStartAgain };

class FileDownload {
  public:
    FileDownload(const FileRequest& request, const NetOptions& options,
                 const std::function<void(const FileProgress&)>& report, const std::stop_token& stop)
        : request_(request), options_(options), report_(report), stop_(stop), target_(path_to_utf8(request.target)) {}

    Result<FileResult> run();
    /// An empty part is of no use to anybody.
    void tidy() {
        if (part_ && part_->size() == 0) part_->discard();
    }

  private:
    Result<std::optional<FileResult>> take_existing();
    Result<void> fetch_all();
    Result<Verdict> try_once();
    Result<Verdict> judge(const Ending& ending);
    Result<void> on_head(const ResponseHead& head);
    Result<void> on_resumed(const ResponseHead& head);
    Result<bool> on_data(const ResponseHead& head, std::span<const std::byte> bytes);
    Result<std::optional<FileResult>> finish();
    Result<void> start_again(std::string_view why);
    Result<void> wait(std::optional<std::int64_t> asked_s);
    void tell(FileState state, std::string notice = {});
    Error in_target(Error error) const { return error.in_file(target_); }
    std::uint64_t limit() const { return size_ > 0 ? size_ : kMaxUnannounced; }
    bool is_whole() const { return size_ > 0 && part_->size() == size_; }

    const FileRequest& request_;
    const NetOptions& options_;
    const std::function<void(const FileProgress&)>& report_;
    const std::stop_token stop_;
    const std::string target_;
    std::optional<PartFile> part_;
    std::uint64_t size_ = 0;  // of the whole file; 0 while nobody has said it
    std::uint64_t resumed_from_ = 0;
    int restarts_ = 0, fruitless_ = 0;
    bool is_mixed_ = false;     // the part has bytes of more than one answer
    bool is_too_long_ = false;  // the server went on after the last byte
    bool must_start_again_ = false;
    ResponseHead head_;  // of the answer that is being read
    std::optional<NetError> last_failure_;
};

void FileDownload::tell(FileState state, std::string notice) {
    if (!notice.empty()) log::info("download {}: {}", url_for_display(request_.url), notice);
    report_({state, part_ ? part_->size() : 0, size_, std::move(notice)});
}

Result<std::optional<FileResult>> FileDownload::take_existing() {
    std::error_code problem;
    const auto status = fs::status(request_.target, problem);
    if (status.type() == fs::file_type::not_found) return std::optional<FileResult>();
    const auto refuse = [&](std::string_view why) {
        return Error{ErrorCode::kCorruptFile,
                     fmt::format("{} exists already, and {}.", escape_for_display(target_, 1000), why),
                     target_,
                     "",
                     "Move it away, then download again.",
                     {}};
    };
    if (status.type() != fs::file_type::regular) return refuse("it is not an ordinary file");
    const auto size = fs::file_size(request_.target, problem);
    if (!problem && (request_.size == 0 || size == request_.size)) {
        report_({FileState::kChecking, size, size, {}});
        STUDIO_TRY(sha256, io::sha256_file(request_.target, stop_));
        if (request_.sha256.empty() || sha256 == request_.sha256)
            return std::optional(FileResult{request_.target, size, sha256, true, 0});
    }
    if (!request_.may_replace) return refuse("it is not the published file");
    return std::optional<FileResult>();
}

Result<FileResult> FileDownload::run() {
    STUDIO_TRY(existing, take_existing());
    if (existing) return *std::move(existing);
    STUDIO_TRY(
        part, PartFile::open(request_.target, {url_for_display(request_.url), {}, {}, request_.size, request_.sha256}));
    part_.emplace(std::move(part));
    // Another process may have finished it between the first look and the lock.
    STUDIO_TRY(meanwhile, take_existing());
    if (meanwhile) {
        part_->discard();
        return *std::move(meanwhile);
    }
    size_ = request_.size > 0 ? request_.size : part_->state().size;
    resumed_from_ = part_->size();
    is_mixed_ = resumed_from_ > 0;
    tell(FileState::kChecking);
    for (;;) {
        STUDIO_TRY_VOID(fetch_all());
        STUDIO_TRY(done, finish());
        if (done) return *std::move(done);
    }
}

/// Tries until the part is whole.
Result<void> FileDownload::fetch_all() {
    while (!is_whole()) {
        STUDIO_TRY_VOID(part_->hash_existing(stop_));
        const std::uint64_t before = part_->size();
        STUDIO_TRY(verdict, try_once());
        if (verdict == Verdict::kComplete) return {};
        if (verdict == Verdict::kStartAgain) continue;
        fruitless_ = part_->size() > before ? 0 : fruitless_ + 1;
        if (fruitless_ >= options_.max_fruitless_tries) {
            Error error = last_failure_->error;
            error.message = fmt::format("{} Tried {} times without a new byte.", error.message, fruitless_);
            return error;
        }
        STUDIO_TRY_VOID(wait(head_.retry_after_s()));
    }
    STUDIO_TRY_VOID(part_->hash_existing(stop_));
    return {};
}

Result<Verdict> FileDownload::try_once() {
    Request request;
    request.url = request_.url;
    request.offset = part_->size();
    // If-Range takes strong tags only; a weak one is compared when the answer comes.
    const PartState& state = part_->state();
    if (!state.etag.empty() && !state.etag.starts_with("W/")) request.if_range = state.etag;
    if (state.etag.empty()) request.if_range = state.last_modified;
    head_ = {};
    must_start_again_ = is_too_long_ = false;
    const BodySink sink{[&](const ResponseHead& head) { return on_head(head); },
                        [&](std::span<const std::byte> bytes) { return on_data(head_, bytes); }};
    tell(FileState::kDownloading);
    RequestOutcome outcome = http_get(request, options_, sink, stop_);
    if (outcome.ending) return judge(*outcome.ending);
    if (must_start_again_) return Verdict::kStartAgain;
    last_failure_ = std::move(outcome.failure);
    if (!last_failure_->is_temporary) return last_failure_->error;
    tell(FileState::kDownloading,
         fmt::format("stopped at {}: {}", format_bytes(part_->size()), last_failure_->error.message));
    return Verdict::kTryAgain;
}

Result<Verdict> FileDownload::judge(const Ending& ending) {
    const int status = ending.head.status;
    head_ = ending.head;
    if (status == 200 || status == 206) {
        if (is_whole() || (size_ == 0 && !is_too_long_)) {
            size_ = part_->size();
            return Verdict::kComplete;
        }
        if (is_too_long_)
            return in_target({ErrorCode::kCorruptFile,
                              fmt::format("{} does not say how long the file is and sends more than {}.",
                                          head_.url.host, format_bytes(kMaxUnannounced)),
                              {},
                              "size",
                              "Choose another mirror with --mirror.",
                              {}});
        last_failure_ =
            NetError{{ErrorCode::kIo,
                      fmt::format("{} ended the file early, at {} of {}.", escape_for_display(head_.url.host, 200),
                                  format_bytes(part_->size()), format_bytes(size_)),
                      {},
                      "connection",
                      "Download again: it goes on where it stopped.",
                      {}},
                     true};
        tell(FileState::kDownloading, last_failure_->error.message);
        return Verdict::kTryAgain;
    }
    if (status == 416 && part_->size() > 0) {
        STUDIO_TRY_VOID(start_again("the server's file is not longer than what has arrived"));
        return Verdict::kStartAgain;
    }
    Error error = in_target(status_error(ending, !options_.token.empty()));
    const bool is_temporary =
        status == 408 || status == 425 || status == 429 || (status >= 500 && status != 501 && status != 505);
    if (!is_temporary) return error;
    last_failure_ = NetError{std::move(error), true};
    return Verdict::kTryAgain;
}

Result<void> FileDownload::on_head(const ResponseHead& head) {
    head_ = head;
    if (auto wrong = wrong_head(head, target_)) return *std::move(wrong);
    if (head.status == 206) STUDIO_TRY_VOID(on_resumed(head));
    if (head.status == 200 && part_->size() > 0) {
        const std::string tag = head.header("etag");
        STUDIO_TRY_VOID(start_again(tag == part_->state().etag ? "the server cannot go on in the middle of a file"
                                                               : "the file was changed on the server"));
        must_start_again_ = false;  // this very answer is the new start
    }
    const auto range = head.content_range();
    const auto total = head.status == 206 && range ? range->total : head.content_length();
    if (total && size_ > 0 && *total != size_ && (request_.size > 0 || part_->size() > 0)) {
        return Error{ErrorCode::kCorruptFile,
                     fmt::format("{} offers {} bytes under this name, and the published file has {}.",
                                 escape_for_display(head.url.host_and_port(), 200), *total, size_),
                     target_,
                     "size",
                     "Choose another mirror with --mirror. A newer Turbo Studio may know the new file.",
                     {}};
    }
    if (total) size_ = *total;
    STUDIO_TRY_VOID(
        require_disk_space(request_.target, size_ - std::min(size_, part_->size()), options_.disk_reserve_bytes));
    PartState state{url_for_display(request_.url), head.header("etag"), head.header("last-modified"), size_,
                    request_.sha256};
    return part_->set_state(state);
}

/// A 206 must continue exactly what is in the part.
Result<void> FileDownload::on_resumed(const ResponseHead& head) {
    const auto range = head.content_range();
    const std::string tag = head.header("etag");
    const std::string& known = part_->state().etag;
    const bool is_other = !tag.empty() && !known.empty() && tag != known;
    if (range && range->start == part_->size() && !is_other) {
        is_mixed_ = is_mixed_ || part_->size() > 0;
        return {};
    }
    STUDIO_TRY_VOID(start_again(is_other ? "the file was changed on the server"
                                         : "the server sends another place of the file than was asked for"));
    must_start_again_ = true;
    return Error{
        ErrorCode::kIo, "The answer does not continue the part.", target_, "connection", "Download again.", {}};
}

Result<bool> FileDownload::on_data(const ResponseHead& head, std::span<const std::byte> bytes) {
    if (part_->size() == 0) {
        if (auto wrong = wrong_start(bytes, head.url, target_)) return *std::move(wrong);
    }
    const std::uint64_t space = limit() - part_->size();
    is_too_long_ = bytes.size() > space;
    STUDIO_TRY_VOID(part_->append(bytes.first(static_cast<std::size_t>(std::min<std::uint64_t>(space, bytes.size())))));
    tell(FileState::kDownloading);
    return !is_too_long_;
}

/// Nothing when it must be fetched once more.
Result<std::optional<FileResult>> FileDownload::finish() {
    tell(FileState::kChecking);
    STUDIO_TRY(sha256, part_->finish());
    if (request_.sha256.empty() || sha256 == request_.sha256) {
        if (is_too_long_ && request_.sha256.empty()) {
            part_->discard();
            return in_target({ErrorCode::kCorruptFile,
                              fmt::format("{} sends more than the {} bytes that it promised.",
                                          escape_for_display(head_.url.host, 200), size_),
                              {},
                              "size",
                              "Choose another mirror with --mirror.",
                              {}});
        }
        STUDIO_TRY_VOID(part_->commit(request_.may_replace));
        return std::optional(FileResult{request_.target, size_, sha256, false, resumed_from_});
    }
    if (is_mixed_) {
        STUDIO_TRY_VOID(start_again("the parts do not fit together"));
        return std::optional<FileResult>();
    }
    part_->discard();
    return Error{
        ErrorCode::kCorruptFile,
        fmt::format("What {} sent is not the published file: its SHA-256 is {} and should be {}.",
                    escape_for_display(parse_https_url(request_.url)->host_and_port(), 200), sha256, request_.sha256),
        target_,
        "sha256",
        "Download again; if it happens again, choose another mirror with --mirror.",
        {}};
}

Result<void> FileDownload::start_again(std::string_view why) {
    if (++restarts_ > kMaxRestarts) {
        return Error{
            ErrorCode::kIo,
            fmt::format("The download had to start again {} times, the last time because {}.", kMaxRestarts, why),
            target_,
            "connection",
            "Try again later, or choose another mirror with --mirror.",
            {}};
    }
    STUDIO_TRY_VOID(part_->restart());
    resumed_from_ = 0;
    is_mixed_ = false;
    size_ = request_.size;
    tell(FileState::kDownloading, fmt::format("starts again: {}", why));
    return {};
}

Result<void> FileDownload::wait(std::optional<std::int64_t> asked_s) {
    auto pause = options_.backoff * (std::int64_t{1} << std::min(fruitless_, 6));
    if (asked_s) pause = std::max(pause, std::chrono::milliseconds(*asked_s * 1000));
    if (pause > options_.max_wait) {
        Error error = last_failure_->error;
        error.fix = fmt::format("Download again in {}: it goes on where it stopped.",
                                format_seconds(static_cast<double>(pause.count()) / 1000));
        return in_target(std::move(error));
    }
    if (fruitless_ > 0 || asked_s)
        tell(FileState::kWaiting, fmt::format("waits {}: {}", format_seconds(static_cast<double>(pause.count()) / 1000),
                                              last_failure_->error.message));
    std::mutex mutex;
    std::condition_variable_any sleeper;
    std::unique_lock lock(mutex);
    sleeper.wait_for(lock, stop_, pause, [] { return false; });
    if (stop_.stop_requested()) return cancelled();
    return {};
}

}  // namespace

Result<FileResult> download_file(const FileRequest& request, const NetOptions& options,
                                 const std::function<void(const FileProgress&)>& report, const std::stop_token& stop) {
    FileDownload download(request, options, report, stop);
    auto result = download.run();
    if (!result.ok()) {
        download.tidy();
        result.error().in_file(path_to_utf8(request.target));
        result.error().while_doing(fmt::format("downloading {}", url_for_display(request.url)));
    }
    return result;
}

}  // namespace studio::net
