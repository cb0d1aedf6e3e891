#include "ui/models/sheet_model.h"

#include <algorithm>

#include "ui/models/job_rows.h"
#include "ui/wording.h"

namespace studio::ui {

int SheetModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : int(jobs_.size());
}

QString SheetModel::detailOf(const store::JobRecord& job) const {
    switch (job.state) {
        case store::JobState::kQueued:
            return tr("Waiting");
        case store::JobState::kInterrupted:
            return tr("Interrupted");
        case store::JobState::kRunning: {
            const auto picture = pictures_.find(JobId(job.id));
            return tr("Making it: %1 %").arg(picture == pictures_.end() ? 0 : int(picture->second.fraction * 100));
        }
        case store::JobState::kFailed:
            return tr("Failed");
        case store::JobState::kCancelled:
            return tr("Cancelled");
        case store::JobState::kFinished:
            break;
    }
    return tr("Ready");
}

QVariant SheetModel::data(const QModelIndex& index, int role) const {
    const store::JobRecord* job = index.isValid() ? at(index.row()) : nullptr;
    if (!job) return {};
    const auto picture = pictures_.find(JobId(job->id));
    const bool has_picture = picture != pictures_.end() && picture->second.clip;
    switch (role) {
        case Qt::DisplayRole:
            return tr("Seed %1").arg(seedOf(*job));
        case Qt::DecorationRole:
            return has_picture ? picture->second.clip->frames[std::size_t(picture->second.frame)] : QImage();
        case Qt::AccessibleTextRole:
        case Qt::ToolTipRole:
            return tr("Seed %1: %2").arg(seedOf(*job)).arg(detailOf(*job));
        case kDetailRole:
            return detailOf(*job);
        case kStateRole:
            return int(job->state);
        case kIdRole:
            return QVariant::fromValue(quint64(job->id));
        case kIsRunningRole:
            return job->state == store::JobState::kRunning;
        case kFractionRole:
            return picture == pictures_.end() ? 0.0 : picture->second.fraction;
        default:
            return {};
    }
}

void SheetModel::setJobs(std::vector<store::JobRecord> jobs) {
    std::sort(jobs.begin(), jobs.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
    const bool is_same = std::equal(jobs.begin(), jobs.end(), jobs_.begin(), jobs_.end(),
                                    [](const auto& a, const auto& b) { return a.id == b.id; });
    if (is_same) {  // keeps what is chosen
        jobs_ = std::move(jobs);
        if (!jobs_.empty()) Q_EMIT dataChanged(index(0), index(rowCount() - 1));
        return;
    }
    beginResetModel();
    jobs_ = std::move(jobs);
    std::erase_if(pictures_, [this](const auto& item) { return !rowOf(item.first); });
    endResetModel();
}

void SheetModel::changed(JobId id) {
    if (const auto row = rowOf(id)) Q_EMIT dataChanged(index(*row), index(*row));
}

void SheetModel::setFraction(JobId id, double fraction) {
    if (!rowOf(id)) return;
    pictures_[id].fraction = std::clamp(fraction, 0.0, 1.0);
    changed(id);
}

void SheetModel::setClip(JobId id, const FilmStripPtr& clip, bool is_final) {
    Picture& picture = pictures_[id];
    if (!clip || (picture.is_final && !is_final)) return;
    picture.clip = clip;
    picture.frame = int(clip->frames.size()) / 2;
    picture.is_final = is_final;
    changed(id);
}

void SheetModel::setFrame(int row, int frame) {
    const store::JobRecord* job = at(row);
    const auto picture = job ? pictures_.find(JobId(job->id)) : pictures_.end();
    if (picture == pictures_.end() || !picture->second.clip) return;
    picture->second.frame = frame % int(picture->second.clip->frames.size());
    Q_EMIT dataChanged(index(row), index(row), {Qt::DecorationRole});
}

FilmStripPtr SheetModel::clipOf(int row) const {
    const store::JobRecord* job = at(row);
    const auto picture = job ? pictures_.find(JobId(job->id)) : pictures_.end();
    return picture == pictures_.end() ? nullptr : picture->second.clip;
}

bool SheetModel::hasFinal(JobId id) const {
    const auto picture = pictures_.find(id);
    return picture != pictures_.end() && picture->second.is_final;
}

const store::JobRecord* SheetModel::at(int row) const {
    return jobAt(jobs_, row);
}

std::optional<int> SheetModel::rowOf(JobId id) const {
    return rowOfJob(jobs_, id);
}

std::int64_t SheetModel::seedOf(const store::JobRecord& job) {
    const auto seed = job.draft.request.is_object() ? job.draft.request.find("seed") : job.draft.request.end();
    return job.draft.request.is_object() && seed != job.draft.request.end() && seed->is_number_integer()
               ? seed->get<std::int64_t>()
               : -1;
}

int SheetModel::count(store::JobState state) const {
    return int(std::count_if(jobs_.begin(), jobs_.end(), [state](const auto& job) { return job.state == state; }));
}

int SheetModel::unfinished() const {
    return int(std::count_if(jobs_.begin(), jobs_.end(), [](const auto& job) { return !store::is_ended(job.state); }));
}

}  // namespace studio::ui
