// ui/models/history_model.h - everything that was made and what failed, newest first, read from the store page by page.
#pragma once
#include <QAbstractListModel>
#include <QImage>
#include <map>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "app/queue_client.h"
#include "ui/models/job_roles.h"

namespace studio::ui {

/// Threads   GUI thread.
class HistoryModel : public QAbstractListModel {
    Q_OBJECT
  public:
    static constexpr int kPageSize = 200;

    using QAbstractListModel::QAbstractListModel;

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    bool canFetchMore(const QModelIndex& parent) const override;
    void fetchMore(const QModelIndex& parent) override;

    /// What is asked for; pages of another question are ignored when they arrive.
    const store::HistoryQuery& query() const { return query_; }
    void setQuery(store::HistoryQuery query);
    /// The answer to `pageWanted`. A short page is the last one.
    void addPage(const store::HistoryQuery& query, std::vector<store::JobRecord> page);
    /// Something ended or changed: put it where it belongs, or exchange it in place.
    void put(const store::JobRecord& record);
    void remove(JobId id);
    void setThumbnail(JobId id, const QImage& thumbnail);
    void setMissing(JobId id, bool is_missing);
    bool isMissing(JobId id) const { return missing_.contains(id); }

    /// Names of the models whose videos were seen so far.
    const std::set<std::string>& models() const { return models_; }

    /// What is loaded so far, newest first.
    const std::vector<store::JobRecord>& jobs() const { return jobs_; }
    const store::JobRecord* at(int row) const;
    std::optional<int> rowOf(JobId id) const;

  Q_SIGNALS:
    void modelsChanged();
    void pageWanted(const studio::store::HistoryQuery& query);
    /// A row without a picture was looked at for the first time.
    void thumbnailWanted(quint64 id, const QString& path) const;

  private:
    QString detailOf(const store::JobRecord& job) const;
    void noteModels(const std::vector<store::JobRecord>& jobs);

    store::HistoryQuery query_;
    std::vector<store::JobRecord> jobs_;
    std::unordered_set<JobId> ids_;  // of jobs_
    std::set<std::string> models_;
    bool is_complete_ = true;  // nothing older is left
    bool is_asking_ = false;
    std::map<JobId, QImage> thumbnails_;
    std::set<JobId> missing_;
    mutable std::set<JobId> asked_;  // thumbnails that were asked for
};

}  // namespace studio::ui
