// ui/models/queue_model.h - the jobs that wait, in the order in which they run; the running one is the first row.
#pragma once
#include <QAbstractListModel>
#include <QImage>
#include <map>
#include <vector>

#include "app/queue_client.h"
#include "ui/models/job_roles.h"

namespace studio::ui {

/// Rows can be dragged to another place: the model then asks for the move and waits for the queue's answer, so that
/// what is shown is always what is stored.
/// Threads   GUI thread.
class QueueModel : public QAbstractListModel {
    Q_OBJECT
  public:
    using QAbstractListModel::QAbstractListModel;

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    Qt::DropActions supportedDropActions() const override { return Qt::MoveAction; }
    QStringList mimeTypes() const override;
    QMimeData* mimeData(const QModelIndexList& indexes) const override;
    bool dropMimeData(const QMimeData* data, Qt::DropAction action, int row, int column,
                      const QModelIndex& parent) override;

    void setJobs(std::vector<store::JobRecord> jobs);
    void setFraction(JobId id, double fraction);
    void setThumbnail(JobId id, const QImage& thumbnail);
    /// Seconds that waiting jobs will probably take; a job that is not in it has no estimate.
    void setEstimates(std::map<JobId, double> seconds);
    std::optional<double> estimateOf(JobId id) const;

    const store::JobRecord* at(int row) const;
    std::optional<int> rowOf(JobId id) const;
    int waitingCount() const;  // without the running one
    int interruptedCount() const;

  Q_SIGNALS:
    /// The person dragged a job before another one; before_id 0: to the end.
    void moveWanted(quint64 id, quint64 before_id);

  private:
    QString detailOf(const store::JobRecord& job) const;

    std::vector<store::JobRecord> jobs_;
    std::map<JobId, double> fractions_;
    std::map<JobId, QImage> thumbnails_;
    std::map<JobId, double> estimates_;
};

}  // namespace studio::ui
