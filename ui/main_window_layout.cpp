// The parts of MainWindow and where they sit; main_window.cpp says what they do.
#include <QHBoxLayout>
#include <QVBoxLayout>

#include "core/text.h"
#include "ui/accessible.h"
#include "ui/main_window.h"
#include "ui/theme/theme.h"
#include "ui/wording.h"

namespace studio::ui {

namespace {
constexpr int kResultsWidth = 272;
}

MainWindow::MainWindow(Backend backend, WindowOptions options, QWidget* parent)
    : QWidget(parent),
      options_(std::move(options)),
      session_(std::move(backend)),
      preferences_(options_.preferences ? options_.preferences : new PreferencesStore(this)),
      actions_(new Actions(this)) {
    installAccessibility();
    setObjectName(QStringLiteral("mainWindow"));
    setWindowTitle(tr("Turbo Studio"));
    setMinimumSize(1024, 640);
    setAcceptDrops(true);
    makeCommands();
    create_ = new PromptPanel(session_.backend());
    panels_ = new QSplitter(Qt::Horizontal);
    panels_->setObjectName(QStringLiteral("panels"));
    panels_->setHandleWidth(1);
    panels_->setChildrenCollapsible(false);
    panels_->addWidget(create_);
    panels_->addWidget(makeCentre());
    panels_->addWidget(makeJobsPanel());
    panels_->setStretchFactor(1, 1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    top_bar_ = new TopBar;
    top_bar_->setMenu(makeMenu());
    layout->addWidget(top_bar_);
    layout->addWidget(panels_, 1);
    layout->addWidget(makeStatusLine());
    stopping_cover_ = new QLabel(tr("Stopping the engine…"), this);
    stopping_cover_->setObjectName(QStringLiteral("stoppingCover"));
    stopping_cover_->setAlignment(Qt::AlignCenter);
    stopping_cover_->hide();
    on_create_ = new CreateController(session_, *top_bar_, *create_, *actions_, *preferences_, this);
    connectSession();
    connectStage();
    connectJobs();
    connectDesktop();
    resetLayout();
    resize(sizeHint());
    keepState();
    if (!options_.prompt.isEmpty()) create_->setPrompt(options_.prompt);
    create_->focusPrompt();
}

QWidget* MainWindow::makeCentre() {
    auto* centre = new QWidget;
    error_ = new ErrorPanel;
    stage_ = new StageView;
    progress_ = new ProgressPanel;
    on_stage_ = new StageController(session_, *stage_, *progress_, this);
    stage_->addCommands(*actions_);
    on_stage_->actions().addCommands(*actions_);
    sheet_ = new SheetController(session_, *stage_, *on_stage_, this);
    auto* layout = new QVBoxLayout(centre);
    layout->setContentsMargins(2 * kGrid, 2 * kGrid, 2 * kGrid, 2 * kGrid);
    layout->setSpacing(kGrid + 4);
    layout->addWidget(error_);
    layout->addWidget(house_->makeNoModelCard());
    layout->addWidget(stage_, 1);
    layout->addWidget(progress_);
    return centre;
}

QWidget* MainWindow::makeJobsPanel() {
    auto* panel = new QFrame;
    panel->setObjectName(QStringLiteral("resultsPanel"));
    panel->setMinimumWidth(kResultsWidth - 4 * kGrid);
    queue_ = new QueuePanel(session_);
    history_ = new HistoryPanel(session_);
    jobs_ = new QTabWidget;
    jobs_->setObjectName(QStringLiteral("jobTabs"));
    jobs_->setDocumentMode(true);
    jobs_->addTab(history_, tr("History"));
    jobs_->addTab(queue_, tr("Queue"));
    auto* layout = new QVBoxLayout(panel);
    layout->setContentsMargins(kGrid, kGrid, kGrid, kGrid);
    layout->addWidget(jobs_);
    return panel;
}

QWidget* MainWindow::makeStatusLine() {
    auto* line = new QFrame;
    line->setObjectName(QStringLiteral("statusLine"));
    engine_text_ = new QLabel(Wording::engineState(EngineStateChanged::State::kStarting));
    engine_text_->setObjectName(QStringLiteral("engineText"));
    last_text_ = new QLabel;
    last_text_->setObjectName(QStringLiteral("lastText"));
    auto* layout = new QHBoxLayout(line);
    layout->setContentsMargins(2 * kGrid, 5, 2 * kGrid, 5);
    layout->addWidget(engine_text_);
    layout->addStretch();
    layout->addWidget(last_text_);
    return line;
}

}  // namespace studio::ui
