// ui/model_downloads.h - downloads of published models, one after the other, whether or not a window shows them.
#pragma once
#include <QObject>
#include <QString>
#include <map>
#include <optional>
#include <vector>

#include "ui/backend.h"
#include "ui/background.h"
#include "ui/preferences_store.h"

namespace studio::ui {

struct ModelDownload {
    enum class State { kWaiting, kRunning, kPaused, kFailed, kDone };
    QString id, title;
    State state = State::kWaiting;
    StoreProgress progress;        // the newest
    std::optional<Error> problem;  // kFailed
    bool isActive() const { return state == State::kWaiting || state == State::kRunning; }
    /// 0 to 1, or negative while the size is not known.
    double fraction() const { return progress.total > 0 ? double(progress.bytes) / double(progress.total) : -1.0; }
};

/// Threads     GUI thread; the network and the disk are on a pool thread.
/// Ownership   the store must outlive it. Destroyed while something runs, it stops that; what has arrived stays and the
///             next start goes on there.
class ModelDownloads : public QObject {
    Q_OBJECT
  public:
    ModelDownloads(const Backend& backend, const PreferencesStore& preferences, QObject* parent = nullptr);
    ~ModelDownloads() override;

    /// Begin, go on after a pause or failure, or wait for the one that runs.
    void start(const QString& id, const QString& title);
    void pause(const QString& id);
    /// Stop, and give the space of what has arrived back.
    void cancel(const QString& id);

    /// In the order in which they were begun; finished ones stay until the program ends.
    const std::vector<ModelDownload>& all() const { return downloads_; }
    const ModelDownload* find(const QString& id) const;
    /// The one that runs; null when none does.
    const ModelDownload* running() const;
    /// Running and waiting ones.
    int activeCount() const;

  Q_SIGNALS:
    /// State or progress of one, at most some ten times a second; also when it is gone.
    void changed(const QString& id);
    void finished(const QString& id);
    void failed(const QString& id, const studio::Error& error);

  private:
    ModelDownload* entry(const QString& id);
    void runNext();
    void onProgress(const QString& id, const StoreProgress& progress);
    void onEnd(const QString& id, const Result<DownloadResult>& result);
    void removeFiles(const QString& id);

    DownloadCalls calls_;
    ModelStoreCalls store_;
    const PreferencesStore& preferences_;
    std::vector<ModelDownload> downloads_;
    std::stop_source stop_;
    bool is_busy_ = false;      // a fetch has not returned yet
    bool is_unwanted_ = false;  // the running one was stopped to be taken away
    Background background_;     // last: waits for the fetch before anything else goes
};

}  // namespace studio::ui
