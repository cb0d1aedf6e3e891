#include "ui/models/history_model.h"

#include <QDateTime>
#include <QLocale>
#include <QTextDocument>
#include <algorithm>

#include "ui/models/job_rows.h"
#include "ui/wording.h"

namespace studio::ui {

namespace {
bool matches(const store::HistoryQuery& query, const store::JobRecord& job) {
    return store::is_ended(job.state) && (!query.only_starred || job.is_starred) &&
           (query.model.empty() || query.model == job.draft.model) &&
           fromUtf8(job.draft.prompt).contains(fromUtf8(query.text), Qt::CaseInsensitive);
}
}  // namespace

int HistoryModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : int(jobs_.size());
}

QString HistoryModel::detailOf(const store::JobRecord& job) const {
    if (missing_.contains(JobId(job.id))) return tr("The video is not there any more");
    const QString when =
        QLocale().toString(QDateTime::fromMSecsSinceEpoch(job.ended_ms.value_or(job.created_ms)), QLocale::ShortFormat);
    switch (job.state) {
        case store::JobState::kFailed:
            return tr("Failed  ·  %1").arg(when);
        case store::JobState::kCancelled:
            return tr("Cancelled  ·  %1").arg(when);
        default:
            return when;
    }
}

QVariant HistoryModel::data(const QModelIndex& index, int role) const {
    const store::JobRecord* job = index.isValid() ? at(index.row()) : nullptr;
    if (!job) return {};
    switch (role) {
        case Qt::DisplayRole:
            return fromUtf8(job->draft.prompt);
        case Qt::DecorationRole: {
            const JobId id = JobId(job->id);
            if (const auto picture = thumbnails_.find(id); picture != thumbnails_.end()) return picture->second;
            const bool is_due = job->state == store::JobState::kFinished && !missing_.contains(id);
            if (is_due && asked_.insert(id).second) Q_EMIT thumbnailWanted(id, fromUtf8(job->output_path));
            return QImage();
        }
        case Qt::ToolTipRole: {
            QString text = fromUtf8(job->draft.prompt);
            const auto message = job->error.is_object() ? job->error.find("message") : job->error.end();
            if (message != job->error.end() && message->is_string())
                text += QLatin1Char('\n') + fromUtf8(message->get<std::string>());
            return Qt::convertFromPlainText(text);  // never read as rich text
        }
        case Qt::AccessibleTextRole:
            return tr("%1. %2").arg(fromUtf8(job->draft.prompt), detailOf(*job));
        case kStateRole:
            return int(job->state);
        case kDetailRole:
            return detailOf(*job);
        case kIdRole:
            return QVariant::fromValue(quint64(job->id));
        case kPathRole:
            return fromUtf8(job->output_path);
        case kIsStarredRole:
            return job->is_starred;
        case kIsMissingRole:
            return missing_.contains(JobId(job->id));
        default:
            return {};
    }
}

bool HistoryModel::canFetchMore(const QModelIndex& parent) const {
    return !parent.isValid() && !is_complete_ && !is_asking_;
}

void HistoryModel::fetchMore(const QModelIndex& parent) {
    if (!canFetchMore(parent)) return;
    is_asking_ = true;
    store::HistoryQuery next = query_;
    next.before_id = jobs_.empty() ? 0 : jobs_.back().id;
    Q_EMIT pageWanted(next);
}

void HistoryModel::setQuery(store::HistoryQuery query) {
    query.before_id = 0;
    query.limit = kPageSize;
    beginResetModel();
    query_ = std::move(query);
    jobs_.clear();
    ids_.clear();
    is_complete_ = false;
    is_asking_ = true;
    endResetModel();
    Q_EMIT pageWanted(query_);
}

void HistoryModel::addPage(const store::HistoryQuery& query, std::vector<store::JobRecord> page) {
    const bool is_same_question = query.text == query_.text && query.model == query_.model &&
                                  query.only_starred == query_.only_starred &&
                                  query.before_id == (jobs_.empty() ? 0 : jobs_.back().id);
    if (!is_same_question) return;
    is_asking_ = false;
    is_complete_ = int(page.size()) < query.limit;
    std::erase_if(page, [this](const store::JobRecord& job) { return !ids_.insert(JobId(job.id)).second; });
    if (page.empty()) return;
    noteModels(page);
    beginInsertRows({}, rowCount(), rowCount() + int(page.size()) - 1);
    jobs_.insert(jobs_.end(), std::make_move_iterator(page.begin()), std::make_move_iterator(page.end()));
    endInsertRows();
}

void HistoryModel::put(const store::JobRecord& record) {
    const JobId id = JobId(record.id);
    if (!matches(query_, record)) return remove(id);
    if (const auto row = rowOf(id)) {
        jobs_[std::size_t(*row)] = record;
        Q_EMIT dataChanged(index(*row), index(*row));
        return;
    }
    ids_.insert(id);
    beginInsertRows({}, 0, 0);
    jobs_.insert(jobs_.begin(), record);
    endInsertRows();
    noteModels({record});
}

void HistoryModel::noteModels(const std::vector<store::JobRecord>& jobs) {
    const std::size_t before = models_.size();
    for (const store::JobRecord& job : jobs)
        if (!job.draft.model.empty()) models_.insert(job.draft.model);
    if (models_.size() != before) Q_EMIT modelsChanged();
}

void HistoryModel::remove(JobId id) {
    if (const auto row = rowOf(id)) {
        beginRemoveRows({}, *row, *row);
        jobs_.erase(jobs_.begin() + *row);
        ids_.erase(id);
        endRemoveRows();
    }
}

void HistoryModel::setThumbnail(JobId id, const QImage& thumbnail) {
    thumbnails_[id] = thumbnail;
    if (const auto row = rowOf(id)) Q_EMIT dataChanged(index(*row), index(*row));
}

void HistoryModel::setMissing(JobId id, bool is_missing) {
    if (is_missing)
        missing_.insert(id);
    else
        missing_.erase(id);
    if (const auto row = rowOf(id)) Q_EMIT dataChanged(index(*row), index(*row));
}

const store::JobRecord* HistoryModel::at(int row) const {
    return jobAt(jobs_, row);
}

std::optional<int> HistoryModel::rowOf(JobId id) const {
    if (!ids_.contains(id)) return std::nullopt;  // most questions; the others have few rows to go
    return rowOfJob(jobs_, id);
}

}  // namespace studio::ui
