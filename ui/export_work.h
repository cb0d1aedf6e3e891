// ui/export_work.h - exports in the background, one video after the other; several such objects may work side by side.
#pragma once
#include <QObject>
#include <QStringList>
#include <stop_token>
#include <vector>

#include "ui/backend.h"
#include "ui/background.h"

namespace studio::ui {

/// Threads   GUI thread; the work is done on pool threads. The destructor stops it and waits: nothing half-written
/// stays.
class ExportWork : public QObject {
    Q_OBJECT
  public:
    explicit ExportWork(const ExportCalls& calls, QObject* parent = nullptr);
    ~ExportWork() override { stop_.request_stop(); }

    /// What would come of it: `planned` or `refused`. An answer to an earlier question is not told any more.
    void plan(const ExportRequest& request);
    void start(const std::vector<ExportRequest>& requests);
    void cancel() { stop_.request_stop(); }
    bool isRunning() const { return is_running_; }

  Q_SIGNALS:
    void planned(const studio::ExportPlan& plan);
    void refused(const studio::Error& error);
    /// Share of everything, 0 to 1; `video` counts from 0.
    void progressed(double share, int video);
    /// All are there. `files` are the new ones, `bytes` their size.
    void finished(const QStringList& files, qint64 bytes);
    /// One failed, or all were cancelled: `files` were finished before it.
    void failed(const studio::Error& error, const QStringList& files);

  private:
    void runNext();

    ExportCalls calls_;
    std::vector<ExportRequest> requests_;
    std::size_t at_ = 0;
    QStringList files_;
    qint64 bytes_ = 0;
    quint64 question_ = 0;
    bool is_running_ = false;
    std::stop_source stop_;
    Background background_;  // last: its end waits for what still uses the rest
};

}  // namespace studio::ui
