#include "ui/models/results_model.h"

#include <QTextDocument>
#include <algorithm>

#include "ui/wording.h"

namespace studio::ui {

int ResultsModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : int(items_.size());
}

QVariant ResultsModel::data(const QModelIndex& index, int role) const {
    const ResultItem* item = index.isValid() ? at(index.row()) : nullptr;
    if (!item) return {};
    switch (role) {
        case Qt::DisplayRole:
            return item->prompt;
        case Qt::DecorationRole:
            return item->thumbnail;
        case Qt::AccessibleTextRole:
            return tr("%1. %2").arg(item->prompt, detailOf(*item));
        case Qt::ToolTipRole:
            return tooltipOf(*item);
        case kIsRunningRole:
            return item->is_running;
        case kFractionRole:
            return item->fraction;
        case kDetailRole:
            return detailOf(*item);
        case kPathRole:
            return QString::fromStdString(item->result.output_path);
        default:
            return {};
    }
}

QString ResultsModel::tooltipOf(const ResultItem& item) const {
    QString text = item.prompt;
    if (!item.is_running)
        text = tr("%1\nSeed %2, steps: %3")
                   .arg(item.prompt, QString::number(item.result.resolved.request.seed),
                        QString::number(item.result.resolved.steps));  // in one go: a prompt may contain "%2"
    return Qt::convertFromPlainText(text);                             // never read as rich text
}

QString ResultsModel::detailOf(const ResultItem& item) const {
    if (item.is_running) return tr("Making it: %1 %").arg(int(item.fraction * 100));
    const ResolvedRequest& made = item.result.resolved;
    return tr("%1 × %2  ·  %3").arg(made.width).arg(made.height).arg(clipLengthText(made.num_frames, made.fps));
}

void ResultsModel::addRunning(JobId id, const QString& prompt) {
    beginInsertRows({}, 0, 0);
    ResultItem item;
    item.id = id;
    item.prompt = prompt;
    items_.push_front(std::move(item));
    endInsertRows();
}

void ResultsModel::setFraction(JobId id, double fraction) {
    if (const auto row = rowOf(id)) {
        items_[std::size_t(*row)].fraction = std::clamp(fraction, 0.0, 1.0);
        changed(*row);
    }
}

void ResultsModel::setThumbnail(JobId id, const QImage& thumbnail) {
    if (const auto row = rowOf(id)) {
        items_[std::size_t(*row)].thumbnail = thumbnail;
        changed(*row);
    }
}

void ResultsModel::finish(JobId id, const JobResult& result) {
    if (const auto row = rowOf(id)) {
        ResultItem& item = items_[std::size_t(*row)];
        item.is_running = false;
        item.fraction = 1;
        item.result = result;
        changed(*row);
    }
}

void ResultsModel::remove(JobId id) {
    if (const auto row = rowOf(id)) {
        beginRemoveRows({}, *row, *row);
        items_.erase(items_.begin() + *row);
        endRemoveRows();
    }
}

std::optional<int> ResultsModel::rowOf(JobId id) const {
    const auto it = std::find_if(items_.begin(), items_.end(), [id](const ResultItem& item) { return item.id == id; });
    if (it == items_.end()) return std::nullopt;
    return int(it - items_.begin());
}

const ResultItem* ResultsModel::at(int row) const {
    return row >= 0 && row < int(items_.size()) ? &items_[std::size_t(row)] : nullptr;
}

void ResultsModel::changed(int row) {
    Q_EMIT dataChanged(index(row), index(row));
}

}  // namespace studio::ui
