#include "ui/widgets/history_panel.h"

#include <QFileDialog>
#include <QHBoxLayout>
#include <QMenu>
#include <QVBoxLayout>

#include "ui/sheet_plan.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/widgets/transport_bar.h"
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
    star_ = makeFlatButton("starFilter", tr("Only starred videos"), tr("Show only what you starred"),
                           makeIcon(Glyph::kStar));
    star_->setCheckable(true);
    grid_ = makeFlatButton("gridSwitch", tr("As a grid"), tr("Show pictures beside each other, or one row each"),
                           makeIcon(Glyph::kGridOfNine));
    grid_->setCheckable(true);
    grid_->setChecked(true);
    model_ = new QComboBox;
    model_->setObjectName(QStringLiteral("modelFilter"));
    model_->setAccessibleName(tr("Made by which model"));
    model_->setToolTip(tr("Show only videos of one model"));
    model_->addItem(tr("All models"));
    model_->hide();  // until there are two
    list_ = new JobList(tr("Every video that you make appears here."));
    list_->setObjectName(QStringLiteral("historyList"));
    list_->setAccessibleName(tr("Videos made before"));
    list_->setModel(&session_.history());
    list_->setSelectionMode(QAbstractItemView::ExtendedSelection);
    list_->setContextMenuPolicy(Qt::CustomContextMenu);
    list_->setGrid(true);
    auto* top = new QHBoxLayout;
    top->setSpacing(kGrid / 2);
    top->addWidget(search_, 1);
    top->addWidget(star_);
    top->addWidget(grid_);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, kGrid, 0, 0);
    layout->setSpacing(kGrid);
    layout->addLayout(top);
    layout->addWidget(model_);
    layout->addWidget(list_, 1);
    connectList();
}

void HistoryPanel::connectList() {
    typing_.setSingleShot(true);
    typing_.setInterval(kTypingPauseMs);
    connect(&typing_, &QTimer::timeout, this, &HistoryPanel::ask);
    connect(search_, &QLineEdit::textChanged, &typing_, qOverload<>(&QTimer::start));
    connect(star_, &QToolButton::toggled, this, &HistoryPanel::ask);
    connect(model_, &QComboBox::activated, this, &HistoryPanel::ask);
    connect(grid_, &QToolButton::toggled, list_, &JobList::setGrid);
    connect(&session_.history(), &HistoryModel::modelsChanged, this, &HistoryPanel::updateModels);
    connect(list_, &JobList::chosen, this, [this](int row) {
        const store::JobRecord* job = session_.history().at(row);
        if (job && job->state == store::JobState::kFinished) Q_EMIT chosen(JobId(job->id));
    });
    connect(list_, &JobList::removeWanted, this, [this] {
        if (actions_) actions_->run(ResultAction::kTrash, selected());
    });
    connect(list_, &QWidget::customContextMenuRequested, this, &HistoryPanel::showMenu);
}

void HistoryPanel::ask() {
    store::HistoryQuery query;
    query.text = search_->text().trimmed().toStdString();
    query.only_starred = star_->isChecked();
    if (model_->currentIndex() > 0) query.model = model_->currentText().toStdString();
    list_->setEmptyText(query.text.empty() && !query.only_starred && query.model.empty()
                            ? tr("Every video that you make appears here.")
                            : tr("No video is like that. Clear the search to see all of them."));
    session_.history().setQuery(query);
}

void HistoryPanel::updateModels() {
    const QString chosen = model_->currentIndex() > 0 ? model_->currentText() : QString();
    model_->clear();
    model_->addItem(tr("All models"));
    for (const std::string& name : session_.history().models())
        model_->addItem(fromUtf8(name));
    model_->setCurrentIndex(chosen.isEmpty() ? 0 : std::max(0, model_->findText(chosen)));
    model_->setVisible(model_->count() > 2);
}

ResultActions::Jobs HistoryPanel::selected() const {
    ResultActions::Jobs jobs;
    for (const quint64 id : list_->selectedJobs()) {
        const auto row = session_.history().rowOf(id);
        if (const store::JobRecord* job = row ? session_.history().at(*row) : nullptr) jobs.push_back(*job);
    }
    return jobs;
}

void HistoryPanel::showMenu(const QPoint& at) {
    const QModelIndex index = list_->indexAt(at);
    const store::JobRecord* found = session_.history().at(index.isValid() ? index.row() : -1);
    if (!found || !actions_) return;
    if (!list_->selectionModel()->isSelected(index)) list_->setCurrentIndex(index);
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const ResultActions::Jobs jobs = selected();
    if (jobs.size() < 2) addOwnEntries(*menu, *found, index.data(kIsMissingRole).toBool());
    actions_->fill(*menu, jobs);
    menu->addAction(tr("Remove from the history"), this, &HistoryPanel::removeSelected);
    menu->popup(list_->viewport()->mapToGlobal(at));
}

void HistoryPanel::addOwnEntries(QMenu& menu, const store::JobRecord& job, bool is_missing) {
    const JobId id = JobId(job.id);
    if (job.state == store::JobState::kFinished) {
        if (is_missing)
            menu.addAction(tr("Locate the video…"), this, [this, id] { locate(id); });
        else
            menu.addAction(tr("Play"), this, [this, id] { Q_EMIT chosen(id); });
    } else if (job.latents_path.empty()) {
        menu.addAction(tr("Try again"), this, [this, id] { session_.resume(id); });
    }
    menu.addAction(tr("Add to the queue again"), this, [this, id] { session_.duplicate(id); });
    menu.addAction(job.is_starred ? tr("Take the star away") : tr("Star"), this,
                   [this, id, is_starred = job.is_starred] { session_.setStarred(id, !is_starred); });
    if (const auto group = sheetOf(job); !group.empty())
        menu.addAction(tr("Show its contact sheet"), this, [this, group] { Q_EMIT sheetWanted(fromUtf8(group)); });
    menu.addSeparator();
}

void HistoryPanel::locate(quint64 job) {
    auto* dialog = new QFileDialog(this, tr("Where is the video now?"), {}, tr("Videos (*.mp4)"));
    dialog->setObjectName(QStringLiteral("locateDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, this,
            [this, job](const QString& video) { session_.relocate(job, video); });
    dialog->open();
}

void HistoryPanel::removeSelected() {
    for (const store::JobRecord& job : selected())
        session_.remove(JobId(job.id));
}

}  // namespace studio::ui
