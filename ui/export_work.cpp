#include "ui/export_work.h"

#include <QElapsedTimer>

#include "core/text.h"
#include "ui/wording.h"

namespace studio::ui {

namespace {
constexpr qint64 kProgressMs = 50;
}

ExportWork::ExportWork(const ExportCalls& calls, QObject* parent) : QObject(parent), calls_(calls) {}

void ExportWork::plan(const ExportRequest& request) {
    const quint64 question = ++question_;
    background_.run(
        [plan = calls_.plan, request] { return guarded([&]() -> Result<ExportPlan> { return plan(request); }); },
        [this, question](Result<ExportPlan> answer) {
            if (question != question_) return;
            if (answer.ok())
                Q_EMIT planned(*answer);
            else
                Q_EMIT refused(answer.error());
        });
}

void ExportWork::start(const std::vector<ExportRequest>& requests) {
    if (is_running_ || requests.empty()) return;
    requests_ = requests;
    at_ = 0;
    files_.clear();
    bytes_ = 0;
    stop_ = std::stop_source();
    is_running_ = true;
    runNext();
}

void ExportWork::runNext() {
    const auto tell = [this, video = int(at_), of = double(requests_.size())](const ExportProgress& progress) {
        const double share = progress.total > 0 ? double(progress.done) / double(progress.total) : 0;
        Q_EMIT progressed((video + share) / of, video);
    };
    auto work = [this, tell, run = calls_.run, request = requests_[at_], stop = stop_.get_token()] {
        QElapsedTimer since;
        since.start();
        qint64 told_ms = -kProgressMs;
        const auto on_progress = [&](const ExportProgress& progress) {
            if (progress.done < progress.total && since.elapsed() - told_ms < kProgressMs) return;
            told_ms = since.elapsed();
            QMetaObject::invokeMethod(
                this, [tell, progress] { tell(progress); }, Qt::QueuedConnection);
        };
        return guarded([&]() -> Result<ExportResult> { return run(request, stop, on_progress); });
    };
    background_.run(std::move(work), [this](Result<ExportResult> result) {
        if (!result.ok()) {
            is_running_ = false;
            Q_EMIT failed(result.error(), files_);
            return;
        }
        files_ << fromUtf8(path_to_utf8(result->path));
        bytes_ += qint64(result->bytes);
        if (++at_ < requests_.size()) return runNext();
        is_running_ = false;
        Q_EMIT finished(files_, bytes_);
    });
}

}  // namespace studio::ui
