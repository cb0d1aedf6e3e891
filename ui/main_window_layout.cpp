// The parts of MainWindow and where they sit; main_window.cpp says what they do.
#include <QApplication>
#include <QHBoxLayout>
#include <QToolButton>
#include <QVBoxLayout>

#include "core/text.h"
#include "ui/dialogs/doctor_dialog.h"
#include "ui/dialogs/log_dialog.h"
#include "ui/dialogs/models_dialog.h"
#include "ui/main_window.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/wording.h"

namespace studio::ui {

namespace {
constexpr int kResultsWidth = 272;
}

MainWindow::MainWindow(Backend backend, WindowOptions options, QWidget* parent)
    : QWidget(parent), options_(std::move(options)), session_(std::move(backend)) {
    setObjectName(QStringLiteral("mainWindow"));
    setWindowTitle(tr("Turbo Studio"));
    setMinimumSize(1024, 640);
    auto* middle = new QHBoxLayout;
    middle->setSpacing(0);
    create_ = new PromptPanel(session_.backend());
    setAcceptDrops(true);
    middle->addWidget(create_);
    middle->addWidget(makeCentre(), 1);
    middle->addWidget(makeJobsPanel());
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(makeTopBar());
    layout->addLayout(middle, 1);
    layout->addWidget(makeStatusLine());
    stopping_cover_ = new QLabel(tr("Stopping the engine…"), this);
    stopping_cover_->setObjectName(QStringLiteral("stoppingCover"));
    stopping_cover_->setAlignment(Qt::AlignCenter);
    stopping_cover_->hide();
    makeShortcuts();
    connectSession();
    connectStage();
    connectJobs();
    create_->setPrompt(options_.prompt);
    create_->focusPrompt();
}

QWidget* MainWindow::makeTopBar() {
    auto* bar = new QFrame;
    bar->setObjectName(QStringLiteral("topBar"));
    auto* mark = new QLabel;
    mark->setPixmap(QIcon(QStringLiteral(":/icons/turbo-studio-64.png")).pixmap(26, 26));
    auto* name = new QLabel(tr("Turbo Studio"));
    name->setObjectName(QStringLiteral("appName"));
    model_picker_ = new QComboBox;
    model_picker_->setObjectName(QStringLiteral("modelPicker"));
    model_picker_->setAccessibleName(tr("Model"));
    model_picker_->setToolTip(tr("The model that makes the video"));
    model_picker_->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    model_picker_->hide();
    auto* look = new QToolButton;
    look->setObjectName(QStringLiteral("appearanceButton"));
    look->setProperty("role", "flat");
    look->setIcon(makeIcon(Glyph::kTheme));
    look->setAccessibleName(tr("Light or dark"));
    look->setToolTip(tr("Switch between light and dark"));
    connect(look, &QToolButton::clicked, this, [] {
        const bool is_dark = currentAppearance() == Appearance::kDark;
        applyAppearance(*qApp, is_dark ? Appearance::kLight : Appearance::kDark);
    });
    auto* layout = new QHBoxLayout(bar);
    layout->setContentsMargins(2 * kGrid, kGrid, kGrid, kGrid);
    layout->setSpacing(kGrid);
    layout->addWidget(mark);
    layout->addWidget(name);
    layout->addSpacing(2 * kGrid);
    layout->addWidget(model_picker_);
    layout->addStretch();
    layout->addWidget(look);
    auto* menu = new QToolButton;
    menu->setObjectName(QStringLiteral("menuButton"));
    menu->setProperty("role", "flat");
    menu->setIcon(makeIcon(Glyph::kMenu));
    menu->setAccessibleName(tr("Menu"));
    menu->setToolTip(tr("Models, Doctor, log and more"));
    menu->setPopupMode(QToolButton::InstantPopup);
    menu->setMenu(makeMenu());
    layout->addWidget(menu);
    return bar;
}

QMenu* MainWindow::makeMenu() {
    auto* menu = new QMenu(this);
    menu->setObjectName(QStringLiteral("mainMenu"));
    const auto dialog = [this](auto make) {
        return [this, make] {
            QDialog* opened = make();
            opened->setParent(this, Qt::Dialog);
            opened->show();
        };
    };
    menu->addAction(tr("Open a video or recipe…"), QKeySequence::Open, this, &MainWindow::openRecipe);
    menu->addSeparator();
    menu->addAction(tr("Models…"), this, dialog([this]() -> QDialog* {
                        auto* models = new ModelsDialog(session_.backend(), this);
                        connect(models, &ModelsDialog::modelsChanged, &session_, &Session::listModels);
                        return models;
                    }));
    menu->addAction(tr("Doctor…"), this,
                    dialog([this]() -> QDialog* { return new DoctorDialog(session_.backend(), this); }));
    menu->addAction(tr("Log…"), QKeySequence(Qt::CTRL | Qt::Key_QuoteLeft), this, dialog([this]() -> QDialog* {
                        return new LogDialog(fromUtf8(path_to_utf8(session_.backend().log_file)), this);
                    }));
    menu->addSeparator();
    menu->addAction(tr("About Turbo Studio"), this, &MainWindow::showAbout);
    menu->addAction(tr("Quit"), QKeySequence::Quit, this, &QWidget::close);
    return menu;
}

QWidget* MainWindow::makeCentre() {
    auto* centre = new QWidget;
    error_ = new ErrorPanel;
    stage_ = new StageView;
    progress_ = new ProgressPanel;
    on_stage_ = new StageController(session_, *stage_, *progress_, this);
    auto* layout = new QVBoxLayout(centre);
    layout->setContentsMargins(2 * kGrid, 2 * kGrid, 2 * kGrid, 2 * kGrid);
    layout->setSpacing(kGrid + 4);
    layout->addWidget(error_);
    layout->addWidget(stage_, 1);
    layout->addWidget(progress_);
    return centre;
}

QWidget* MainWindow::makeJobsPanel() {
    auto* panel = new QFrame;
    panel->setObjectName(QStringLiteral("resultsPanel"));
    panel->setFixedWidth(kResultsWidth);
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

void MainWindow::makeShortcuts() {
    for (const auto key : {Qt::Key_Return, Qt::Key_Enter}) {
        auto* shortcut = new QShortcut(QKeySequence(Qt::CTRL | key), this);
        connect(shortcut, &QShortcut::activated, this, [this] { generate(); });
        auto* first = new QShortcut(QKeySequence(Qt::CTRL | Qt::SHIFT | key), this);
        connect(first, &QShortcut::activated, this, [this] { generate(true); });
    }
    auto* pause = new QShortcut(QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_P), this);
    connect(pause, &QShortcut::activated, this, [this] { session_.setPaused(!session_.isPaused()); });
    cancel_key_ = new QShortcut(QKeySequence(Qt::Key_Escape), this);
    cancel_key_->setEnabled(false);  // Escape belongs to whoever has the focus until there is something to cancel
    connect(cancel_key_, &QShortcut::activated, &session_, &Session::cancel);
}

}  // namespace studio::ui
