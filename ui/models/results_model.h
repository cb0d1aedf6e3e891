// ui/models/results_model.h - what was made since the window opened, newest first; the running job is the first row.
#pragma once
#include <QAbstractListModel>
#include <QImage>
#include <deque>
#include <optional>

#include "app/events.h"

namespace studio::ui {

struct ResultItem {
    JobId id = 0;
    bool is_running = true;
    double fraction = 0;  // of the job, while it runs
    QString prompt;
    QImage thumbnail;  // null until there is one
    JobResult result;  // once finished
};

/// Threads   GUI thread.
class ResultsModel : public QAbstractListModel {
    Q_OBJECT
  public:
    enum Role { kIsRunningRole = Qt::UserRole + 1, kFractionRole, kDetailRole, kPathRole };

    using QAbstractListModel::QAbstractListModel;

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;

    void addRunning(JobId id, const QString& prompt);
    void setFraction(JobId id, double fraction);
    void setThumbnail(JobId id, const QImage& thumbnail);
    void finish(JobId id, const JobResult& result);
    /// Take a job out of the list: cancelled or failed. Unknown ids are ignored.
    void remove(JobId id);

    std::optional<int> rowOf(JobId id) const;
    const ResultItem* at(int row) const;

  private:
    void changed(int row);
    QString tooltipOf(const ResultItem& item) const;
    QString detailOf(const ResultItem& item) const;

    std::deque<ResultItem> items_;
};

}  // namespace studio::ui
