#include "ui/models/queue_model.h"

#include <QIODevice>
#include <QMimeData>
#include <QTextDocument>
#include <algorithm>

#include "ui/models/job_rows.h"
#include "ui/wording.h"

namespace studio::ui {

namespace {
const QString kMimeType = QStringLiteral("application/x-turbo-studio-job");

bool isRunning(const store::JobRecord& job) {
    return job.state == store::JobState::kRunning;
}
}  // namespace

int QueueModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : int(jobs_.size());
}

QString QueueModel::detailOf(const store::JobRecord& job) const {
    switch (job.state) {
        case store::JobState::kRunning: {
            const auto fraction = fractions_.find(JobId(job.id));
            return tr("Making it: %1 %").arg(fraction == fractions_.end() ? 0 : int(fraction->second * 100));
        }
        case store::JobState::kInterrupted:
            return job.latents_path.empty() ? tr("Interrupted. Resume starts it again.")
                                            : tr("Interrupted. Only the pictures are still to be decoded.");
        default:
            break;
    }
    const QString model = fromUtf8(job.draft.model);
    if (!job.latents_path.empty()) return tr("Waiting to be decoded  ·  %1").arg(model);
    const auto seconds = estimateOf(JobId(job.id));
    return seconds ? tr("Waiting  ·  %1  ·  about %2").arg(model, Wording::duration(*seconds))
                   : tr("Waiting  ·  %1").arg(model);
}

void QueueModel::setEstimates(std::map<JobId, double> seconds) {
    if (seconds == estimates_) return;
    estimates_ = std::move(seconds);
    if (!jobs_.empty()) Q_EMIT dataChanged(index(0), index(rowCount() - 1));
}

std::optional<double> QueueModel::estimateOf(JobId id) const {
    const auto found = estimates_.find(id);
    return found == estimates_.end() ? std::nullopt : std::optional(found->second);
}

QVariant QueueModel::data(const QModelIndex& index, int role) const {
    const store::JobRecord* job = index.isValid() ? at(index.row()) : nullptr;
    if (!job) return {};
    switch (role) {
        case Qt::DisplayRole:
            return fromUtf8(job->draft.prompt);
        case Qt::DecorationRole: {
            const auto picture = thumbnails_.find(JobId(job->id));
            return picture == thumbnails_.end() ? QImage() : picture->second;
        }
        case Qt::ToolTipRole:
            return Qt::convertFromPlainText(fromUtf8(job->draft.prompt));  // never read as rich text
        case Qt::AccessibleTextRole:
            return tr("%1. %2").arg(fromUtf8(job->draft.prompt), detailOf(*job));
        case kStateRole:
            return int(job->state);
        case kDetailRole:
            return detailOf(*job);
        case kIdRole:
            return QVariant::fromValue(quint64(job->id));
        case kIsRunningRole:
            return isRunning(*job);
        case kFractionRole: {
            const auto fraction = fractions_.find(JobId(job->id));
            return fraction == fractions_.end() ? 0.0 : fraction->second;
        }
        default:
            return {};
    }
}

Qt::ItemFlags QueueModel::flags(const QModelIndex& index) const {
    const Qt::ItemFlags base = QAbstractListModel::flags(index);
    if (!index.isValid()) return base | Qt::ItemIsDropEnabled;  // between rows only
    const store::JobRecord* job = at(index.row());
    return job && !isRunning(*job) ? base | Qt::ItemIsDragEnabled : base;
}

QStringList QueueModel::mimeTypes() const {
    return {kMimeType};
}

QMimeData* QueueModel::mimeData(const QModelIndexList& indexes) const {
    auto* data = new QMimeData;
    if (!indexes.isEmpty()) data->setData(kMimeType, QByteArray::number(indexes.first().data(kIdRole).toULongLong()));
    return data;
}

bool QueueModel::dropMimeData(const QMimeData* data, Qt::DropAction action, int row, int, const QModelIndex& parent) {
    if (action != Qt::MoveAction || !data->hasFormat(kMimeType)) return false;
    bool is_number = false;
    const quint64 id = data->data(kMimeType).toULongLong(&is_number);
    if (!is_number || !rowOf(id)) return false;
    if (row < 0) row = parent.isValid() ? parent.row() : rowCount();
    while (row < rowCount() && (isRunning(jobs_[std::size_t(row)]) || JobId(jobs_[std::size_t(row)].id) == id))
        ++row;  // nothing goes before the running job, nor before itself
    Q_EMIT moveWanted(id, row < rowCount() ? quint64(jobs_[std::size_t(row)].id) : 0);
    return false;  // the queue answers with its new order; the view must not remove the row itself
}

void QueueModel::setJobs(std::vector<store::JobRecord> jobs) {
    const bool is_same_order =
        std::equal(jobs.begin(), jobs.end(), jobs_.begin(), jobs_.end(),
                   [](const store::JobRecord& a, const store::JobRecord& b) { return a.id == b.id; });
    if (is_same_order) {  // keeps the selection and the scroll position
        jobs_ = std::move(jobs);
        if (!jobs_.empty()) Q_EMIT dataChanged(index(0), index(rowCount() - 1));
        return;
    }
    beginResetModel();
    jobs_ = std::move(jobs);
    std::erase_if(fractions_, [this](const auto& item) { return !rowOf(item.first); });
    std::erase_if(thumbnails_, [this](const auto& item) { return !rowOf(item.first); });
    endResetModel();
}

void QueueModel::setFraction(JobId id, double fraction) {
    fractions_[id] = std::clamp(fraction, 0.0, 1.0);
    if (const auto row = rowOf(id)) Q_EMIT dataChanged(index(*row), index(*row));
}

void QueueModel::setThumbnail(JobId id, const QImage& thumbnail) {
    thumbnails_[id] = thumbnail;
    if (const auto row = rowOf(id)) Q_EMIT dataChanged(index(*row), index(*row));
}

const store::JobRecord* QueueModel::at(int row) const {
    return jobAt(jobs_, row);
}

std::optional<int> QueueModel::rowOf(JobId id) const {
    return rowOfJob(jobs_, id);
}

int QueueModel::waitingCount() const {
    return int(std::count_if(jobs_.begin(), jobs_.end(), [](const auto& job) { return !isRunning(job); }));
}

int QueueModel::interruptedCount() const {
    return int(std::count_if(jobs_.begin(), jobs_.end(),
                             [](const auto& job) { return job.state == store::JobState::kInterrupted; }));
}

}  // namespace studio::ui
