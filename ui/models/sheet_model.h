// ui/models/sheet_model.h - the tries of one contact sheet: what each looks like and how far it is.
#pragma once
#include <QAbstractListModel>
#include <QImage>
#include <map>
#include <vector>

#include "app/queue_client.h"
#include "ui/film_strip.h"
#include "ui/models/job_roles.h"

namespace studio::ui {

/// Threads   GUI thread.
class SheetModel : public QAbstractListModel {
    Q_OBJECT
  public:
    using QAbstractListModel::QAbstractListModel;

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;

    /// The jobs of the sheet as the store has them now; shown in the order in which they were asked for.
    void setJobs(std::vector<store::JobRecord> jobs);
    void setFraction(JobId id, double fraction);
    /// A preview, or the finished clip made small; loops while it is pointed at.
    void setClip(JobId id, const FilmStripPtr& clip, bool is_final);
    /// The picture of a clip that a row shows.
    void setFrame(int row, int frame);
    FilmStripPtr clipOf(int row) const;
    bool hasFinal(JobId id) const;

    const store::JobRecord* at(int row) const;
    std::optional<int> rowOf(JobId id) const;
    static std::int64_t seedOf(const store::JobRecord& job);
    int count(store::JobState state) const;
    int unfinished() const;  // waiting, running or interrupted

  private:
    struct Picture {
        FilmStripPtr clip;
        int frame = 0;
        bool is_final = false;
        double fraction = 0;
    };
    QString detailOf(const store::JobRecord& job) const;
    void changed(JobId id);

    std::vector<store::JobRecord> jobs_;
    std::map<JobId, Picture> pictures_;
};

}  // namespace studio::ui
