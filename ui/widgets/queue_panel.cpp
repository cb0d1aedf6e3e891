#include "ui/widgets/queue_panel.h"

#include <QHBoxLayout>
#include <QMenu>
#include <QVBoxLayout>

#include "ui/models/job_roles.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/time_left.h"
#include "ui/wording.h"

namespace studio::ui {

QueuePanel::QueuePanel(Session& session, QWidget* parent) : QWidget(parent), session_(session) {
    setObjectName(QStringLiteral("queuePanel"));
    title_ = new QLabel;
    title_->setObjectName(QStringLiteral("queueSummary"));
    title_->setWordWrap(true);
    pause_ = new QPushButton;
    pause_->setObjectName(QStringLiteral("pauseButton"));
    pause_->setCheckable(true);
    resume_ = new QPushButton(tr("Resume interrupted"));
    resume_->setObjectName(QStringLiteral("resumeButton"));
    resume_->setToolTip(tr("Let the jobs that were interrupted run again"));
    list_ = new JobList(tr("Nothing waits. While a video is being made, more can be added here."));
    list_->setObjectName(QStringLiteral("queueList"));
    list_->setAccessibleName(tr("Waiting videos"));
    list_->setModel(&session_.queue());
    list_->setSelectionMode(QAbstractItemView::ExtendedSelection);
    list_->setDragDropMode(QAbstractItemView::InternalMove);
    list_->setContextMenuPolicy(Qt::CustomContextMenu);
    auto* top = new QHBoxLayout;
    top->setContentsMargins(kGrid, 0, 0, 0);
    top->addWidget(title_, 1);
    top->addWidget(pause_);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, kGrid, 0, 0);
    layout->setSpacing(kGrid);
    layout->addLayout(top);
    layout->addWidget(resume_);
    layout->addWidget(list_, 1);
    connect(pause_, &QPushButton::clicked, this, [this](bool is_down) { session_.setPaused(is_down); });
    connect(resume_, &QPushButton::clicked, this, [this] {
        QueueModel& queue = session_.queue();
        for (int row = queue.rowCount() - 1; row >= 0; --row)  // each goes to the front: the first one last
            if (queue.at(row)->state == store::JobState::kInterrupted) session_.resume(JobId(queue.at(row)->id));
        session_.setPaused(false);
    });
    connect(list_, &JobList::chosen, this, [this](int row) {
        if (row == 0 && list_->model()->index(0, 0).data(kIsRunningRole).toBool()) Q_EMIT runningChosen();
    });
    connect(list_, &JobList::removeWanted, this, &QueuePanel::removeSelected);
    connect(list_, &QWidget::customContextMenuRequested, this, &QueuePanel::showMenu);
    connect(&session_, &Session::queueChanged, this, &QueuePanel::update);
    connect(&session_.history(), &QAbstractItemModel::rowsInserted, this, &QueuePanel::update);
    connect(&session_, &Session::jobStarted, this, [this] { running_left_s_.reset(); });
    connect(&session_, &Session::progressed, this, [this](const StageProgress& event) {
        running_left_s_ = event.left_s;
        title_->setText(summary());
    });
    list_->setSortable(true);
    connect(list_, &JobList::moveWanted, this, &QueuePanel::moveSelected);
    update();
}

QString QueuePanel::summary() const {
    const int waiting = session_.queue().waitingCount();
    const QString count = waiting == 0 ? tr("Nothing waits") : tr("%n waiting", nullptr, waiting);
    if (session_.isPaused()) return tr("%1  ·  paused").arg(count);
    double left = session_.isBusy() ? running_left_s_.value_or(0) : 0;
    bool is_known = !session_.isBusy() || running_left_s_;
    const QueueModel& queue = session_.queue();
    for (int row = 0; row < queue.rowCount(); ++row) {
        if (queue.at(row)->state == store::JobState::kRunning) continue;
        const auto seconds = queue.estimateOf(JobId(queue.at(row)->id));
        is_known = is_known && seconds;
        left += seconds.value_or(0);
    }
    const QString rest = is_known && left > 0 ? Wording::timeLeft(left) : QString();
    return rest.isEmpty() ? count : tr("%1  ·  %2").arg(count, rest);
}

void QueuePanel::estimate() {
    std::map<JobId, double> seconds;
    QueueModel& queue = session_.queue();
    for (int row = 0; row < queue.rowCount(); ++row) {
        const auto one = estimateSeconds(*queue.at(row), session_.history().jobs());
        if (one && queue.at(row)->state != store::JobState::kRunning) seconds[JobId(queue.at(row)->id)] = *one;
    }
    queue.setEstimates(std::move(seconds));
}

void QueuePanel::update() {
    estimate();
    title_->setText(summary());
    pause_->setChecked(session_.isPaused());
    pause_->setText(session_.isPaused() ? tr("Go on") : tr("Pause"));
    pause_->setAccessibleName(session_.isPaused() ? tr("Let the queue go on") : tr("Pause the queue"));
    pause_->setToolTip(session_.isPaused() ? tr("Begin with the first waiting video")
                                           : tr("Finish the running video and begin no other"));
    resume_->setVisible(session_.queue().interruptedCount() > 0);
}

void QueuePanel::showMenu(const QPoint& at) {
    const QModelIndex index = list_->indexAt(at);
    const store::JobRecord* job = session_.queue().at(index.isValid() ? index.row() : -1);
    if (!job) return;
    const store::JobRecord record = *job;
    const JobId id = JobId(record.id);
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    if (record.state == store::JobState::kRunning) {
        menu->addAction(tr("Cancel"), &session_, &Session::cancel);
    } else {
        if (record.state == store::JobState::kInterrupted)
            menu->addAction(tr("Resume"), this, [this, id] { session_.resume(id); });
        menu->addAction(tr("Run next"), this, [this, id] {
            const QueueModel& queue = session_.queue();
            for (int row = 0; row < queue.rowCount(); ++row)
                if (queue.at(row)->state != store::JobState::kRunning && JobId(queue.at(row)->id) != id)
                    return session_.move(id, JobId(queue.at(row)->id));
        });
        menu->addAction(tr("Change settings"), this, [this, record] { Q_EMIT editWanted(record); });
    }
    menu->addAction(tr("Duplicate"), this, [this, id] { session_.duplicate(id); });
    if (record.state != store::JobState::kRunning)
        menu->addAction(tr("Remove"), this, [this, id] { session_.remove(id); });
    menu->popup(list_->viewport()->mapToGlobal(at));
}

void QueuePanel::removeSelected() {
    const QList<quint64> jobs = list_->selectedJobs();
    for (const quint64 id : jobs) {
        const auto row = session_.queue().rowOf(id);
        if (row && session_.queue().at(*row)->state == store::JobState::kRunning)
            session_.cancel();
        else
            session_.remove(id);
    }
}

void QueuePanel::moveSelected(int delta) {
    const QModelIndex current = list_->currentIndex();
    const QueueModel& queue = session_.queue();
    if (!current.isValid() || queue.at(current.row())->state == store::JobState::kRunning) return;
    const int before = current.row() + (delta < 0 ? -1 : 2);
    if (before < 0 || before > queue.rowCount()) return;
    if (before < queue.rowCount() && queue.at(before)->state == store::JobState::kRunning) return;
    session_.move(JobId(queue.at(current.row())->id), before < queue.rowCount() ? JobId(queue.at(before)->id) : 0);
}

}  // namespace studio::ui
