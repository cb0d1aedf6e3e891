#include "ui/model_downloads.h"

#include <algorithm>

#include "core/log.h"

namespace studio::ui {

ModelDownloads::ModelDownloads(const Backend& backend, const PreferencesStore& preferences, QObject* parent)
    : QObject(parent), calls_(backend.downloads), store_(backend.store), preferences_(preferences) {}

ModelDownloads::~ModelDownloads() {
    stop_.request_stop();
}

ModelDownload* ModelDownloads::entry(const QString& id) {
    const auto at = std::find_if(downloads_.begin(), downloads_.end(), [&](const auto& one) { return one.id == id; });
    return at == downloads_.end() ? nullptr : &*at;
}

const ModelDownload* ModelDownloads::find(const QString& id) const {
    return const_cast<ModelDownloads*>(this)->entry(id);
}

const ModelDownload* ModelDownloads::running() const {
    const auto at = std::find_if(downloads_.begin(), downloads_.end(),
                                 [](const auto& one) { return one.state == ModelDownload::State::kRunning; });
    return at == downloads_.end() ? nullptr : &*at;
}

int ModelDownloads::activeCount() const {
    return int(std::count_if(downloads_.begin(), downloads_.end(), [](const auto& one) { return one.isActive(); }));
}

void ModelDownloads::start(const QString& id, const QString& title) {
    ModelDownload* one = entry(id);
    if (one && one->isActive()) return;
    if (!one) {
        downloads_.push_back({});
        one = &downloads_.back();
        one->id = id;
        one->title = title;
    }
    one->state = ModelDownload::State::kWaiting;
    one->problem.reset();
    Q_EMIT changed(id);
    runNext();
}

void ModelDownloads::pause(const QString& id) {
    ModelDownload* one = entry(id);
    if (!one || !one->isActive()) return;
    if (one->state == ModelDownload::State::kRunning) {
        stop_.request_stop();
    }
    one->state = ModelDownload::State::kPaused;
    Q_EMIT changed(id);
}

void ModelDownloads::cancel(const QString& id) {
    ModelDownload* one = entry(id);
    if (!one) return;
    if (one->state == ModelDownload::State::kRunning) {
        is_unwanted_ = true;
        stop_.request_stop();
        return;  // onEnd does the rest
    }
    const bool has_files = one->state != ModelDownload::State::kDone && one->progress.bytes > 0;
    downloads_.erase(downloads_.begin() + (one - downloads_.data()));
    if (has_files) removeFiles(id);
    Q_EMIT changed(id);
}

void ModelDownloads::runNext() {
    if (is_busy_) return;
    const auto next = std::find_if(downloads_.begin(), downloads_.end(),
                                   [](const auto& one) { return one.state == ModelDownload::State::kWaiting; });
    if (next == downloads_.end()) return;
    next->state = ModelDownload::State::kRunning;
    is_busy_ = true;
    is_unwanted_ = false;
    stop_ = std::stop_source();
    const QString id = next->id;
    const DownloadPreferences wishes{preferences_.text("downloads.mirror").toStdString(),
                                     preferences_.text("downloads.proxy").toStdString(),
                                     preferences_.isOn("downloads.offline")};
    // Called from threads of the fetch, which ends before this object does.
    const StoreReport report = [this, id](const StoreProgress& progress) {
        QMetaObject::invokeMethod(
            this, [this, id, progress] { onProgress(id, progress); }, Qt::QueuedConnection);
    };
    Q_EMIT changed(id);
    background_.run([fetch = calls_.fetch, name = id.toStdString(), wishes, report,
                     stop = stop_.get_token()] { return guarded([&] { return fetch(name, wishes, report, stop); }); },
                    [this, id](const Result<DownloadResult>& result) { onEnd(id, result); });
}

void ModelDownloads::onProgress(const QString& id, const StoreProgress& progress) {
    ModelDownload* one = entry(id);
    if (!one) return;
    const StoreProgress before = one->progress;
    one->progress = progress;
    if (progress.total == 0) one->progress.total = before.total;
    Q_EMIT changed(id);
}

void ModelDownloads::onEnd(const QString& id, const Result<DownloadResult>& result) {
    is_busy_ = false;
    ModelDownload* one = entry(id);
    const bool was_cancelled = !result.ok() && result.error().code == ErrorCode::kCancelled;
    if (one && is_unwanted_ && !result.ok()) {
        downloads_.erase(downloads_.begin() + (one - downloads_.data()));
        removeFiles(id);
    } else if (one && result.ok()) {
        one->state = ModelDownload::State::kDone;
    } else if (one && was_cancelled) {
        // Paused and at once resumed: it waits already.
        if (one->state == ModelDownload::State::kRunning) one->state = ModelDownload::State::kPaused;
    } else if (one) {
        one->state = ModelDownload::State::kFailed;
        one->problem = result.error();
        log::warning("download of {}: {}", id.toStdString(), result.error().message);
        Q_EMIT failed(id, result.error());
    }
    Q_EMIT changed(id);
    if (result.ok()) Q_EMIT finished(id);
    runNext();
}

/// Files that other models use stay; that is the removal's own rule.
void ModelDownloads::removeFiles(const QString& id) {
    if (!store_.plan_removal || !store_.run_removal) return;
    background_.run(
        [store = store_, name = id.toStdString()] {
            return guarded([&]() -> Result<void> {
                STUDIO_TRY(plan, store.plan_removal(name));
                return store.run_removal(plan);
            });
        },
        [this, id](const Result<void>& removed) {
            if (!removed.ok()) log::warning("files of {} stay: {}", id.toStdString(), removed.error().message);
            Q_EMIT changed(id);
        });
}

}  // namespace studio::ui
