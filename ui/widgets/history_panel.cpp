#include "ui/widgets/history_panel.h"

#include <QFile>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QMenu>
#include <QMessageBox>
#include <QVBoxLayout>

#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/wording.h"

namespace studio::ui {

namespace {
constexpr int kTypingPauseMs = 150;
}

HistoryPanel::HistoryPanel(Session& session, QWidget* parent) : QWidget(parent), session_(session) {
    setObjectName(QStringLiteral("historyPanel"));
    search_ = new QLineEdit;
    search_->setObjectName(QStringLiteral("historySearch"));
    search_->setPlaceholderText(tr("Search in prompts"));
    search_->setAccessibleName(tr("Search in prompts"));
    search_->setClearButtonEnabled(true);
    star_ = new QToolButton;
    star_->setObjectName(QStringLiteral("starFilter"));
    star_->setProperty("role", "flat");
    star_->setCheckable(true);
    star_->setIcon(makeIcon(Glyph::kStar));
    star_->setAccessibleName(tr("Only starred videos"));
    star_->setToolTip(tr("Show only what you starred"));
    list_ = new JobList(tr("Every video that you make appears here."));
    list_->setObjectName(QStringLiteral("historyList"));
    list_->setAccessibleName(tr("Videos made before"));
    list_->setModel(&session_.history());
    list_->setSelectionMode(QAbstractItemView::ExtendedSelection);
    list_->setContextMenuPolicy(Qt::CustomContextMenu);
    auto* top = new QHBoxLayout;
    top->setSpacing(kGrid / 2);
    top->addWidget(search_, 1);
    top->addWidget(star_);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, kGrid, 0, 0);
    layout->setSpacing(kGrid);
    layout->addLayout(top);
    layout->addWidget(list_, 1);
    typing_.setSingleShot(true);
    typing_.setInterval(kTypingPauseMs);
    connect(&typing_, &QTimer::timeout, this, &HistoryPanel::ask);
    connect(search_, &QLineEdit::textChanged, &typing_, qOverload<>(&QTimer::start));
    connect(star_, &QToolButton::toggled, this, &HistoryPanel::ask);
    connect(list_, &JobList::chosen, this, [this](int row) {
        const store::JobRecord* job = session_.history().at(row);
        if (job && job->state == store::JobState::kFinished) Q_EMIT chosen(JobId(job->id));
    });
    connect(list_, &JobList::removeWanted, this, &HistoryPanel::confirmRemoval);
    connect(list_, &QWidget::customContextMenuRequested, this, &HistoryPanel::showMenu);
}

void HistoryPanel::ask() {
    store::HistoryQuery query;
    query.text = search_->text().trimmed().toStdString();
    query.only_starred = star_->isChecked();
    session_.history().setQuery(query);
}

void HistoryPanel::showMenu(const QPoint& at) {
    const QModelIndex index = list_->indexAt(at);
    const store::JobRecord* found = session_.history().at(index.isValid() ? index.row() : -1);
    if (!found) return;
    const store::JobRecord job = *found;
    const JobId id = JobId(job.id);
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    if (job.state == store::JobState::kFinished) {
        if (index.data(kIsMissingRole).toBool())
            menu->addAction(tr("Locate the video…"), this, [this, id] { locate(id); });
        else
            menu->addAction(tr("Play"), this, [this, id] { Q_EMIT chosen(id); });
        menu->addAction(tr("Show in folder"), this, [this, job] { Q_EMIT folderWanted(fromUtf8(job.output_path)); });
    } else {
        menu->addAction(job.latents_path.empty() ? tr("Try again") : tr("Decode again"), this,
                        [this, id] { session_.resume(id); });
    }
    menu->addAction(tr("Reuse settings"), this, [this, job] { Q_EMIT reuseWanted(job); });
    menu->addAction(tr("Add to the queue again"), this, [this, id] { session_.duplicate(id); });
    menu->addAction(job.is_starred ? tr("Take the star away") : tr("Star"), this,
                    [this, id, is_starred = job.is_starred] { session_.setStarred(id, !is_starred); });
    menu->addSeparator();
    menu->addAction(tr("Remove from the history"), this, [this] { removeSelected(false); });
    menu->addAction(tr("Move the video to the trash…"), this, &HistoryPanel::confirmRemoval);
    menu->popup(list_->viewport()->mapToGlobal(at));
}

void HistoryPanel::locate(quint64 job) {
    auto* dialog = new QFileDialog(this, tr("Where is the video now?"), {}, tr("Videos (*.mp4)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, this,
            [this, job](const QString& video) { session_.relocate(job, video); });
    dialog->open();
}

void HistoryPanel::confirmRemoval() {
    const qsizetype count = list_->selectedJobs().size();
    if (count == 0) return;
    auto* question = new QMessageBox(QMessageBox::Question, tr("Move to the trash"),
                                     tr("Move %n video(s) to the trash?", nullptr, int(count)),
                                     QMessageBox::Yes | QMessageBox::No, this);
    question->setObjectName(QStringLiteral("trashQuestion"));
    question->setAttribute(Qt::WA_DeleteOnClose);
    question->setDefaultButton(QMessageBox::No);
    connect(question, &QMessageBox::finished, this, [this](int answer) {
        if (answer == QMessageBox::Yes) removeSelected(true);
    });
    question->open();
}

void HistoryPanel::removeSelected(bool with_videos) {
    const QList<quint64> jobs = list_->selectedJobs();
    for (const quint64 id : jobs) {
        const auto row = session_.history().rowOf(id);
        const store::JobRecord* job = row ? session_.history().at(*row) : nullptr;
        if (!job) continue;
        const bool is_there = job->state == store::JobState::kFinished && QFile::exists(fromUtf8(job->output_path));
        if (with_videos && is_there && !QFile::moveToTrash(fromUtf8(job->output_path))) continue;  // it stays listed
        session_.remove(id);
    }
}

}  // namespace studio::ui
